"""What people and vCenters do wrong, at the verbs: it ends in words with a way out, and nothing is half done."""

import pytest

from bot.answers import Answer, Tone
from operations.model import State
from tests.integration.commands.conftest import ANN, DANA, Floor


def names(floor: Floor) -> list[str]:
    return [name.rpartition("/")[2] for name in floor.estate.vms()]


@pytest.mark.parametrize(
    "line",
    [
        "spawn <!channel>",
        "spawn a|b",
        "spawn ../x",
        f"spawn {'x' * 81}",
        "spawn \U0001f680",
        "nuke *",
        "poweroff web-0?",
        "transform web-[01] cpu=4",
        "clone *",
        "move * gold-01",
        "snapshot * create",
    ],
    ids=lambda line: line[:20].encode("ascii", "replace").decode(),
)
def test_dangerous_names_never_reach_vcenter(floor: Floor, line: str) -> None:
    floor.estate.reset_calls()

    answer = floor.answer(line)

    assert answer.tone is Tone.FAILED
    assert answer.lines[0].startswith("Write: `")
    assert floor.estate.writes() == []


def test_a_vm_called_channel_can_be_shown_but_rings_nobody_here(floor: Floor) -> None:
    floor.done("spawn odd-01")
    floor.estate.rename_vm("odd-01", "<!channel>")
    vm = floor.wait_for("<!channel>")

    answer = floor.answer("show &lt;!channel&gt;")

    assert answer.title == f"{vm.name} (on)"
    assert answer.buttons[0].command == 'reboot "<!channel>"'


def test_a_missing_privilege_is_named(floor: Floor) -> None:
    floor.estate.fail_next("CreateVM_Task", "NoPermission", privilege="VirtualMachine.Inventory.Create")

    operation = floor.done("spawn denied-01")

    assert operation.state is State.FAILED, operation
    assert "VirtualMachine.Inventory.Create" in operation.text
    assert operation.way_out
    assert "denied-01" not in names(floor)


def test_a_vm_that_was_deleted_by_hand_a_moment_ago_is_said_to_be_gone(floor: Floor) -> None:
    floor.done("spawn gone-01")
    ask = floor.asked("nuke gone-01")
    floor.estate.delete_vm("gone-01")
    floor.wait_until(lambda: not floor.gateway.inventory.find_vms("gone-01"))

    answer = floor.dispatcher.confirm(ask.request, ask.plan.hash)

    assert isinstance(answer, Answer)
    assert answer.tone is Tone.FAILED
    assert answer.lines


def test_a_full_datastore_is_refused_with_the_reason_before_anything_is_sent(floor: Floor) -> None:
    floor.estate.reset_calls()
    before = floor.free_bytes("gold-02")
    floor.estate.set_datastore("gold-02", free_bytes=1024**3)
    floor.wait_until(lambda: floor.free_bytes("gold-02") < before)

    answer = floor.answer("move web-cms-01 gold-02")
    floor.estate.set_datastore("gold-02", free_bytes=before)

    assert answer.tone is Tone.FAILED
    assert "gold-02" in answer.title
    assert answer.lines
    assert "RelocateVM_Task" not in floor.estate.calls()


def test_an_expired_session_is_not_noticed_by_anybody(floor: Floor) -> None:
    floor.estate.expire_sessions()

    operation = floor.done("poweron web-06", DANA)

    assert operation.state is State.SUCCEEDED, operation


def test_two_people_on_one_vm_at_once_are_served_one_after_the_other(floor: Floor) -> None:
    floor.done("spawn shared-01")
    floor.estate.set_task(1, "ReconfigVM_Task")

    first = floor.started("snapshot shared-01 create one", ANN)
    second = floor.started("snapshot shared-01 create two", ANN)
    ended = [floor.end(first.id), floor.end(second.id)]

    assert [one.state for one in ended] == [State.SUCCEEDED, State.SUCCEEDED], ended
    spans = sorted((one.started_at, one.finished_at) for one in ended if one.started_at and one.finished_at)
    assert spans[0][1] <= spans[1][0], ended
