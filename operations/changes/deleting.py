"""Delete a VM of the recycle bin with its disks: there is no way back. Only the bin's own duty asks for it."""

from operations.changes.power import vm_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Change, Effect, Plan
from operations.plans import make_plan
from operations.recycling import PURGE, is_in_bin, marks_of
from vsphere.errors import ChangedMeanwhileError
from vsphere.model import PowerState, Ref

DELETE = "delete"
_GIB = 1024**3


def plan_purge(asking: Asking) -> Plan:
    """Delete what lies in the bin, off and with its marks; that its time is over is held by whoever asks.

    Raises:
        BadRequestError: it is not in the bin, on, or lacks the marks.
    """
    vm, inventory = vm_of(asking), asking.gateway.inventory
    marks = marks_of(vm)
    if marks is None or vm.power is not PowerState.OFF or not is_in_bin(vm, inventory, asking.settings):
        raise BadRequestError(f"{vm.name} does not lie in the recycle bin, off and marked by the bot")
    return make_plan(
        verb="purge",
        vm=vm.ref,
        vm_name=marks.name,
        summary=f"Delete {marks.name} with its disks",
        done=f"{marks.name} and its disks are deleted: its time in the recycle bin was over.",
        stages=[{"stage": DELETE, "purge": marks.purge}],
        effect=Effect.LOSS,
        changes=(Change(label="Disks", before=f"{vm.committed_bytes / _GIB:.1f} GB", after="gone"),),
        expects=facts(vm, "instance_uuid", "name", "power", "folder"),
    )


def _delete(work: Work) -> Ref | None:
    """Delete the VM as it was read a moment ago, unless somebody has just given it more time."""
    if work.vm is None or work.vm.attributes.get(PURGE, "") != work.spec["purge"]:
        raise ChangedMeanwhileError(f"the time at which {work.operation.vm_name} is deleted was changed in vCenter")
    return work.gateway.destroy(work.target)


STAGES = (Stage(title=DELETE, send=_delete, gone_is_done=True, task="VirtualMachine.destroy"),)
