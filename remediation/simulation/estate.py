"""What a simulation begins with: clusters, hosts, datastores, VMs and the storms to come, drawn from a seed."""

from array import array
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from remediation.simulation.loads import PER_DAY, PER_HOUR, PER_WEEK, SHARES, STEP, Demand, Kind, Size, demand
from vsphere.model import Ref

VCENTER: Final = "sim"
START: Final = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""
GIB: Final = 1024**3
MHZ_PER_CORE: Final = 2500
TIERS: Final = ("gold", "silver")
HOSTS_PER_CLUSTER: Final = 4
_VMS_PER_CLUSTER: Final = 100
_DATASTORES_PER_TIER: Final = 4
_VCPUS_PER_CORE: Final = 2.0
"""Of a host that is as full as most are."""
_CROWDED: Final = 1.4
"""The first host has so many times the VMs of the others: its VMs wait for cores by day."""
_SIZES: Final = (
    (Size(cpu_count=1, memory_mib=2048), 0.20),
    (Size(cpu_count=2, memory_mib=3072), 0.10),
    (Size(cpu_count=2, memory_mib=4096), 0.35),
    (Size(cpu_count=4, memory_mib=8192), 0.25),
    (Size(cpu_count=8, memory_mib=16384), 0.10),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Storm:
    """Many VMs of one cluster have more to do, for a while; at a host's failure that host is gone as well."""

    cluster: int
    starts: int
    """Step."""
    lasts: int
    more: float
    """vCPUs that each VM wants on top, as a share of its size."""
    host: int | None = None
    """The host that fails; None for a backup window."""

    def covers(self, step: int) -> bool:
        """Whether it is on."""
        return self.starts <= step < self.starts + self.lasts


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A VM as it is at first, and what it will want."""

    ref: Ref
    name: str
    size: Size
    hot_add: bool
    host: int
    cluster: int
    datastore: int
    disk_bytes: float
    demand: Demand


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A datastore."""

    ref: Ref
    name: str
    tier: str
    capacity_bytes: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All that is the same for whoever reacts to it."""

    seed: int
    steps: int
    machines: tuple[Machine, ...]
    stores: tuple[Store, ...]
    storms: tuple[Storm, ...]
    clusters: int
    cores: tuple[int, ...]
    """By host."""


def draw(*, weeks: int, vms: int, seed: int) -> Plan:
    """Draw an estate with its future."""
    rng = Random(seed)  # noqa: S311  the same for the same seed is the point
    steps = weeks * PER_WEEK
    clusters = max(1, round(vms / _VMS_PER_CLUSTER))
    storms = _storms(clusters, weeks, rng)
    stores = len(TIERS) * _DATASTORES_PER_TIER
    machines = tuple(
        _machine(n, kind, rng, clusters=clusters, stores=stores, steps=steps, storms=storms)
        for n, kind in enumerate(_kinds(vms, rng))
    )
    return Plan(
        seed=seed,
        steps=steps,
        machines=machines,
        stores=_stores(machines, stores),
        storms=storms,
        clusters=clusters,
        cores=_cores(machines, clusters),
    )


def _kinds(vms: int, rng: Random) -> list[Kind]:
    """As many of each kind as its share says; quiet ones make up the rest."""
    kinds: list[Kind] = [
        kind for kind, share in SHARES.items() if kind is not Kind.QUIET for _ in range(round(share * vms))
    ]
    kinds += [Kind.QUIET] * (vms - len(kinds))
    rng.shuffle(kinds)
    return kinds[:vms]


def _machine(
    number: int, kind: Kind, rng: Random, *, clusters: int, stores: int, steps: int, storms: tuple[Storm, ...]
) -> Machine:
    size = rng.choices([one for one, _ in _SIZES], [share for _, share in _SIZES])[0]
    cluster = number % clusters
    weights = [_CROWDED if host == 0 else 1.0 for host in range(HOSTS_PER_CLUSTER)]
    host = cluster * HOSTS_PER_CLUSTER + rng.choices(range(HOSTS_PER_CLUSTER), weights)[0]
    wanted = demand(kind, size, steps, rng)
    for storm in storms:
        if storm.cluster == cluster:
            _add(wanted.cpu, storm, size)
    return Machine(
        ref=Ref(VCENTER, f"vm-{number + 1}"),
        name=f"{kind.value}-{number + 1:03}",
        size=size,
        hot_add=rng.random() < 0.85,  # noqa: PLR2004  most have it, some never will
        host=host,
        cluster=cluster,
        datastore=rng.randrange(stores),
        disk_bytes=rng.uniform(40, 160) * GIB,
        demand=wanted,
    )


def _add(cpu: "array[float]", storm: Storm, size: Size) -> None:
    for step in range(storm.starts, min(storm.starts + storm.lasts, len(cpu))):
        cpu[step] += storm.more * size.cpu_count


def _storms(clusters: int, weeks: int, rng: Random) -> tuple[Storm, ...]:
    """Every week a night of full backups in each cluster, and every other week a host that fails in one of them."""
    storms = []
    for week in range(weeks):
        saturday = week * PER_WEEK + 5 * PER_DAY
        for cluster in range(clusters):
            starts = saturday + 2 * PER_HOUR + cluster * PER_HOUR
            storms.append(Storm(cluster=cluster, starts=starts, lasts=PER_HOUR * 3 // 4, more=0.65))
        if week % 2 == 0:
            cluster, starts = rng.randrange(clusters), week * PER_WEEK + rng.randrange(PER_DAY, 4 * PER_DAY)
            host = cluster * HOSTS_PER_CLUSTER + rng.randrange(1, HOSTS_PER_CLUSTER)
            storms.append(Storm(cluster=cluster, starts=starts, lasts=PER_HOUR, more=0.5, host=host))
    return tuple(storms)


def _stores(machines: tuple[Machine, ...], count: int) -> tuple[Store, ...]:
    """Datastores that are between half and four fifths full at first."""
    used = [sum(one.disk_bytes for one in machines if one.datastore == number) for number in range(count)]
    return tuple(
        Store(
            ref=Ref(VCENTER, f"datastore-{number + 1}"),
            name=f"{TIERS[number % len(TIERS)]}-{number // len(TIERS) + 1}",
            tier=TIERS[number % len(TIERS)],
            capacity_bytes=max(used[number], 100 * GIB) / (0.50 + 0.10 * (number // len(TIERS))),
        )
        for number in range(count)
    )


def _cores(machines: tuple[Machine, ...], clusters: int) -> tuple[int, ...]:
    """All hosts of a cluster are alike, so the crowded one is short of cores."""
    cores = []
    for cluster in range(clusters):
        vcpus = sum(one.size.cpu_count for one in machines if one.cluster == cluster)
        cores += [max(8, round(vcpus / HOSTS_PER_CLUSTER / _VCPUS_PER_CORE))] * HOSTS_PER_CLUSTER
    return tuple(cores)


def step_time(step: int) -> datetime:
    """When a step ends."""
    return START + step * STEP
