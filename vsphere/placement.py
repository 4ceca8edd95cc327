"""Chooses host, pool, datastore and network for a new VM from the mirror alone: a pure decision, with its reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vsphere.errors import NoPlacementError
from vsphere.inventory import Inventory
from vsphere.model import Cluster, Container, Datastore, Host, Placement, Ref
from vsphere.promises import NOTHING_PROMISED, Promised

_GIB = 1024**3
_MIB = 1024**2
DATASTORE_RESERVE_RATIO = 0.05
"""Share of a datastore that a new disk must leave free: swap files and snapshots grow, and at zero every VM stops."""
HOST_MEMORY_LIMIT_RATIO = 0.95
"""Share of a host's memory in use beyond which nothing is placed there."""
_UPLINK_MARK = "DVUplinks"
"""Uplink port groups stand in every host's network list, and no VM may be on them."""
_REASONS = 3
"""So many are told, of hosts as of datastores: a phone shows no more without scrolling. The rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacementRules:
    """Names that may be used; an empty tuple allows all. Case does not count."""

    clusters: tuple[str, ...] = ()
    datastores: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Need:
    cpu_count: int
    memory_mib: int
    disk_bytes: int
    rules: PlacementRules
    datacenter: Ref | None
    promised: Promised

    def memory_used_mib(self, host: Host) -> int:
        """What a host uses, and what new VMs will use that were promised a place there."""
        return host.memory_used_mib + self.promised.memory_mib.get(host.ref, 0)

    def free_bytes(self, datastore: Datastore) -> int:
        """What a datastore has left once new VMs are there that were promised a place."""
        return datastore.free_bytes - self.promised.disk_bytes.get(datastore.ref, 0)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A host that can take the VM, with the best of everything else there."""

    host: Host
    cluster: Cluster
    pool: Ref
    datastore: Datastore
    network: Container
    headroom: float


def place(
    inventory: Inventory,
    *,
    cpu_count: int,
    memory_mib: int,
    disk_gib: int,
    allowed: PlacementRules,
    folder: Ref | None = None,
    promised: Promised = NOTHING_PROMISED,
) -> Placement:
    """Choose the host with the most headroom among those allowed, and its best datastore.

    Args:
        inventory: the mirror; nothing else is asked.
        cpu_count: vCPUs; a host with fewer cores can't run the VM.
        memory_mib: must fit into the host's free memory.
        disk_gib: must fit onto the datastore and leave `DATASTORE_RESERVE_RATIO` of it free.
        allowed: which clusters, datastores, networks and pools may be used, by name.
        folder: where the VM will be listed; it ties the host to the folder's datacenter.
        promised: what other new VMs will take that the mirror does not show yet.

    Raises:
        NoPlacementError: no host will do; the message says what most of them lack.
    """
    need = _Need(
        cpu_count=cpu_count,
        memory_mib=memory_mib,
        disk_bytes=disk_gib * _GIB,
        rules=allowed,
        datacenter=_datacenter(inventory, folder) if folder else None,
        promised=promised,
    )
    fit: list[_Candidate] = []
    lacking: dict[str, list[str]] = {}
    for host in sorted(inventory.hosts(), key=lambda one: one.name):
        judged = _judge(inventory, host, need)
        if isinstance(judged, _Candidate):
            fit.append(judged)
        else:
            lacking.setdefault(judged, []).append(host.name)
    if not fit:
        raise NoPlacementError(_nothing(lacking))
    best = max(fit, key=lambda one: one.headroom)
    return Placement(
        host=best.host.ref,
        pool=best.pool,
        datastore=best.datastore.ref,
        network=best.network.ref,
        reason=_reason(best, len(fit), need),
    )


def _judge(inventory: Inventory, host: Host, need: _Need) -> _Candidate | str:
    """A candidate, or what the host lacks."""
    cluster = inventory.cluster(host.cluster) if host.cluster else None
    if cluster is None:
        return "its cluster is not known"
    lack = _cluster_lack(inventory, host, cluster, need) or _host_lack(host, need)
    return lack or _equip(inventory, host, cluster, need)


def _equip(inventory: Inventory, host: Host, cluster: Cluster, need: _Need) -> _Candidate | str:
    """Add pool, network and datastore to a host that is fit itself."""
    pool = _pool(inventory, cluster, need.rules)
    if pool is None:
        return f"no pool of {', '.join(need.rules.pools)}"
    network = _network(inventory, host, need.rules)
    if network is None:
        return "no allowed network"
    datastore = _datastore(inventory, host, need)
    if datastore is None:
        return _datastore_lack(inventory, host, need)
    return _Candidate(host, cluster, pool, datastore, network, _headroom(host, need))


def _cluster_lack(inventory: Inventory, host: Host, cluster: Cluster, need: _Need) -> str | None:
    if not _allowed(cluster.name, need.rules.clusters):
        return f"cluster {cluster.name} is not allowed"
    if need.datacenter and need.datacenter not in inventory.ancestors(host.ref):
        return "another datacenter than the folder's"
    return None


