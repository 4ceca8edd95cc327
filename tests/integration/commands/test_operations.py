"""`status`, `cancel` and `history` as people type them, over the wire."""

from dataclasses import replace

from bot.answers import Tone
from operations.model import State
from tests.integration.commands.conftest import ANN, DANA, Floor


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


def test_history_of_a_vm_that_is_gone_is_found_by_its_name_by_those_whom_it_concerns(floor: Floor) -> None:
    anns = floor.done("spawn gone-01")
    vm = floor.wait_for("gone-01")
    floor.estate.set_vm("gone-01", custom={"iaas.owner": "U0DANA"})
    floor.wait_until(lambda: floor.gateway.inventory.find_vms("gone-01")[0].attributes.get("iaas.owner") == "U0DANA")
    danas = floor.done("poweroff gone-01 --hard", DANA)
    floor.estate.delete_vm("gone-01")
    floor.wait_until(lambda: floor.gateway.inventory.vm(vm.ref) is None)

    told = [floor.answer("history GONE-01", who).table for who in (ANN, DANA)]
    stranger = floor.answer("history gone-01", replace(DANA, id="U0SAM", name="sam"))

    assert [None if table is None else [row[1] for row in table.rows] for table in told] == [
        [danas.id, anns.id],
        [danas.id],
    ]
    assert stranger.title == "No VM is called 'gone-01'."


def test_history_remembers_a_vm_whose_name_another_has_now(floor: Floor) -> None:
    first = floor.done("spawn reborn-01")
    old = floor.wait_for("reborn-01")
    floor.estate.delete_vm("reborn-01")
    floor.wait_until(lambda: floor.gateway.inventory.vm(old.ref) is None)
    second = floor.done("spawn reborn-01", later_s=61)
    floor.wait_for("reborn-01")

    table = floor.answer("history reborn-01").table

    assert table is not None
    assert {row[1] for row in table.rows} == {first.id, second.id}


def test_history_of_nobody_says_that_the_name_may_be_wrong(floor: Floor) -> None:
    answer = floor.answer("history @nobody")

    assert answer.lines[0] == "Nothing that you may see is on record."
    assert "nobody is called nobody" in answer.lines[1]
