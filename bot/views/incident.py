"""The card of an incident: what is red, what is done about it or why nothing is, and how it ended. Edited in place."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.answers import Button
from bot.blocks.elements import Json
from bot.blocks.layout import context, fields, section
from bot.blocks.text import escape, when
from bot.facts import length
from bot.grammar import command_line
from bot.telling import Story, hands_in, is_under_way, lowered, planned, red_for, subject_of, vm_of
from bot.views import buttons, glyphs, words
from bot.views.message import Message, message
from bot.views.reasons import said
from bot.views.windows import cancel_button, planned_line, planned_what, who_is_asked, window_buttons
from operations.model import State
from operations.terms import Window
from operations.undoable import standing
from remediation.following import OPERATION
from remediation.guards import ALL_GUARDS, STOPPED
from remediation.guards.no_effect import NoEffect
from remediation.model import OFFERING, Decided, Incident, IncidentState, Mode, Remedy, RemedyState, VerdictKind
from remediation.returning import MOST_REDDENINGS, red_since
from remediation.verification import UNDONE_BY
from remediation.words import nth
from vsphere.model import AlarmStatus

_TITLE: Final = 200
_REMEDIES: Final = 4
"""More of them are in the thread alone."""
_BY_ITSELF: Final = frozenset({Mode.APPROVE, Mode.AUTO})
_STARTS_AGAIN: Final = STOPPED | {NoEffect.name}
"""Guard rails that a person ends with `remediation start`."""
_GUARDS: Final = frozenset(guard.name for guard in ALL_GUARDS)
"""What else decides, as a playbook that has nothing to add, is no guard rail."""
_STANDS: Final = {
    VerdictKind.ACT: (glyphs.RUNNING, "is being helped"),
    VerdictKind.ASK: (glyphs.LOCKED, "waits for a yes"),
    VerdictKind.RECOMMEND: (glyphs.IDEA, "something would help"),
    VerdictKind.WINDOW: (glyphs.WAITING, "needs a restart"),
    VerdictKind.WAIT: (glyphs.WAITING, "waits"),
    VerdictKind.REFUSE: (glyphs.REFUSED, "is left alone"),
    VerdictKind.NOTHING: (glyphs.DONE, "nothing to do"),
}
_REMEDY_GLYPHS: Final = {
    RemedyState.ASKED: glyphs.LOCKED,
    RemedyState.RUNNING: glyphs.RUNNING,
    RemedyState.SUCCEEDED: glyphs.DONE,
    RemedyState.FAILED: glyphs.FAILED,
    RemedyState.DROPPED: glyphs.CANCELLED,
}
_FATES: Final = {
    RemedyState.ASKED: "waits for a yes since {at}",
    RemedyState.RUNNING: "running since {at}",
    RemedyState.SUCCEEDED: "done {at}",
    RemedyState.FAILED: "failed {at}",
    RemedyState.DROPPED: "not done {at}",
}


def incident_card(story: Story, now: datetime) -> Message:
    """The card as of `now` (aware), for any state."""
    incident, remedies = story.incident, story.remedies[-_REMEDIES:]
    head = standing_of(story)[0]
    news = [*_again(incident), *standing_of(story)[1:], *_comparison(remedies)]
    facts = [*_facts(incident)]
    blocks: list[Json] = [section("\n".join([head, *news])), *fields(facts), context(_footer(incident))]
    figures = [f"{label}: {value}" for label, value in facts]
    footer = f"Incident {escape(incident.id)}"
    return message([head, *news, *figures, footer], [*blocks, *buttons.row(_buttons(story, now))])


def standing_of(story: Story) -> list[str]:
    """What is so now in a few lines, the head first: what is red or over, why nothing is done, what was done."""
    return [_head(story), *_ending(story), *_decided(story), *_remedies(story)]


def rolled_up_card(incident: Incident) -> Message:
    """What stands in the place of a card whose incident has become part of a storm."""
    is_over = incident.state is IncidentState.CLOSED
    head = f"{glyphs.STORM} *{_name(incident)}* {'was' if is_over else 'is'} part of a storm"
    rest = f"The storm's own card tells what {'became' if is_over else 'becomes'} of it."
    footer = f"*{escape(incident.id)}* · storm {escape(incident.storm or '')}"
    return message([head, rest, footer], [section(f"{head}\n{rest}"), context(footer)])


def short(summary: str) -> str:
    """A recommendation without what it is part of: `Move db-01 from gold-1 to gold-2`."""
    return summary.partition(", ")[0]


def lowered_from(asked: str, by: str) -> str:
    """That an approver has given less than was asked for, and who: `lowered from 6 GB memory by @ann`."""
    return f"lowered{f' from {escape(asked)}' if asked else ''} by {words.person_of(by)}"


def over_after(took: timedelta) -> str:
    """How long a thing that is over took: `over after 12 min`."""
    return f"over after {length(took)}" if took >= timedelta(seconds=1) else "over at once"


def _head(story: Story) -> str:
    incident = story.incident
    title = f"*{_name(incident)}*: {escape(' '.join(incident.alarm.name.split()))[:_TITLE]}"
    glyph, state = _standing(story)
    return f"{glyph} {title} · {state}"


def _name(incident: Incident) -> str:
    return escape(" ".join(incident.entity_name.split()))[:_TITLE]


def _standing(story: Story) -> tuple[str, str]:
    incident, decided = story.incident, story.incident.decided
    plan = planned(story)
    if incident.state is IncidentState.CLOSED:
        over = over_after(red_for(incident))
        return (glyphs.WAITING, f"{over}, a {planned_what(plan)} is planned") if plan else (glyphs.DONE, over)
    if plan is not None:
        return glyphs.WAITING, f"a {planned_what(plan)} is planned"
    if is_under_way(story):
        return _STANDS[VerdictKind.ASK if _is_asked(story) else VerdictKind.ACT]
    if incident.alarm.status is not AlarmStatus.RED:
        return glyphs.WAITING, f"is {incident.alarm.status.value} now"
    return _STANDS[decided.verdict] if decided else (glyphs.WAITING, "has just turned red")


def _is_asked(story: Story) -> bool:
    """Whether somebody's yes is waited for: an approval rule may want one in mode auto as well."""
    last = story.remedies[-1] if story.remedies else None
    return last is not None and last.state is RemedyState.ASKED and not _has_its_yes(last, story)


