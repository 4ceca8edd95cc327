"""VMs, hosts and datastores of a vCenter as they were once looked at; what a replay changes is changed here alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from remediation.hosts import is_lost
from remediation.model import Recommendation
from vsphere.model import Cluster, ConnectionState, Datastore, DiskFacts, Host, PowerState, Ref, Vm

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What was read; plain values."""

    vms: tuple[Vm, ...] = ()
    hosts: tuple[Host, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    datastores: tuple[Datastore, ...] = ()
    folders: Mapping[Ref, str] = field(default_factory=lambda: MappingProxyType({}))
    """By VM and datastore, the inventory path of the folder that it is in."""
    disks: Mapping[Ref, DiskFacts] = field(default_factory=lambda: MappingProxyType({}))
    protected: frozenset[Ref] = frozenset()
    """VMs that policy shields."""


class Estate:
    """A picture in which VMs grow and move; every replay begins with its own."""

    def __init__(self, picture: Picture) -> None:
        self.folders = picture.folders
        self.protected = picture.protected
        self._vms = {vm.ref: vm for vm in picture.vms}
        hosts = tuple(map(_as_if_there, picture.hosts))
        self._hosts = {host.ref: host for host in hosts}
        self._clusters = {cluster.ref: cluster for cluster in picture.clusters}
        self._datastores = {datastore.ref: datastore for datastore in picture.datastores}
        self._listed: dict[str, tuple[Datastore, ...]] = {}
        self._disks = dict(picture.disks)
        self._on: defaultdict[Ref, dict[Ref, None]] = defaultdict(dict)
        for vm in picture.vms:
            for datastore in vm.datastores:
                self._on[datastore][vm.ref] = None
        self._there: dict[Ref, tuple[Vm, ...]] = {}
        self._in_cluster = _grouped(hosts, lambda host: host.cluster)
        self._hosts_in = _grouped(hosts, lambda host: host.ref.vcenter)
        self._running = Counter(self.cluster_of(vm) for vm in picture.vms if vm.power is PowerState.ON)

    def vm(self, ref: Ref) -> Vm | None:
        """A VM as it is by now; None where it was not there."""
        return self._vms.get(ref)

    def host(self, ref: Ref | None) -> Host | None:
        """A host; None where it was not there."""
        return None if ref is None else self._hosts.get(ref)

    def hosts_in(self, vcenter: str) -> tuple[Host, ...]:
        """All of a vCenter."""
        return self._hosts_in.get(vcenter, ())

    def hosts_of(self, cluster: Ref | None) -> tuple[Host, ...]:
        """Those of a cluster."""
        return self._in_cluster.get(cluster, ())

    def cluster(self, ref: Ref | None) -> Cluster | None:
        """A cluster; None where it was not there."""
        return None if ref is None else self._clusters.get(ref)

    def cluster_of(self, vm: Vm) -> Ref | None:
        """The cluster in which a VM runs."""
        host = self.host(vm.host)
        return host.cluster if host else None

    def running_in(self, cluster: Ref | None) -> int:
        """How many VMs of a cluster are powered on."""
        return self._running[cluster]

    def datastore(self, ref: Ref) -> Datastore | None:
        """A datastore as it is by now; None where it was not there."""
        return self._datastores.get(ref)

    def datastores_in(self, vcenter: str) -> tuple[Datastore, ...]:
        """All of a vCenter, as they are by now."""
        if vcenter not in self._listed:
            self._listed[vcenter] = tuple(one for one in self._datastores.values() if one.ref.vcenter == vcenter)
        return self._listed[vcenter]

    def vms_on(self, datastore: Ref) -> tuple[Vm, ...]:
        """Those that have files on a datastore."""
        if datastore not in self._there:
            self._there[datastore] = tuple(self._vms[ref] for ref in self._on[datastore])
        return self._there[datastore]

    def disks_of(self, vms: Collection[Ref]) -> Mapping[Ref, DiskFacts]:
        """What is known of their disks."""
        return {ref: self._disks[ref] for ref in vms if ref in self._disks}

    def fill(self, ref: Ref, percent: float) -> None:
        """Let a datastore be used to so much at least."""
        datastore = self._datastores[ref]
        self._set_free(ref, min(datastore.free_bytes, round(datastore.capacity_bytes * (1 - percent / 100))))

    def carry_out(self, recommendation: Recommendation) -> None:
        """Let a VM be as it would be after the change."""
        vm = self._vms[recommendation.vm.ref]
        if recommendation.target is not None:
            self._move(vm, recommendation.target.ref)
            return
        arguments = recommendation.arguments
        cpu_count, memory_mib = int(arguments.get("cpu_count", 0)), int(arguments.get("memory_mib", 0))
        self._put(replace(vm, cpu_count=cpu_count or vm.cpu_count, memory_mib=memory_mib or vm.memory_mib))

    def _move(self, vm: Vm, target: Ref) -> None:
        """All files of a VM go to one datastore."""
        disks = self._disks.get(vm.ref, DiskFacts())
        sizes = dict(disks.bytes_by_datastore) or _sizes(vm)
        for moref, size in sizes.items():
            source = Ref(vm.ref.vcenter, moref)
            if source == target or source not in self._datastores:
                continue
            self._fill_by(source, -size)
            self._fill_by(target, size)
            self._on[source].pop(vm.ref, None)
        self._on[target][vm.ref] = None
        self._put(replace(vm, datastores=(target,)))
        self._disks[vm.ref] = replace(disks, bytes_by_datastore={target.moref: sum(sizes.values())})

    def _put(self, vm: Vm) -> None:
        for datastore in {*self._vms[vm.ref].datastores, *vm.datastores}:
            self._there.pop(datastore, None)
        self._vms[vm.ref] = vm

    def _fill_by(self, ref: Ref, size: int) -> None:
        datastore = self._datastores[ref]
        self._set_free(ref, min(max(datastore.free_bytes - size, 0), datastore.capacity_bytes))

    def _set_free(self, ref: Ref, free_bytes: int) -> None:
        self._datastores[ref] = replace(self._datastores[ref], free_bytes=free_bytes)
        self._listed.clear()


def _as_if_there(host: Host) -> Host:
    """A host that is lost today was not so all the time: nothing is known of when it was."""
    return replace(host, connection=ConnectionState.CONNECTED, powered_on=True) if is_lost(host) else host


def _grouped(hosts: Iterable[Host], by: Callable[[Host], K]) -> dict[K, tuple[Host, ...]]:
    found: defaultdict[K, list[Host]] = defaultdict(list)
    for host in hosts:
        found[by(host)].append(host)
    return {key: tuple(members) for key, members in found.items()}


def _sizes(vm: Vm) -> dict[str, int]:
    """Its bytes by datastore where nothing better is known: all of them on its first."""
    return {vm.datastores[0].moref: vm.committed_bytes} if vm.datastores else {}
