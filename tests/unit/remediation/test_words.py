"""Figures and names as people and commands read them."""

from datetime import timedelta

import pytest

from bot.grammar import Shape, parse
from remediation.words import counted, gib, memory_option, nth, percent, quoted, span


def test_memory_is_said_in_the_unit_that_is_read_best() -> None:
    assert [gib(one) for one in (512, 1024, 1536, 5120, 300.4)] == ["512 MB", "1 GB", "1.5 GB", "5 GB", "300 MB"]


def test_a_command_takes_whole_gigabytes_bare_and_others_in_mb() -> None:
    assert [memory_option(one) for one in (5120, 5124)] == ["5", "5124m"]


def test_small_shares_have_a_digit_more() -> None:
    assert [percent(one) for one in (0, 1.25, 5, 9.96, 12.4, 100)] == ["0 %", "1.2 %", "5 %", "10 %", "12 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "limit", "said"),
    [(75.3, 75, "75.3 %"), (80, 75, "80 %"), (84.96, 85, "84.96 %"), (5.04, 5, "5.04 %"), (75, 75, "75 %")],
)
def test_a_share_never_looks_like_the_limit_that_it_is_over(value: float, limit: float, said: str) -> None:
    assert percent(value, beside=limit) == said


def test_lengths_of_time_are_said_in_whole_units() -> None:
    lengths = (timedelta(seconds=45), timedelta(minutes=30), timedelta(hours=1), timedelta(minutes=80), -timedelta(1))

    assert [span(one) for one in lengths] == ["45 s", "30 min", "1 h", "1 h 20 min", "0 s"]


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(2, noun) for noun in ("remedy", "host", "vCPU")] == ["2 remedies", "2 hosts", "2 vCPU"]
    assert counted(1, "remedy") == "1 remedy"


def test_which_of_several_is_said_with_its_ending() -> None:
    assert [nth(one) for one in (1, 2, 3, 4, 11, 12, 21)] == ["1st", "2nd", "3rd", "4th", "11th", "12th", "21st"]


@pytest.mark.parametrize("name", ["web-01", "web 01", 'the "old" one', "cpu=4", "--hard", "a\\b"])
def test_a_quoted_name_is_read_back_as_one_word(name: str) -> None:
    words = parse(f"transform {quoted(name)} cpu=3", Shape(usage="", options=("cpu",)))

    assert (words.names, words.options) == ((name,), {"cpu": "3"})
