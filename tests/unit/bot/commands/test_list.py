"""How `list` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.list import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_list_takes_words_as_one_text() -> None:
    assert [read(COMMAND, ""), read(COMMAND, "mine"), read(COMMAND, "My Team"), read(COMMAND, "web-*")] == [
        "",
        "mine",
        "My Team",
        "web-*",
    ]


def test_list_says_what_it_lists() -> None:
    assert [said(COMMAND, ""), said(COMMAND, "mine")] == ["Listing what you may see…", "Listing mine…"]


def test_list_refuses_options() -> None:
    assert fact(COMMAND, "owner=dana") == "there is no option owner here"
