"""How times are written into custom attributes, and what is read from those that people wrote."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.moments import read_moment, say_moment, write_moment

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
TOO_FAR = ["9999-12-31T23:59:59Z", "9999-12-31", "9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00", "0001-01-01"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-12-10T09:00Z", NINE),
        (" 2026-12-10T09:00:00+00:00 ", NINE),
        ("2026-12-10 10:00", NINE),
        ("2026-12-10 09:00 UTC", NINE),
        ("2026-12-10T10:00+01:00", NINE),
        ("2026-12-10", datetime(2026, 12, 10, 22, 59, tzinfo=UTC)),
        ("2026-07-10", datetime(2026, 7, 10, 21, 59, tzinfo=UTC)),
    ],
    ids=[
        "as written",
        "seconds",
        "no zone",
        "as cards say it",
        "another zone",
        "a date is the end of that day",
        "and knows summer time",
    ],
)
def test_what_a_person_may_write(text: str, read: datetime) -> None:
    assert read_moment(text, BERLIN) == read


@pytest.mark.parametrize(
    "text", ["", "soon", "10.12.2026", "2026-13-01", "2026-12-10T25:00Z", "0000-00-00", "2026-12-10 UTC", *TOO_FAR]
)
def test_what_is_no_time_is_told_as_such(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_moment(text, BERLIN)


def test_nothing_ends_earlier_than_was_said() -> None:
    late = NINE.replace(second=1)

    assert (write_moment(late), say_moment(late)) == ("2026-12-10T09:01Z", "2026-12-10 09:01 UTC")


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis wants naive bounds
def test_what_is_written_is_read_back_within_a_minute(at: datetime) -> None:
    read = read_moment(write_moment(at), BERLIN)

    assert 0 <= (read - at).total_seconds() < 60
