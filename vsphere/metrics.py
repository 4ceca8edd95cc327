"""The recent load of VMs and hosts from vCenter's performance manager; only the counters that a decision needs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from vsphere.api import vim
from vsphere.clock import Clock
from vsphere.collector import managed
from vsphere.counters import Counters
from vsphere.errors import NotFoundError
from vsphere.faults import NameOf, translated
from vsphere.model import HostSample, Ref, Sample
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref

_VM_COUNTERS = {
    "cpu.usage.average": "cpu",
    "cpu.ready.summation": "ready",
    "cpu.costop.summation": "costop",
    "mem.usage.average": "memory",
    "mem.vmmemctl.average": "balloon",
    "mem.swapped.average": "swapped",
}
_HOST_COUNTERS = {
    "cpu.usage.average": "cpu",
    "cpu.ready.summation": "ready",
    "mem.usage.average": "memory",
    "mem.vmmemctl.average": "balloon",
    "mem.swapused.average": "swapped",
}
"""What is swapped has a name of its own on a host."""
_INTERVALS = (
    # vCenter keeps 20 s samples for an hour, then rolls them up.
    (timedelta(hours=1), 20),
    (timedelta(days=1), 300),
    (timedelta(days=7), 1800),
    (timedelta(days=30), 7200),
)
_LONGEST_INTERVAL_S = 86400
_KIB_PER_MIB = 1024


class Metrics:
    """Asks the performance manager."""

    def __init__(self, session: Session, reads: Reads, *, counters: Counters, clock: Clock, name_of: NameOf) -> None:
        self._session = session
        self._reads = reads
        self._counters = counters
        self._clock = clock
        self._name_of = name_of

    def read(self, ref: Ref, window: timedelta, *, vcpus: int) -> list[Sample]:
        """The samples of the last `window`, oldest first; empty when vCenter has none, as for a VM that is off.

        Args:
            ref: the VM.
            window: how far to look back; it also chooses the interval: up to an hour 20 s, up to a day 5 min.
            vcpus: by which ready and co-stop time are divided.
        """
        interval_s = _interval_s(window)
        rows = self._rows("VirtualMachine", ref, window, _VM_COUNTERS)
        return [_sample(at, interval_s, max(vcpus, 1), values) for at, values in rows]

    def read_host(self, ref: Ref, window: timedelta, *, cores: int) -> list[HostSample]:
        """The same of a host, whose ready time is divided by its `cores`; empty for one that is not connected."""
        interval_s = _interval_s(window)
        rows = self._rows("HostSystem", ref, window, _HOST_COUNTERS)
        return [_host_sample(at, interval_s, max(cores, 1), values) for at, values in rows]

    def _rows(
        self, kind: str, ref: Ref, window: timedelta, counters: Mapping[str, str]
    ) -> list[tuple[datetime, dict[str, int]]]:
        """Times with the figures of each, by the short names of `counters`."""
        with translated(f"read the load of {self._name_of(ref.moref)}", name_of=self._name_of):
            found = self._reads.patiently(lambda: self._query(Moref(kind, ref.moref), window, counters))
            shorts = {counter_id: counters[name] for counter_id, name in self._counters.ids(counters).items()}
        for entity in found or ():
            times = [info.timestamp.astimezone(UTC) for info in entity.sampleInfo]
            series = {
                shorts[one.id.counterId]: _aligned(list(one.value), len(times))
                for one in entity.value
                if one.id.counterId in shorts
            }
            return [(at, {name: values[index] for name, values in series.items()}) for index, at in enumerate(times)]
        return []

    def _query(self, entity: Moref, window: timedelta, counters: Mapping[str, str]) -> Sequence[Any]:
        interval_s = _interval_s(window)
        ids = self._counters.ids(counters)
        if not ids:
            raise NotFoundError(f"vCenter {self._session.name} has none of the counters {sorted(counters)}")
        spec = vim.PerformanceManager.QuerySpec(
            entity=managed(None, entity),
            metricId=[vim.PerformanceManager.MetricId(counterId=one, instance="") for one in ids],
            intervalId=interval_s,
            format="normal",
        )
        if interval_s == _INTERVALS[0][1]:
            # Real-time samples are asked for by count, since the hosts' clocks need not agree with vCenter's.
            spec.maxSample = max(int(window.total_seconds() // interval_s), 1)
        else:
            spec.startTime = self._clock.now() + self._session.time_offset - window
        found: Sequence[Any] = self._session.content.perfManager.QueryPerf([spec])
        return found


def _interval_s(window: timedelta) -> int:
    return next((seconds for upto, seconds in _INTERVALS if window <= upto), _LONGEST_INTERVAL_S)


def _aligned(values: list[int], count: int) -> list[int]:
    """One value a sample: govmomi's encoder leaves zeros out, so what is missing was zero, and that stands first."""
    return [0] * (count - len(values)) + values


def _sample(at: datetime, interval_s: int, vcpus: int, values: dict[str, int]) -> Sample:
    return Sample(
        at=at,
        interval_s=interval_s,
        cpu_percent=_scaled(values.get("cpu"), 100),
        ready_percent=_scaled(values.get("ready"), interval_s * 10 * vcpus),
        costop_percent=_scaled(values.get("costop"), interval_s * 10 * vcpus),
        memory_percent=_scaled(values.get("memory"), 100),
        balloon_mib=_scaled(values.get("balloon"), _KIB_PER_MIB),
        swapped_mib=_scaled(values.get("swapped"), _KIB_PER_MIB),
    )


def _host_sample(at: datetime, interval_s: int, cores: int, values: dict[str, int]) -> HostSample:
    return HostSample(
        at=at,
        interval_s=interval_s,
        cpu_percent=_scaled(values.get("cpu"), 100),
        ready_percent=_scaled(values.get("ready"), interval_s * 10 * cores),
        memory_percent=_scaled(values.get("memory"), 100),
        balloon_mib=_scaled(values.get("balloon"), _KIB_PER_MIB),
        swapped_mib=_scaled(values.get("swapped"), _KIB_PER_MIB),
    )


def _scaled(value: int | None, divisor: int) -> float | None:
    """Percent come in hundredths, times in milliseconds of the interval, memory in KiB; -1 means no figure."""
    return None if value is None or value < 0 else value / divisor
