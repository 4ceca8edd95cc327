"""What of an incident is told to people, and where: on a card of its own, on a storm's, or not at all. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from operations.model import ActorKind, Effect, Operation, State
from operations.terms import Window
from remediation.following import OPERATION
from remediation.guards.cooldown import Cooldown
from remediation.guards.pause import Paused
from remediation.guards.storm import StormBrake
from remediation.matching import VM
from remediation.model import Decided, Incident, IncidentState, Mode, Remedy, RemedyState, VerdictKind

DECIDED: Final = "incident.decided"
BEGUN: Final = "incident.begun"
ENDED: Final = "incident.ended"
COMPARED: Final = "incident.compared"
STILL_PLANNED: Final = "incident.still.planned"
THREAD: Final = "incident:"
"""Begin of a notice's recipient that is the thread of an incident's card; its id follows."""
_DENIED: Final = "Denied: "
"""How the news of an operation begins that an approver has said no to."""
_PATIENCE: Final = timedelta(minutes=15)
"""A wait that is shorter needs no words."""
_TELLING: Final = frozenset(
    {VerdictKind.ACT, VerdictKind.ASK, VerdictKind.RECOMMEND, VerdictKind.WINDOW, VerdictKind.REFUSE}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An incident with all that its card tells."""

    incident: Incident
    remedies: tuple[Remedy, ...] = ()
    """Oldest first."""
    operations: Mapping[str, Operation] = field(default_factory=lambda: MappingProxyType({}))
    """Those behind the remedies, by id; one that is not on record is not there."""
    owner: str | None = None
    """Slack id of the VM's owner; None where nobody is known who can be asked."""
    out_of_reach: str | None = None
    """Who owns it where they can't be asked: a guest, somebody who has left, a name that Slack does not know."""
    is_gone: bool = False
    """Whether what the alarm is on is no longer in vCenter, so that nobody can do anything to it."""
    deciders: tuple[str, ...] = ()
    """Groups and people who are asked instead."""
    tonight: Window
    """The hours for what interrupts somebody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """One thing for the thread of a card, or for a person."""

    key: str
    """What makes it once."""
    kind: str
    data: Mapping[str, Any]


def is_quiet(incident: Incident) -> bool:
    """Whether nothing is to be said of it: it only waits for a while, has cleared by itself, or is somebody's."""
    decided = incident.decided
    if incident.round > 0 or incident.state is IncidentState.ACTING:
        return False
    if incident.state is IncidentState.CLOSED or decided is None:
        return True
    if decided.verdict is VerdictKind.WAIT:
        return not _waits_long(incident, decided)
    return decided.verdict not in _TELLING


def is_rolled_up(incident: Incident) -> bool:
    """Whether the card of its storm tells it, and nothing else does: the one definition of what a storm holds.

    It is all that the storm has ever caught, but for what has been changed, and what has had something to say of its
    own since the brake has let go.
    """
    if incident.storm is None or incident.round > 0:
        return False
    decided = incident.decided
    return decided is None or decided.guard == StormBrake.name or is_quiet(incident)


def red_for(incident: Incident) -> timedelta:
    """From its first turning red to its end, by our clock; nothing where it has not ended."""
    return max((incident.closed_at or incident.opened_at) - incident.opened_at, timedelta(0))


def details(story: Story) -> Iterator[Detail]:
    """What belongs into the thread as of now, oldest first. Said again it has the same keys."""
    incident = story.incident
    for number, remedy in enumerate(story.remedies):
        yield from _of_remedy(f"{incident.id}/{number}", remedy, story.operations)
    decided = incident.decided
    if decided is not None and _is_news(decided, story):
        key = f"incident/{incident.id}/{incident.round}/{decided.verdict.value}/{decided.guard or ''}"
        data = {
            "verdict": decided.verdict.value,
            "reason": decided.reason,
            "way_out": decided.way_out,
            "about": incident.entity_name,
        }
        yield Detail(key=key, kind=DECIDED, data=data)


def wants_a_window(story: Story) -> str | None:
    """The command that may be given with a restart, as long as somebody is to say when; None where nobody is."""
    decided = story.incident.decided
    if decided is None or story.incident.state is not IncidentState.OPEN or is_under_way(story):
        return None
    return decided.command or None if decided.verdict is VerdictKind.WINDOW else None


def question(story: Story) -> str | None:
    """The command about which the owner is asked in private, once for each round: when may it restart?

    None where nothing is asked: somebody who has planned it, be it that they have taken that back, knows, and the
    card has the buttons.
    """
    last = story.remedies[-1] if story.remedies else None
    is_answered = last is not None and last.mode is Mode.RECOMMEND and last.state is RemedyState.DROPPED
    return None if is_answered else wants_a_window(story)


def planned(story: Story) -> Operation | None:
    """What a person has planned for later because of it; None once it begins, or where nothing is."""
    last = story.remedies[-1] if story.remedies else None
    operation = story.operations.get(last.operation_id or "") if last is not None and last.ended_at is None else None
    if operation is None or operation.state is not State.QUEUED or operation.not_before is None:
        return None
    return operation if operation.actor.kind is ActorKind.PERSON else None


