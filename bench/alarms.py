"""From an alarm's turning red to the arrival of the write that relieves it: one at a time, and many at once."""

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bench.figure import Figure, median, percentile
from bench.traffic import slack
from bot.cli.demo.world import Bot
from sandbox.vcenter import Estate
from vsphere.clock import SystemClock

_ALARM: Final = "alarm.VmCPUUsageAlarm"
_WRITE: Final = "ReconfigVM_Task"
_P50_MS: Final = 500
_ARRIVE_S: Final = 120.0
_LOOK_S: Final = 0.05
_BETWEEN_S: Final = 0.3
_SENDERS: Final = 8
_HOST_PERCENT: Final = 30
_LASTED: Final = timedelta(minutes=30)
_WIDE: Final = {
    "IAAS_REMEDIATION__GUARDS__STORM_VMS": "1000",
    "IAAS_REMEDIATION__GUARDS__PER_HOUR": "10000",
    "IAAS_REMEDIATION__GUARDS__AT_ONCE_PER_CLUSTER": "1000",
    "IAAS_REMEDIATION__CHANNEL": "",
}
"""With the guard rails at their defaults nearly all of many would rightly wait; every rail is asked all the same."""


class MissingWriteError(Exception):
    """An alarm came to nothing, so there is nothing to measure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much is measured."""

    vms: int
    singles: int
    at_once: int


def measure(extent: Extent) -> list[Figure]:
    """First one after the other, then all at once."""
    names = list(_growable(extent.singles + extent.at_once))
    with _world(extent.vms) as estate:
        alone_ms = [_one(estate, name) for name in names[: extent.singles]]
        many_ms = _many(estate, names[extent.singles :])
    one = f"alarm raised → write arrives, one at a time, {extent.vms:,} VMs, {len(alone_ms)} alarms"
    many = f"the same, {extent.at_once} alarms at once"
    return [
        Figure(group=one, name="p50", value=median(alone_ms), unit="ms", below=_P50_MS),
        Figure(group=one, name="p99", value=percentile(alone_ms, 99), unit="ms"),
        Figure(group=many, name="alarms without a write", value=extent.at_once - len(many_ms), unit="", below=1),
        Figure(group=many, name="p50", value=median(many_ms), unit="ms"),
        Figure(group=many, name="p99", value=percentile(many_ms, 99), unit="ms"),
    ]


@contextmanager
def _world(vms: int) -> Iterator[Estate]:
    with (
        tempfile.TemporaryDirectory(prefix="iaas-bench-") as folder,
        Estate.start(vms=vms) as estate,
        slack() as workspace,
    ):
        bot = Bot(folder=Path(folder), workspace=workspace, estate=estate, replica_id="bench", environment=dict(_WIDE))
        try:
            since = SystemClock().now() - _LASTED
            for host in estate.estate()["hosts"]:
                # The big estate's hosts are as good as full, and a guard rail would rightly say so.
                estate.set_load(host=host["name"], at=since, cpu_percent=_HOST_PERCENT, memory_percent=_HOST_PERCENT)
            bot.start()
            yield estate
        finally:
            bot.stop()


def _growable(count: int) -> Iterator[str]:
    """VMs of the big estate that run and take a vCPU while they do: see `bigLine` in sandbox/vcenter/estates.go."""
    number = found = 0
    while found < count:
        # Each tenth is off, each third has no hot-add, and each fourth is so big that more needs somebody's yes.
        if number % 10 != 9 and number % 3 and number % 4 != 3:  # noqa: PLR2004  see above
            found += 1
            yield f"vm-{number + 1:05d}"
        number += 1


def _one(estate: Estate, name: str) -> float:
    raised_at = estate.raise_alarm(name, _ALARM)
    took_ms = _arrivals_ms(estate, {name: raised_at})
    if not took_ms:
        raise MissingWriteError(f"no write came for the alarm on {name} within {_ARRIVE_S:.0f} s")
    estate.clear_alarm(name, _ALARM)
    threading.Event().wait(_BETWEEN_S)
    return took_ms[0]


def _many(estate: Estate, names: Sequence[str]) -> list[float]:
    with ThreadPoolExecutor(_SENDERS) as pool:
        raised = list(pool.map(lambda name: (name, estate.raise_alarm(name, _ALARM)), names))
    return _arrivals_ms(estate, dict(raised))


def _arrivals_ms(estate: Estate, raised_at: dict[str, datetime]) -> list[float]:
    """Milliseconds from each alarm to the first write to its VM; what does not come in time is left out."""
    deadline = time.perf_counter() + _ARRIVE_S
    while True:
        came: dict[str, datetime] = {}
        for write in estate.writes():
            if write.method == _WRITE and write.entity_name in raised_at:
                came.setdefault(write.entity_name, write.at)
        if len(came) == len(raised_at) or time.perf_counter() > deadline:
            return [(at - raised_at[name]).total_seconds() * 1000 for name, at in came.items()]
        threading.Event().wait(_LOOK_S)
