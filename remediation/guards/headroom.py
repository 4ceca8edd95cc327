"""Host and cluster have room for it, at full load, and the cluster also after its largest host has failed.

Numbers: design §7 and peers' guard-rail table, "Cluster headroom" (after the change CPU <= 75 %, memory <= 80 %, N+1).
"""

from collections.abc import Iterator
from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.places import cluster_hosts, cluster_name, host_of
from remediation.rooms import CPU, MEMORY, Resource, Room, room_of, with_room
from remediation.sizes import Grown, grown
from remediation.words import percent
from vsphere.model import Host


class Headroom:
    """For what grows: only the resource that does."""

    name: Final = "headroom"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        wanted, vm = grown(case.recommendation), case.recommendation.vm
        if wanted is None:
            return None
        host = host_of(case.facts, vm)
        if host is None or not host.usable:
            what = f"{host.name}, which can't be used now" if host is not None else "a host that is not known"
            reason = f"{vm.name} runs on {what}, so nobody can tell how much room it has."
            return Hold(guard=self.name, kind=HoldKind.WAIT, reason=reason, way_out="Look after the host first.")
        lacking = next(_lacks(case, host, wanted), None)
        if lacking is None:
            return None
        return Hold(guard=self.name, kind=HoldKind.REFUSE, reason=lacking, way_out=_way_out(case, host, wanted))


def _lacks(case: Case, host: Host, wanted: Grown) -> Iterator[str]:
    """What is missing where, with its figures."""
    if wanted.cpu_count > host.cpu_cores:
        name = case.recommendation.vm.name
        yield f"{host.name} has {host.cpu_cores} cores, and {name} would have {wanted.cpu_count} vCPU."
    for resource, more in ((CPU, wanted.more_cpu * host.cpu_mhz_per_core), (MEMORY, wanted.more_memory_mib)):
        if more > 0:
            yield from _short_of(resource, more, case, host)


def _short_of(resource: Resource, more: int, case: Case, host: Host) -> Iterator[str]:
    most = resource.most_percent(case.settings.guards)
    room = room_of([host], resource, more=more)
    if room.percent > most:
        yield _too_full(host.name, resource, room, most)
    hosts = [one for one in cluster_hosts(case.facts, host.cluster) if one.usable]
    if len(hosts) <= 1:
        return
    cluster, name = room_of(hosts, resource, more=more), cluster_name(case.facts, host.cluster)
    if cluster.percent > most:
        yield _too_full(name, resource, cluster, most)
    largest = max(hosts, key=resource.capacity)
    rest = cluster.capacity - resource.capacity(largest)
    if cluster.used > rest:
        yield (
            f"With it {name} would use {resource.say(cluster.used)} of {resource.label}, and without its largest host"
            f" {largest.name} it has {resource.say(rest)}."
        )


def _too_full(where: str, resource: Resource, room: Room, most: float) -> str:
    return (
        f"With it {where} would use {percent(room.percent, beside=most)} of its {resource.label}"
        f" ({resource.say(room.used)} of {resource.say(room.capacity)}), more than {percent(most)}."
    )


def _way_out(case: Case, host: Host, wanted: Grown) -> str:
    vm, guards = case.recommendation.vm, case.settings.guards
    beside = cluster_hosts(case.facts, host.cluster)
    other = with_room(vm, beside, guards, cpu_count=wanted.cpu_count, memory_mib=wanted.memory_mib)
    if other is not None:
        return f"Move {vm.name} to {other.name}, which has room for it."
    return "Free some of it, or add a host; no other host of the cluster has room."
