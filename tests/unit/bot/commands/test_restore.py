"""How `restore` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.restore import COMMAND, Restore
from tests.unit.bot.commands.reading import fact, read, said


def test_restore_takes_a_name_or_an_operation_and_perhaps_another_name() -> None:
    assert read(COMMAND, "web-01") == Restore(what="web-01", name=None)
    assert read(COMMAND, "R7F3K as=web-01-old") == Restore(what="R7F3K", name="web-01-old")


def test_restore_says_what_it_does() -> None:
    assert said(COMMAND, "web-01") == "Bringing web-01 back…"
    assert said(COMMAND, "web-01 as=web-02") == "Bringing web-01 back as web-02…"


@pytest.mark.parametrize("words", ["web-*", "* as=web-02"])
def test_restore_refuses_wildcards(words: str) -> None:
    assert "holds a wildcard" in fact(COMMAND, words)


def test_restore_refuses_a_name_that_can_not_be() -> None:
    assert "can't name a new VM" in fact(COMMAND, "web-01 as=<web>")
