"""Whoever takes a remedy back does not want it again: the VM is left alone from then on, until somebody starts it."""

from typing import Final

import structlog

from operations.errors import UnknownOperationError
from operations.model import ActorKind, Operation, State
from remediation.model import History, Incident, Mode, Remedy, RemedyState, Switch
from remediation.ports import Changes
from remediation.record import RemediationRecord
from remediation.switches import ON, again_key, since, stop_key

log = structlog.get_logger(__name__)

_CAME_TO_NOTHING: Final = frozenset({State.REFUSED, State.FAILED, State.CANCELLED, State.EXPIRED})


class Undone:
    """Looks at the remedies of what is red now."""

    def __init__(self, *, record: RemediationRecord, changes: Changes) -> None:
        self._record = record
        self._changes = changes

    def run_once(self) -> None:
        """Stop automatic changes of every VM whose remedy a person has undone.

        Raises:
            StorageError: the record can't be read or written.
        """
        opened = self._record.opened()
        if not opened:
            return
        history = self._record.history(max(one.opened_at for one in opened))
        for remedy in _at_stake(history, opened):
            undo = self.undo_of(remedy)
            if undo is not None and not _started_since(history, remedy, undo):
                self._stop(remedy, undo)

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

    def _stop(self, remedy: Remedy, undo: Operation) -> None:
        key = stop_key(remedy.vm)
        log.info("remediation.vm.stopped", target=str(remedy.vm), actor=undo.actor.id, operation_id=undo.id)
        self._record.switch(Switch(key=key, value=ON, by=undo.actor.id, at=undo.created_at), key=key)


def _at_stake(history: History, opened: list[Incident]) -> list[Remedy]:
    """The remedies that succeeded, of incidents and VMs that are red, where the VM is not left alone already.

    Whoever takes back what a person has done says nothing about what the bot does.
    """
    incidents, entities = {one.id for one in opened}, {one.alarm.entity for one in opened}
    return [
        one
        for one in history.remedies
        if one.state is RemedyState.SUCCEEDED
        and one.mode is not Mode.RECOMMEND
        and (one.incident_id in incidents or one.vm in entities)
        and stop_key(one.vm) not in history.switches
    ]


def _started_since(history: History, remedy: Remedy, undo: Operation) -> bool:
    started_at = since(history.switches, again_key(remedy.vm))
    return started_at is not None and started_at >= undo.created_at
