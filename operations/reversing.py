"""Turns "undo that" into the request that does so, for the VM as it is at this moment. It only looks."""

from datetime import datetime

from operations.errors import NotUndoableError
from operations.model import Actor, Operation, Origin, Request
from operations.record.store import Store
from operations.recycling import RecycleBin
from operations.undoing import Now, inverse
from vsphere.clock import Clock
from vsphere.sites import Sites


class Reversing:
    """See `operations.undoing` for what takes back what."""

    def __init__(self, *, store: Store, sites: Sites, content: RecycleBin, clock: Clock) -> None:
        self._store = store
        self._sites = sites
        self._bin = content
        self._clock = clock

    def known(self, operation_id: str) -> Operation | None:
        """The operation that takes this one back, or did; None where none does.

        Raises:
            UnknownOperationError: there is none of this id.
        """
        return self._store.undoing(self._store.get(operation_id).id)

    def request(self, operation_id: str, *, actor: Actor, origin: Origin, key: str, asked_at: datetime) -> Request:
        """What to submit; it is judged, asked about and recorded like any other request.

        Raises:
            UnknownOperationError: there is none of this id.
            NotUndoableError: it can't be undone, or no longer.
            NotFoundError: its VM is gone.
        """
        operation = self._store.get(operation_id)
        ref = operation.result or operation.vm
        if ref is None:
            raise NotUndoableError(f"{operation.id} has changed nothing that could be undone")
        gateway = self._sites.of(ref)
        vm = gateway.read_vm(ref)
        snapshots = tuple(gateway.snapshots(ref)) if operation.verb == "snapshot.create" and vm.snapshot_count else ()
        found = Now(vm=vm, in_bin=self._bin.holds(vm), snapshots=snapshots)
        back = inverse(operation, found, self._clock.now())
        return Request(
            verb=back.verb,
            actor=actor,
            origin=origin,
            key=key,
            vm=ref,
            vcenter=ref.vcenter,
            arguments=back.arguments,
            reason=f"undo of {operation.id}",
            undoes=operation.id,
            asked_at=asked_at,
        )