def still_planned(story: Story) -> Iterator[tuple[str, Detail]]:
    """Who is told once, in private, that the alarm is over and what is planned because of it stays: Slack ids."""
    plan, incident = planned(story), story.incident
    if plan is None or plan.not_before is None or incident.state is not IncidentState.CLOSED:
        return
    restarts = plan.plan is not None and plan.plan.effect is Effect.RESTART
    data = {
        "alarm": incident.alarm.name,
        "vm": incident.entity_name,
        "summary": story.remedies[-1].summary,
        "operation_id": plan.id,
        "what": "restart" if restarts else "change",
        "planned": plan.not_before.isoformat(),
    }
    for person in sorted({plan.actor.id, story.owner or plan.actor.id}):
        yield (
            person,
            Detail(key=f"incident/{incident.id}/{plan.id}/still-planned/{person}", kind=STILL_PLANNED, data=data),
        )


def vm_of(incident: Incident) -> str | None:
    """How a command names the VM that the alarm is on; None where it is on something else."""
    if incident.alarm.entity_kind != VM:
        return None
    return subject_of(incident)


def subject_of(incident: Incident) -> str:
    """How `remediation stop` names what the alarm is on, VM or datastore."""
    return f"{incident.entity_name}@{incident.alarm.entity.vcenter}"


def _waits_long(incident: Incident, decided: Decided) -> bool:
    """A wait that a person may want to cut short; a pause is a person's own wish."""
    until = incident.look_at
    if not decided.summary or decided.guard == Paused.name or until is None:
        return False
    return until - decided.at > _PATIENCE


def _is_news(decided: Decided, story: Story) -> bool:
    """Whether the thread does not say it already: what a remedy begins and ends with stands there, and so its rest."""
    if story.incident.state is not IncidentState.OPEN or decided.verdict is VerdictKind.ACT:
        return False
    last = story.remedies[-1] if story.remedies else None
    if last is None:
        return True
    if last.ended_at is None or decided.at < last.ended_at or decided.guard == Cooldown.name:
        return False
    return decided.guard != OPERATION or last.operation_id is None


def is_under_way(story: Story) -> bool:
    """Whether something is being done about it, or somebody's yes is waited for: by the bot, or by a person."""
    is_live = bool(story.remedies) and story.remedies[-1].ended_at is None
    return story.incident.state is IncidentState.ACTING or (story.incident.state is IncidentState.OPEN and is_live)


def hands_in(operations: Iterable[Operation]) -> list[str]:
    """Slack ids of those who had a hand in them: whoever asked, cancelled or decided. A reason may name these."""
    found = set[str]()
    for one in operations:
        decided_by = one.approval.decided_by if one.approval else None
        found |= {one.actor.id, one.cancel_requested_by or "", decided_by.id if decided_by else ""}
    return sorted(found - {""})


def _of_remedy(key: str, remedy: Remedy, operations: Mapping[str, Operation]) -> Iterator[Detail]:
    about = {
        "summary": remedy.summary,
        "operation_id": remedy.operation_id,
        "playbook": remedy.playbook.value,
        "before": dict(remedy.before),
        "by": remedy.approved_by[0] if remedy.mode is Mode.RECOMMEND and remedy.approved_by else None,
    }
    if remedy.operation_id is None:
        # The door has refused it: the decision says why.
        return
    is_asked, planned_for = remedy.state is RemedyState.ASKED, _planned_for(remedy, operations)
    yield Detail(key=f"incident/{key}/begun", kind=BEGUN, data={**about, "asks": is_asked, "planned": planned_for})
    if remedy.ended_at is None:
        return
    operation = operations.get(remedy.operation_id or "")
    said: dict[str, Any] = {"text": "", "way_out": None, "people": []}
    if operation is not None:
        said = {"text": _text(operation), "way_out": operation.way_out, "people": hands_in([operation])}
        said |= {"lowered": lowered(operation)}
    yield Detail(key=f"incident/{key}/ended", kind=ENDED, data={**about, **said, "state": remedy.state.value})
    if remedy.outcome is not None and remedy.checked:
        later = datetime.fromisoformat(str(remedy.after["at"])) - remedy.ended_at
        found = {"outcome": remedy.outcome.value, "after": dict(remedy.after), "later_s": later.total_seconds()}
        yield Detail(key=f"incident/{key}/compared/{remedy.checked}", kind=COMPARED, data={**about, **found})


def _planned_for(remedy: Remedy, operations: Mapping[str, Operation]) -> str | None:
    operation = operations.get(remedy.operation_id or "")
    is_planned = remedy.state is RemedyState.ASKED and remedy.mode is Mode.RECOMMEND and operation is not None
    return operation.not_before.isoformat() if is_planned and operation and operation.not_before else None


def lowered(operation: Operation) -> tuple[str, str] | None:
    """From what (`6 GB memory`) an approver has lowered it, and whose Slack id that is; None where nobody has."""
    approval = operation.approval
    if approval is None or approval.lowered_by is None:
        return None
    return approval.asked, approval.lowered_by.id


def _text(operation: Operation) -> str:
    """Its news; a no with whose it was, which the operation's own card says beside it."""
    by = operation.approval.decided_by if operation.approval else None
    begins, no, why = operation.text.partition(_DENIED)
    return operation.text if by is None or begins or not no else f"Denied by <@{by.id}>: {why}"
