"""What of an incident is told to people, and where: on a card of its own, on a storm's, or not at all. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from operations.model import Operation
from operations.terms import Window
from remediation.guards.pause import Paused
from remediation.guards.storm import StormBrake
from remediation.matching import VM
from remediation.model import Decided, Incident, IncidentState, Remedy, RemedyState, VerdictKind

DECIDED: Final = "incident.decided"
BEGUN: Final = "incident.begun"
ENDED: Final = "incident.ended"
COMPARED: Final = "incident.compared"
WINDOW: Final = "incident.window"
THREAD: Final = "incident:"
"""Begin of a notice's recipient that is the thread of an incident's card; its id follows."""
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
    """Slack id of the VM's owner; None where nobody is known."""
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
    """Whether the card of its storm tells it, and nothing else does."""
    if incident.storm is None or incident.round > 0:
        return False
    decided = incident.decided
    return decided is None or decided.guard == StormBrake.name or is_quiet(incident)


def details(story: Story) -> Iterator[Detail]:
    """What belongs into the thread as of now, oldest first. Said again it has the same keys."""
    incident = story.incident
    for number, remedy in enumerate(story.remedies):
        yield from _of_remedy(f"{incident.id}/{number}", remedy, story.operations)
    decided = incident.decided
    if decided is not None and incident.state is IncidentState.OPEN and decided.verdict is not VerdictKind.ACT:
        key = f"incident/{incident.id}/{incident.round}/{decided.verdict.value}/{decided.guard or ''}"
        data = {"verdict": decided.verdict.value, "reason": decided.reason, "way_out": decided.way_out}
        yield Detail(key=key, kind=DECIDED, data=data)


def question(story: Story) -> Detail | None:
    """What the owner is asked in private, once for each round: when the VM may restart. None where nothing is."""
    decided = story.incident.decided
    open_ = story.incident.state is IncidentState.OPEN
    if decided is None or not open_ or decided.verdict is not VerdictKind.WINDOW or not decided.command:
        return None
    data = {
        "alarm": story.incident.alarm.name,
        "vm": story.incident.entity_name,
        "summary": decided.summary,
        "reason": decided.reason,
        "command": decided.command,
        "start": f"{story.tonight.start:%H:%M}",
        "end": f"{story.tonight.end:%H:%M}",
        "zone": story.tonight.zone.key,
    }
    return Detail(key=f"incident/{story.incident.id}/{story.incident.round}/window", kind=WINDOW, data=data)


def vm_of(incident: Incident) -> str | None:
    """How a command names the VM that the alarm is on; None where it is on something else."""
    if incident.alarm.entity_kind != VM:
        return None
    return f"{incident.entity_name}@{incident.alarm.entity.vcenter}"


def _waits_long(incident: Incident, decided: Decided) -> bool:
    """A wait that a person may want to cut short; a pause is a person's own wish."""
    until = incident.look_at
    if not decided.summary or decided.guard in {Paused.name, StormBrake.name} or until is None:
        return False
    return until - decided.at > _PATIENCE


def _of_remedy(key: str, remedy: Remedy, operations: Mapping[str, Operation]) -> Iterator[Detail]:
    about = {
        "summary": remedy.summary,
        "operation_id": remedy.operation_id,
        "playbook": remedy.playbook.value,
        "before": dict(remedy.before),
    }
    if remedy.operation_id or remedy.ended_at:
        yield Detail(key=f"incident/{key}/begun", kind=BEGUN, data={**about, "asks": remedy.state is RemedyState.ASKED})
    if remedy.ended_at is None:
        return
    operation = operations.get(remedy.operation_id or "")
    said = {"text": operation.text, "way_out": operation.way_out} if operation else {"text": "", "way_out": None}
    yield Detail(key=f"incident/{key}/ended", kind=ENDED, data={**about, **said, "state": remedy.state.value})
    if remedy.outcome is not None and remedy.checked:
        later = datetime.fromisoformat(str(remedy.after["at"])) - remedy.ended_at
        found = {"outcome": remedy.outcome.value, "after": dict(remedy.after), "later_s": later.total_seconds()}
        yield Detail(key=f"incident/{key}/compared/{remedy.checked}", kind=COMPARED, data={**about, **found})