def _has_its_yes(remedy: Remedy, story: Story) -> bool:
    """Whether one that was asked for waits for its turn alone."""
    operation = story.operations.get(remedy.operation_id or "")
    return operation is not None and operation.state is State.QUEUED


def _again(incident: Incident) -> Iterator[str]:
    """How often it has been red by now, where that is more than once."""
    times, since = len(incident.reddened) + 1, when(incident.opened_at)
    more = " or more" if len(incident.reddened) == MOST_REDDENINGS else ""
    if times > 1 and incident.state is not IncidentState.CLOSED and incident.alarm.status is AlarmStatus.RED:
        yield f"Red again, {nth(times)} time{more} since {since}."
    elif times > 1:
        yield f"It was red {times} times{more} since {since}."


def _ending(story: Story) -> Iterator[str]:
    """How a closed one ended, where no remedy says it."""
    is_over, plan = story.incident.state is IncidentState.CLOSED, planned(story)
    if is_over and story.is_gone:
        yield f"{_name(story.incident)} is no longer in vCenter."
    if is_over and plan is not None:
        yield planned_line(plan)
    elif is_over and not any(one.state is RemedyState.SUCCEEDED for one in story.remedies):
        yield "It ended without the bot changing anything by itself."


def _decided(story: Story) -> Iterator[str]:
    """What is decided now; of what is over or under way, the remedies say it."""
    incident, decided = story.incident, story.incident.decided
    is_open = incident.state is IncidentState.OPEN and not is_under_way(story)
    if decided is None or not is_open or _says_a_remedy(decided, story):
        return
    if decided.summary and decided.verdict in OFFERING:
        yield f"*{escape(decided.summary)}* would help."
    yield said(decided.reason, about=[incident.entity_name], people=hands_in(story.operations.values()))
    if decided.way_out and not _is_button(decided):
        yield said(decided.way_out, about=[incident.entity_name])
    if decided.verdict is VerdictKind.WINDOW:
        yield who_is_asked(story)


def _says_a_remedy(decided: Decided, story: Story) -> bool:
    """Whether it is only how the last remedy has ended, which stands below."""
    last = story.remedies[-1] if story.remedies else None
    return decided.guard == OPERATION and last is not None and last.operation_id in story.operations


def _is_button(decided: Decided) -> bool:
    """Whether the way out is the command that a button gives."""
    return decided.command is not None and decided.command in decided.way_out and decided.verdict in OFFERING


def _remedies(story: Story) -> Iterator[str]:
    """The latest, and why the last one came to nothing."""
    yield from (_remedy(one, story) for one in story.remedies[-_REMEDIES:])
    last = story.remedies[-1] if story.remedies else None
    operation = story.operations.get(last.operation_id or "") if last else None
    if last is not None and operation is not None and last.state in {RemedyState.FAILED, RemedyState.DROPPED}:
        yield said(operation.text, people=hands_in([operation]))


