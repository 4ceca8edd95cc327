"""Hours in which nothing is changed, in their own zones, also on the two nights on which clocks jump."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from remediation.admission import Case
from remediation.guards.calendars import Calendars
from remediation.model import HoldKind
from remediation.settings import Calendar
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import case, facts, settings

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY, FRIDAY, WEEKEND = range(7), [4], [5, 6]


def calendar(kind: str, start: str, end: str, days: Iterable[int] = EVERY_DAY, zone: ZoneInfo = BERLIN) -> Calendar:
    return Calendar(
        name=f"{kind}-{start[:2]}",
        kind=kind,
        days=frozenset(days),
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        zone=zone,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(now: str, *calendars: Calendar) -> Case:
    return case(facts=facts(now=utc(now)), settings=settings(calendars=calendars))


NIGHT = calendar("freeze", "22:00", "05:00")
FRIDAY_NIGHT = calendar("freeze", "22:00", "05:00", FRIDAY)
WORK = calendar("allow", "09:00", "17:00", range(5))
LATE = calendar("allow", "20:00", "21:00")
WHOLE_DAYS = calendar("freeze", "00:00", "00:00", WEEKEND)
SMALL_HOURS = calendar("freeze", "02:30", "03:30")
CASES = (
    Row(says="no calendar", case=at("2026-11-26T14:00")),
    Row(says="before a freeze", case=at("2026-11-26T20:59:59", NIGHT)),
    Row(
        says="in a freeze before midnight",
        case=at("2026-11-26T21:00", NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 7 h.",
        until=utc("2026-11-27T04:00"),
    ),
    Row(
        says="in a freeze after midnight",
        case=at("2026-11-27T03:30", NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 30 min.",
        until=utc("2026-11-27T04:00"),
    ),
    Row(says="after a freeze", case=at("2026-11-27T04:00", NIGHT)),
    Row(says="a freeze of another day", case=at("2026-11-26T22:00", FRIDAY_NIGHT)),
    Row(
        says="a freeze of the day before, after midnight",
        case=at("2026-11-28T03:00", FRIDAY_NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 1 h.",
        until=utc("2026-11-28T04:00"),
    ),
    Row(says="the night after that", case=at("2026-11-28T22:00", FRIDAY_NIGHT)),
    Row(
        says="a whole day",
        case=at("2026-11-28T12:00", WHOLE_DAYS),
        kind=HoldKind.WAIT,
        reason="freeze-00 freezes changes from 00:00 to 00:00 Europe/Berlin, for another 11 h.",
        until=utc("2026-11-28T23:00"),
    ),
    Row(says="in allowed hours", case=at("2026-11-26T08:00", WORK)),
    Row(
        says="before allowed hours",
        case=at("2026-11-26T07:00", WORK),
        kind=HoldKind.WAIT,
        reason="allow-09 allows changes from 09:00 to 17:00 Europe/Berlin, in 1 h again.",
        until=utc("2026-11-26T08:00"),
    ),
    Row(
        says="on the weekend before allowed hours",
        case=at("2026-11-27T16:00", WORK),
        kind=HoldKind.WAIT,
        reason="allow-09 allows changes from 09:00 to 17:00 Europe/Berlin, in 64 h again.",
        until=utc("2026-11-30T08:00"),
    ),
    Row(
        says="before the first of two allowed hours",
        case=at("2026-11-26T18:00", WORK, LATE),
        kind=HoldKind.WAIT,
        reason="allow-20 allows changes from 20:00 to 21:00 Europe/Berlin, in 1 h again.",
        until=utc("2026-11-26T19:00"),
    ),
    Row(says="in one of two allowed hours", case=at("2026-11-26T19:30", WORK, LATE)),
    Row(
        says="a freeze within allowed hours",
        case=at("2026-11-26T08:30", WORK, calendar("freeze", "09:00", "10:00")),
        kind=HoldKind.WAIT,
        reason="freeze-09 freezes changes from 09:00 to 10:00 Europe/Berlin, for another 30 min.",
        until=utc("2026-11-26T09:00"),
    ),
    Row(
        says="of two freezes the one that ends last",
        case=at("2026-11-26T08:30", calendar("freeze", "09:00", "10:00"), calendar("freeze", "09:15", "11:00")),
        kind=HoldKind.WAIT,
        reason="freeze-09 freezes changes from 09:15 to 11:00 Europe/Berlin, for another 1 h 30 min.",
        until=utc("2026-11-26T10:00"),
    ),
    Row(
        says="in summer it is an hour earlier",
        case=at("2026-07-01T20:00", NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 7 h.",
        until=utc("2026-07-02T03:00"),
    ),
    Row(
        says="the night in spring is an hour shorter",
        case=at("2026-03-28T21:00", NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 6 h.",
        until=utc("2026-03-29T03:00"),
    ),
    Row(
        says="the night in autumn is an hour longer",
        case=at("2026-10-24T20:00", NIGHT),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 05:00 Europe/Berlin, for another 8 h.",
        until=utc("2026-10-25T04:00"),
    ),
    Row(says="an hour that spring skips does not freeze the one after it", case=at("2026-03-29T01:31", SMALL_HOURS)),
    Row(
        says="an hour that autumn has twice freezes from its first coming",
        case=at("2026-10-25T00:30", SMALL_HOURS),
        kind=HoldKind.WAIT,
        reason="freeze-02 freezes changes from 02:30 to 03:30 Europe/Berlin, for another 2 h.",
        until=utc("2026-10-25T02:30"),
    ),
    Row(
        says="hours that autumn has twice freeze in their second coming as well",
        case=at("2026-10-25T01:15", calendar("freeze", "02:00", "02:30")),
        kind=HoldKind.WAIT,
        reason="freeze-02 freezes changes from 02:00 to 02:30 Europe/Berlin, for another 15 min.",
        until=utc("2026-10-25T01:30"),
    ),
    Row(
        says="every calendar has a zone of its own",
        case=at("2026-11-26T03:00", calendar("freeze", "22:00", "23:00", zone=ZoneInfo("America/New_York"))),
        kind=HoldKind.WAIT,
        reason="freeze-22 freezes changes from 22:00 to 23:00 America/New_York, for another 1 h.",
        until=utc("2026-11-26T04:00"),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_nothing_is_changed_in_a_freeze_nor_outside_of_what_is_allowed(row: Row) -> None:
    assert_answer(Calendars(), row)
