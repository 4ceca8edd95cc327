"""How an error is told."""

import pytest

from bot.answers import from_error
from operations.errors import OperationsError


@pytest.mark.parametrize(
    ("fact", "title"),
    [
        ("you asked for W87G3 yourself", "You asked for W87G3 yourself"),
        ("no operation is called 'X'", "No operation is called 'X'"),
        ("web-01 is off", "web-01 is off"),
        ("nodejs is off", "nodejs is off"),
    ],
)
def test_an_error_begins_with_a_capital_unless_it_begins_with_a_name(fact: str, title: str) -> None:
    assert from_error(OperationsError(fact)).title == title
