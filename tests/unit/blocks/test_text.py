"""Foreign text rings nobody and is never cut in the middle."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import NOTHING, Time, clean, clip, code, escape, filled, local_times, parts, when


@pytest.mark.parametrize("hostile", ["<!channel>", "<!here>", "<@U123>", "<!subteam^S1|@ops>", "<http://x|y>"])
def test_a_name_that_looks_like_a_mention_rings_nobody(hostile: str) -> None:
    assert "<" not in escape(hostile)
    assert escape(hostile).replace("&lt;", "<").replace("&gt;", ">") == hostile


def test_control_characters_and_lone_surrogates_are_replaced() -> None:
    assert clean("a\x00b\ud800c\nd") == "a\ufffdb\ufffdc\nd"


@pytest.mark.parametrize(
    "hidden",
    [
        "\u202e",
        "\u202a",
        "\u2066",
        "\u2069",
        "\u200f",
        "\u061c",
        "\u200b",
        "\u2060",
        "\ufeff",
        "\u2028",
        "\x1b",
        "\x9b",
    ],
    ids=ascii,
)
def test_what_would_show_a_text_as_another_than_it_is_can_be_seen(hidden: str) -> None:
    assert escape(f"web{hidden}10") == filled(f"web{hidden}10", 10) == "web\ufffd10"


@pytest.mark.parametrize(
    "text",
    ["שרת-01", "\u062e\u0627\u062f\u0645", "\u0645\u06cc\u200c\u062e\u0648", "👩\u200d🚒", "❤\ufe0f", "a\tb\nc"],
    ids=ascii,
)
def test_scripts_that_go_the_other_way_and_emoji_stay_as_they_are(text: str) -> None:
    assert escape(text) == text


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


MINUTE = Time(seconds=1795509000, form="{date_short} {time}", text="2026-11-24 08:30 UTC")
SECOND = Time(seconds=1795509005, form="{date_short} {time_secs}", text="2026-11-24 08:30:05 UTC")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-24 08:30 UTC", [MINUTE]),
        ("until 2026-11-24 08:30 UTC, then", ["until ", MINUTE, ", then"]),
        ("2026-11-24 08:30:05 UTC2026-11-24 08:30 UTC", ["2026-11-24 08:30:05 UTC", MINUTE]),
        ("2026-11-24 08:30:05 UTC 2026-11-24 08:30 UTC", [SECOND, " ", MINUTE]),
        ("2026-99-24 08:30 UTC", ["2026-99-24 08:30 UTC"]),
        ("web-01", ["web-01"]),
        ("", []),
    ],
    ids=["alone", "in a sentence", "no word of its own", "two", "no month", "none", "empty"],
)
def test_a_plain_text_is_taken_apart_at_its_times(text: str, found: list[str | Time]) -> None:
    assert list(parts(text)) == found


@given(st.lists(st.one_of(st.text(), st.sampled_from([MINUTE.text, SECOND.text]))))
def test_nothing_is_lost_when_a_text_is_taken_apart(pieces: list[str]) -> None:
    text = " ".join(pieces)

    assert "".join(part if isinstance(part, str) else part.text for part in parts(text)) == text


def test_code_cannot_be_left_by_a_back_tick() -> None:
    assert code("a`b<c").count("`") == 2
