"""What may be said with any change: why, when, and that one wants to be asked first."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.command import Command
from bot.extras import Extras, read_extras
from bot.grammar import UsageError, parse
from bot.registry import BY_NAME, COMMANDS
from operations.terms import Window
from operations.verbs import VERBS

NIGHT = Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin"))
NOON = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)


def read(line: str) -> Extras:
    command = BY_NAME[line.split(" ", maxsplit=1)[0]]
    return read_extras(parse(line, command.shape), command.usage)


def test_nothing_is_said_where_nothing_is() -> None:
    assert read("reset web-01") == Extras()


@pytest.mark.parametrize(
    ("line", "extras"),
    [
        ('spawn web-07 reason="month-end batch"', Extras(reason="month-end batch")),
        ("reset web-01 --reason hangs", Extras(reason="hangs")),
        ("reset web-01 at=tonight", Extras(is_tonight=True)),
        ("reset web-01 --at Tonight", Extras(is_tonight=True)),
        ("transform web-01 cpu=4 at=22:30", Extras(at=time(22, 30))),
        ("nuke web-01 at=6:05 --ask", Extras(at=time(6, 5), ask=True)),
        ("spawn web-07 --ask", Extras(ask=True)),
    ],
)
def test_why_when_and_whether_to_ask_are_read_with_the_verbs_own_words(line: str, extras: Extras) -> None:
    assert read(line) == extras


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("reset web-01 at=later", "'later' is no time: write at=tonight or at=22:30"),
        ("reset web-01 at=24:00", "'24:00' is no time: write at=tonight or at=22:30"),
        ("reset web-01 at=22", "'22' is no time: write at=tonight or at=22:30"),
        ("reset web-01 at=", "the option at= has no value (no spaces round the =)"),
        (f"reset web-01 reason={'x' * 301}", "the reason has 301 characters; 300 are enough"),
        ("poweron web-01 at=tonight", "there is no option at here; known: reason= and --ask"),
        ("list reason=why", "there is no option reason here"),
    ],
)
def test_what_cannot_be_is_said_in_words(line: str, fact: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(line)

    assert str(refused.value) == fact


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if set(one.verbs) & set(VERBS)], ids=lambda command: command.name
)
def test_a_reason_may_be_given_with_every_change(command: Command) -> None:
    assert "reason" in command.shape.options


def test_tonight_is_when_the_window_opens_and_at_once_within_it() -> None:
    assert read("reset web-01 at=tonight").not_before(NIGHT, NOON) == datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
    assert read("reset web-01 at=tonight").not_before(NIGHT, MIDNIGHT) is None


def test_a_time_is_the_next_one_by_the_clocks_of_the_windows_zone() -> None:
    assert read("reset web-01 at=22:30").not_before(NIGHT, NOON) == datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    assert read("reset web-01 at=22:30").not_before(NIGHT, MIDNIGHT) == datetime(2026, 11, 27, 21, 30, tzinfo=UTC)
    assert read("reset web-01").not_before(NIGHT, NOON) is None
