"""What approvers see: the card with what will change, why and for whom; the reminder; and what the asker is told."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.answers import Button
from bot.blocks.elements import Json
from bot.blocks.layout import context, fields, section
from bot.blocks.text import escape, escape_for_one, when
from bot.deciding import approver_buttons
from bot.grammar import command_line
from bot.views import buttons, glyphs, words
from bot.views.message import Message, message
from operations.approvals import has_yes, votes_for
from operations.model import Approval, Operation, Plan, State, Vote

_CHANGES: Final = 8
_WARNINGS: Final = 5
_SHOWN_ELSEWHERE: Final = frozenset({"Needs a yes", "Rule"})
"""Notes that the card says in its own words."""


_AFTER_YES: Final = {
    State.REFUSED: "refused at the last check",
    State.EXPIRED: "expired at the last check",
    State.CANCELLED: "cancelled",
}
"""What may become of an operation after everybody's yes and before anything is done."""
_THEN: Final = _AFTER_YES | {
    State.FAILED: "failed",
    State.UNKNOWN: "sent, and nobody can say yet whether it happened",
}
"""The same for all that ends otherwise than it was meant to."""


def approver_card(operation: Operation) -> Message:
    """The card for those who decide: with buttons while it waits, with who and when afterwards."""
    waits = operation.state is State.AWAITING_APPROVAL
    head = f"{_glyph(operation)} *{_title(operation)}* {_fate(operation)}"
    lines = [*_asked(operation), *_lowered(operation.approval), *_decided(operation), *_news(operation)]
    blocks: list[Json] = [section(head), *fields(_figures(operation))]
    blocks += _decision_aids(operation) if waits else []
    blocks += [section("\n".join(lines)), context(_footer(operation))]
    blocks += buttons.row(approver_buttons(operation)) if waits else buttons.row([_details(operation)])
    figures = [f"{label}: {value}" for label, value in _figures(operation)]
    return message([head, *figures, *lines, f"Operation {escape(operation.id)}"], blocks)


def reminder(data: Mapping[str, Any], _now: datetime) -> Message:
    """Say once more that somebody waits.

    Args:
        data: `operation_id`, `summary`, `asked_by` (Slack id) and `expires_at` (ISO 8601).
    """
    operation_id, until = str(data["operation_id"]), datetime.fromisoformat(str(data["expires_at"]))
    head = f"{glyphs.WAITING} *{escape(str(data['summary']))}* still waits for a decision"
    rest = f"{words.person_of(str(data['asked_by']))} asked for it. It expires {when(until)}."
    look = Button(label="Look at it", command=command_line("pending", operation_id), style="primary")
    return message(
        [head, rest, f"Operation {escape(operation_id)}"], [section(f"{head}\n{rest}"), *buttons.row([look])]
    )


def ended(data: Mapping[str, Any], _now: datetime) -> Message:
    """Tell the asker what was decided, or what came of what had waited.

    Args:
        data: `operation_id`, `summary`, `state`, `by` (Slack id or None), `approved`, `text`, `way_out`, and
            `begins_at` (ISO 8601): when it was to begin, where it waited for that alone.
    """
    operation_id, state = str(data["operation_id"]), State(data["state"])
    glyph = glyphs.DONE if state is State.QUEUED else glyphs.of_state(state)
    head = f"{glyph} *{escape(str(data['summary']))}*{_what_came(data, state)}"
    rest = [escape_for_one(str(data[name])) for name in ("text", "way_out") if data[name]]
    status = Button(label="Details", command=command_line("status", operation_id))
    blocks = [section("\n".join([head, *rest])), *buttons.row([status])]
    return message([head, *rest, f"Operation {escape(operation_id)}"], blocks)


def _what_came(data: Mapping[str, Any], state: State) -> str:
    by = f" by {words.person_of(str(data['by']))}" if data["by"] else ""
    if state is State.QUEUED:
        return f" was approved{by}"
    if data["approved"]:
        return f" was approved{by}, then {_THEN.get(state, state.value)}"
    if data.get("begins_at"):
        return f", planned for {when(datetime.fromisoformat(str(data['begins_at'])))}: {_THEN.get(state, state.value)}"
    told = {State.REFUSED: f" was denied{by}", State.EXPIRED: " has expired", State.CANCELLED: " was cancelled"}
    return told.get(state, " was decided")


def progress_lines(operation: Operation) -> list[str]:
    """For the asker's card: who is waited for, how far it is, and afterwards who decided; empty without an approval."""
    approval = operation.approval
    if approval is None:
        return []
    if operation.state is State.AWAITING_APPROVAL:
        return [
            f"Needs {_yes(approval)}: {escape(approval.reason)}.",
            *_so_far(operation, approval),
            *_lowered(approval),
        ]
    return [*_lowered(approval), *(line for line in _decided(operation) if not line.startswith(">"))]


def _title(operation: Operation) -> str:
    return escape(" ".join(operation.summary.split()))[:300]


