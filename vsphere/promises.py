"""What new VMs were promised a moment ago and vCenter does not show yet, so that twenty at once don't pick one host."""

import threading
from collections import deque
from dataclasses import dataclass

from vsphere.clock import Clock
from vsphere.model import Placement, Ref

_LASTS_S = 180.0
"""By then the VM is made and in vCenter's own figures, which hosts refresh every 20 s and datastores within minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """Sums by host and by datastore."""

    memory_mib: dict[Ref, int]
    disk_bytes: dict[Ref, int]


NOTHING_PROMISED = Promised(memory_mib={}, disk_bytes={})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Promise:
    at: float
    host: Ref | None
    datastore: Ref
    memory_mib: int
    disk_bytes: int


class Promises:
    """Held in memory alone: they spread the load, and vCenter itself refuses what does not fit. Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._made: deque[_Promise] = deque()

    def add(self, placement: Placement, *, host: Ref | None, memory_mib: int, disk_bytes: int) -> None:
        """Remember a placement; `host` is the one that was reckoned with, even where DRS may choose another."""
        promise = _Promise(
            at=self._clock.monotonic(),
            host=host,
            datastore=placement.datastore,
            memory_mib=memory_mib,
            disk_bytes=disk_bytes,
        )
        with self._lock:
            self._made.append(promise)

    def sums(self) -> Promised:
        """What is promised now."""
        sums = Promised(memory_mib={}, disk_bytes={})
        with self._lock:
            while self._made and self._clock.monotonic() - self._made[0].at > _LASTS_S:
                self._made.popleft()
            for one in self._made:
                if one.host is not None:
                    sums.memory_mib[one.host] = sums.memory_mib.get(one.host, 0) + one.memory_mib
                sums.disk_bytes[one.datastore] = sums.disk_bytes.get(one.datastore, 0) + one.disk_bytes
        return sums
