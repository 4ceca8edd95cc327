"""Whether hosts have room for more: use and capacity of CPU and memory, with what is added counted as fully used. Pure.

CPU is counted in MHz, one vCPU as one core of the host; memory in MiB. The figures are those of vCenter's quick
statistics, which the inventory keeps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from remediation.settings import GuardSettings
from remediation.words import gib
from vsphere.model import Host, Vm

_BYTES_PER_MIB: Final = 1024**2
_MHZ_PER_GHZ: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """CPU or memory."""

    label: str
    used: Callable[[Host], int]
    capacity: Callable[[Host], int]
    most_percent: Callable[[GuardSettings], float]
    say: Callable[[float], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What is used of what there is, in MHz or MiB."""

    used: int
    capacity: int

    @property
    def percent(self) -> float:
        """100 where there is nothing."""
        return 100 * self.used / self.capacity if self.capacity > 0 else 100.0


CPU: Final = Resource(
    label="CPU",
    used=lambda host: host.cpu_used_mhz,
    capacity=lambda host: host.cpu_cores * host.cpu_mhz_per_core,
    most_percent=lambda guards: guards.cluster_cpu_percent,
    say=lambda mhz: f"{mhz / _MHZ_PER_GHZ:.1f} GHz",
)
MEMORY: Final = Resource(
    label="memory",
    used=lambda host: host.memory_used_mib,
    capacity=lambda host: host.memory_bytes // _BYTES_PER_MIB,
    most_percent=lambda guards: guards.cluster_memory_percent,
    say=gib,
)


def room_of(hosts: Iterable[Host], resource: Resource, *, more: int = 0) -> Room:
    """What these hosts use and have together, with so many MHz or MiB more."""
    known = tuple(hosts)
    return Room(used=sum(map(resource.used, known)) + more, capacity=sum(map(resource.capacity, known)))


def with_room(vm: Vm, hosts: Iterable[Host], guards: GuardSettings, *, cpu_count: int, memory_mib: int) -> Host | None:
    """The host that would have most room with the whole VM on it at full load; None where none has enough.

    It must be usable and reach all datastores of the VM.
    """
    fit = [
        (max(cpu.percent, memory.percent), host.name, host)
        for host in hosts
        if host.usable and host.ref != vm.host and set(vm.datastores) <= set(host.datastores)
        if (cpu := room_of([host], CPU, more=cpu_count * host.cpu_mhz_per_core)).percent <= CPU.most_percent(guards)
        if (memory := room_of([host], MEMORY, more=memory_mib)).percent <= MEMORY.most_percent(guards)
    ]
    return min(fit, key=lambda one: one[:2])[2] if fit else None
