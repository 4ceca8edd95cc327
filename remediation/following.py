"""From the end of an operation to the state of its remedy and of the incident; also of those that ended meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from operations.errors import UnknownOperationError
from operations.model import ActorKind, Operation, State
from remediation.agreed import as_agreed
from remediation.dropping import why_dropped
from remediation.model import Decided, Dropped, Incident, IncidentState, Remedy, RemedyState, VerdictKind
from remediation.ports import Changes
from remediation.record import Change, RemediationRecord
from vsphere.clock import Clock

_STATES: Final[Mapping[State, RemedyState]] = MappingProxyType(
    {
        State.PROPOSED: RemedyState.RUNNING,
        State.AWAITING_APPROVAL: RemedyState.ASKED,
        State.QUEUED: RemedyState.RUNNING,
        State.RUNNING: RemedyState.RUNNING,
        State.SUCCEEDED: RemedyState.SUCCEEDED,
        State.FAILED: RemedyState.FAILED,
        State.UNKNOWN: RemedyState.FAILED,
        State.CANCELLED: RemedyState.DROPPED,
        State.REFUSED: RemedyState.DROPPED,
        State.EXPIRED: RemedyState.DROPPED,
    }
)
OPERATION: Final = "operation"
"""Instead of a guard rail's name, where an operation was refused or came to nothing."""
_PATIENCE: Final = timedelta(seconds=60)
"""A remedy that was admitted and has no operation by then never gets one: whoever admitted it has ended."""


class Following:
    """Looks up what became of everything that was asked for."""

    def __init__(self, *, record: RemediationRecord, changes: Changes, clock: Clock) -> None:
        self._record = record
        self._changes = changes
        self._clock = clock

    def run_once(self) -> list[Remedy]:
        """Write how far remedies have come.

        Returns:
            Those that have ended.

        Raises:
            StorageError: the record can't be read or written.
        """
        incidents = {one.incident_id: self._record.incident(one.incident_id) for one in self._record.unfinished()}
        # Read after their incidents: a turn that is taken meanwhile makes the incident another, and nothing is written.
        found = [
            change
            for remedy in self._record.unfinished()
            if (incident := incidents.get(remedy.incident_id)) is not None
            and (change := self._follow(remedy, incident)) is not None
        ]
        written = {incident.id for incident in self._record.save(found)}
        remedies = [one.remedy for one in found if one.remedy is not None and one.before.id in written]
        return [one for one in remedies if one.ended_at is not None]

    def _follow(self, remedy: Remedy, incident: Incident) -> Change | None:
        """What has changed; None where nothing has."""
        operation, now = self._operation(remedy), self._clock.now()
        if operation is None:
            lost = now - remedy.at > _PATIENCE
            return _lost(incident, remedy, now) if lost else None
        state = state_of(operation)
        if remedy.state is RemedyState.ASKED and operation.started_at is not None:
            # A person had planned it for later: it counts from now on.
            remedy = replace(remedy, began_at=remedy.began_at or operation.started_at)
        if state not in {RemedyState.ASKED, RemedyState.RUNNING}:
            return ended(incident, replace(remedy, operation_id=operation.id, state=state), operation, now)
        if remedy.state is RemedyState.ASKED and operation.state is State.QUEUED:
            # It has its yes; its turn is taken where it is counted: see `remediation.turns`.
            state = RemedyState.ASKED
        further = replace(
            as_agreed(remedy, operation), operation_id=operation.id, state=state, approved_by=_approvers(operation)
        )
        if further == remedy and incident.operation_id == operation.id:
            return None
        return Change(before=incident, after=replace(incident, operation_id=operation.id), remedy=further)

    def _operation(self, remedy: Remedy) -> Operation | None:
        if remedy.operation_id is None:
            return self._changes.find(remedy.key)
        try:
            return self._changes.get(remedy.operation_id)
        except UnknownOperationError:
            return None


def state_of(operation: Operation) -> RemedyState:
    """How far a remedy is by its operation."""
    return _STATES[operation.state]


def ended(incident: Incident, remedy: Remedy, operation: Operation, now: datetime) -> Change:
    """A remedy whose operation has ended: the incident is open again, to be looked at at once."""
    done = replace(
        as_agreed(remedy, operation),
        approved_by=_approvers(operation),
        ended_at=operation.finished_at or now,
        dropped=why_dropped(operation),
    )
    after = incident
    if incident.state is IncidentState.ACTING:
        told = incident.decided if done.state is RemedyState.SUCCEEDED else _came_to_nothing(done, operation, now)
        after = replace(incident, state=IncidentState.OPEN, operation_id=operation.id, look_at=now, decided=told)
    elif incident.state is IncidentState.OPEN:
        # A person has done it.
        after = replace(incident, look_at=now)
    return Change(before=incident, after=after, remedy=done, reason=operation.text)


def _came_to_nothing(remedy: Remedy, operation: Operation, now: datetime) -> Decided:
    """Why, for `why`; the look that follows at once says when it is tried again."""
    return Decided(
        verdict=VerdictKind.REFUSE,
        reason=operation.text,
        guard=OPERATION,
        at=now,
        summary=remedy.summary,
        way_out=operation.way_out or "",
    )


def _lost(incident: Incident, remedy: Remedy, now: datetime) -> Change:
    after = incident
    if incident.state is IncidentState.ACTING:
        after = replace(incident, state=IncidentState.OPEN, look_at=now)
    dropped = replace(remedy, state=RemedyState.DROPPED, ended_at=now, dropped=Dropped.OVERTAKEN)
    return Change(before=incident, after=after, remedy=dropped, reason="The bot ended before it was asked for.")


def _approvers(operation: Operation) -> tuple[str, ...]:
    """Who has said yes; whoever does by hand what is recommended is the first to."""
    votes = operation.approval.votes if operation.approval else ()
    people = [operation.actor, *(one.actor for one in votes)]
    return tuple(dict.fromkeys(one.id for one in people if one.kind is ActorKind.PERSON))
