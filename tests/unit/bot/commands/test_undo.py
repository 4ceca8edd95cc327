"""How `undo` is read and acknowledged; what it does is proven over the wire."""

from bot.commands.undo import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import Desk


def test_undo_takes_one_operation() -> None:
    assert read(COMMAND, "r7f3k") == "R7F3K"
    assert fact(COMMAND, "") == "the name is missing"
    assert "one word too many" in fact(COMMAND, "R7F3K R7F3L")


def test_undo_says_what_it_does() -> None:
    assert said(COMMAND, "r7f3k") == "Looking at how to take R7F3K back…"


def test_undo_of_what_nobody_knows_is_told() -> None:
    assert Desk(world.sites()).ask("undo ZZZZZ").title == "No operation is called 'ZZZZZ'"
