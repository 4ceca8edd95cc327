"""What calendars of remediation come to over a week: whether they leave it an hour, alone or all together. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.config.remediation import CalendarTable, Day
from bot.config.written import Disagreement, in_order, read

_CALENDAR: Final = TypeAdapter(CalendarTable)
_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY
_EVERY: Final = frozenset(range(_WEEK))
_MONDAYS: Final = (datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC))
"""One of a winter and one of a summer: zones differ by other hours then."""


def calendars_for_ever(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Calendars that leave no minute of the week to act in, or all of it; what can't be read takes no part."""
    known = [(at, one) for at, table in in_order(values, "calendar") if (one := read(_CALENDAR, table)) is not None]
    whole = [(at, one) for at, one in known if _minutes(one, _MONDAYS[0]) == _EVERY]
    for at, one in whole:
        reason = "freezes every hour of the week: write enabled = false in [remediation] if that is meant"
        if one.kind == "allow":
            reason = "allows every hour of the week, so it holds nothing: leave it out"
        yield Disagreement(location=("calendar", at), reason=reason)
    calendars = [one for _, one in known]
    if not whole and calendars and all(not _open(calendars, monday) for monday in _MONDAYS):
        reason = "leave no hour of the week together: write enabled = false in [remediation] if that is meant"
        yield Disagreement(location=("calendar",), reason=reason)


def _open(calendars: list[CalendarTable], monday: datetime) -> frozenset[int]:
    """The minutes of that week, from Monday 0:00 UTC on, in which something may be done."""
    frozen = frozenset[int]().union(*(_minutes(one, monday) for one in calendars if one.kind == "freeze"))
    allowed = [_minutes(one, monday) for one in calendars if one.kind == "allow"]
    return (frozenset[int]().union(*allowed) if allowed else _EVERY) - frozen


def _minutes(calendar: CalendarTable, monday: datetime) -> frozenset[int]:
    """Those that lie within it, as minutes of a week in UTC; the week is taken to go round."""
    offset = monday.replace(tzinfo=ZoneInfo(calendar.zone)).utcoffset() or timedelta(0)
    shift = round(offset.total_seconds() / 60)
    start, end = _minute(calendar.start), _minute(calendar.end)
    length = (end - start) % _DAY or _DAY
    begins = (get_args(Day).index(day) * _DAY + start - shift for day in calendar.days)
    return frozenset((begin + minute) % _WEEK for begin in begins for minute in range(length))


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
