"""How `clone` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.clone import COMMAND, Clone
from tests.unit.bot.commands.reading import fact, read, said


def test_clone_reads_the_vm_and_the_new_name() -> None:
    assert read(COMMAND, "web-01 web-07") == Clone(vm="web-01", name="web-07")
    assert read(COMMAND, "web-01") == Clone(vm="web-01", name=None)


def test_clone_says_what_it_makes() -> None:
    assert said(COMMAND, "web-01 web-07") == "Cloning web-01 as web-07…"
    assert said(COMMAND, "web-01") == "Cloning web-01…"


@pytest.mark.parametrize("name", ["<!channel>", "a|b", "../x", "\U0001f680"])
def test_clone_refuses_dangerous_new_names(name: str) -> None:
    assert "can't name a new VM" in fact(COMMAND, f"web-01 {name}")


def test_clone_refuses_wildcards_and_surplus_words() -> None:
    assert "holds a wildcard" in fact(COMMAND, "web-*")
    assert "one word too many" in fact(COMMAND, "web-01 web-07 web-08")
