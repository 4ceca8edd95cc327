"""New VMs: from nothing, from a VM, from a template; placed where the configuration allows, and marked as whose."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from operations.amounts import memory
from operations.changes.power import POWER_ON
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.leases import EXPIRES, new_lease
from operations.model import Change, Plan
from operations.moments import write_moment
from operations.plans import PLACE, Spec, began, end_of, make_plan
from operations.policy import OWNER_ATTRIBUTE
from operations.settings import NewVmSettings
from vsphere.errors import NameTakenError, NotFoundError
from vsphere.inventory import Inventory
from vsphere.model import CloneSpec, NewVm, Placement, Ref, Vm
from vsphere.placement import PlacementRules

CREATE = "create"
CLONE = "clone"
SET_OWNER = "set owner"
OPERATION_ATTRIBUTE = "iaas.operation"
_GIB = 1024**3
_NOTHING = "-"
_ASK_FOR_LESS = "Ask for less, or ask an administrator."
_MAX_NAME = 80
_FORBIDDEN = frozenset("*?[]/\\%")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Size:
    cpu_count: int
    memory_mib: int
    disk_gib: int


def plan_spawn(asking: Asking) -> Plan:
    """A VM from nothing, powered on.

    Raises:
        BadRequestError: the name or the size can't be.
        NameTakenError: the folder holds the name.
        NoPlacementError: nothing that is allowed can take it.
    """
    arguments = asking.request.arguments
    size = _Size(
        cpu_count=_positive(arguments.get("cpu_count"), "vCPUs"),
        memory_mib=_positive(arguments.get("memory_mib"), "memory"),
        disk_gib=_positive(arguments.get("disk_gib"), "a disk size"),
    )
    name, folder, placement = _prepare(asking, size)
    create = {
        **_where(CREATE, name, folder, placement),
        "cpu_count": size.cpu_count,
        "memory_mib": size.memory_mib,
        "disk_gib": size.disk_gib,
        "guest_id": new_vm_settings(asking).guest_id,
    }
    lease = _lease(asking)
    return make_plan(
        verb="spawn",
        vm=None,
        vm_name=name,
        summary=f"Create {name}",
        done=f"{name} is there, and on.{_until(lease)}",
        stages=[create, _owner(asking), {"stage": POWER_ON}],
        changes=_lines(size),
        lasts=lease,
        undo_within=asking.settings.undo_within,
    )


def plan_clone(asking: Asking) -> Plan:
    """A copy of a VM; powered on only where that was asked for.

    Raises:
        NameTakenError: the folder holds the name.
        NoPlacementError: nothing that is allowed can take it.
    """
    source, on = asking.target, asking.request.arguments.get("power_on") is True
    size = _size_of(source)
    name, folder, placement = _prepare(asking, size)
    power, lease = [{"stage": POWER_ON}] if on else [], _lease(asking)
    return make_plan(
        verb="clone",
        vm=source.ref,
        vm_name=name,
        summary=f"Clone {source.name} to {name}",
        done=f"{name} is there, a copy of {source.name}, and {'on' if on else 'off'}.{_until(lease)}",
        stages=[_where(CLONE, name, folder, placement), _owner(asking), *power],
        changes=_lines(size),
        expects={"instance_uuid": source.instance_uuid},
        lasts=lease,
        undo_within=asking.settings.undo_within,
    )


def plan_clone_template(asking: Asking) -> Plan:
    """A VM from a template, of the template's size unless another was said; powered on.

    Raises:
        BadRequestError: the size can't be.
        NameTakenError: the folder holds the name.
        NoPlacementError: nothing that is allowed can take it.
    """
    source, arguments = asking.target, asking.request.arguments
    like = _size_of(source)
    size = _Size(
        cpu_count=_positive(arguments.get("cpu_count") or like.cpu_count, "vCPUs"),
        memory_mib=_positive(arguments.get("memory_mib") or like.memory_mib, "memory"),
        disk_gib=like.disk_gib,
    )
    name, folder, placement = _prepare(asking, size)
    customizations = new_vm_settings(asking).customization
    clone = {
        **_where(CLONE, name, folder, placement),
        "cpu_count": size.cpu_count,
        "memory_mib": size.memory_mib,
        "customization": customizations.get(source.name, customizations.get("*")),
    }
    lease = _lease(asking)
    return make_plan(
        verb="clonetemplate",
        vm=source.ref,
        vm_name=name,
        summary=f"Deploy {name} from {source.name}",
        done=f"{name} is there, made from {source.name}, and on.{_until(lease)}",
        stages=[clone, _owner(asking), {"stage": POWER_ON}],
        changes=_lines(size),
        expects={"instance_uuid": source.instance_uuid},
        lasts=lease,
        undo_within=asking.settings.undo_within,
    )


def new_vm_settings(asking: Asking) -> NewVmSettings:
    """Where new VMs of this vCenter go.

    Raises:
        BadRequestError: it takes none.
    """
    known = asking.settings.new_vms.get(asking.gateway.name)
    if known is None:
        raise BadRequestError(
            f"{asking.gateway.name} takes no new VMs", hint="Ask an administrator to configure a placement for it."
        )
    return known


def folder_of(inventory: Inventory, path: str) -> Ref:
    """The folder under an inventory path.

    Raises:
        NotFoundError: there is none.
    """
    wanted = path.strip("/").casefold()
    for folder in inventory.folders():
        if inventory.path(folder.ref).casefold() == wanted:
            return folder.ref
    raise NotFoundError(
        f"the folder {path} for new VMs is not in vCenter", hint="Ask an administrator to create or configure it."
    )


def expand(rules: PlacementRules, inventory: Inventory) -> PlacementRules:
    """The same rules with patterns replaced by the names that they fit now."""
    return PlacementRules(
        clusters=_names(rules.clusters, (one.name for one in inventory.clusters())),
        datastores=_names(rules.datastores, (one.name for one in inventory.datastores())),
        networks=_names(rules.networks, (one.name for one in inventory.networks())),
        pools=_names(rules.pools, (one.name for one in inventory.pools())),
    )


def _names(patterns: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    known = sorted(set(names))
    found: list[str] = []
    for pattern in patterns:
        fits = [name for name in known if fnmatchcase(name.casefold(), pattern.casefold())]
        # A pattern that fits nothing stays, or the list would be empty, and an empty list allows all.
        found += fits or [pattern]
    return tuple(dict.fromkeys(found))


def _prepare(asking: Asking, size: _Size) -> tuple[str, Ref, Placement]:
    """Check the name and the size, and find the place."""
    name = _new_name(asking)
    _check_caps(asking, size)
    settings, inventory = new_vm_settings(asking), asking.gateway.inventory
    folder = folder_of(inventory, settings.folder)
    if any(vm.folder == folder for vm in inventory.find_vms(name)):
        raise NameTakenError(f"{settings.folder} holds a VM called {name} already")
    placement = asking.gateway.recommend_placement(
        cpu_count=size.cpu_count,
        memory_mib=size.memory_mib,
        disk_gib=size.disk_gib,
        allowed=expand(settings.allowed, inventory),
        folder=folder,
    )
    return name, folder, placement


def _new_name(asking: Asking) -> str:
    name = (asking.request.name or "").strip()
    if not name or len(name) > _MAX_NAME or _FORBIDDEN & set(name) or not name.isprintable():
        raise BadRequestError(
            f"{name!r} can't name a new VM", hint=f"1 to {_MAX_NAME} letters, digits, dots, hyphens, underscores."
        )
    return name


def _check_caps(asking: Asking, size: _Size) -> None:
    caps = asking.settings.caps
    for what, wanted, most in (
        ("vCPUs", size.cpu_count, caps.cpu_count),
        ("MiB of memory", size.memory_mib, caps.memory_mib),
        ("GiB of disk", size.disk_gib, caps.disk_gib),
    ):
        if wanted > most:
            whole = asking.request.verb == "clone"
            hint = "A clone is as large as what it is made from: ask an administrator." if whole else _ASK_FOR_LESS
            raise BadRequestError(f"{wanted} {what} are over the limit of {most}", hint=hint)


def _positive(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRequestError(f"a new VM needs {what}", hint="Name a size of the catalogue, or the figures themselves.")
    return value


def _size_of(vm: Vm) -> _Size:
    disk_bytes = vm.committed_bytes + vm.uncommitted_bytes
    return _Size(cpu_count=vm.cpu_count, memory_mib=vm.memory_mib, disk_gib=max(1, math.ceil(disk_bytes / _GIB)))


def _where(stage: str, name: str, folder: Ref, placement: Placement) -> Spec:
    return {
        "stage": stage,
        "name": name,
        "folder": folder.moref,
        PLACE: {
            "host": placement.host.moref if placement.host else None,
            "pool": placement.pool.moref,
            "datastore": placement.datastore.moref,
            "network": placement.network.moref if placement.network else None,
            "reason": placement.reason,
        },
    }


def _owner(asking: Asking) -> Spec:
    return {"stage": SET_OWNER, "owner": asking.request.actor.id}


def _lease(asking: Asking) -> timedelta | None:
    """How long the VM lives."""
    return new_lease(asking.request.arguments.get("lease_s"), asking.lease)


def _until(lease: timedelta | None) -> str:
    return "" if lease is None else " Its lease ends at {until}."


def _lines(size: _Size) -> tuple[Change, ...]:
    return (
        Change(label="vCPU", before=_NOTHING, after=str(size.cpu_count)),
        Change(label="Memory", before=_NOTHING, after=memory(size.memory_mib)),
        Change(label="Disk", before=_NOTHING, after=f"{size.disk_gib} GB"),
    )


def _placement(work: Work) -> Placement:
    spec, vcenter = work.spec[PLACE], work.gateway.name
    return Placement(
        host=Ref(vcenter, spec["host"]) if spec["host"] else None,
        pool=Ref(vcenter, spec["pool"]),
        datastore=Ref(vcenter, spec["datastore"]),
        network=Ref(vcenter, spec["network"]) if spec["network"] else None,
        reason=spec["reason"],
    )


def _folder(work: Work) -> Ref:
    return Ref(work.gateway.name, work.spec["folder"])


def _create(work: Work) -> Ref | None:
    spec = work.spec
    return work.gateway.create_vm(
        NewVm(
            name=spec["name"],
            folder=_folder(work),
            placement=_placement(work),
            cpu_count=spec["cpu_count"],
            memory_mib=spec["memory_mib"],
            disk_gib=spec["disk_gib"],
            guest_id=spec["guest_id"],
            operation_id=work.operation.id,
        )
    )


def _clone(work: Work) -> Ref | None:
    spec = work.spec
    return work.gateway.clone_vm(
        work.target,
        CloneSpec(
            name=spec["name"],
            folder=_folder(work),
            placement=_placement(work),
            cpu_count=spec.get("cpu_count"),
            memory_mib=spec.get("memory_mib"),
            customization=spec.get("customization"),
            operation_id=work.operation.id,
        ),
    )


def _find_made(work: Work) -> Ref | None:
    """The VM of that name in that folder, if it carries our operation's id."""
    for vm in work.gateway.inventory.find_vms(work.spec["name"]):
        if vm.folder == _folder(work) and work.gateway.read_operation_id(vm.ref) == work.operation.id:
            return vm.ref
    return None


def _marks(work: Work) -> dict[str, str]:
    """Whose it is, by which operation, and until when; a clone does not inherit the lease of its source."""
    operation = work.operation
    ends = end_of(operation.plan, began(operation)) if operation.plan else None
    marks = {OWNER_ATTRIBUTE: work.spec["owner"], OPERATION_ATTRIBUTE: operation.id}
    if ends is not None:
        return {**marks, EXPIRES: write_moment(ends)}
    inherited = work.vm is not None and work.vm.attributes.get(EXPIRES)
    return {**marks, EXPIRES: ""} if inherited else marks


def _set_owner(work: Work) -> None:
    work.gateway.set_attributes(work.target, _marks(work))


def _has_owner(work: Work) -> bool:
    return work.vm is not None and _marks(work).items() <= work.vm.attributes.items()


STAGES = (
    Stage(
        title=CREATE,
        send=_create,
        find_made=_find_made,
        makes=True,
        task="Folder.createVm",
        entity=_folder,
        reads_target=False,
    ),
    Stage(title=CLONE, send=_clone, find_made=_find_made, makes=True, task="VirtualMachine.clone"),
    Stage(title=SET_OWNER, send=_set_owner, reached=_has_owner, repeatable=True),
)
