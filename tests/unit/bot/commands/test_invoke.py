"""How `invoke` is read and acknowledged; what it shows is proven over the wire."""

import pytest

from bot.answers import Tone
from bot.commands.invoke import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import DANA, Desk

SEED = "get-vm -Name veba-test-vm| fl Id, Name, PowerState, NumCpu, CoresPerSocket, MemoryMB, VMHost | Out-string"


def test_invoke_keeps_the_query_as_it_was_typed() -> None:
    assert read(COMMAND, SEED) == SEED


def test_invoke_says_that_it_runs() -> None:
    assert said(COMMAND, "get-vm") == "Running the query…"


def test_invoke_without_a_query_is_refused() -> None:
    assert fact(COMMAND, "") == "the query is missing"


@pytest.fixture
def desk() -> Desk:
    return Desk(world.sites(world.vm(1, "web-01"), world.vm(2, "db-01", folder="Finance")))


def test_invoke_answers_with_what_the_query_gives(desk: Desk) -> None:
    answer = desk.ask("invoke get-vm -Name web* | select Name, NumCpu")

    assert answer.title == "1 result"
    assert answer.code is not None
    assert answer.code.split() == ["Name", "NumCpu", "----", "------", "web-01", "2"]


def test_the_seeds_own_line_works_as_it_was_typed(desk: Desk) -> None:
    answer = desk.ask(f"invoke {SEED}".replace("veba-test-vm", "web-01"))

    assert answer.code is not None
    assert "web-01" in answer.code


def test_invoke_shows_only_what_the_person_may_see(desk: Desk) -> None:
    answer = desk.ask("invoke get-vm | select Name", DANA)

    assert answer.code is not None
    assert answer.code.split() == ["Name", "----", "web-01"]


def test_invoke_refuses_what_would_change_something_and_names_the_verb(desk: Desk) -> None:
    """The first version ran any text as PowerShell in the bot's own session."""
    answer = desk.ask("invoke get-vm | remove-vm")

    assert answer.tone is Tone.FAILED
    assert "nuke VM" in answer.lines[0]
    assert answer.code == "get-vm | remove-vm\n         ^"


def test_invoke_says_so_where_nothing_fits(desk: Desk) -> None:
    assert desk.ask("invoke get-vm -Name qqq*").title == "Nothing fits the query."


def test_a_long_result_comes_as_a_file() -> None:
    desk = Desk(world.sites(*(world.vm(number, f"web-{number:03}") for number in range(1, 251))))

    answer = desk.ask("invoke get-vm | select Name")

    assert (answer.title, answer.note) == ("250 results", "This is the beginning; the file has all of it.")
    assert answer.file is not None
    assert len(answer.file.content.splitlines()) == 251
    assert answer.code is not None
    assert len(answer.code) <= 2900