def _remedy(remedy: Remedy, story: Story) -> str:
    glyph, fate = _REMEDY_GLYPHS[remedy.state], _FATES[remedy.state]
    at = remedy.ended_at or remedy.at
    if remedy.state is RemedyState.ASKED and _has_its_yes(remedy, story):
        glyph, fate = glyphs.WAITING, "waits for its turn since {at}"
    plan = planned(story) if remedy is story.remedies[-1] else None
    if plan is not None and plan.not_before is not None:
        at, fate = plan.not_before, "planned for {at}"
    line = f"{glyph} {escape(short(remedy.summary))} · {fate.format(at=when(at))}"
    if remedy.approved_by:
        did = "by" if remedy.mode is Mode.RECOMMEND else "approved by"
        line += f" · {did} {', '.join(map(words.person_of, remedy.approved_by))}"
    operation = story.operations.get(remedy.operation_id or "")
    less = lowered(operation) if operation is not None else None
    line += f" · {lowered_from(*less)}" if less is not None else ""
    if remedy.after.get(UNDONE_BY):
        line += f" · undone by {words.person_of(str(remedy.after[UNDONE_BY]))}"
    if remedy.operation_id:
        line += f" · {escape(remedy.operation_id)}"
    return line


def _comparison(remedies: Sequence[Remedy]) -> Iterator[str]:
    """What the last one that was compared has brought; the others are in the thread."""
    reasons = [str(one.after["reason"]) for one in remedies if one.after.get("reason") and UNDONE_BY not in one.after]
    if reasons:
        yield f"{glyphs.CHART} {escape(reasons[-1])}"


def _facts(incident: Incident) -> Iterator[tuple[str, str]]:
    if incident.closed_at is None and incident.alarm.status is AlarmStatus.RED:
        yield "Red since", when(red_since(incident))
    else:
        yield "Red from", when(incident.opened_at)
    if incident.closed_at is not None:
        yield "Until", when(incident.closed_at)
    elif incident.look_at is not None and incident.decided and incident.decided.verdict is VerdictKind.WAIT:
        yield "Looked at again", when(incident.look_at)


def _footer(incident: Incident) -> str:
    parts = [f"*{escape(incident.id)}*"]
    parts += [escape(incident.playbook.value)] if incident.playbook else []
    decided = incident.decided
    if decided is not None and incident.state is IncidentState.OPEN:
        parts += [f"guard rail: {escape(decided.guard)}"] if decided.guard in _GUARDS else []
        # A reason may say "for another 2 h".
        parts.append(f"as of {when(decided.at)}")
    return " · ".join(parts)


def _buttons(story: Story, now: datetime) -> Iterator[Button]:
    incident, decided = story.incident, story.incident.decided
    if story.is_gone and incident.state is IncidentState.CLOSED:
        return
    if decided is not None and incident.state is IncidentState.OPEN and not is_under_way(story):
        yield from _offered(decided, incident.id, story.tonight, now)
    if is_under_way(story) and incident.operation_id:
        verb = "pending" if _is_asked(story) else "status"
        yield Button(label="Details", command=command_line(verb, incident.operation_id))
    plan = planned(story)
    if plan is not None:
        yield cancel_button(plan)
    yield from _undo(story, now)
    vm, subject = vm_of(incident), subject_of(incident)
    if incident.state is not IncidentState.CLOSED and decided is not None and decided.guard in _STARTS_AGAIN:
        yield Button(label="Start again", command=command_line("remediation", "start", subject))
    elif any(one.mode in _BY_ITSELF for one in story.remedies):
        label = f"Stop auto for this {'VM' if vm else 'datastore'}"
        yield Button(label=label, command=command_line("remediation", "stop", subject), style="danger")
    if vm is not None and incident.state is not IncidentState.CLOSED:
        yield Button(label="Why?", command=command_line("why", vm))


def _offered(decided: Decided, incident: str, tonight: Window, now: datetime) -> Iterator[Button]:
    """What a person can do about it with one click."""
    if not decided.command:
        return
    if decided.verdict is VerdictKind.WINDOW:
        yield from window_buttons(decided.command, incident, tonight, now)
    elif decided.verdict in OFFERING:
        yield Button(label="Do it", command=decided.command, style="primary")


def _undo(story: Story, now: datetime) -> Iterator[Button]:
    """For the last change that can be taken back."""
    for remedy in reversed(story.remedies):
        operation = story.operations.get(remedy.operation_id or "")
        if remedy.state is not RemedyState.SUCCEEDED or operation is None or operation.undone_by is not None:
            continue
        stands = standing(operation, now)
        if stands is not None and stands.until is not None:
            yield Button(label="Undo", command=command_line("undo", operation.id))
        return
