"""Hours in which nothing is changed by itself: freezes, and the hours outside of those in which it may be."""

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
        calendars, now = case.settings.calendars, case.facts.now
        frozen = [
            (end, one) for one in calendars if one.kind == FREEZE and (end := closes_at(_window(one), now, wide=True))
        ]
        if frozen:
            until, calendar = max(frozen, key=lambda found: found[0])
            left = span(until - now)
            return self._hold(case, f"{calendar.name} freezes changes {_hours(calendar)}, for another {left}.", until)
        allowed = [one for one in calendars if one.kind == ALLOW]
        if not allowed or any(closes_at(_window(one), now) for one in allowed):
            return None
        until, calendar = min(((opens_at(_window(one), now), one) for one in allowed), key=lambda found: found[0])
        left = span(until - now)
        return self._hold(case, f"{calendar.name} allows changes {_hours(calendar)}, in {left} again.", until)

    def _hold(self, case: Case, reason: str, until: datetime) -> Hold:
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=reason,
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )


def _window(calendar: Calendar) -> Window:
    return Window(start=calendar.start, end=calendar.end, zone=calendar.zone, days=calendar.days)


def _hours(calendar: Calendar) -> str:
    return f"from {calendar.start:%H:%M} to {calendar.end:%H:%M} {calendar.zone.key}"
