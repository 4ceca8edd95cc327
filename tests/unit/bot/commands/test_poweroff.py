"""How `poweroff` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.poweroff import COMMAND, PowerOff
from tests.unit.bot.commands.reading import fact, read, said


def test_poweroff_is_gentle_unless_hard_is_said() -> None:
    assert read(COMMAND, "web-01") == PowerOff(vm="web-01", hard=False)


@pytest.mark.parametrize(
    "line", ["web-01 --hard", "--hard web-01", "web-01 hard=true", "web-01 --force", "web-01 -hard"]
)
def test_poweroff_reads_the_hard_form(line: str) -> None:
    assert read(COMMAND, line) == PowerOff(vm="web-01", hard=True)


def test_poweroff_says_which_form_it_takes() -> None:
    assert said(COMMAND, "web-01") == "Shutting down web-01…"
    assert said(COMMAND, "web-01 --hard") == "Looking at web-01 before its power is cut…"


@pytest.mark.parametrize("name", ["*", "web-*", "web-0?", "web-[01]"])
def test_poweroff_refuses_wildcards(name: str) -> None:
    assert "holds a wildcard" in fact(COMMAND, name)


def test_poweroff_refuses_options_that_it_does_not_have() -> None:
    assert fact(COMMAND, "web-01 --gently") == "there is no option gently here; known: reason=, at=, --hard and --ask"
