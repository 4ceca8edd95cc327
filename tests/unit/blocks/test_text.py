"""Foreign text rings nobody and is never cut in the middle."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import NOTHING, clean, clip, code, escape, filled, local_times, lone_time, when


@pytest.mark.parametrize("hostile", ["<!channel>", "<!here>", "<@U123>", "<!subteam^S1|@ops>", "<http://x|y>"])
def test_a_name_that_looks_like_a_mention_rings_nobody(hostile: str) -> None:
    assert "<" not in escape(hostile)
    assert escape(hostile).replace("&lt;", "<").replace("&gt;", ">") == hostile


def test_control_characters_and_lone_surrogates_are_replaced() -> None:
    assert clean("a\x00b\ud800c\nd") == "a\ufffdb\ufffdc\nd"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("a&amp;b", 4, "a…"),
        ("see <!date^1^{time}|x> end", 12, "see …"),
    ],
    ids=["fits", "cut", "entity stays whole", "token stays whole"],
)
def test_a_cut_ends_with_an_ellipsis_and_leaves_nothing_half(text: str, limit: int, expected: str) -> None:
    assert clip(text, limit) == expected


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_cut_text_is_never_longer_than_allowed(text: str, limit: int) -> None:
    assert len(clip(escape(text), limit)) <= limit


@given(st.text())
def test_a_filled_text_is_never_empty(text: str) -> None:
    assert filled(text, 10).strip() or filled(text, 10) == NOTHING


def test_a_time_is_local_for_the_reader_and_utc_for_old_clients() -> None:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

    assert when(moment, "{time}") == "<!date^1795509000^{time}|2026-11-24 08:30 UTC>"
    assert when(moment.astimezone(timezone(timedelta(hours=9)))) == (
        "<!date^1795509000^{date_short_pretty} at {time}|2026-11-24 08:30 UTC>"
    )


TOKEN = "<!date^1795509000^{date_short} {time}|2026-11-24 08:30 UTC>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It ends at 2026-11-24 08:30 UTC.", f"It ends at {TOKEN}."),
        ("2026-11-24 08:30 UTC, 2026-11-24 08:30 UTC", f"{TOKEN}, {TOKEN}"),
        ("2026-11-24 08:30:05 UTC", "<!date^1795509005^{date_short} {time_secs}|2026-11-24 08:30:05 UTC>"),
        (TOKEN, TOKEN),
        ("`at 2026-11-24 08:30 UTC`", "`at 2026-11-24 08:30 UTC`"),
        ("2026-11-24 08:30", "2026-11-24 08:30"),
        ("2026-11-24 08:30 CET", "2026-11-24 08:30 CET"),
        ("2026-13-24 08:30 UTC", "2026-13-24 08:30 UTC"),
        ("1969-11-24 08:30 UTC", "1969-11-24 08:30 UTC"),
        ("2026-11-24 08:30 UTCx", "2026-11-24 08:30 UTCx"),
    ],
    ids=[
        "in a sentence", "twice", "to the second", "a token already", "in code", "no zone", "another zone", "no month",
        "before Slack's time", "a longer word",
    ],
)  # fmt: skip
def test_a_time_in_utc_becomes_the_readers(text: str, shown: str) -> None:
    assert local_times(text) == shown


@given(st.text())
def test_times_are_made_the_readers_once_and_nothing_else_is_touched(text: str) -> None:
    escaped = escape(text)

    assert local_times(escaped) == escaped
    assert local_times(local_times(f"{escaped} 2026-11-24 08:30 UTC")) == local_times(f"{escaped} 2026-11-24 08:30 UTC")


def test_only_a_text_that_is_nothing_but_a_time_is_a_lone_time() -> None:
    assert lone_time("2026-11-24 08:30 UTC") == (1795509000, "{date_short} {time}", "2026-11-24 08:30 UTC")
    assert lone_time("2026-11-24 08:30:05 UTC") == (1795509005, "{date_short} {time_secs}", "2026-11-24 08:30:05 UTC")
    assert [lone_time(text) for text in ("at 2026-11-24 08:30 UTC", "2026-99-24 08:30 UTC", "web-01", "")] == [None] * 4


def test_code_cannot_be_left_by_a_back_tick() -> None:
    assert code("a`b<c").count("`") == 2
