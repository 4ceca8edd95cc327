"""How `status` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.status import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_status_takes_an_id_or_nothing() -> None:
    assert [read(COMMAND, "r7f3k"), read(COMMAND, "")] == ["R7F3K", None]


def test_status_says_what_it_looks_at() -> None:
    assert said(COMMAND, "") == "Looking at what is running…"
    assert said(COMMAND, "r7f3k") == "Looking at R7F3K…"


def test_status_refuses_two_ids() -> None:
    assert "one word too many" in fact(COMMAND, "A B")
