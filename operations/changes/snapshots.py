"""Snapshots of a VM: take one, go back to one, remove one. They are named by people and found by their id."""

from dataclasses import asdict

from operations.changes.power import vm_of
from operations.changes.resizing import Size, size_lines, size_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Change, Effect, Plan
from operations.moments import say_past
from operations.plans import make_plan
from vsphere.errors import AmbiguousNameError, NotFoundError
from vsphere.model import PowerState, Ref, Snapshot, Vm

TAKE = "take snapshot"
REVERT = "revert"
REMOVE = "remove snapshot"
_MAX_NAME = 80
_MANY = 3
"""VMware advises two or three in a chain; 32 is the end."""


def plan_create(asking: Asking) -> Plan:
    """Take a snapshot of the disks, without memory.

    Raises:
        BadRequestError: the name can't be, or a snapshot has it already.
    """
    vm, name = vm_of(asking), _name(asking)
    known = asking.gateway.snapshots(vm.ref) if vm.snapshot_count else []
    if any(one.name == name for one in known):
        raise BadRequestError(f"{vm.name} has a snapshot {name} already", hint="Choose another name.")
    many = (f"{vm.name} has {len(known)} snapshots already; a long chain is slow.",) if len(known) >= _MANY else ()
    return make_plan(
        verb="snapshot.create",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Take the snapshot {name} of {vm.name}",
        done=f"{vm.name} has the snapshot {name} now.",
        stages=[{"stage": TAKE, "name": name, "by": asking.request.actor.name}],
        warnings=(*many, "A snapshot is no backup, and it grows: remove it when it has done its duty."),
        expects=facts(vm, "instance_uuid"),
        undo_within=asking.settings.undo_within,
    )


def plan_revert(asking: Asking) -> Plan:
    """Go back to a snapshot; it always asks.

    Raises:
        NotFoundError: the VM has no snapshot of that name.
        AmbiguousNameError: it has several.
    """
    vm, name = vm_of(asking), _name(asking)
    snapshot = _find(asking, vm, name)
    cpu_count, memory_mib = asking.gateway.snapshot_size(snapshot.ref)
    size = Size(cpu_count=cpu_count, memory_mib=memory_mib)
    # Only another size is named, since a plan that names one is held against quotas and approvals like a resize.
    resized = {} if size == size_of(vm) else asdict(size)
    return make_plan(
        verb="snapshot.revert",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Take {vm.name} back to the snapshot {name}",
        done=f"{vm.name} is as it was when {name} was taken{_power_afterwards(vm, snapshot)}.",
        stages=[
            {"stage": REVERT, "snapshot": snapshot.ref.moref, "name": name, "runs": snapshot.holds_memory, **resized}
        ],
        effect=Effect.LOSS,
        changes=(
            Change(label="State", before="as of now", after=f"as of {say_past(snapshot.created_at)}"),
            *size_lines(vm, size),
        ),
        warnings=("What has happened on its disks since then is lost.", *_power_warning(vm, snapshot)),
        needs_confirmation=True,
        expects=facts(vm, "instance_uuid", "name"),
    )


def plan_remove(asking: Asking) -> Plan:
    """Delete a snapshot and keep what the VM has become since; it always asks.

    Raises:
        NotFoundError: the VM has no snapshot of that name.
        AmbiguousNameError: it has several.
    """
    vm, name = vm_of(asking), _name(asking)
    taken_by = asking.request.arguments.get("taken_by")
    snapshot = _find(asking, vm, name, taken_by=None if taken_by is None else str(taken_by))
    return make_plan(
        verb="snapshot.remove",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Remove the snapshot {name} of {vm.name}",
        done=f"The snapshot {name} of {vm.name} is removed.",
        stages=[{"stage": REMOVE, "snapshot": snapshot.ref.moref}],
        warnings=(f"Nobody can go back to {name} afterwards. The VM itself stays as it is.",),
        needs_confirmation=True,
        expects=facts(vm, "instance_uuid", "name"),
    )


