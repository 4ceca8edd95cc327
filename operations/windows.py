"""When a window opens and closes, and when a time of day comes next: aware of time zones and of their jumps. Pure.

A time that a clock skips in spring is read in two ways: as the moment of the jump, and as many minutes after midnight
as it says, so 02:30 is 03:00 or 03:30 on that day. One that comes twice in autumn is read as either. Of these a window
in which something may be done takes the narrowest reading that leaves it open at all, and one in which nothing may be
done (`wide`) the widest. Where the clock skips the window as a whole, it opens at the jump for as long as it says. So a
window opens once on every one of its days, whatever the clocks do.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from operations.terms import Window

_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))
_DAYS_AHEAD = 9
"""A week, the day on which the question is asked, and one for a clock that jumps."""


def closes_at(window: Window, now: datetime, *, wide: bool = False) -> datetime | None:
    """When the window that is open now closes (UTC); None where none is open.

    Args:
        window: its hours and days.
        now: aware.
        wide: whether nothing may be done in it, so that hours which are not certain belong to it.
    """
    return max((end for start, end in _spans(window, now, wide=wide) if start <= now < end), default=None)


def opens_at(window: Window, now: datetime) -> datetime:
    """When the window opens next (UTC), later than `now`."""
    return min(start for start, _ in _spans(window, now, days=_DAYS_AHEAD) if start > now)


def tonight(window: Window, now: datetime) -> datetime | None:
    """The earliest time within tonight's window (UTC); None where the window is open now, so that it is at once."""
    return None if closes_at(window, now) else opens_at(window, now)


def next_time(at: time, zone: ZoneInfo, now: datetime, *, days: frozenset[int] = _EVERY_DAY) -> datetime:
    """When clocks of a zone show this time of day next (UTC), on one of these days of the week, later than `now`."""
    today = now.astimezone(zone).date()
    coming = (today + number * _DAY for number in range(_DAYS_AHEAD))
    moments = (_counted(day, at, zone) for day in coming if day.weekday() in days)
    return next(moment for moment in moments if moment > now)


def _spans(window: Window, now: datetime, *, wide: bool = False, days: int = 1) -> Iterator[tuple[datetime, datetime]]:
    """From when to when it is open on the day before, today, and so many days in all from then."""
    yesterday = now.astimezone(window.zone).date() - _DAY
    coming = (yesterday + number * _DAY for number in range(days + 1))
    return (_span(window, day, wide=wide) for day in coming if day.weekday() in window.days)


def _span(window: Window, day: date, *, wide: bool) -> tuple[datetime, datetime]:
    """The window that opens on a day; where start and end are the same, it is open all day."""
    last = day if window.end > window.start else day + _DAY
    starts, ends = _readings(day, window.start, window.zone), _readings(last, window.end, window.zone)
    if not wide and window.start == window.end:
        # One day's end is the next one's start, so both are read alike.
        return starts[0], ends[0]
    pairs = [(start, end) for start in starts for end in ends if start < end]
    if pairs:
        return max(pairs, key=_length) if wide else min(pairs, key=_length)
    says = datetime.combine(last, window.end) - datetime.combine(day, window.start)
    return starts[0], starts[0] + says


def _length(span: tuple[datetime, datetime]) -> timedelta:
    return span[1] - span[0]


def _readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a time of day may mean; on most days they are the same."""
    first, second = _counted(day, at, zone), datetime.combine(day, at.replace(fold=1), zone).astimezone(UTC)
    return (first, second) if first <= second else (_jump(second, first, zone), first)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock jumps between two moments; the latter may be that very one."""
    was = before.astimezone(zone).utcoffset()
    while after - before > timedelta.resolution:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == was:
            before = middle
        else:
            after = middle
    return after


def _counted(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of day; one that is skipped counts from midnight, of one that comes twice the first one counts."""
    return datetime.combine(day, at, zone).astimezone(UTC)
