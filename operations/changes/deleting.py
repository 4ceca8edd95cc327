"""Delete a VM with its disks, powered off first: there is no way back yet."""

from operations.changes.power import POWER_OFF, vm_of
from operations.changes.stage import Asking, Stage
from operations.model import Change, Effect, Plan
from operations.plans import facts, make_plan
from vsphere.model import PowerState

DELETE = "delete"
_GIB = 1024**3


def plan_nuke(asking: Asking) -> Plan:
    """Cut the power where it is on, then delete; the name must be typed.

    The power is cut hard, since what a guest would write while it shuts down is deleted a moment later.
    """
    vm = vm_of(asking)
    off = [] if vm.power is PowerState.OFF else [{"stage": POWER_OFF}]
    running = () if vm.power is PowerState.OFF else (f"{vm.name} is running now.",)
    snapshots = ("Its snapshots go with it.",) if vm.snapshot_count else ()
    return make_plan(
        verb="nuke",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Delete {vm.name} with its disks",
        done=f"{vm.name} and its disks are deleted.",
        stages=[*off, {"stage": DELETE}],
        effect=Effect.LOSS,
        changes=(Change(label="Disks", before=f"{vm.committed_bytes / _GIB:.1f} GB", after="gone"),),
        warnings=(*running, *snapshots, "There is no way back."),
        needs_confirmation=True,
        type_name_to_confirm=True,
        change_version=vm.change_version,
        expects=facts(vm, "instance_uuid", "name", "power"),
    )


STAGES = (
    Stage(
        title=DELETE,
        send=lambda work: work.gateway.destroy(work.target),
        gone_is_done=True,
        task="VirtualMachine.destroy",
    ),
)
