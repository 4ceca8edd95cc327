"""A measured number with the target that design §12 sets for it, and the table of them all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import quantiles


class Verdict(Enum):
    """Whether a target was met."""

    OK = "ok"
    MISS = "MISS"
    NONE = ""
    """There is no target: a number of the other ways, or one that explains another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number of one run."""

    group: str
    """What was measured: `power-on, 1,000 VMs`."""
    name: str
    value: float
    unit: str
    below: float | None = None
    """The target: the value must be below it, or at most it where `inclusive`."""
    inclusive: bool = False
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether the target was met."""
        if self.below is None:
            return Verdict.NONE
        met = self.value <= self.below if self.inclusive else self.value < self.below
        return Verdict.OK if met else Verdict.MISS

    @property
    def target(self) -> str:
        """The target as the table shows it."""
        return "" if self.below is None else f"{'≤' if self.inclusive else '<'} {shown(self.below)} {self.unit}"

    def to_json(self) -> dict[str, object]:
        """All of it as JSON-like values."""
        return {
            "group": self.group,
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "target": self.target,
            "verdict": self.verdict.value,
            "note": self.note,
        }


def shown(value: float) -> str:
    """A number with about three digits that count."""
    if value >= 100 or value == int(value):  # noqa: PLR2004  three digits before the point need none behind it
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which that many percent of the values lie; the only one where there is one.

    Raises:
        ValueError: there are no values.
    """
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return percentile(values, 50)


def table(figures: Sequence[Figure]) -> str:
    """All figures in groups, aligned, with their targets and verdicts."""
    name_width = max((len(one.name) for one in figures), default=0)
    value_width = max((len(shown(one.value)) for one in figures), default=0)
    unit_width = max((len(one.unit) for one in figures), default=0)
    target_width = max((len(one.target) for one in figures), default=0)
    lines: list[str] = []
    group = None
    for one in figures:
        if one.group != group:
            group = one.group
            lines += ["", group]
        cells = (
            f"  {one.name:<{name_width}}",
            f"{shown(one.value):>{value_width}} {one.unit:<{unit_width}}",
            f"{one.target:<{target_width}}",
            f"{one.verdict.value:<4}",
            one.note,
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines).strip("\n")
