"""What goes on holding once hours and pauses are over: it is said first, since nobody need wait for those. Pure.

What a person, the mode or the attribute lets only be recommended is recommended during a freeze as well: afterwards
nothing else would be done. And an owner is not asked when to restart what somebody has stopped.
"""

from dataclasses import replace
from typing import Final

from remediation.guards import STOPPED
from remediation.guards.calendars import Calendars
from remediation.guards.mode import ModeOfPlaybook
from remediation.guards.pause import Paused
from remediation.model import Hold, HoldKind, Verdict, VerdictKind

_HOURS: Final = frozenset({Calendars.name, Paused.name})
_FINAL: Final = frozenset({HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT})
_LASTING: Final = STOPPED | {ModeOfPlaybook.name}


def is_outlasted(verdict: Verdict) -> bool:
    """Whether it waits for nothing but hours on which nothing hangs, so that what has not been read yet decides."""
    first = _first(verdict)
    return verdict.kind is VerdictKind.WAIT and first is not None and first.kind not in _FINAL


def lasting(verdict: Verdict) -> Verdict:
    """The same, led by what lasts where it would wait for hours, or ask for a restart of what is stopped."""
    first = _first(verdict)
    if first is None or first is verdict.holds[0]:
        return verdict
    return replace(
        verdict,
        kind=VerdictKind(first.kind.value),
        reason=first.reason,
        guard=first.guard,
        way_out=first.way_out,
        look_at=first.until,
    )


def _first(verdict: Verdict) -> Hold | None:
    """What decides among what stays; None where nothing is held."""
    names = {one.guard for one in verdict.holds if one.kind is HoldKind.RECOMMEND}
    return next((one for one in verdict.holds if not _passes(one, names)), None)


def _passes(hold: Hold, recommending: set[str]) -> bool:
    if hold.kind is HoldKind.WAIT:
        return hold.guard in _HOURS and bool(recommending & _LASTING)
    return hold.kind is HoldKind.WINDOW and bool(recommending & STOPPED)
