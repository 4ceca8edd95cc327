"""Foreign text rings nobody and is never cut in the middle."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import NOTHING, clean, clip, code, escape, filled, when


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


def test_code_cannot_be_left_by_a_back_tick() -> None:
    assert code("a`b<c").count("`") == 2
