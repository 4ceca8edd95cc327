"""Errors about an operation say which one, what it would do, and where to see it."""

from dataclasses import replace

import pytest

from bot.answers import Answer, Button, Started
from operations.model import Operation, State
from tests.unit.bot import world
from tests.unit.bot.desk import ANN, DANA, Desk, database_url


@pytest.fixture
def desk() -> Desk:
    vms = (
        world.vm(1, "web-01", on=False, config__hardware__numCoresPerSocket=1),
        world.vm(2, "fin-01", folder="Finance", on=False, config__hardware__numCoresPerSocket=1),
    )
    return Desk(world.sites(*vms), url=database_url())


def asked(desk: Desk, line: str) -> Operation:
    """What Ann asks for, which waits for somebody else's yes."""
    reply = desk.run(line)
    assert isinstance(reply, Started)
    assert reply.operation.state is State.AWAITING_APPROVAL
    return reply.operation


def told(desk: Desk, line: str, *, ann: bool = True) -> Answer:
    return desk.ask(line, ANN if ann else DANA)


def test_who_asked_and_says_yes_is_told_what_it_is_about(desk: Desk) -> None:
    waiting = asked(desk, "transform web-01 cpu=8")

    answer = told(desk, f"approve {waiting.id}")

    assert answer.title == f"You asked for {waiting.id} yourself, so somebody else must decide it"
    assert answer.note == f"{waiting.id} · {waiting.summary} · asked for by ann"
    assert answer.buttons == (Button(label="Details", command=f"pending {waiting.id}"),)


@pytest.mark.parametrize("line", ["approve {id}", "approve {id} cpu=6", "deny {id} too much"])
def test_who_may_not_decide_is_told_what_it_is_about(desk: Desk, line: str) -> None:
    waiting = asked(desk, "transform web-01 cpu=8")

    answer = told(desk, line.format(id=waiting.id), ann=False)

    assert answer.title == f"{waiting.id} is decided by @vm-approvers, and you are none of them"
    assert answer.note == f"{waiting.id} · {waiting.summary} · asked for by ann"


def test_what_cannot_be_decided_any_more_leads_to_how_it_stands(desk: Desk) -> None:
    waiting = asked(desk, "transform web-01 cpu=8")
    desk.run(f"cancel {waiting.id}")

    answers = [told(desk, line) for line in (f"deny {waiting.id} no", f"cancel {waiting.id}", f"undo {waiting.id}")]

    assert [one.note for one in answers] == [f"{waiting.id} · {waiting.summary} · asked for by ann"] * 3
    assert [one.buttons for one in answers] == [(Button(label="Details", command=f"status {waiting.id}"),)] * 3


def test_nothing_is_told_of_an_operation_that_the_person_may_not_see(desk: Desk) -> None:
    waiting = asked(desk, "transform fin-01 cpu=8")

    answer = told(desk, f"approve {waiting.id}", ann=False)

    assert (answer.note, answer.buttons) == (None, ())
    assert told(desk, f"pending {waiting.id}", ann=False).title == (
        f"Operation {waiting.id} is somebody else's, on a VM that you may not see here."
    )


def test_an_operation_that_there_is_not_is_told_as_it_was(desk: Desk) -> None:
    answer = told(desk, "approve XXXXX")

    assert answer == replace(answer, title="No operation is called 'XXXXX'", note=None, buttons=())
