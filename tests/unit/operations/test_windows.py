"""When "tonight" is: over midnight, in any zone, and on the two nights on which clocks jump."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.terms import Window
from operations.windows import closes_at, next_time, opens_at, tonight

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Window(start=time(22), end=time(5), zone=BERLIN)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start: str, end: str) -> Window:
    return Window(start=time.fromisoformat(start), end=time.fromisoformat(end), zone=BERLIN)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-26T05:12", "2026-11-26T21:00"),
        ("2026-11-26T20:59:59", "2026-11-26T21:00"),
        ("2026-07-01T12:00", "2026-07-01T20:00"),
    ],
    ids=["by day", "a second before", "in summer"],
)
def test_outside_the_window_tonight_is_when_it_opens(now: str, opens: str) -> None:
    assert closes_at(NIGHT, utc(now)) is None
    assert tonight(NIGHT, utc(now)) == utc(opens)


@pytest.mark.parametrize("now", ["2026-11-26T21:00", "2026-11-26T23:30", "2026-11-27T03:59:59"])
def test_inside_the_window_tonight_is_at_once_on_both_sides_of_midnight(now: str) -> None:
    assert closes_at(NIGHT, utc(now)) == utc("2026-11-27T04:00")
    assert tonight(NIGHT, utc(now)) is None


def test_the_end_of_the_window_is_outside_it() -> None:
    assert tonight(NIGHT, utc("2026-11-27T04:00")) == utc("2026-11-27T21:00")


def test_a_window_that_spans_no_midnight_is_shut_at_night() -> None:
    noon = window("12:00", "13:00")

    assert [closes_at(noon, utc(f"2026-11-26T{at}")) for at in ("10:59", "11:00", "12:00")] == [
        None,
        utc("2026-11-26T12:00"),
        None,
    ]


def test_a_window_whose_end_is_its_start_is_always_open() -> None:
    assert all(tonight(window("06:00", "06:00"), utc(f"2026-11-26T{hour:02}:30")) is None for hour in range(24))


def test_a_start_in_the_hour_that_is_skipped_opens_once_an_hour_later_by_the_clock() -> None:
    # On 2027-03-28 clocks in Berlin go from 02:00 to 03:00, which is 01:00 UTC.
    early = window("02:30", "04:00")

    assert opens_at(early, utc("2027-03-28T00:00")) == utc("2027-03-28T01:30")
    assert closes_at(early, utc("2027-03-28T01:30")) == utc("2027-03-28T02:00")
    assert opens_at(early, utc("2027-03-28T01:30")) == utc("2027-03-29T00:30")


def test_a_start_in_the_hour_that_comes_twice_opens_at_the_first_and_not_again() -> None:
    # On 2026-10-25 clocks in Berlin go from 03:00 back to 02:00, which is 01:00 UTC.
    early = window("02:30", "02:45")

    assert opens_at(early, utc("2026-10-24T23:00")) == utc("2026-10-25T00:30")
    assert closes_at(early, utc("2026-10-25T00:30")) == utc("2026-10-25T00:45")
    assert closes_at(early, utc("2026-10-25T01:30")) is None
    assert opens_at(early, utc("2026-10-25T00:30")) == utc("2026-10-26T01:30")


def test_the_night_of_a_jump_is_an_hour_shorter_or_longer() -> None:
    spring, autumn = utc("2027-03-27T21:00"), utc("2026-10-24T20:00")

    assert closes_at(NIGHT, spring) == utc("2027-03-28T03:00")
    assert closes_at(NIGHT, autumn) == utc("2026-10-25T04:00")


def test_a_window_of_some_days_opens_on_those_alone_and_closes_a_day_later_over_midnight() -> None:
    friday = Window(start=time(22), end=time(5), zone=BERLIN, days=frozenset({4}))

    assert opens_at(friday, utc("2026-11-26T22:00")) == utc("2026-11-27T21:00")
    assert opens_at(friday, utc("2026-11-27T21:00")) == utc("2026-12-04T21:00")
    assert [closes_at(friday, utc(f"2026-11-{at}")) for at in ("26T22:00", "27T22:00", "28T03:59", "28T22:00")] == [
        None,
        utc("2026-11-28T04:00"),
        utc("2026-11-28T04:00"),
        None,
    ]


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.times(),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds the zone
)
def test_a_window_of_some_days_opens_within_eight_days_on_one_of_them(
    zone: ZoneInfo, start: time, days: frozenset[int], now: datetime
) -> None:
    some = Window(start=start.replace(tzinfo=None, fold=0), end=time(0), zone=zone, days=days)

    opens = opens_at(some, now)

    assert 0 < (opens - now).total_seconds() <= 8 * 24 * 3600
    assert opens.astimezone(zone).weekday() in days


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    at=st.times(),
    now=st.datetimes(datetime(2011, 12, 20), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds the zone
)
def test_a_time_of_day_comes_within_two_days_and_never_in_the_past(zone: ZoneInfo, at: time, now: datetime) -> None:
    moment = next_time(at.replace(tzinfo=None, fold=0), zone, now)

    assert 0 < (moment - now).total_seconds() <= 49 * 3600


SPRING, AUTUMN = "2027-03-28", "2026-10-25"
"""In Berlin 02:00 is 03:00 and 01:00 UTC on the first, and 03:00 is 02:00 and 01:00 UTC on the second."""


@pytest.mark.parametrize(
    ("day", "hours", "narrow", "wide"),
    [
        (SPRING, "02:30-03:15", "01:00-01:15", "01:00-01:15"),
        (SPRING, "02:30-04:00", "01:30-02:00", "01:00-02:00"),
        (SPRING, "01:00-02:30", "00:00-01:00", "00:00-01:30"),
        (SPRING, "02:15-02:45", "01:15-01:45", "01:00-01:45"),
        (SPRING, "02:00-03:00", "01:00-02:00", "01:00-02:00"),
        (AUTUMN, "02:00-02:30", "00:00-00:30", "00:00-01:30"),
        (AUTUMN, "01:00-02:30", "23:00-00:30", "23:00-01:30"),
        (AUTUMN, "02:30-04:00", "01:30-03:00", "00:30-03:00"),
        (AUTUMN, "01:00-04:00", "23:00-03:00", "23:00-03:00"),
    ],
)
def test_hours_that_jump_are_read_narrowly_where_something_may_be_done_and_widely_where_nothing_may(
    day: str, hours: str, narrow: str, wide: str
) -> None:
    start, _, end = hours.partition("-")
    before = utc(f"{day}T00:00") - timedelta(hours=2)

    found = window(start, end)

    assert opens_at(found, before) == at_utc(day, narrow.partition("-")[0])
    assert open_on(found, before, wide=False) == at_utc(day, narrow)
    assert open_on(found, before, wide=True) == at_utc(day, wide)


def at_utc(day: str, told: str) -> object:
    """`23:00-00:30` as two moments of UTC; what is late in the evening is the evening before."""
    moments = tuple(
        utc(f"{day}T{one}") - (timedelta(days=1) if one >= "12:00" else timedelta()) for one in told.split("-")
    )
    return moments if len(moments) > 1 else moments[0]


def open_on(window: Window, since: datetime, *, wide: bool) -> tuple[datetime, datetime]:
    """From when to when it is open first, looked at every five minutes."""
    moments = (since + timedelta(minutes=5 * number) for number in range(12 * 8))
    return next((now, end) for now in moments if (end := closes_at(window, now, wide=wide)) is not None)


JUMPING = (
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)


@cache
def jumps(zone: ZoneInfo) -> list[datetime]:
    """The midnights (UTC) before which, or after which, its clock jumps in these years; Cairo did not always."""
    noons = [datetime(2024, 1, 1, 12, tzinfo=zone) + timedelta(days=number) for number in range(13 * 365)]
    days = (later.date() for earlier, later in pairwise(noons) if earlier.utcoffset() != later.utcoffset())
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


CLOCKS = st.builds(time, hour=st.integers(0, 4) | st.integers(0, 23), minute=st.integers(0, 59))


@st.composite
def about_jumps(draw: st.DrawFn) -> tuple[Window, datetime]:
    """A window, and the midnight of a day on which its clock jumps."""
    zone = ZoneInfo(draw(st.sampled_from(JUMPING)))
    days = draw(st.just(frozenset(range(7))) | st.frozensets(st.integers(0, 6), min_size=1))
    return Window(start=draw(CLOCKS), end=draw(CLOCKS), zone=zone, days=days), draw(st.sampled_from(jumps(zone)))


@settings(deadline=None, max_examples=60)
@given(about=about_jumps())
def test_about_a_jump_a_freeze_covers_its_hours_and_what_opens_lies_within_it_and_opens_once_a_day(
    about: tuple[Window, datetime],
) -> None:
    found, midnight = about

    for now in (midnight + timedelta(minutes=10 * number) for number in range(-6 * 12, 6 * 36)):
        is_open, is_frozen = closes_at(found, now) is not None, closes_at(found, now, wide=True) is not None
        assert is_frozen or not (is_open or shows(found, now.astimezone(found.zone)))
    opens = opens_at(found, midnight - timedelta(days=1))
    for _ in range(3):
        assert closes_at(found, opens) is not None
        later = opens_at(found, opens)
        assert timedelta(0) < later - opens <= timedelta(days=7, hours=3)
        assert len(found.days) < 7 or later - opens <= timedelta(hours=28), "once on each day"
        opens = later


def shows(window: Window, here: datetime) -> bool:
    """Whether the clock shows a time of the window, on one of its days or in the night after it."""
    shown, is_late = here.time(), window.end <= window.start
    today = here.weekday() in window.days and window.start <= shown and (is_late or shown < window.end)
    return today or (is_late and (here.weekday() - 1) % 7 in window.days and shown < window.end)
