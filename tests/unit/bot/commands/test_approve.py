"""How `approve` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.approve import COMMAND, Approve
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import Desk


def test_approve_takes_an_id_in_any_case() -> None:
    assert read(COMMAND, "`r7f3k`") == Approve(operation_id="R7F3K", cpu_count=None, memory_mib=None, plan_hash=None)


def test_approve_takes_lower_figures_and_the_plan_that_was_seen() -> None:
    wanted = Approve(operation_id="R7F3K", cpu_count=2, memory_mib=4096, plan_hash="abcdefabcdef")

    assert read(COMMAND, "R7F3K cpu=2 memory=4 plan=abcdefabcdef") == wanted
    assert read(COMMAND, "R7F3K cpu=2 mem=4096m plan=abcdefabcdef") == wanted


def test_approve_says_what_it_does() -> None:
    assert said(COMMAND, "r7f3k") == "Approving R7F3K…"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "the name is missing"),
        ("A B", "one word too many"),
        ("A cpu=0", "no number of vCPUs"),
        ("A disk=4", "there is no option disk here"),
    ],
)
def test_approve_refuses_what_it_does_not_understand(line: str, words: str) -> None:
    assert words in fact(COMMAND, line)


def test_approve_of_nothing_known_says_so() -> None:
    assert Desk(world.sites()).ask("approve XXXXX").title == "No operation is called 'XXXXX'"
