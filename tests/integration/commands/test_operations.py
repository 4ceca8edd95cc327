"""`status`, `cancel` and `history` as people type them, over the wire."""

from bot.answers import Tone
from operations.model import State
from tests.integration.commands.conftest import DANA, Floor


def test_status_shows_what_of_mine_is_running_and_how_far(floor: Floor) -> None:
    floor.estate.set_task(5, "CloneVM_Task")
    operation = floor.started("clone web-06 slow-01")

    answer = floor.answer("status")
    assert answer.table is not None
    assert operation.id in [row[0] for row in answer.table.rows]
    assert floor.answer("status", DANA).title == "Nothing of yours is running."

    floor.run(f"cancel {operation.id}")
    floor.end(operation.id)


def test_status_of_an_operation_shows_its_record(floor: Floor) -> None:
    operation = floor.done("spawn told-01")

    answer = floor.answer(f"status {operation.id.lower()}")

    assert operation.id in dict(answer.fields).values()
    assert answer.table is not None
    happened = [row[1:] for row in answer.table.rows]
    assert happened[0] == ("requested", "ann")
    assert ("create: sent", "bot") in happened
    assert happened[-1] == ("succeeded", "bot")
    assert answer.buttons == ()


def test_status_of_somebody_elses_operation_out_of_sight_is_refused(floor: Floor) -> None:
    operation = floor.done("poweron lab-scratch-02")

    assert floor.answer(f"status {operation.id}", DANA).tone is Tone.REFUSED


def test_status_of_no_operation_says_so(floor: Floor) -> None:
    answer = floor.answer("status NOPE1")

    assert answer.tone is Tone.FAILED
    assert answer.lines == ("See `/iaas history`.",)


def test_cancel_stops_a_running_clone(floor: Floor) -> None:
    floor.estate.set_task(20, "CloneVM_Task")
    operation = floor.started("clone web-06 slow-02")

    floor.run(f"cancel {operation.id}")

    assert floor.end(operation.id).state is State.CANCELLED
    assert "slow-02" not in [name.rpartition("/")[2] for name in floor.estate.vms()]


def test_cancel_of_what_has_ended_says_so(floor: Floor) -> None:
    operation = floor.done("poweron web-01")

    assert floor.answer(f"cancel {operation.id}").tone is Tone.FAILED


def test_somebody_elses_operation_is_not_cancelled(floor: Floor) -> None:
    floor.estate.set_task(3, "CloneVM_Task")
    operation = floor.started("clone web-06 slow-03")

    floor.run(f"cancel {operation.id}", DANA)

    assert floor.end(operation.id).state is State.SUCCEEDED


def test_history_tells_what_was_done_to_a_vm_refusals_included(floor: Floor) -> None:
    floor.done("poweroff web-lb-02")

    table = floor.answer("history web-lb-02").table

    assert table is not None
    assert [(row[2], row[4].partition(".")[0]) for row in table.rows] == [("ann", "refused")]


def test_history_of_a_person_is_found_by_mention_and_by_name(floor: Floor) -> None:
    operation = floor.done("poweron web-01", DANA)

    found = []
    for line in ("history <@U0DANA|dana>", "history @Dana"):
        table = floor.answer(line).table
        found.append(table is not None and operation.id in [row[1] for row in table.rows])

    assert found == [True, True]


def test_history_hides_what_the_person_may_not_see(floor: Floor) -> None:
    operation = floor.done("poweron lab-win-01")

    table = floor.answer("history", DANA).table

    assert table is None or operation.id not in [row[1] for row in table.rows]
