"""`nuke`, `restore` and `list bin` as people type them, over the wire."""

import pytest

from bot.answers import Button
from operations.model import Effect, State
from operations.recycling import MARKS
from tests.integration.commands.conftest import ANN, DANA, Floor
from vsphere.model import PowerState, Vm

_MOST_BUTTONS = 5


def binned(floor: Floor, name: str) -> str:
    """Make a VM and put it into the bin; the operation that did so."""
    spawn(floor, name)
    operation = floor.done(f"nuke {name}")
    assert operation.state is State.SUCCEEDED, operation.text
    floor.wait_until(lambda: bool(floor.operations.bin.find(name)))
    return operation.id


def spawn(floor: Floor, name: str) -> None:
    """Make a VM, and wait until the mirror has it as it is."""
    assert floor.done(f"spawn {name}").state is State.SUCCEEDED
    floor.wait_until(lambda: [vm.power for vm in floor.gateway.inventory.find_vms(name)] == [PowerState.ON])


def names(floor: Floor) -> list[str]:
    """Every VM by name alone."""
    return [name.rpartition("/")[2] for name in floor.estate.vms()]


def test_nuke_asks_for_the_name_and_acts_only_then(floor: Floor) -> None:
    spawn(floor, "doomed-01")

    ask = floor.asked("nuke doomed-01")
    assert (ask.plan.effect, ask.plan.type_name_to_confirm) == (Effect.STOP, True)
    assert floor.estate.vm("doomed-01").name == "doomed-01"
    operation = floor.confirm(ask)

    assert operation.state is State.SUCCEEDED, operation
    assert "doomed-01" not in names(floor)
    assert any(name.startswith("doomed-01.binned-") for name in names(floor))


def test_nuke_clone_test_reaches_the_vm_of_that_name(floor: Floor) -> None:
    """The first version matched substrings and sent it to clone."""
    spawn(floor, "clone-test")

    operation = floor.confirm(floor.asked("nuke clone-test"))

    assert (operation.verb, operation.state) == ("nuke", State.SUCCEEDED)


def test_nuke_of_a_running_vm_switches_it_off_first(floor: Floor) -> None:
    """The first version tried to remove a running VM, which vCenter refuses."""
    spawn(floor, "doomed-02")

    operation = floor.confirm(floor.asked("nuke doomed-02"))

    assert operation.state is State.SUCCEEDED, operation


@pytest.mark.parametrize("way", ["name", "operation", "name in the bin", "name and vCenter"])
def test_restore_finds_what_is_meant(floor: Floor, way: str) -> None:
    name = f"back-{way.replace(' ', '-').lower()}"
    operation_id = binned(floor, name)
    said = {
        "name": name.upper(),
        "operation": operation_id.lower(),
        "name in the bin": floor.operations.bin.find(name)[0].name,
        "name and vCenter": f"{name}@lab",
    }

    operation = floor.done(f"restore {said[way]}")

    assert operation.state is State.SUCCEEDED, operation
    assert name in names(floor)


def test_list_bin_shows_what_is_there_and_until_when_and_list_does_not(floor: Floor) -> None:
    binned(floor, "listed-01")

    answer = floor.answer("list bin")
    everything = floor.answer("list listed-01")

    assert answer.table is not None
    row = next(one for one in answer.table.rows if one[0] == "listed-01")
    purge = floor.operations.bin.find("listed-01")[0].attributes["iaas.purge"]
    assert row == ("listed-01", purge.replace("T", " ").replace("Z", " UTC"), "Frankfurt/vm/Lab", "you")
    restores = [button.command for button in answer.buttons if button.command.startswith("restore ")]
    # Other tests fill the bin as well, and an answer has room for five.
    assert len(restores) == _MOST_BUTTONS or "restore listed-01" in restores
    assert everything.table is None


def test_people_see_in_the_bin_what_they_saw_before_and_no_more(floor: Floor) -> None:
    binned(floor, "hidden-01")

    answer = floor.answer("list bin", DANA)

    assert answer.table is None or "hidden-01" not in [row[0] for row in answer.table.rows]


def test_two_of_one_name_in_the_bin_are_a_question(floor: Floor) -> None:
    binned(floor, "double-01")
    binned(floor, "double-01")
    floor.wait_until(lambda: len(floor.operations.bin.find("double-01")) > 1)

    answer = floor.answer("restore double-01")

    commands = [choice.command for choice in answer.choices]
    assert sorted(commands) == sorted(f"restore {vm.name}" for vm in floor.operations.bin.find("double-01"))


def test_a_taken_name_leaves_a_way_out_that_works(floor: Floor) -> None:
    binned(floor, "again-01")
    spawn(floor, "again-01")

    answer = floor.answer("restore again-01")
    operation = floor.done("restore again-01 as=again-01-old")

    assert answer.lines == ("Give it another name: `/iaas restore again-01 as=again-01-old`.",)
    assert operation.state is State.SUCCEEDED, operation
    assert {"again-01", "again-01-old"} <= set(names(floor))


