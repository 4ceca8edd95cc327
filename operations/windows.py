"""When a window opens and closes, and when a time of day comes next: aware of time zones and of their jumps. Pure.

A time that a clock skips in spring counts as many minutes after midnight as it says, so 02:30 is 03:30 on that day;
of a time that comes twice in autumn the first one counts. So a window opens once on every one of its days.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from operations.terms import Window

_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))
_DAYS_AHEAD = 9
"""A week, the day on which the question is asked, and one for a clock that jumps."""


def closes_at(window: Window, now: datetime) -> datetime | None:
    """When the window that is open now closes (UTC); None where none is open."""
    today = now.astimezone(window.zone).date()
    spans = (_span(window, day) for day in (today - _DAY, today) if day.weekday() in window.days)
    return next((end for start, end in spans if start <= now < end), None)


def opens_at(window: Window, now: datetime) -> datetime:
    """When the window opens next (UTC), later than `now`."""
    return next_time(window.start, window.zone, now, days=window.days)


def tonight(window: Window, now: datetime) -> datetime | None:
    """The earliest time within tonight's window (UTC); None where the window is open now, so that it is at once."""
    return None if closes_at(window, now) else opens_at(window, now)


def next_time(at: time, zone: ZoneInfo, now: datetime, *, days: frozenset[int] = _EVERY_DAY) -> datetime:
    """When clocks of a zone show this time of day next (UTC), on one of these days of the week, later than `now`."""
    today = now.astimezone(zone).date()
    coming = (today + number * _DAY for number in range(_DAYS_AHEAD))
    moments = (_moment(day, at, zone) for day in coming if day.weekday() in days)
    return next(moment for moment in moments if moment > now)


def _span(window: Window, day: date) -> tuple[datetime, datetime]:
    """The window that opens on a day; where start and end are the same, it is open all day."""
    last = day if window.end > window.start else day + _DAY
    return _moment(day, window.start, window.zone), _moment(last, window.end, window.zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
