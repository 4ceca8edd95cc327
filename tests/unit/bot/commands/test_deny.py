"""How `deny` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.deny import COMMAND, Deny
from tests.unit.bot.commands.reading import fact, read, said


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("r7f3k too expensive", "too expensive", id="plain words"),
        pytest.param("`R7F3K` budget=2026 is spent", "budget=2026 is spent", id="with an equals sign"),
        pytest.param('R7F3K "too *expensive*"', "too *expensive*", id="in quotes"),
        pytest.param("R7F3K reason=no", "no", id="as an option"),
        pytest.param("R7F3K it's 4\" too long", "it's 4\" too long", id="with a stray quote"),
    ],
)
def test_deny_takes_everything_after_the_id_as_the_reason(line: str, reason: str) -> None:
    assert read(COMMAND, line) == Deny(operation_id="R7F3K", reason=reason)


def test_deny_says_what_it_does() -> None:
    assert said(COMMAND, "r7f3k no") == "Denying R7F3K…"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "it is not said which operation"),
        ("R7F3K", "a no needs a reason"),
        ('R7F3K ""', "a no needs"),
        ("R7F3K \u180e \u061c", "a no needs"),
    ],
)
def test_deny_wants_a_reason(line: str, words: str) -> None:
    assert words in fact(COMMAND, line)
