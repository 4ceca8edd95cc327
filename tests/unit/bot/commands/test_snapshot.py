"""How `snapshot` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.snapshot import COMMAND, Action, Wanted
from tests.unit.bot.commands.reading import fact, read, said


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("web-01", Wanted(vm="web-01", action=Action.LIST, name=None)),
        ("web-01 list", Wanted(vm="web-01", action=Action.LIST, name=None)),
        ("web-01 create", Wanted(vm="web-01", action=Action.CREATE, name=None)),
        ("web-01 create before update", Wanted(vm="web-01", action=Action.CREATE, name="before update")),
        ('web-01 REVERT "before update"', Wanted(vm="web-01", action=Action.REVERT, name="before update")),
        ("remove web-01 old", Wanted(vm="web-01", action=Action.REMOVE, name="old")),
        ("list create", Wanted(vm="list", action=Action.CREATE, name=None)),
        ("web-01 delete old", Wanted(vm="web-01", action=Action.REMOVE, name="old")),
    ],
)
def test_snapshot_reads_vm_action_and_name_in_either_order(line: str, wanted: Wanted) -> None:
    assert read(COMMAND, line) == wanted


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("web-01 create x", "Taking a snapshot x of web-01…"),
        ("web-01", "Looking at the snapshots of web-01…"),
        ("web-01 revert x", "Looking at web-01 before it goes back to a snapshot x…"),
        ("web-01 remove x", "Looking at web-01 before its snapshot x is removed…"),
    ],
)
def test_snapshot_says_what_it_does(line: str, words: str) -> None:
    assert said(COMMAND, line) == words


@pytest.mark.parametrize("line", ["web-* create", "* remove x", "web-0? revert x"])
def test_snapshot_refuses_wildcards_where_it_changes(line: str) -> None:
    assert "holds a wildcard" in fact(COMMAND, line)


def test_snapshot_refuses_what_it_does_not_know() -> None:
    assert fact(COMMAND, "") == "the name is missing"
    assert fact(COMMAND, "web-01 explode") == "'explode' is nothing to do with snapshots"
    assert fact(COMMAND, f"web-01 create {'x' * 81}") == "the snapshot's name has 81 characters; 80 are enough"