def test_a_vm_in_the_bin_is_told_with_its_way_back(floor: Floor) -> None:
    binned(floor, "asleep-01")
    (vm,) = floor.operations.bin.find("asleep-01")

    refused = floor.done(f"poweron {vm.name}")
    unknown = floor.answer("poweron asleep-01")

    assert (refused.state, refused.way_out) == (State.REFUSED, "Bring it back first: `/iaas restore asleep-01`.")
    assert unknown.title == "asleep-01 is in the recycle bin."
    assert Button(label="Restore", command=f"restore {vm.name}", style="primary") in unknown.buttons


def test_another_persons_vm_is_not_brought_back_by_a_person_without_the_right(floor: Floor) -> None:
    binned(floor, "foreign-01")

    refused = floor.done("restore foreign-01", DANA)

    assert refused.state is State.REFUSED
    assert floor.done("restore foreign-01", ANN).state is State.SUCCEEDED


def test_only_a_vm_in_the_bin_is_shown_as_one_that_will_be_deleted(floor: Floor) -> None:
    binned(floor, "going-01")
    spawn(floor, "staying-01")
    (staying,) = floor.gateway.inventory.find_vms("staying-01")
    floor.gateway.set_attributes(staying.ref, {"iaas.purge": "2026-12-24T05:12Z"})
    floor.wait_until(lambda: "iaas.purge" in floor.gateway.inventory.find_vms("staying-01")[0].attributes)

    shown = {
        name: [label for label, _ in floor.answer(f"show {name}").fields]
        for name in (floor.operations.bin.find("going-01")[0].name, "staying-01")
    }

    assert ["Deleted at" in labels for labels in shown.values()] == [True, False]


@pytest.mark.parametrize("line", ["nuke", "restore"])
def test_a_nuke_that_came_half_way_leaves_two_ways_that_work(floor: Floor, line: str) -> None:
    name = f"half-way-{line}"
    spawn(floor, name)
    floor.estate.fail_next("MoveIntoFolder_Task", "NoPermission", privilege="VirtualMachine.Inventory.Move")

    failed = floor.done(f"nuke {name}")
    floor.wait_until(lambda: bool(floor.operations.bin.find_stray(name)) and not floor.gateway.inventory.find_vms(name))
    operation = floor.done(f"{line} {name}")

    assert failed.state is State.FAILED
    assert failed.way_out is not None
    assert failed.way_out.endswith(
        f"{name} is off now. `/iaas nuke {name}` goes on with it, `/iaas restore {name}` takes it back."
    )
    assert operation.state is State.SUCCEEDED, operation
    assert (name in names(floor)) is (line == "restore")


def test_a_vm_that_a_hand_took_out_of_the_bin_is_restored_by_its_name_of_before(floor: Floor) -> None:
    binned(floor, "taken-out-01")
    (vm,) = floor.operations.bin.find("taken-out-01")
    move(floor, vm, "Web")

    operation = floor.done("restore taken-out-01")

    assert operation.state is State.SUCCEEDED, operation
    back = floor.wait_for("taken-out-01")
    assert back.folder is not None
    assert floor.gateway.inventory.name(back.folder) == "Lab"


def test_a_vm_that_was_dragged_into_the_bin_with_the_marks_of_another_is_told_from_it(floor: Floor) -> None:
    binned(floor, "honest-01")
    (honest,) = floor.operations.bin.find("honest-01")
    spawn(floor, "forged-01")
    (forged,) = floor.gateway.inventory.find_vms("forged-01")
    floor.gateway.set_attributes(forged.ref, {name: honest.attributes[name] for name in MARKS})
    move(floor, forged, "Recycle bin")

    answer = floor.answer("list bin")
    operation = floor.done("restore honest-01")

    assert answer.table is not None
    rows = {row[0]: row[1] for row in answer.table.rows}
    assert rows["forged-01"] == "never: not put there by the bot"
    assert rows["honest-01"] == honest.attributes["iaas.purge"].replace("T", " ").replace("Z", " UTC")
    assert (operation.state, operation.vm) == (State.SUCCEEDED, honest.ref), operation


def test_a_vm_that_was_seen_outside_the_bin_is_no_longer_shown_as_one_that_will_be_deleted(floor: Floor) -> None:
    binned(floor, "astray-01")
    (vm,) = floor.operations.bin.find("astray-01")
    move(floor, vm, "Web")
    floor.operations.sweep()
    move(floor, vm, "Recycle bin")

    answer = floor.answer("list bin")

    assert answer.table is not None
    assert [row[1] for row in answer.table.rows if row[0] == "astray-01"] == ["never: taken out or used since"]


def move(floor: Floor, vm: Vm, folder: str) -> None:
    """What an administrator does in vCenter with the mouse."""
    (found,) = [one.ref for one in floor.gateway.inventory.folders() if one.name == folder]
    floor.gateway.move_to_folder(vm.ref, found)
    floor.wait_until(lambda: [one.folder for one in floor.gateway.inventory.vms() if one.ref == vm.ref] == [found])
