"""Hours in which nothing is changed by itself: freezes, and the hours outside of those in which it may be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from operations.terms import Window
from operations.windows import closes_at, opens_at
from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.settings import Calendar
from remediation.words import span

FREEZE: Final = "freeze"
ALLOW: Final = "allow"


class Calendars:
    """In each calendar's own time zone, over midnight and over the jumps of its clock; any freeze holds."""

    name: Final = "calendar"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        found = held_by(case.settings.calendars, case.facts.now)
        return None if found is None else self._hold(case, found.reason, found.until)

    def _hold(self, case: Case, reason: str, until: datetime) -> Hold:
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=reason,
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldBy:
    """What calendars say to any change at a moment."""

    reason: str
    """Which calendar, its hours, and for how long still."""
    until: datetime


def held_by(calendars: Iterable[Calendar], now: datetime) -> HeldBy | None:
    """The freeze that ends last, else that no calendar allows changes now; None where nothing holds them."""
    known = tuple(calendars)
    frozen = [(end, one) for one in known if one.kind == FREEZE and (end := closes_at(_window(one), now, wide=True))]
    if frozen:
        until, calendar = max(frozen, key=lambda found: found[0])
        reason = f"{calendar.name} freezes changes {_hours(calendar)}, for another {span(until - now)}."
        return HeldBy(reason=reason, until=until)
    allowed = [one for one in known if one.kind == ALLOW]
    if not allowed or any(closes_at(_window(one), now) for one in allowed):
        return None
    until, calendar = min(((opens_at(_window(one), now), one) for one in allowed), key=lambda found: found[0])
    reason = f"{calendar.name} allows changes {_hours(calendar)}, in {span(until - now)} again."
    return HeldBy(reason=reason, until=until)


def _window(calendar: Calendar) -> Window:
    return Window(start=calendar.start, end=calendar.end, zone=calendar.zone, days=calendar.days)


def _hours(calendar: Calendar) -> str:
    return f"from {calendar.start:%H:%M} to {calendar.end:%H:%M} {calendar.zone.key}"
