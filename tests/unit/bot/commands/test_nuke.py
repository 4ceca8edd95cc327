"""How `nuke` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.nuke import COMMAND
from tests.unit.bot.commands.reading import fact, read, said


def test_nuke_takes_one_vm_and_says_what_it_does() -> None:
    assert [read(COMMAND, "web-01"), said(COMMAND, "web-01")] == [
        "web-01",
        "Looking at web-01 before it goes to the recycle bin…",
    ]


def test_nuke_takes_names_with_a_vcenter_or_a_path() -> None:
    assert [read(COMMAND, "web-01@lab"), read(COMMAND, '"DC/vm/My Team/web 01"')] == [
        "web-01@lab",
        "DC/vm/My Team/web 01",
    ]


@pytest.mark.parametrize("name", ["*", "web-*", "web-0?", "web-[01]"])
def test_nuke_refuses_wildcards(name: str) -> None:
    assert fact(COMMAND, name) == f"{name!r} holds a wildcard: a verb that changes takes one name, whole"


def test_nuke_without_a_name_or_with_two_is_refused() -> None:
    assert fact(COMMAND, "") == "the name is missing"
    assert fact(COMMAND, "web-01 web-02") == "'web-02' is one word too many (a name with spaces goes in quotes)"


def test_nuke_refuses_options_that_it_does_not_have() -> None:
    assert fact(COMMAND, "web-01 --now") == "there is no option now here; known: reason=, at= and --ask"
