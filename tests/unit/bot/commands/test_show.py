"""How `show` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.show import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_show_takes_one_name() -> None:
    assert [read(COMMAND, "web-01@lab"), said(COMMAND, "web-01")] == ["web-01@lab", "Looking at web-01…"]


def test_show_without_a_name_or_with_two_is_refused() -> None:
    assert fact(COMMAND, "") == "the name is missing"
    assert "one word too many" in fact(COMMAND, "web-01 web-02")
