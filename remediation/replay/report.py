"""What a replay found, as a table for people and as plain data for programs. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remediation.admission import PLAYBOOK
from remediation.lookback import MOVING
from remediation.model import PlaybookName
from remediation.replay.run import MODES, NOT_JUDGED, OF_GROWTH, Report
from remediation.replay.tally import Figures
from remediation.settings import RemediationSettings
from remediation.tables import columns
from remediation.words import percent

MOST_VMS: Final = 10
"""VMs that are named."""
_EXPLAINED: Final = {PLAYBOOK: "nothing to recommend"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    key: str
    label: str
    of: Callable[[Figures], int]


_ROWS: Final = (
    _Row(key="changes", label="Changes", of=lambda figures: figures.changes.total()),
    _Row(key="vms", label="VMs changed", of=lambda figures: len(figures.changes)),
    _Row(key="asked", label="Asked for a yes", of=lambda figures: figures.asked),
    _Row(key="dropped", label="Green before the yes came", of=lambda figures: figures.dropped),
    _Row(key="recommended", label="Only recommended", of=lambda figures: figures.recommended.total()),
    _Row(key="windows", label="Owner asked for a window", of=lambda figures: figures.windows.total()),
)


def data(report: Report) -> dict[str, object]:
    """JSON-like; every number of the table and the first bad lines."""
    return {
        "first": _iso(report.first),
        "last": _iso(report.last),
        "changes": report.changes,
        "vms": report.vms,
        "bad": report.bad,
        "bad_lines": [{"line": bad.number, "reason": bad.reason} for bad in report.bad_lines],
        "unanswered": dict(report.unanswered.most_common()),
        "playbooks": {
            name.value: {
                mode.value: _figures(name, tally.by_playbook[name])
                for mode, tally in report.tallies.items()
                if name in tally.by_playbook
            }
            for name in _seen(report)
        },
    }


def text(report: Report, settings: RemediationSettings, *, assumed: bool = False) -> str:
    """The table, and below it what it can't tell.

    Args:
        report: what was found.
        settings: what it was replayed with.
        assumed: whether the VMs are not vCenter's but assumed.
    """
    if report.first is None or report.last is None:
        return "No alarm has changed in that time."
    span = f"{report.first:%Y-%m-%d %H:%M} to {report.last:%Y-%m-%d %H:%M} UTC"
    lines = [f"{report.changes:,} changes of alarms from {span}."]
    for name in _seen(report):
        lines += ["", *_block(report, name)]
    if report.unanswered:
        named = ", ".join(f"{alarm} {count:,}" for alarm, count in report.unanswered.most_common(MOST_VMS))
        lines += ["", f"Turned red, and no playbook answers it: {named}"]
    return "\n".join([*lines, "", *_limits(settings, assumed=assumed)])


def _seen(report: Report) -> list[PlaybookName]:
    return [name for name in PlaybookName if any(name in tally.by_playbook for tally in report.tallies.values())]


def _block(report: Report, name: PlaybookName) -> Iterator[str]:
    by_mode = [report.tallies[mode].by_playbook[name] for mode in MODES]
    last = by_mode[-1]
    gone = f", {last.gone:,} of them on what is no longer there" if last.gone else ""
    yield f"{name.value}: its alarms turned red {last.incidents:,} times{gone}"
    rows = [("", *(mode.value for mode in MODES))]
    rows += [(f"  {row.label}", *(f"{row.of(figures):,}" for figures in by_mode)) for row in _ROWS]
    rows += [(_held_label(guard), *(f"{figures.held[guard]:,}" for figures in by_mode)) for guard in _guards(by_mode)]
    yield from columns(rows)
    yield from _named("Changed most in mode auto", last.changes)
    yield from _named("Recommended most in mode recommend", by_mode[0].recommended)
    yield from _named("Owners asked most in mode auto", last.windows)


def _guards(by_mode: list[Figures]) -> list[str]:
    """Those that held anything; what holds most in mode auto first."""
    held: Counter[str] = Counter()
    for figures in by_mode:
        held |= figures.held
    return sorted(held, key=lambda guard: (-by_mode[-1].held[guard], guard))


def _held_label(guard: str) -> str:
    explained = _EXPLAINED.get(guard)
    return f"  Held by {guard}" + (f" ({explained})" if explained else "")


def _named(what: str, vms: Counter[str]) -> Iterator[str]:
    if vms:
        named = ", ".join(f"{name} {count}" for name, count in vms.most_common(MOST_VMS))
        more = len(vms) - MOST_VMS
        yield f"  {what}: {named}" + (f", and {more:,} more" if more > 0 else "")


def _limits(settings: RemediationSettings, *, assumed: bool) -> Iterator[str]:
    yield "What this can't tell:"
    yield f"- Events say nothing of load. Not judged by {', '.join(NOT_JUDGED)}: each may hold some of these changes."
    yield "- Alarms stay red as long as they were. A change that would have helped clears none, so counts are bounds."
    if assumed:
        yield "- No vCenter was asked: every VM is taken to have 2 vCPU, 4 GB and hot-add, in one cluster with room."
    else:
        yield "- VMs, hosts, room and snapshots are taken as they are today; what a change adds counts, so caps hold."
    full = percent(settings.thresholds.datastore_red)
    yield f"- A datastore whose alarm was red is taken to have been {full} full at least, with the VMs of today."
    yield "- In mode approve somebody says yes 10 min after being asked."


def _not_judged(name: PlaybookName, figures: Figures) -> dict[str, int]:
    """How many changes each of the guard rails has not judged that would have been asked."""
    grows = name not in MOVING
    return {guard: figures.changes.total() if grows or guard not in OF_GROWTH else 0 for guard in NOT_JUDGED}


def _figures(name: PlaybookName, figures: Figures) -> dict[str, object]:
    return {
        "incidents": figures.incidents,
        "gone": figures.gone,
        **{row.key: row.of(figures) for row in _ROWS},
        "held": dict(figures.held.most_common()),
        "not_judged": _not_judged(name, figures),
        "changed_most": dict(figures.changes.most_common(MOST_VMS)),
        "recommended_most": dict(figures.recommended.most_common(MOST_VMS)),
        "windows_most": dict(figures.windows.most_common(MOST_VMS)),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
