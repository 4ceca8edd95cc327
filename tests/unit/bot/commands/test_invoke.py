"""How `invoke` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.invoke import COMMAND
from tests.unit.bot.commands.reading import fact, read, said

SEED = "get-vm -Name veba-test-vm| fl Id, Name, PowerState, NumCpu, CoresPerSocket, MemoryMB, VMHost | Out-string"


def test_invoke_keeps_the_query_as_it_was_typed() -> None:
    assert read(COMMAND, SEED) == SEED


def test_invoke_says_that_it_runs() -> None:
    assert said(COMMAND, "get-vm") == "Running the query…"


def test_invoke_without_a_query_is_refused() -> None:
    assert fact(COMMAND, "") == "the query is missing"
