"""How `cancel` is read and acknowledged; what it does is proven over the wire."""

from bot.commands.cancel import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_cancel_takes_an_id_in_any_case() -> None:
    assert [read(COMMAND, "r7f3k"), said(COMMAND, "r7f3k")] == ["R7F3K", "Stopping R7F3K…"]


def test_cancel_without_an_id_stops_nothing() -> None:
    assert fact(COMMAND, "") == "the name is missing"
