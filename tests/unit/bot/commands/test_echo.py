"""How `echo` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.echo import COMMAND
from tests.unit.bot.commands.reading import read, said


def test_echo_keeps_the_text_as_it_was_typed() -> None:
    assert read(COMMAND, "it's \"half  open, a=b --x *bold*") == "it's \"half  open, a=b --x *bold*"


def test_echo_says_that_it_listens() -> None:
    assert said(COMMAND, "hello") == "Listening…"