def _glyph(operation: Operation) -> str:
    if operation.state is State.AWAITING_APPROVAL or operation.state.is_final:
        final = operation.state not in {State.SUCCEEDED, State.FAILED, State.UNKNOWN}
        return glyphs.of_state(operation.state) if final else glyphs.DONE
    return glyphs.DONE


def _fate(operation: Operation) -> str:
    if has_yes(operation) and operation.state in _AFTER_YES:
        return f"· approved, then {_AFTER_YES[operation.state]}"
    match operation.state:
        case State.AWAITING_APPROVAL:
            return "needs your yes"
        case State.REFUSED:
            return "· denied"
        case State.EXPIRED:
            return "· expired"
        case State.CANCELLED:
            return "· cancelled"
        case _:
            return "· approved"


def _figures(operation: Operation) -> list[tuple[str, str]]:
    plan = operation.plan
    if plan is None:
        return []
    lines = [(escape(one.label), words.change(one)) for one in plan.changes[:_CHANGES]]
    return [*lines, ("Effect", words.effect(plan.effect))]


def _decision_aids(operation: Operation) -> list[Json]:
    """What the plan leaves behind, and what to think of."""
    plan = operation.plan
    if plan is None:
        return []
    return [*_notes(plan), *(section(f":warning: {escape(text)}") for text in plan.warnings[:_WARNINGS])]


def _notes(plan: Plan) -> list[Json]:
    lines = words.notes(plan, without=_SHOWN_ELSEWHERE)
    return [section("\n".join(lines))] if lines else []


def _asked(operation: Operation) -> Iterator[str]:
    where = operation.origin
    place = "in a direct message" if where.is_direct else f"in <#{where.channel}>" if _is_channel(where.channel) else ""
    yield f"Asked for by {words.person(operation.actor)} {place}".strip()
    if operation.approval and operation.approval.why:
        yield f">{escape(' '.join(operation.approval.why.split()))}"


def _news(operation: Operation) -> Iterator[str]:
    """Why nobody has to decide it any more."""
    undecided = operation.approval is None or operation.approval.decided_by is None
    held_back = has_yes(operation) and operation.state in _AFTER_YES
    if operation.state.is_final and (undecided or held_back) and operation.text:
        yield words.named(operation.text, operation)


def _is_channel(channel: str) -> bool:
    return channel[:1] in {"C", "G"} and channel.isalnum()


def _decided(operation: Operation) -> Iterator[str]:
    """Who decided what, and when; while it waits, who has said yes so far."""
    approval = operation.approval
    if approval is None:
        return
    if operation.state is State.AWAITING_APPROVAL:
        yield from (f"{words.person(one.actor)} says yes ({when(one.at)})" for one in _votes(operation, approval))
        return
    at = f" {when(approval.decided_at)}" if approval.decided_at else ""
    if approval.decided_by is None:
        return
    if words.was_denied(operation):
        yield f"Denied by {words.person(approval.decided_by)}{at}"
        yield f">{escape(operation.text.removeprefix('Denied: '))}"
    else:
        people = ", ".join(words.person(one.actor) for one in _votes(operation, approval))
        then = f", {_AFTER_YES[operation.state]}" if operation.state in _AFTER_YES else ""
        yield f"Approved by {people}{at}{then}"


def _votes(operation: Operation, approval: Approval) -> tuple[Vote, ...]:
    return votes_for(approval, operation.plan)


def _lowered(approval: Approval | None) -> Iterator[str]:
    if approval is not None and approval.lowered_by is not None:
        asked = f" from {escape(approval.asked)}" if approval.asked else ""
        yield f"Lowered{asked} by {words.person(approval.lowered_by)}"


def _yes(approval: Approval) -> str:
    who = words.deciders(approval)
    return f"a yes from {who}" if approval.votes_needed == 1 else f"{approval.votes_needed} yes from {who}"


def _so_far(operation: Operation, approval: Approval) -> Iterator[str]:
    given = _votes(operation, approval)
    if given:
        people = ", ".join(words.person(one.actor) for one in given)
        yield f"{len(given)} of {approval.votes_needed} so far: {people}"


def _footer(operation: Operation) -> str:
    approval = operation.approval
    parts = [f"*{escape(operation.id)}*"]
    if approval is not None:
        parts.append(f"rule {escape(approval.rule)}: {escape(approval.reason)}")
        if operation.state is State.AWAITING_APPROVAL:
            given = len(_votes(operation, approval))
            parts.append(f"{given} of {approval.votes_needed} yes")
    if operation.state is State.AWAITING_APPROVAL and operation.expires_at is not None:
        parts.append(f"expires {when(operation.expires_at)}")
    return " · ".join(parts)


def _details(operation: Operation) -> Button:
    # Approvers may use `pending` where their cards are; other verbs there are policy's to allow.
    return Button(label="Details", command=command_line("pending", operation.id))
