"""Whoever takes a remedy back does not want it again: the VM is left alone from then on, until somebody starts it.

The guard rail `remediation.guards.taken_back` holds from the moment at which the undo is asked for. The switch that is
set here is what people see and end, and it outlives the history that the guard rail reads.
"""

from typing import Final

import structlog

from operations.errors import UnknownOperationError
from operations.model import ActorKind, Operation, State
from remediation.lookback import undone_of
from remediation.model import Remedy, Switch, Undoing
from remediation.ports import Changes
from remediation.record import RemediationRecord
from remediation.switches import ON, stop_key
from vsphere.clock import Clock
from vsphere.model import Ref

log = structlog.get_logger(__name__)

_CAME_TO_NOTHING: Final = frozenset({State.REFUSED, State.FAILED, State.CANCELLED, State.EXPIRED})


class Undone:
    """Looks at what was done within the time that is looked back at, be it red now or not."""

    def __init__(self, *, record: RemediationRecord, changes: Changes, clock: Clock) -> None:
        self._record = record
        self._changes = changes
        self._clock = clock

    def run_once(self) -> None:
        """Stop automatic changes of every VM whose remedy a person has undone.

        Raises:
            StorageError: the record can't be read or written.
        """
        vms = {one.vm for one in self._record.undone()}
        if not vms:
            return
        history = self._record.history(self._clock.now())
        for vm in vms:
            undone = undone_of(history, vm)
            if undone and stop_key(vm) not in history.switches:
                self._stop(vm, undone[-1][1])

    def undo_of(self, remedy: Remedy) -> Operation | None:
        """The operation by which a person takes it back, or has; None where nobody does."""
        try:
            operation = self._changes.get(remedy.operation_id or "")
            undo = self._changes.get(operation.undone_by) if operation.undone_by else None
        except UnknownOperationError:
            return None
        if undo is None or undo.actor.kind is not ActorKind.PERSON or undo.state in _CAME_TO_NOTHING:
            return None
        return undo

    def _stop(self, vm: Ref, undoing: Undoing) -> None:
        key = stop_key(vm)
        log.info("remediation.vm.stopped", target=str(vm), actor=undoing.by, operation_id=undoing.operation_id)
        self._record.switch(Switch(key=key, value=ON, by=undoing.by, at=undoing.at), key=key)
