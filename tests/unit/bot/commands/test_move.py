"""How `move` is read and acknowledged; what it does is proven over the wire."""

from bot.commands.move import COMMAND, Move
from tests.unit.bot.commands.reading import fact, read, said


def test_move_takes_a_vm_and_perhaps_a_datastore() -> None:
    assert read(COMMAND, "web-01 gold-02") == Move(vm="web-01", datastore="gold-02")
    assert read(COMMAND, "web-01") == Move(vm="web-01", datastore=None)


def test_move_says_where_to() -> None:
    assert said(COMMAND, "web-01 gold-02") == "Moving web-01 to gold-02…"
    assert said(COMMAND, "web-01") == "Moving web-01 to the datastore with most room…"


def test_move_refuses_wildcards_on_both_sides() -> None:
    assert "holds a wildcard" in fact(COMMAND, "* gold-02")
    assert "holds a wildcard" in fact(COMMAND, "web-01 gold-*")
