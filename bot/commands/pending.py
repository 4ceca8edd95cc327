"""What waits for somebody's yes: for this person to decide, and what they asked for themselves."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot import facts, values
from bot.answers import Answer, Button, Reply, Table
from bot.command import Call, Command, Context, Words
from bot.deciding import approver_buttons, before_after, standing
from bot.permission import ensure_may_follow
from operations.approvals import objection, who_decides
from operations.model import Operation, State

_USAGE: Final = "pending [OP]"
_MOST: Final = 20
_MOST_BUTTONS: Final = 5


def parse(words: Words) -> str | None:
    """The operation's id; None for all that waits."""
    given = values.take_names(words, _USAGE, least=0, most=1)
    return given[0].strip("`").upper() if given else None


def acknowledge(operation_id: str | None) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {operation_id}…" if operation_id else "Looking at what waits for a yes…"


def run(operation_id: str | None, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    if operation_id is not None:
        return _one(context.operations.get(operation_id), call, context)
    waiting = context.operations.approvals.waiting(call.actor)
    if not waiting.to_decide and not waiting.own:
        return Answer(title="Nothing waits for you, and nothing of yours waits for others.")
    now = context.clock.now()
    rows = [*_rows(waiting.to_decide, "you", now), *_rows(waiting.own, None, now)]
    shown = [*waiting.to_decide, *waiting.own][:_MOST_BUTTONS]
    return Answer(
        title=f"{len(waiting.to_decide)} for you to decide, {len(waiting.own)} of yours",
        lines=tuple(_locked(context)),
        table=Table(columns=("Operation", "What", "Asked by", "Waits for", "Time left"), rows=tuple(rows[:_MOST])),
        buttons=tuple(Button(label=f"Look at {one.id}", command=f"pending {one.id}") for one in shown),
        note=f"{len(rows) - _MOST} more." if len(rows) > _MOST else None,
    )


def _locked(context: Context) -> Iterator[str]:
    """What has to be said while nobody can say yes."""
    if context.policy.locked() is not None:
        yield (
            "The bot is switched to read-only, so no yes is taken until an administrator has switched that off in its "
            "configuration. What waits goes on waiting, as long as it has time left; a no is possible."
        )


def _rows(operations: Sequence[Operation], decider: str | None, now: datetime) -> list[tuple[str, ...]]:
    return [
        (
            one.id,
            one.summary,
            one.actor.name,
            decider or (who_decides(one.approval) if one.approval else ""),
            facts.length(one.expires_at - now) if one.expires_at else "",
        )
        for one in operations
    ]


def _one(operation: Operation, call: Call, context: Context) -> Answer:
    approval = operation.approval
    if approval is None or operation.state is not State.AWAITING_APPROVAL:
        ensure_may_follow(operation, call, context)
        status = Button(label="Details", command=f"status {operation.id}")
        return Answer(
            title=f"{operation.id} waits for nobody's yes: it is {facts.progress(operation)}",
            lines=tuple(line for line in (operation.summary, operation.text) if line),
            fields=(("Asked by", operation.actor.name), *standing(operation, context.clock.now())),
            buttons=(status,) if operation.actor.id == call.actor.id else (),
        )
    decides = objection(operation, call.actor) is None
    if not decides:
        ensure_may_follow(operation, call, context)
    cancel = Button(label="Cancel", command=f"cancel {operation.id}", style="danger")
    own = (cancel,) if operation.actor.id == call.actor.id else ()
    return Answer(
        title=f"{operation.summary}: waits for {'you' if decides else who_decides(approval)}",
        lines=(*((approval.why,) if approval.why else ()), *_locked(context)),
        fields=(
            *_figures(operation),
            ("Asked by", operation.actor.name),
            *standing(operation, context.clock.now()),
        ),
        buttons=tuple(approver_buttons(operation)) if decides else own,
    )


def _figures(operation: Operation) -> tuple[tuple[str, str], ...]:
    plan = operation.plan
    lines = [*plan.changes, *plan.notes] if plan else []
    return tuple((one.label, before_after(one)) for one in lines)


COMMAND: Final = Command(
    name="pending",
    usage=_USAGE,
    summary="Show what waits for your yes, and what of yours waits for others.",
    aliases=("approvals",),
    details="Examples: `pending` · `pending R7F3K` shows one with its buttons.",
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
