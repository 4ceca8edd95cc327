"""Whether a remedy has helped: its measure before it is compared with the measure after it. Pure.

Each playbook has a measure of its own: CPU in percent of all vCPUs, memory in percent of what the VM has, and for moves
how full the datastore is. The alarm is asked as well, since turning it green is what the remedy is for.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from remediation.figures import p95
from remediation.model import Facts, Outcome, PlaybookName
from remediation.words import percent
from vsphere.model import AlarmStatus, Datastore, Sample

READY: Final = 5.0
"""Percent per vCPU: from there on the host has too little."""
UNDONE_BY: Final = "undone_by"
"""In what is kept of a remedy that somebody has taken back: who."""
_MOST_POINTS: Final = 90
"""A chart on a phone shows no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What a playbook is judged by."""

    key: str
    """In the figures."""
    name: str
    """On cards and charts, before its figures."""
    of: Callable[[Sample], float | None] | None
    """One sample's; None where it is no matter of samples."""
    differs: float
    """Points: less than that is no difference."""
    differs_red: float
    """Points by which it must fall to have helped although the alarm is still red."""


MEASURES: Final[Mapping[PlaybookName, Measure]] = MappingProxyType(
    {
        PlaybookName.ADD_CPU: Measure(
            key="cpu_p95", name="CPU p95", of=lambda one: one.cpu_percent, differs=5, differs_red=10
        ),
        PlaybookName.ADD_MEMORY: Measure(
            key="memory_p95", name="memory p95", of=lambda one: one.memory_percent, differs=5, differs_red=10
        ),
        # Space does not jitter, and one move of several is a step of the way.
        PlaybookName.RELIEVE_DATASTORE: Measure(
            key="used_percent", name="datastore used", of=None, differs=1, differs_red=1
        ),
        PlaybookName.MOVE_VM: Measure(
            key="used_percent", name="its fullest datastore used", of=None, differs=1, differs_red=1
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What a remedy has brought."""

    outcome: Outcome
    reason: str
    """With its figures: `CPU p95 96 % → 61 %, alarm green: helped`."""


def figures(facts: Facts, *, since: datetime | None = None, until: datetime | None = None) -> dict[str, object]:
    """What is kept of a moment to compare with, JSON-like; what is not known is left out.

    Args:
        facts: as they were gathered.
        since: samples of an interval that began before this do not count.
        until: samples of an interval that ended after this do not count.
    """
    began = [one for one in facts.samples if since is None or one.at - timedelta(seconds=one.interval_s) >= since]
    samples = [one for one in began if until is None or one.at <= until]
    found: dict[str, float | int | None] = {
        "cpu_p95": p95(one.cpu_percent for one in samples),
        "ready_p95": p95(one.ready_percent for one in samples),
        "memory_p95": p95(one.memory_percent for one in samples),
        "cpu_count": facts.vm.cpu_count if facts.vm else None,
        "memory_mib": facts.vm.memory_mib if facts.vm else None,
        "used_percent": max(map(_used_percent, _datastores(facts)), default=None),
    }
    return {key: round(value, 1) for key, value in found.items() if value is not None}


def compare(
    playbook: PlaybookName,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    alarm_now: AlarmStatus | None,
) -> Comparison:
    """Judge a remedy.

    Args:
        playbook: which chooses the measure.
        before: the figures at its admission.
        after: the figures now.
        alarm_now: GREEN where it is not triggered; None where nobody can say.
    """
    measure = MEASURES[playbook]
    old, new = _number(before, measure.key), _number(after, measure.key)
    if old is None or new is None:
        side = "before" if old is None else "after"
        return Comparison(outcome=Outcome.UNKNOWN, reason=f"there are no figures {side}: {Outcome.UNKNOWN.value}")
    ready = _ready(before, after) if playbook is PlaybookName.ADD_CPU else None
    starved = ready is not None and _is_starved(*ready)
    outcome = Outcome.WORSE if starved else _outcome(measure, new - old, alarm_now)
    said = [f"{measure.name} {percent(old)} → {percent(new)}"]
    said += [f"ready {percent(ready[0])} → {percent(ready[1])}"] if ready else []
    said += [f"alarm {alarm_now.value}"] if alarm_now else []
    said += _fallen_by_itself(playbook, before, after) if outcome is Outcome.HELPED else []
    return Comparison(outcome=outcome, reason=f"{', '.join(said)}: {outcome.value}")


def points(playbook: PlaybookName, samples: Sequence[Sample], changed_at: datetime) -> list[list[float]]:
    """The measure's course for a chart: seconds from the change and percent, oldest first, thinned to what one sees."""
    of = MEASURES[playbook].of
    if of is None:
        return []
    known = [(one.at, value) for one in samples if (value := of(one)) is not None]
    step = max(1, math.ceil(len(known) / _MOST_POINTS))
    return [[round((at - changed_at).total_seconds()), round(value, 1)] for at, value in known[::step]]


def _outcome(measure: Measure, rise: float, alarm_now: AlarmStatus | None) -> Outcome:
    """By how many points the measure rose, and the alarm."""
    match alarm_now:
        case AlarmStatus.RED if rise >= measure.differs:
            return Outcome.WORSE
        case AlarmStatus.RED:
            helped = rise <= -measure.differs_red
        case None:
            helped = rise <= -measure.differs
        case _:
            helped = rise < measure.differs
    return Outcome.HELPED if helped else Outcome.NO_EFFECT


def _ready(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[float, float] | None:
    old, new = _number(before, "ready_p95"), _number(after, "ready_p95")
    return None if old is None or new is None else (old, new)


def _is_starved(old: float, new: float) -> bool:
    """Whether more vCPUs wait longer for cores than fewer did: then adding was wrong."""
    return new > READY and new - old >= READY / 2


def _fallen_by_itself(
    playbook: PlaybookName, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterable[str]:
    """Say so where the VM has also much less to do than before: then the figures prove less."""
    size = {PlaybookName.ADD_CPU: ("cpu_count", "vCPU"), PlaybookName.ADD_MEMORY: ("memory_mib", "MB")}.get(playbook)
    if size is None:
        return
    key, unit = size
    (load, now) = (_load(one, MEASURES[playbook].key, key) for one in (before, after))
    if load is not None and now is not None and now <= load / 2:
        yield f"with less to do as well ({load:.{_digits(load)}f} → {now:.{_digits(load)}f} {unit} in use)"


def _load(values: Mapping[str, object], measure: str, size: str) -> float | None:
    percent, amount = _number(values, measure), _number(values, size)
    return None if percent is None or amount is None else percent / 100 * amount


def _digits(value: float) -> int:
    return 0 if value >= 100 else 1  # noqa: PLR2004  from there on a tenth says nothing


def _datastores(facts: Facts) -> list[Datastore]:
    """The one that the alarm is on, or those that its VM stands on."""
    if facts.datastore is not None:
        return [facts.datastore]
    used = set(facts.vm.datastores) if facts.vm else set()
    return [one for one in facts.datastores if one.ref in used]


def _used_percent(datastore: Datastore) -> float:
    if datastore.capacity_bytes <= 0:
        return 0.0
    return 100 * (1 - datastore.free_bytes / datastore.capacity_bytes)


def _number(values: Mapping[str, object], key: str) -> float | None:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) else None
