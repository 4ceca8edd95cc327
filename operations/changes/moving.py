"""Move a VM's files to another datastore while it runs: to the one that is named, or to the one with most headroom."""

from collections.abc import Iterable

from operations.changes.power import vm_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Change, Plan
from operations.plans import already_so, make_plan
from vsphere.errors import NoPlacementError, NoSpaceError, NotFoundError
from vsphere.inventory import Inventory
from vsphere.model import Datastore, Ref, Vm
from vsphere.placement import DATASTORE_RESERVE_RATIO

MOVE = "move"
TIER = "tier"
"""Custom attribute of a datastore; a VM stays within its tier unless somebody names another datastore."""
_GIB = 1024**3


def plan_move(asking: Asking) -> Plan:
    """Move all files of a VM.

    Raises:
        BadRequestError: the VM's host does not reach that datastore.
        NotFoundError: no datastore is called that.
        NoSpaceError: it has no room.
        NoPlacementError: none was named, and no other of its tier has room.
    """
    vm, inventory = vm_of(asking), asking.gateway.inventory
    named = asking.request.arguments.get("datastore")
    target = _named(vm, str(named), inventory) if named else best_target(vm, inventory)
    if vm.datastores == (target.ref,):
        words = f"{vm.name} is on {target.name} already."
        return already_so(verb="move", vm=vm.ref, vm_name=vm.name, summary=f"Move {vm.name}", words=words)
    before = ", ".join(inventory.name(ref) for ref in vm.datastores)
    return make_plan(
        verb="move",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Move {vm.name} to {target.name}",
        done=f"{vm.name} is on {target.name} now.",
        stages=[{"stage": MOVE, "datastore": target.ref.moref}],
        changes=(Change(label="Datastore", before=before, after=target.name),),
        warnings=("It has snapshots, which move along and take longer.",) if vm.snapshot_count else (),
        expects=facts(vm, "instance_uuid"),
        before={"datastore": before},
        # Disks on several datastores can't be put back by one move.
        undo_within=asking.settings.undo_within if len(vm.datastores) == 1 else None,
    )


def best_target(vm: Vm, inventory: Inventory) -> Datastore:
    """The datastore of the same tier with the largest share free once the VM is there.

    Raises:
        NoPlacementError: none has room, or none can be reached.
    """
    tiers = {one.attributes.get(TIER) for one in map(inventory.datastore, vm.datastores) if one is not None}
    fit = [
        one
        for one in _reachable(vm, inventory)
        if one.ref not in vm.datastores and one.attributes.get(TIER) in tiers and lack(vm, one) is None
    ]
    if not fit:
        raise NoPlacementError(
            f"no other datastore of the same tier that {vm.name}'s host reaches has room for it",
            hint=f"Name one: `/iaas move {vm.name} DATASTORE`.",
        )
    return max(fit, key=lambda one: ((one.free_bytes - vm.committed_bytes) / one.capacity_bytes, one.name))


def lack(vm: Vm, datastore: Datastore) -> str | None:
    """Why a datastore can't take the VM; None where it can."""
    if not datastore.accessible or datastore.in_maintenance:
        return f"{datastore.name} can't be used now"
    left = datastore.free_bytes - vm.committed_bytes
    if left < datastore.capacity_bytes * DATASTORE_RESERVE_RATIO:
        return (
            f"{datastore.name} has {datastore.free_bytes / _GIB:.0f} GB free, {vm.name} needs"
            f" {vm.committed_bytes / _GIB:.0f} GB, and {DATASTORE_RESERVE_RATIO:.0%} must stay free"
        )
    return None


def _named(vm: Vm, name: str, inventory: Inventory) -> Datastore:
    found = [one for one in inventory.datastores() if one.name.casefold() == name.casefold()]
    if not found:
        raise NotFoundError(f"no datastore is called {name!r}")
    reached = {one.ref for one in _reachable(vm, inventory)}
    target = next((one for one in found if one.ref in reached), None)
    if target is None:
        raise BadRequestError(f"the host of {vm.name} does not reach {name}", hint="Name a datastore that it reaches.")
    why = None if target.ref in vm.datastores else lack(vm, target)
    if why is not None:
        raise NoSpaceError(why, hint="Name another datastore.")
    return target


def _reachable(vm: Vm, inventory: Inventory) -> Iterable[Datastore]:
    host = inventory.host(vm.host) if vm.host else None
    found = (inventory.datastore(ref) for ref in host.datastores) if host else iter(inventory.datastores())
    return [one for one in found if one is not None]


def _to(work: Work) -> Ref:
    return Ref(work.gateway.name, work.spec["datastore"])


def _has_moved(work: Work) -> bool:
    return work.vm is not None and work.vm.datastores == (_to(work),)


STAGES = (
    Stage(
        title=MOVE,
        send=lambda work: work.gateway.relocate(work.target, datastore=_to(work)),
        reached=_has_moved,
        task="VirtualMachine.relocate",
    ),
)