def _name(asking: Asking) -> str:
    name = str(asking.request.arguments.get("snapshot") or "").strip()
    if not name or len(name) > _MAX_NAME:
        raise BadRequestError("the snapshot needs a name", hint=f"Give it one of up to {_MAX_NAME} characters.")
    return name


def _find(asking: Asking, vm: Vm, name: str, *, taken_by: str | None = None) -> Snapshot:
    """The snapshot of that name; that of one operation where there may be others of the name."""
    found = [one for one in asking.gateway.snapshots(vm.ref) if one.name == name]
    if taken_by is not None:
        found = [one for one in found if one.description.endswith(f"operation {taken_by}")]
    if not found:
        raise NotFoundError(f"{vm.name} has no snapshot {name}", hint=f"See `/iaas snapshot {vm.name} list`.")
    if len(found) > 1:
        raise AmbiguousNameError(
            f"{vm.name} has {len(found)} snapshots called {name}", hint="Rename or remove one in vCenter."
        )
    return found[0]


def _power_warning(vm: Vm, snapshot: Snapshot) -> tuple[str, ...]:
    if vm.power is PowerState.OFF or snapshot.holds_memory:
        return ()
    return (f"{vm.name} will be off afterwards, since the snapshot holds no memory: `/iaas poweron {vm.name}` then.",)


def _power_afterwards(vm: Vm, snapshot: Snapshot) -> str:
    if snapshot.holds_memory:
        return ", and it runs"
    return ", and it is off" + ("" if vm.power is PowerState.OFF else f": `/iaas poweron {vm.name}` switches it on")


def _description(work: Work) -> str:
    return f"Taken by {work.spec['by']} with iaas-bot, operation {work.operation.id}"


def _is_taken(work: Work) -> bool:
    """Whether a snapshot says that this operation has taken it."""
    if work.vm is None or not work.vm.snapshot_count:
        return False
    return any(one.description == _description(work) for one in work.gateway.snapshots(work.target))


def _ref(work: Work) -> Ref:
    return Ref(work.gateway.name, work.spec["snapshot"])


def _revert(work: Work) -> Ref:
    """Go back to the very snapshot that was agreed upon; another of its name is not that one."""
    if all(one.ref != _ref(work) for one in work.gateway.snapshots(work.target)):
        name = work.operation.vm_name
        raise NotFoundError(
            f"The snapshot {work.spec.get('name', '')} of {name} that this was about is gone",
            hint=f"See `/iaas snapshot {name} list`.",
        )
    return work.gateway.revert_snapshot(_ref(work))


def _shows_snapshot(work: Work) -> bool:
    return work.vm is not None and work.vm.snapshot_count > 0


def _shows_reverted(work: Work) -> bool:
    """Whether it runs or not, and its size where that was to change; a plan of an earlier version tells neither."""
    vm, spec = work.vm, work.spec
    if vm is None or spec.get("runs") not in {None, vm.power is PowerState.ON}:
        return False
    return (
        asdict(size_of(vm)).items()
        >= {name: spec[name] for name in ("cpu_count", "memory_mib") if name in spec}.items()
    )


def _is_removed(work: Work) -> bool:
    return work.vm is not None and all(one.ref != _ref(work) for one in work.gateway.snapshots(work.target))


STAGES = (
    Stage(
        title=TAKE,
        send=lambda work: work.gateway.create_snapshot(work.target, work.spec["name"], _description(work)),
        reached=_is_taken,
        shows=_shows_snapshot,
        task="VirtualMachine.createSnapshot",
    ),
    Stage(
        title=REVERT,
        shows=_shows_reverted,
        send=_revert,
        task="vm.Snapshot.revert",
    ),
    Stage(
        title=REMOVE,
        send=lambda work: work.gateway.remove_snapshot(_ref(work)),
        reached=_is_removed,
        # The mirror counts root snapshots alone, so it can't tell.
        shows=lambda _work: True,
        task="vm.Snapshot.remove",
    ),
)
