"""How `whoami` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.whoami import COMMAND
from tests.unit.bot.commands.reading import fact, said


def test_whoami_says_what_it_looks_up() -> None:
    assert said(COMMAND, "") == "Looking up who you are to me…"


def test_whoami_takes_nothing() -> None:
    assert fact(COMMAND, "dana") == "'dana' is one word too many (a name with spaces goes in quotes)"
