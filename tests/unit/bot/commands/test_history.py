"""How `history` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.history import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_history_takes_a_vm_a_person_or_nothing() -> None:
    assert [read(COMMAND, "web-01"), read(COMMAND, "@U1"), read(COMMAND, "")] == ["web-01", "@U1", None]


def test_history_says_what_it_looks_up() -> None:
    assert said(COMMAND, "web-01") == "Looking up what was done: web-01…"
    assert said(COMMAND, "") == "Looking up what was done…"


def test_history_refuses_two_names() -> None:
    assert "one word too many" in fact(COMMAND, "web-01 web-02")
