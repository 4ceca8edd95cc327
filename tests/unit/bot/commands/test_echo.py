"""How `echo` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.echo import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import read, said
from tests.unit.bot.desk import DANA, Desk


def test_echo_keeps_the_text_as_it_was_typed() -> None:
    assert read(COMMAND, "it's \"half  open, a=b --x *bold*") == "it's \"half  open, a=b --x *bold*"


def test_echo_says_that_it_listens() -> None:
    assert said(COMMAND, "hello") == "Listening…"


def test_echo_sends_the_text_back_with_what_it_understood() -> None:
    answer = Desk(world.sites(lab=[])).ask("echo hello *you*", DANA)

    assert answer.title == "hello *you*"
    assert dict(answer.fields) == {
        "You": "dana (U1DANA)",
        "Where": "#vm-requests (C1)",
        "Groups": "@vm-users, S1",
        "vCenter": "prod, lab",
    }


def test_echo_of_nothing_says_so() -> None:
    assert Desk(world.sites()).ask("echo").title == "(nothing)"
