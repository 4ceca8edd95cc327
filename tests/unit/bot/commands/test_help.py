"""How `help` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.help import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_help_takes_a_verb_or_nothing() -> None:
    assert [read(COMMAND, "Transform"), read(COMMAND, "")] == ["transform", None]


def test_help_says_what_it_looks_up() -> None:
    assert [said(COMMAND, "nuke"), said(COMMAND, "")] == ["Looking up nuke…", "Looking up what you may do here…"]


def test_help_refuses_two_verbs() -> None:
    assert "one word too many" in fact(COMMAND, "spawn clone")
