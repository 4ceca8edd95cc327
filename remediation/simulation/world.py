"""One course of a simulated estate: VMs use what they have, hosts run short of cores, datastores fill.

The demand is drawn beforehand; here is what it does to the estate as it is, which depends on who reacts how.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from remediation.simulation.estate import HOSTS_PER_CLUSTER, Machine, Plan, Storm

RED: Final = 90.0
"""Percent at which a VM's CPU and memory alarms turn red: vCenter's own default."""
STORE_RED: Final = 85.0
"""Percent at which a datastore's alarm turns red."""
VM_STORE_RED: Final = 90.0
"""Percent of its datastore from which a VM whose disks grow has its own storage alarm."""
FULL: Final = 99.0
"""Percent from which nothing can be written to a datastore any more: thin disks stop their VMs."""
_GROWS: Final = 0.5 * 1024**3 / 288
"""Bytes a step from which a VM counts as growing (half a GiB a day)."""
_LINUX_SMALL_MIB: Final = 3072
_HOT_FACTOR: Final = 16
_FAILS: Final = 0.01
"""Of all changes that vSphere takes, so many fail all the same."""
_BYTES_PER_STEP: Final = 150 * 1024**2 * 300
"""A move copies 150 MiB a second."""


@dataclass(slots=True)
class Body:
    """A VM as it is now."""

    machine: Machine
    cpus: int
    memory_mib: int
    host: int
    store: int
    home: int
    """The host that it goes back to after a failure."""
    disk_bytes: float
    cpu_percent: float = 0.0
    memory_percent: float = 0.0


class RefusedError(Exception):
    """VSphere does not take the change, or it fails."""


class World:
    """The estate at one step."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.step = 0
        self.bodies = [
            Body(
                machine=one,
                cpus=one.size.cpu_count,
                memory_mib=one.size.memory_mib,
                host=one.host,
                store=one.datastore,
                home=one.host,
                disk_bytes=one.disk_bytes,
            )
            for one in plan.machines
        ]
        self.by_moref = {body.machine.ref.moref: body for body in self.bodies}
        self.host_demand = [0.0] * len(plan.cores)
        """vCPUs that want to run."""
        self.host_memory = [0.0] * len(plan.cores)
        """MiB."""
        self.used = [0.0] * len(plan.stores)
        """Bytes."""
        self.down: set[int] = set()
        """Hosts."""

    def move_on(self, step: int) -> None:
        """Let one step pass."""
        passed, self.step = step - self.step, step
        self._fail_hosts()
        self._load()
        self._fill(passed)

    def storms(self) -> Iterator[Storm]:
        """Those that are on."""
        return (storm for storm in self.plan.storms if storm.covers(self.step))

    def ready_percent(self, host: int) -> float:
        """Of each vCPU's time, how long it waits for a core."""
        demand, cores = self.host_demand[host], self.plan.cores[host]
        return 0.3 + max(0.0, 100 * (1 - cores / demand) if demand > 0 else 0.0)

    def store_percent(self, store: int) -> float:
        """Used."""
        return 100 * self.used[store] / self.plan.stores[store].capacity_bytes

    def is_growing(self, body: Body) -> bool:
        """Whether its disks grow so that somebody would see it."""
        return body.machine.demand.bytes_per_step >= _GROWS

    def resize(self, body: Body, *, cpus: int, memory_mib: int) -> None:
        """Let a running VM have more, as vSphere does it.

        Raises:
            RefusedError: it would be less, can't be done while it runs, or fails.
        """
        self._try(body)
        if cpus < body.cpus or memory_mib < body.memory_mib:
            raise RefusedError("nothing can be taken from a running VM")
        if not body.machine.hot_add:
            raise RefusedError("it has no hot-add")
        boot = body.machine.size.memory_mib
        if memory_mib > boot * _HOT_FACTOR or (boot < _LINUX_SMALL_MIB < memory_mib):
            raise RefusedError("its guest takes no more than it was booted for")
        body.cpus, body.memory_mib = cpus, memory_mib

    def move(self, body: Body, store: int, host: int | None = None) -> None:
        """Let a VM's disks, and the VM where a host is given, be elsewhere.

        Raises:
            RefusedError: there is no room, or it fails.
        """
        self._try(body)
        if store != body.store and self.used[store] + body.disk_bytes > self.plan.stores[store].capacity_bytes:
            raise RefusedError("the datastore is full")
        self.used[body.store] -= body.disk_bytes
        self.used[store] += body.disk_bytes
        body.store = store
        if host is not None:
            body.host = body.home = host

    def steps_to_move(self, body: Body) -> int:
        """How long a move takes."""
        return 1 + int(body.disk_bytes / _BYTES_PER_STEP)

    def _try(self, body: Body) -> None:
        """Some changes fail, the same for whoever sends them."""
        if Random(f"{self.plan.seed}/{body.machine.name}/{self.step}").random() < _FAILS:  # noqa: S311  see `draw`
            raise RefusedError("it failed")

    def _fail_hosts(self) -> None:
        down = {storm.host for storm in self.storms() if storm.host is not None}
        if down == self.down:
            return
        self.down = down
        for number, body in enumerate(self.bodies):
            body.host = self._elsewhere(body.home, number) if body.home in down else body.home

    def _elsewhere(self, host: int, number: int) -> int:
        first = host // HOSTS_PER_CLUSTER * HOSTS_PER_CLUSTER
        left = [other for other in range(first, first + HOSTS_PER_CLUSTER) if other not in self.down]
        return left[number % len(left)]

    def _load(self) -> None:
        step = min(self.step, self.plan.steps - 1)
        demand, memory = [0.0] * len(self.host_demand), [0.0] * len(self.host_memory)
        for body in self.bodies:
            cpu, mib = body.machine.demand.cpu[step], body.machine.demand.memory[step]
            cpu, mib = min(cpu, body.cpus), min(mib, body.memory_mib)
            body.cpu_percent, body.memory_percent = 100 * cpu / body.cpus, 100 * mib / body.memory_mib
            demand[body.host] += cpu
            memory[body.host] += mib
        self.host_demand, self.host_memory = demand, memory

    def _fill(self, steps: int) -> None:
        used = [0.0] * len(self.used)
        for body in self.bodies:
            grown = body.machine.demand.bytes_per_step * steps
            body.disk_bytes += grown if self.store_percent(body.store) < FULL else 0.0
            used[body.store] += body.disk_bytes
        self.used = used
