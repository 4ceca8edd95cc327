"""How `pending` is read, and what it says where nothing waits; what it shows is proven over the wire."""

from bot.commands.pending import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import Desk


def test_pending_takes_an_id_in_any_case_or_nothing() -> None:
    assert [read(COMMAND, "`r7f3k`"), read(COMMAND, "")] == ["R7F3K", None]


def test_pending_says_what_it_looks_at() -> None:
    assert [said(COMMAND, ""), said(COMMAND, "r7f3k")] == ["Looking at what waits for a yes…", "Looking at R7F3K…"]


def test_pending_refuses_two_ids() -> None:
    assert "one word too many" in fact(COMMAND, "A B")


def test_pending_says_that_nothing_waits() -> None:
    answer = Desk(world.sites()).ask("pending")

    assert answer.title == "Nothing waits for you, and nothing of yours waits for others."
