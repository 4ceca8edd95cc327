"""A small picture of what a remedy has brought, as PNG. The library for it is imported when the first one is drawn."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from remediation.model import PlaybookName
from remediation.verification import MEASURES

_WIDTH_PX: Final = 800
_HEIGHT_PX: Final = 300
_DPI: Final = 100
_INK: Final = "#1d1c1d"
_FAINT: Final = "#9a9a9a"
_BEFORE: Final = "#c0392b"
_LOWER: Final = "#1e7e45"
_SMALL: Final = 14
_LARGE: Final = 18
_HUGE: Final = 26
"""Points: on a phone the picture is a third as wide."""
_FULL: Final = 100
_LEAST_AFTER: Final = 0.35
"""Of the time before: room for the figure."""


def chart(playbook: PlaybookName, before: Mapping[str, object], after: Mapping[str, object]) -> bytes | None:
    """Draw before and after.

    Args:
        playbook: which chooses the measure.
        before: `Remedy.before`.
        after: `Remedy.after`, as `remediation.verifier` writes it.

    Returns:
        A PNG of 800 x 300 pixels; None where there is nothing to draw.
    """
    measure = MEASURES[playbook]
    old, new = before.get(measure.key), _mapping(after.get("figures")).get(measure.key)
    if not isinstance(old, int | float) or not isinstance(new, int | float):
        return None
    course = _points(after.get("points"))
    figure, axes = _sheet(f"{measure.name[0].upper()}{measure.name[1:]}, before and after")
    if course:
        _draw_course(axes, course, float(old), float(new))
    else:
        _draw_bars(axes, float(old), float(new))
    return _png(figure)


def _sheet(name: str) -> tuple[Any, Any]:
    """An empty sheet with axes; matplotlib's own classes, without its global state, so that threads may draw."""
    from matplotlib.figure import Figure  # noqa: PLC0415  3 s and 40 MB that a start must not pay for

    figure = Figure(figsize=(_WIDTH_PX / _DPI, _HEIGHT_PX / _DPI), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(name, loc="left", fontsize=_LARGE, color=_INK)
    axes.tick_params(labelsize=_SMALL, colors=_INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _draw_course(axes: Any, course: Sequence[tuple[float, float]], old: float, new: float) -> None:  # noqa: ANN401  matplotlib's
    minutes = [at / 60 for at, _ in course]
    axes.plot(minutes, [value for _, value in course], color=_INK, linewidth=2)
    axes.axvline(0, color=_FAINT, linestyle="--", linewidth=2)
    first, last = min(*minutes, 0), max(*minutes, 0)
    end = max(last, -first * _LEAST_AFTER, 1)
    _draw_level(axes, (first, 0), old, _BEFORE, "right")
    _draw_level(axes, (0, last), new, _colour(old, new), "left")
    axes.set_ylim(0, max(_FULL, *(value for _, value in course)) * 1.4)
    axes.set_yticks((0, 50, 100))
    axes.set_xlim(first, end)
    axes.set_xlabel("minutes from the change", fontsize=_SMALL, color=_INK)
    axes.yaxis.set_major_formatter("{x:.0f} %")


def _draw_level(axes: Any, span: tuple[float, float], value: float, colour: str, side: str) -> None:  # noqa: ANN401  matplotlib's
    """A line over its part of the time, with its figure beside the change."""
    if span[0] == span[1]:
        return
    axes.plot(span, (value, value), color=colour, linewidth=4)
    gap = -6 if side == "right" else 6
    axes.annotate(
        f"{value:.0f} %",
        (0, value),
        xytext=(gap, 6),
        textcoords="offset points",
        ha=side,
        fontsize=_HUGE,
        fontweight="bold",
        color=colour,
    )


def _draw_bars(axes: Any, old: float, new: float) -> None:  # noqa: ANN401  matplotlib's
    bars = axes.barh(["after", "before"], [new, old], color=[_colour(old, new), _BEFORE], height=0.6)
    axes.bar_label(bars, labels=[f"{new:.0f} %", f"{old:.0f} %"], padding=6, fontsize=_HUGE, fontweight="bold")
    axes.set_xlim(0, max(_FULL, old, new) * 1.2)
    axes.set_xticks((0, 50, 100))
    axes.xaxis.set_major_formatter("{x:.0f} %")
    axes.tick_params(axis="y", labelsize=_LARGE)


def _colour(old: float, new: float) -> str:
    """Of the figure afterwards."""
    return _LOWER if new < old else _BEFORE


def _png(figure: Any) -> bytes:  # noqa: ANN401  matplotlib's
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _points(value: object) -> list[tuple[float, float]]:
    """Seconds and percent, as JSON keeps them."""
    if not isinstance(value, Sequence):
        return []
    return [(float(at), float(percent)) for at, percent in value]
