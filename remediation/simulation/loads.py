"""What VMs demand over weeks, step by step: computed once, the same for whoever reacts to it. Pure.

Demand is absolute (vCPUs, MiB): a VM that gets more uses a smaller share of it. The shapes are made up, not measured:
they are those that peers' users complain of (growth, daily peaks, flapping about the threshold, leaks, filling disks).
"""

import math
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from random import Random
from typing import Final

STEP: Final = timedelta(minutes=5)
"""Of the simulation; vCenter's own alarms want to see a VM above the threshold for as long (`thresholds.sustain`)."""
PER_HOUR: Final = timedelta(hours=1) // STEP
PER_DAY: Final = 24 * PER_HOUR
PER_WEEK: Final = 7 * PER_DAY
_GIB: Final = 1024**3
_WORKDAYS: Final = 5


class Kind(Enum):
    """How a VM's demand behaves."""

    QUIET = "quiet"
    GROWING = "growing"
    """A little more every week, for good."""
    SPIKY = "spiky"
    """A peak of one to two hours on each working day."""
    FLAPPING = "flapping"
    """About the alarm's threshold, up and down within the hour, on working days."""
    LEAKING = "leaking"
    """Memory that grows until the application is started again after some days."""
    FILLING = "filling"
    """Disks that grow."""


SHARES: Final[Mapping[Kind, float]] = {
    Kind.QUIET: 0.50,
    Kind.GROWING: 0.14,
    Kind.SPIKY: 0.12,
    Kind.FLAPPING: 0.08,
    Kind.LEAKING: 0.08,
    Kind.FILLING: 0.08,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What one VM wants at each step."""

    kind: Kind
    cpu: "array[float]"
    """vCPUs."""
    memory: "array[float]"
    """MiB."""
    bytes_per_step: float
    """By which its disks grow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What the VM has at first."""

    cpu_count: int
    memory_mib: int


Curve = Callable[[int], float]
"""From the step to the share of the first size."""


def demand(kind: Kind, size: Size, steps: int, rng: Random) -> Demand:
    """Draw the demand of one VM."""
    cpu, memory = _DRAW[kind](rng)
    noise = [rng.gauss(0, 0.012) for _ in range(997)]
    return Demand(
        kind=kind,
        cpu=array("f", (max(0.01, cpu(n) + noise[n % 997]) * size.cpu_count for n in range(steps))),
        memory=array("f", (max(0.05, memory(n) + noise[(n + 331) % 997] / 3) * size.memory_mib for n in range(steps))),
        bytes_per_step=_filling(kind, rng) / PER_DAY,
    )


def is_workday(step: int) -> bool:
    """Whether it is Monday to Friday; a simulation begins on a Monday at midnight."""
    return step // PER_DAY % 7 < _WORKDAYS


def hour(step: int) -> float:
    """Of the day, with its fraction."""
    return step % PER_DAY / PER_HOUR


def _filling(kind: Kind, rng: Random) -> float:
    """Bytes a day."""
    return rng.uniform(4, 16) * _GIB if kind is Kind.FILLING else rng.uniform(0, 0.1) * _GIB


def _daily(low: float, high: float) -> Curve:
    """More by day than by night."""
    return lambda n: low + (high - low) * (1 + math.sin(2 * math.pi * (hour(n) - 9) / 24)) / 2


def _quiet(rng: Random) -> tuple[Curve, Curve]:
    low = rng.uniform(0.08, 0.2)
    level = rng.uniform(0.3, 0.6)
    return _daily(low, low + rng.uniform(0.05, 0.3)), lambda _n: level


def _growing(rng: Random) -> tuple[Curve, Curve]:
    first, a_week = rng.uniform(0.5, 0.85), rng.uniform(0.08, 0.25)
    level = rng.uniform(0.4, 0.6)
    grows: Curve = lambda n: first + a_week * n / PER_WEEK  # noqa: E731  one shape for either
    stays = _daily(level - 0.1, level + 0.1)
    return (grows, stays) if rng.random() < 0.5 else (stays, grows)  # noqa: PLR2004  half of them


def _spiky(rng: Random) -> tuple[Curve, Curve]:
    starts, lasts, peak = rng.uniform(7, 15), rng.uniform(0.75, 2), rng.uniform(0.9, 1.3)
    quiet, memory = _quiet(rng)
    return lambda n: peak if is_workday(n) and starts <= hour(n) < starts + lasts else quiet(n), memory


def _flapping(rng: Random) -> tuple[Curve, Curve]:
    level, swing, period = rng.uniform(0.87, 0.91), rng.uniform(0.04, 0.08), rng.uniform(4, 10)
    starts, lasts = rng.uniform(6, 10), rng.uniform(6, 12)
    quiet, memory = _quiet(rng)

    def cpu(n: int) -> float:
        if is_workday(n) and starts <= hour(n) < starts + lasts:
            return level + swing * math.sin(2 * math.pi * n / period)
        return quiet(n)

    return cpu, memory


def _leaking(rng: Random) -> tuple[Curve, Curve]:
    days, first, last = rng.uniform(3, 8), rng.uniform(0.35, 0.5), rng.uniform(1.0, 1.6)
    offset = rng.randrange(PER_WEEK)
    cpu, _ = _quiet(rng)
    return cpu, lambda n: first + (last - first) * ((n + offset) % (days * PER_DAY)) / (days * PER_DAY)


_DRAW: Final[Mapping[Kind, Callable[[Random], tuple[Curve, Curve]]]] = {
    Kind.QUIET: _quiet,
    Kind.GROWING: _growing,
    Kind.SPIKY: _spiky,
    Kind.FLAPPING: _flapping,
    Kind.LEAKING: _leaking,
    Kind.FILLING: _quiet,
}
