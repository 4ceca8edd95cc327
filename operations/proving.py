"""Whether it was the bot that put a VM where it lies in the recycle bin. It only looks.

Attributes can be written and VMs be moved by anybody with rights in vCenter; the record is ours alone. So the `nuke`
that the marks name must be on it as done, for this very instance UUID; nothing may have been done to the VM since, and
nobody may have seen it outside the bin.
"""

from typing import Final

from operations.errors import UnknownOperationError
from operations.model import Operation, State
from operations.record.deeds import Deeds
from operations.record.store import Store
from operations.recycling import marks_of
from vsphere.model import Vm

LEFT: Final = "bin.left"
"""The event that says that somebody has taken it out of the bin by hand."""


class Proof:
    """Asks the record."""

    def __init__(self, *, store: Store, deeds: Deeds) -> None:
        self._store = store
        self._deeds = deeds

    def of(self, vm: Vm) -> Operation | None:
        """The `nuke` that put this VM into the bin, and after which nothing else happened; None where none is proven.

        Raises:
            StorageError: the record can't be read.
        """
        nuke = self.nuke(vm)
        if nuke is None or self._deeds.is_noted(nuke.id, LEFT) or self._deeds.any_since(nuke):
            return None
        return nuke

    def nuke(self, vm: Vm) -> Operation | None:
        """The `nuke` that its marks name, where it has put this very VM into the bin, whatever happened since.

        Raises:
            StorageError: the record can't be read.
        """
        marks = marks_of(vm)
        try:
            nuke = self._store.get((marks.operation_id if marks else None) or "")
        except UnknownOperationError:
            return None
        expects = nuke.plan.details.get("expects") if nuke.plan else None
        same = isinstance(expects, dict) and expects.get("instance_uuid") == vm.instance_uuid
        return nuke if same and nuke.verb == "nuke" and nuke.state is State.SUCCEEDED and nuke.vm == vm.ref else None

    def void(self, nuke: Operation, *, path: str) -> None:
        """Keep for ever that its VM was seen outside the bin, so that marks which come back prove nothing.

        Raises:
            StorageError: it can't be written.
        """
        self._store.note(nuke.id, LEFT, {"path": path})
