"""A VM's recent load from vCenter's performance manager; reads only, and only the counters that a decision needs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from vsphere.api import moref_of, vim
from vsphere.clock import Clock
from vsphere.collector import read
from vsphere.errors import NotFoundError
from vsphere.faults import NameOf, translated
from vsphere.model import Ref, Sample
from vsphere.properties import number, text
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list

_COUNTERS = {
    "cpu.usage.average": "cpu",
    "cpu.ready.summation": "ready",
    "cpu.costop.summation": "costop",
    "mem.usage.average": "memory",
    "mem.vmmemctl.average": "balloon",
    "mem.swapped.average": "swapped",
}
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
    """Asks the performance manager; the numbers of the counters are read once per vCenter."""

    def __init__(self, session: Session, reads: Reads, *, clock: Clock, name_of: NameOf) -> None:
        self._session = session
        self._reads = reads
        self._clock = clock
        self._name_of = name_of
        self._ids: dict[int, str] = {}

    def read(self, ref: Ref, window: timedelta, *, vcpus: int) -> list[Sample]:
        """The samples of the last `window`, oldest first; empty when vCenter has none, as for a VM that is off.

        Args:
            ref: the VM.
            window: how far to look back; it also chooses the interval: up to an hour 20 s, up to a day 5 min.
            vcpus: by which ready and co-stop time are divided.
        """
        interval_s = next((seconds for upto, seconds in _INTERVALS if window <= upto), _LONGEST_INTERVAL_S)
        with translated(f"read the load of {self._name_of(ref.moref)}", name_of=self._name_of):
            found = self._reads.patiently(lambda: self._query(ref, window, interval_s))
        for entity in found or ():
            return self._samples(entity, interval_s, max(vcpus, 1))
        return []

    def _query(self, ref: Ref, window: timedelta, interval_s: int) -> Sequence[Any]:
        manager = self._session.content.perfManager
        wanted = [vim.PerformanceManager.MetricId(counterId=number, instance="") for number in self._counter_ids()]
        spec = vim.PerformanceManager.QuerySpec(
            entity=vim.VirtualMachine(ref.moref), metricId=wanted, intervalId=interval_s, format="normal"
        )
        if interval_s == _INTERVALS[0][1]:
            # Real-time samples are asked for by count, since the hosts' clocks need not agree with vCenter's.
            spec.maxSample = max(int(window.total_seconds() // interval_s), 1)
        else:
            spec.startTime = self._clock.now() + self._session.time_offset - window
        found: Sequence[Any] = manager.QueryPerf([spec])
        return found

    def _counter_ids(self) -> dict[int, str]:
        if not self._ids:
            manager = Moref("PerformanceManager", moref_of(self._session.content.perfManager))
            counters = read(self._session, manager, ["perfCounter"]).get("perfCounter")
            self._ids = {
                number(one["key"]): _COUNTERS[name]
                for one in as_list(counters)
                if (name := _full_name(one)) in _COUNTERS
            }
            if not self._ids:
                raise NotFoundError(f"vCenter {self._session.name} has none of the counters {sorted(_COUNTERS)}")
        return self._ids

    def _samples(self, entity: Any, interval_s: int, vcpus: int) -> list[Sample]:  # noqa: ANN401  pyVmomi's value
        times = [info.timestamp.astimezone(UTC) for info in entity.sampleInfo]
        series = {
            self._ids[one.id.counterId]: _aligned(list(one.value), len(times))
            for one in entity.value
            if one.id.counterId in self._ids
        }
        return [
            _sample(at, interval_s, vcpus, {name: values[index] for name, values in series.items()})
            for index, at in enumerate(times)
        ]


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


def _scaled(value: int | None, divisor: int) -> float | None:
    """Percent come in hundredths, times in milliseconds of the interval, memory in KiB; -1 means no figure."""
    return None if value is None or value < 0 else value / divisor


def _full_name(counter: dict[str, Tree]) -> str:
    group = text(counter["groupInfo"].get("key"))
    return f"{group}.{text(counter['nameInfo'].get('key'))}.{text(counter.get('rollupType'))}"
