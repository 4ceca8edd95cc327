"""What a card recommends and a person does, by its button or by typing it: followed and compared like any other remedy.

Whoever does exactly what is recommended has said yes to it, so it counts for trust like an approved run. What waits for
a yes is nobody's change yet. A resize that somebody has planned for tonight waits as a remedy until it begins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import structlog

from operations.model import ActorKind, Operation, State
from remediation.matching import VM
from remediation.model import OFFERING, Incident, IncidentState, Mode, PlaybookName, Remedy, RemedyState
from remediation.ports import Changes
from remediation.record import Change, RemediationRecord
from remediation.verification import figures
from remediation.verifier import Look
from remediation.words import memory_option, quoted
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import Ref

log = structlog.get_logger(__name__)

_BEGUN: Final = frozenset({State.QUEUED, State.RUNNING, State.SUCCEEDED, State.FAILED, State.UNKNOWN})
_RESIZE: Final = "transform"
_MOST: Final = 200
"""So many of the latest operations are looked through."""
_SHOWN_BEFORE: Final = timedelta(minutes=15)


class ByHand:
    """Looks for what people have begun to do about what is red."""

    def __init__(self, *, record: RemediationRecord, changes: Changes, look: Look, clock: Clock) -> None:
        self._record = record
        self._changes = changes
        self._look = look
        self._clock = clock

    def run_once(self) -> None:
        """Put on record, as remedies, the operations by which people do what is recommended.

        Raises:
            StorageError: the record can't be read or written.
        """
        waiting = [one for one in self._record.opened() if _recommends(one)]
        if not waiting:
            return
        since = min(one.opened_at for one in waiting)
        lately = self._changes.recent(_MOST, states=_BEGUN, since=since)
        for incident, operation in _pairs(waiting, lately):
            known = {one.operation_id for one in self._record.remedies(incident_id=incident.id)}
            if operation.id not in known:
                self._take_on(incident, operation)

    def _take_on(self, incident: Incident, operation: Operation) -> None:
        remedy = _remedy(incident, operation, self._before(incident, operation))
        if remedy is None:
            return
        after = replace(incident, round=incident.round + 1, operation_id=operation.id)
        if self._record.save([Change(before=incident, after=after, remedy=remedy)]):
            log.info("remedy.by.hand", incident=incident.id, operation_id=operation.id, actor=operation.actor.id)

    def _before(self, incident: Incident, operation: Operation) -> Mapping[str, object]:
        """The figures before it began; what can't be known any more is left out."""
        now = self._clock.now()
        begun_at = operation.started_at or now
        try:
            facts = self._look(incident, now - begun_at + _SHOWN_BEFORE)
        except VsphereError as error:
            log.warning("remedy.by.hand.without.figures", operation_id=operation.id, reason=str(error))
            return {}
        known = figures(facts, until=begun_at)
        if operation.state.is_final:
            known.pop("used_percent", None)
        return known | _had(operation)


def command_of(operation: Operation) -> str | None:
    """What a person would type for exactly what an operation changes; None where no playbook recommends the like."""
    plan = operation.plan
    if plan is None or plan.unchanged is not None:
        return None
    if operation.verb == "move":
        target = next((one.after for one in plan.changes if one.label == "Datastore"), "")
        return f"move {quoted(operation.vm_name)} {quoted(target)}" if target else None
    wanted = _stage(operation, "cpu_count")
    if operation.verb != "transform" or not wanted:
        return None
    had, words = _had(operation), []
    if wanted["cpu_count"] != had.get("cpu_count"):
        words.append(f"cpu={wanted['cpu_count']}")
    if wanted["memory_mib"] != had.get("memory_mib"):
        words.append(f"memory={memory_option(wanted['memory_mib'])}")
    return f"transform {quoted(operation.vm_name)} {' '.join(words)}"


def _recommends(incident: Incident) -> bool:
    decided = incident.decided
    return (
        incident.state is IncidentState.OPEN
        and decided is not None
        and decided.command is not None
        and decided.verdict in OFFERING
    )


def _pairs(waiting: Sequence[Incident], lately: Sequence[Operation]) -> Iterator[tuple[Incident, Operation]]:
    """Each operation that does what an incident recommends, oldest first, with that incident."""
    for operation in sorted(lately, key=lambda one: one.created_at):
        command = command_of(operation) if _is_by_hand(operation) else None
        found = next((one for one in waiting if command is not None and _answers(operation, command, one)), None)
        if found is not None:
            yield found, operation


def _is_by_hand(operation: Operation) -> bool:
    is_meant = operation.verb == _RESIZE or not _is_planned(operation)
    return operation.actor.kind is ActorKind.PERSON and operation.undoes is None and is_meant


def _is_planned(operation: Operation) -> bool:
    """Whether it waits for its hour."""
    return operation.state is State.QUEUED and operation.not_before is not None


def _answers(operation: Operation, command: str, incident: Incident) -> bool:
    entity, vm = incident.alarm.entity, operation.vm
    if vm is None or vm.vcenter != entity.vcenter or operation.created_at < incident.opened_at:
        return False
    if incident.alarm.entity_kind == VM and vm != entity:
        return False
    return incident.decided is not None and incident.decided.command == command


def _remedy(incident: Incident, operation: Operation, before: Mapping[str, object]) -> Remedy | None:
    if operation.vm is None or incident.decided is None or incident.playbook is None:
        return None
    target = _stage(operation, "datastore").get("datastore") if operation.verb == "move" else None
    relieves = incident.playbook is PlaybookName.RELIEVE_DATASTORE
    return Remedy(
        key=f"{incident.key}/{operation.id}",
        incident_id=incident.id,
        operation_id=operation.id,
        playbook=incident.playbook,
        mode=Mode.RECOMMEND,
        vm=operation.vm,
        vm_name=operation.vm_name,
        cluster=incident.cluster,
        datastore=incident.alarm.entity if relieves else None,
        target=Ref(operation.vm.vcenter, target) if target else None,
        summary=incident.decided.summary,
        state=RemedyState.ASKED if _is_planned(operation) else RemedyState.RUNNING,
        at=operation.created_at,
        approved_by=(operation.actor.id,),
        before=before,
    )


def _stage(operation: Operation, key: str) -> dict[str, Any]:
    """The stage of its plan that has this; empty where none has."""
    stages = operation.plan.details.get("stages") if operation.plan else None
    known = stages if isinstance(stages, list | tuple) else ()
    return next((dict(one) for one in known if key in one), {})


def _had(operation: Operation) -> dict[str, object]:
    """How much the VM had before."""
    before = operation.plan.details.get("before") if operation.plan else None
    known = dict(before) if isinstance(before, Mapping) else {}
    return {key: known[key] for key in ("cpu_count", "memory_mib") if key in known}
