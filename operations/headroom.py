"""What is left on host, cluster and datastore once a plan is carried out: lines for people, from the mirror. Pure.

What is added counts as fully used: a share that is free by these figures is free whatever the VM does with them. What
is given back does not count, since nobody knows how much of it was in use.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operations.footprint import Footprint
from operations.model import Change, Plan
from operations.plans import PLACE, Spec, making, specs_of
from vsphere.inventory import Inventory
from vsphere.model import Datastore, Host, PowerState, Ref, Vm

_MIB = 1024**2
_GIB = 1024**3
_TERA = 1000
_MOST_NAME = 22
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """Where the plan's places are looked up."""

    vcenter: str
    inventory: Inventory

    def host(self, spec: Spec) -> Host | None:
        """The host that a stage names; None where DRS will choose one."""
        moref = spec.get(PLACE, spec).get("host")
        return self.inventory.host(Ref(self.vcenter, moref)) if moref else None

    def datastore(self, spec: Spec) -> Datastore | None:
        """The datastore that a stage names."""
        moref = spec.get(PLACE, spec).get("datastore")
        return self.inventory.datastore(Ref(self.vcenter, moref)) if moref else None


def room_lines(plan: Plan, estate: Estate, *, vm: Vm | None, after: Footprint | None) -> Iterator[Change]:
    """Host and cluster where the plan adds load, and the datastore where it takes space."""
    if after is not None:
        yield from _load_lines(plan, estate, vm, after)
    yield from _space_lines(plan, estate, vm, after)


def _load_lines(plan: Plan, estate: Estate, vm: Vm | None, after: Footprint) -> Iterator[Change]:
    spec, inventory = making(plan), estate.inventory
    if spec is not None:
        host, added, runs = estate.host(spec), (after.cpu_count, after.memory_mib), _turns_on(plan)
    elif vm is not None and vm.host is not None:
        host, added, runs = inventory.host(vm.host), _added(plan, vm, after), _runs(plan, vm)
    else:
        return
    if host is None or not any(added):
        return
    when = "at full load" if runs else "once it is on"
    yield Change(label="Host after", before="", after=_free(_host_name(host), [host], added, when))
    siblings = [one for one in inventory.hosts() if one.usable and one.cluster == host.cluster]
    cluster = inventory.cluster(host.cluster) if host.cluster else None
    if cluster is not None and len(siblings) > 1:
        yield Change(label="Cluster after", before="", after=_free(_short(cluster.name), siblings, added, when))


def _runs(plan: Plan, vm: Vm) -> bool:
    return vm.power is PowerState.ON or _turns_on(plan)


def _added(plan: Plan, vm: Vm, after: Footprint) -> tuple[int, int]:
    """VCPUs and MiB that come on top of what the VM uses now; all that it has where it was off and may be on."""
    if vm.power is PowerState.ON:
        return max(after.cpu_count - vm.cpu_count, 0), max(after.memory_mib - vm.memory_mib, 0)
    grows = after.cpu_count > vm.cpu_count or after.memory_mib > vm.memory_mib
    return (after.cpu_count, after.memory_mib) if grows or _turns_on(plan) else (0, 0)


def _free(name: str, hosts: Iterable[Host], added: tuple[int, int], when: str) -> str:
    """`esx-03: 56 % CPU, 36 % memory free at full load`."""
    known = list(hosts)
    speed = max((one.cpu_mhz_per_core for one in known), default=0)
    cpu = _share(
        sum(one.cpu_used_mhz for one in known) + added[0] * speed,
        sum(one.cpu_cores * one.cpu_mhz_per_core for one in known),
    )
    memory = _share(
        sum(one.memory_used_mib for one in known) + added[1], sum(one.memory_bytes // _MIB for one in known)
    )
    return f"{name}: {cpu} CPU, {memory} memory free {when}"


def _share(used: int, capacity: int) -> str:
    return f"{max(1 - used / max(capacity, 1), 0):.0%}".replace("%", f"{_SPACE}%")


def _space_lines(plan: Plan, estate: Estate, vm: Vm | None, after: Footprint | None) -> Iterator[Change]:
    for spec in specs_of(plan):
        datastore = estate.datastore(spec)
        if datastore is None:
            continue
        # A move copies what there is; a new disk is counted with all that it may grow to.
        takes = after.disk_gib * _GIB if spec is making(plan) and after else vm.committed_bytes if vm else 0
        yield Change(label="Disk space", before=_size(datastore.free_bytes), after=_left(datastore, takes))


def _left(datastore: Datastore, takes: int) -> str:
    return f"{_size(max(datastore.free_bytes - takes, 0))} free on {_short(datastore.name)}"


def _size(count: int) -> str:
    gib = count / _GIB
    return f"{gib / 1024:.1f} TB" if gib >= _TERA else f"{gib:.0f} GB"


def _turns_on(plan: Plan) -> bool:
    return any(spec["stage"] == "power on" for spec in specs_of(plan))


def _host_name(host: Host) -> str:
    """Without its domain; an address stays whole."""
    is_address = host.name.replace(".", "").isdigit()
    return _short(host.name if is_address else host.name.partition(".")[0])


def _short(name: str) -> str:
    return name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 1]}…"