def _host_lack(host: Host, need: _Need) -> str | None:
    if host.in_maintenance:
        return "in maintenance mode"
    if not host.usable:
        return f"{host.connection.value}, power {'on' if host.powered_on else 'off'}"
    if host.cpu_cores < need.cpu_count:
        return f"{host.cpu_cores} cores for {need.cpu_count} vCPUs"
    free_mib = host.memory_bytes // _MIB * HOST_MEMORY_LIMIT_RATIO - need.memory_used_mib(host)
    if free_mib < need.memory_mib:
        return f"{max(int(free_mib), 0)} MiB of memory free, {need.memory_mib} needed"
    return None


def _headroom(host: Host, need: _Need) -> float:
    """The scarcer of free CPU and free memory, as a share, once the VM runs there."""
    memory_mib = max(host.memory_bytes // _MIB, 1)
    cpu_mhz = max(host.cpu_cores * host.cpu_mhz_per_core, 1)
    memory_left = 1 - (need.memory_used_mib(host) + need.memory_mib) / memory_mib
    return min(memory_left, 1 - host.cpu_used_mhz / cpu_mhz)


def _pool(inventory: Inventory, cluster: Cluster, rules: PlacementRules) -> Ref | None:
    if not rules.pools:
        return cluster.root_pool
    for pool in sorted(inventory.pools(), key=lambda one: one.name):
        if _allowed(pool.name, rules.pools) and cluster.ref in inventory.ancestors(pool.ref):
            return pool.ref
    return None


def _network(inventory: Inventory, host: Host, rules: PlacementRules) -> Container | None:
    """The first allowed one by the rules' order, else by name."""
    seen = [one for one in map(inventory.container, host.networks) if one and _UPLINK_MARK not in one.name]
    found = [one for one in seen if _allowed(one.name, rules.networks)]
    order = [name.casefold() for name in rules.networks]
    return min(
        found,
        key=lambda one: (order.index(one.name.casefold()) if order else 0, one.name),
        default=None,
    )


def _datastore(inventory: Inventory, host: Host, need: _Need) -> Datastore | None:
    """The one with most space left; shared ones first, since a VM on a local disk can't leave its host."""
    found = [one for one in _seen(inventory, host, need) if _fits(one, need)]
    return max(found, key=lambda one: (_is_shared(inventory, one), need.free_bytes(one), one.name), default=None)


def _seen(inventory: Inventory, host: Host, need: _Need) -> Iterator[Datastore]:
    for ref in host.datastores:
        datastore = inventory.datastore(ref)
        if datastore and _allowed(datastore.name, need.rules.datastores):
            yield datastore


def _fits(datastore: Datastore, need: _Need) -> bool:
    reserve = datastore.capacity_bytes * DATASTORE_RESERVE_RATIO
    usable = datastore.accessible and not datastore.in_maintenance
    return usable and need.free_bytes(datastore) - need.disk_bytes >= reserve


def _is_shared(inventory: Inventory, datastore: Datastore) -> bool:
    return sum(datastore.ref in host.datastores for host in inventory.hosts()) > 1


def _datastore_lack(inventory: Inventory, host: Host, need: _Need) -> str:
    seen = list(_seen(inventory, host, need))
    if not seen:
        return "no allowed datastore"
    roomiest = sorted(seen, key=need.free_bytes, reverse=True)
    words = [
        f"{one.name} {max(need.free_bytes(one), 0) // _GIB} GiB free"
        if one.accessible and not one.in_maintenance
        else f"{one.name} unusable"
        for one in roomiest[:_REASONS]
    ]
    more = [f"and {len(seen) - _REASONS} more"] if len(seen) > _REASONS else []
    return f"no datastore with room for {need.disk_bytes // _GIB} GiB ({', '.join([*words, *more])})"


def _datacenter(inventory: Inventory, folder: Ref) -> Ref | None:
    kinds = {one.ref for one in inventory.datacenters()}
    return next((one for one in inventory.ancestors(folder) if one in kinds), None)


def _allowed(name: str, names: Collection[str]) -> bool:
    return not names or name.casefold() in {one.casefold() for one in names}


def _reason(best: _Candidate, count: int, need: _Need) -> str:
    among = "the only host that can take it" if count == 1 else f"most headroom of {count} hosts"
    return (
        f"{best.host.name} in {best.cluster.name}: {among}, {best.headroom:.0%} left with this VM;"
        f" {best.datastore.name}: {need.free_bytes(best.datastore) // _GIB} GiB free; network {best.network.name}"
    )


def _nothing(lacking: Mapping[str, Sequence[str]]) -> str:
    """Why no host will do: what most of them lack goes first."""
    if not lacking:
        return "vCenter has no host"
    groups = sorted(lacking.items(), key=lambda group: -len(group[1]))
    told = [f"{_counted(hosts[0], len(hosts) - 1)}: {lack}" for lack, hosts in groups[:_REASONS]]
    untold = sum(len(hosts) for _, hosts in groups[_REASONS:])
    return "No host can take this VM. " + "; ".join([*told, *([f"and {untold} more"] if untold else [])])


def _counted(first: str, more: int) -> str:
    return f"{first} and {more} more" if more else first
