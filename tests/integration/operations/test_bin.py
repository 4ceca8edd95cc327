"""`nuke` puts a VM into the recycle bin, `restore` brings it back as it was."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from operations.errors import BadRequestError, ConfirmationNeededError
from operations.leases import EXPIRES, end_of_lease
from operations.model import Effect, Operation, State
from operations.plans import began
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, FOLDER, Lab, eventually
from vsphere.errors import NameTakenError
from vsphere.model import PowerState, Ref, Vm

BIN = f"{FOLDER}/Recycle bin"
SMALL = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}
WAY_IN = ["SetField"] * 5 + ["Rename_Task", "MoveIntoFolder_Task"]
WAY_BACK = ["MoveIntoFolder_Task", "Rename_Task", *["SetField"] * 5]


def make(lab: Lab, name: str) -> Ref:
    """A VM of the lab's own, which is on and runs tools."""
    made = lab.do("spawn", name=name, arguments=SMALL).result
    assert made is not None
    # Nothing is installed on it, so its tools are told to run.
    lab.estate.set_vm(made.moref, tools_running=True)
    eventually(lambda: mirrored(lab, made).tools_running and mirrored(lab, made).power is PowerState.ON)
    lab.estate.reset_calls()
    return made


def now(lab: Lab, ref: Ref) -> Vm:
    """The VM as vCenter has it."""
    return lab.gateway.read_vm(ref)


def mirrored(lab: Lab, ref: Ref) -> Vm:
    """The VM as the mirror has it."""
    found = lab.gateway.inventory.vm(ref)
    assert found is not None
    return found


def path(lab: Lab, ref: Ref) -> str:
    """Where it lies, by the mirror."""
    return lab.gateway.inventory.path(ref)


def in_bin(lab: Lab, ref: Ref) -> bool:
    """Whether the mirror has it in the bin."""
    return path(lab, ref).rpartition("/")[0] == BIN


def test_nuke_shuts_down_marks_renames_and_moves(lab: Lab) -> None:
    ref = make(lab, "binned-01")

    ended = lab.do("nuke", ref)

    vm, start = now(lab, ref), began(ended)
    until = ended.text.removeprefix("binned-01 is off and in the recycle bin until ").partition(";")[0]
    assert lab.writes() == ["ShutdownGuest", *WAY_IN]
    assert (vm.name, vm.power) == (f"binned-01.binned-{start:%Y%m%d-%H%M}", PowerState.OFF)
    assert vm.attributes["iaas.binned"] == f"{_minute(ended)} by U1, operation {ended.id}"
    assert (vm.attributes["iaas.binned.from"], vm.attributes["iaas.binned.name"]) == (FOLDER, "binned-01")
    assert (vm.attributes["iaas.binned.power"], vm.attributes["iaas.owner"]) == ("on", "U1")
    assert vm.attributes["iaas.purge"].replace("T", " ").replace("Z", " UTC") == until
    eventually(lambda: in_bin(lab, ref))


def test_a_vm_that_comes_back_is_as_it_was(lab: Lab) -> None:
    ref = make(lab, "binned-02")
    before = now(lab, ref)
    lab.do("nuke", ref)
    eventually(lambda: in_bin(lab, ref))
    lab.estate.reset_calls()

    ended = lab.do("restore", ref)

    after = now(lab, ref)
    assert ended.text == f"binned-02 is back in {FOLDER}, and on."
    assert lab.writes() == [*WAY_BACK, "PowerOnVM_Task"]
    assert (after.name, after.folder, after.power) == (before.name, before.folder, before.power)
    assert {name: text for name, text in after.attributes.items() if text} == dict(before.attributes)


def test_a_vm_whose_lease_had_ended_comes_back_with_some_days_of_lease(lab: Lab) -> None:
    ref = make(lab, "binned-with-lease")
    lab.gateway.set_attributes(ref, {EXPIRES: "2026-01-01T00:00Z"})
    eventually(lambda: EXPIRES in mirrored(lab, ref).attributes)
    lab.do("nuke", ref)
    eventually(lambda: in_bin(lab, ref))

    ended = lab.do("restore", ref)

    ends = end_of_lease(now(lab, ref), ZoneInfo("UTC"))
    assert ends is not None
    assert abs(ends - began(ended) - timedelta(days=3)) < timedelta(minutes=2)
    assert "Its lease had ended; it ends at " in ended.text


def test_a_vm_that_was_off_comes_back_off_and_another_name_is_taken_over(lab: Lab) -> None:
    ref = make(lab, "binned-03")
    lab.do("poweroff", ref)
    lab.do("nuke", ref)
    eventually(lambda: in_bin(lab, ref))

    ended = lab.do("restore", ref, arguments={"as": "binned-03-old"})

    assert (now(lab, ref).name, now(lab, ref).power) == ("binned-03-old", PowerState.OFF)
    assert ended.text == f"binned-03-old is back in {FOLDER}, and off, as it was."


def test_a_guest_that_does_not_shut_down_in_time_has_its_power_cut(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = make_lab(sqlite_url, guest_stop_timeout_s=0.5)
    ref = make(lab, "binned-04")
    lab.estate.set_task(20, "ShutdownGuest")

    ended = lab.do("nuke", ref)

    assert lab.writes() == ["ShutdownGuest", "PowerOffVM_Task", *WAY_IN]
    assert "stage.given_up" in lab.kinds(ended)


def test_a_guest_that_refuses_to_shut_down_has_its_power_cut(lab: Lab) -> None:
    ref = make(lab, "binned-05")
    lab.estate.fail_next("ShutdownGuest", "ToolsUnavailable")

    lab.do("nuke", ref)

    assert lab.writes() == ["ShutdownGuest", "PowerOffVM_Task", *WAY_IN]


def test_nuke_asks_for_the_name_and_says_until_when_it_can_be_restored(lab: Lab) -> None:
    lab.prepare("web-06", power="on")

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("nuke", "web-06"))

    plan = asked.value.plan
    assert (plan.effect, plan.type_name_to_confirm, plan.vm_name) == (Effect.STOP, True, "web-06")
    assert "It can be restored until " in plan.warnings[-1]
    assert "(7 days from now)" in plan.warnings[-1]
    assert lab.writes() == []


@pytest.mark.parametrize(
    ("method", "privilege"),
    [
        ("MoveIntoFolder_Task", "VirtualMachine.Inventory.Move"),
        ("Rename_Task", "VirtualMachine.Config.Rename"),
        ("SetField", "Global.SetCustomField"),
    ],
)
def test_a_nuke_that_stops_half_way_names_the_privilege_and_goes_on_when_it_is_said_again(
    lab: Lab, method: str, privilege: str
) -> None:
    name = f"half-{method.partition('_')[0].lower()}"
    ref = make(lab, name)
    lab.estate.fail_next(method, "NoPermission", privilege=privilege)

    failed = lab.end(lab.ask("nuke", ref))
    eventually(lambda: lab.gateway.inventory.vm(ref) is not None and mirrored(lab, ref).name == now(lab, ref).name)
    eventually(lambda: mirrored(lab, ref).power is PowerState.OFF)
    again = lab.do("nuke", ref)

    assert failed.state is State.FAILED
    assert privilege in failed.text
    assert "Done before that: " in failed.text
    assert again.vm_name == name
    vm = now(lab, ref)
    assert vm.attributes["iaas.binned.name"] == name
    assert vm.name == f"{name}.binned-{began(again):%Y%m%d-%H%M}" or vm.name.endswith(f"-{again.id}")
    eventually(lambda: in_bin(lab, ref))


@pytest.mark.parametrize("way_out", ["nuke", "restore"])
def test_a_nuke_that_is_cancelled_at_its_rename_tells_two_ways_that_work(lab: Lab, way_out: str) -> None:
    name = f"cancelled-{way_out}"
    ref = make(lab, name)
    lab.estate.set_task(20.0, "Rename_Task")
    operation = lab.ask("nuke", ref)
    lab.news.wait(operation.id, lambda one: one.stage == "rename for the bin" and one.task is not None)

    lab.operations.cancel(operation.id, DANA)
    ended = lab.end(operation)
    lab.estate.set_task(0.0, "Rename_Task")
    eventually(lambda: mirrored(lab, ref).power is PowerState.OFF and "iaas.purge" in mirrored(lab, ref).attributes)
    after = lab.do(way_out, ref)

    assert ended.state is State.CANCELLED
    assert ended.way_out == (
        f"{name} is off now. `/iaas nuke {name}` goes on with it, `/iaas restore {name}` takes it back."
    )
    assert after.vm_name == name
    vm = now(lab, ref)
    assert (vm.power, bool(vm.attributes.get("iaas.binned"))) == (
        (PowerState.OFF, True) if way_out == "nuke" else (PowerState.ON, False)
    )


def test_namesakes_in_the_bin_have_names_of_their_own(lab: Lab) -> None:
    first = make(lab, "same-01")
    lab.do("nuke", first)
    eventually(lambda: in_bin(lab, first))
    second = make(lab, "same-01")
    lab.do("nuke", second)
    eventually(lambda: in_bin(lab, second))

    names = {now(lab, ref).name for ref in (first, second)}

    assert len(names) == 2
    assert all(name.startswith("same-01.binned-") for name in names)


def test_a_long_name_is_cut_and_comes_back_whole(lab: Lab) -> None:
    name = "n" * 80
    ref = make(lab, name)

    lab.do("nuke", ref)
    binned = now(lab, ref).name
    eventually(lambda: in_bin(lab, ref))
    lab.do("restore", ref)

    assert len(binned) == 80
    assert now(lab, ref).name == name


def test_a_name_that_is_taken_meanwhile_leaves_a_way_out(lab: Lab) -> None:
    ref = make(lab, "taken-01")
    lab.do("nuke", ref)
    eventually(lambda: in_bin(lab, ref))
    make(lab, "taken-01")

    with pytest.raises(NameTakenError, match="holds another VM called taken-01") as told:
        lab.ask("restore", ref)

    assert told.value.way_out == "Give it another name: `/iaas restore taken-01 as=taken-01-old`."
    assert in_bin(lab, ref)


def test_a_folder_that_is_gone_is_told(lab: Lab) -> None:
    ref = make(lab, "homeless-01")
    lab.do("nuke", ref)
    lab.gateway.set_attributes(ref, {"iaas.binned.from": "Frankfurt/vm/Gone"})
    eventually(lambda: mirrored(lab, ref).attributes["iaas.binned.from"] == "Frankfurt/vm/Gone")

    with pytest.raises(BadRequestError, match="Frankfurt/vm/Gone that homeless-01 came from is no longer"):
        lab.ask("restore", ref)


def test_a_vm_that_somebody_dragged_into_the_bin_is_not_restored_by_guess(lab: Lab) -> None:
    binned, dragged = make(lab, "binned-06"), make(lab, "dragged-01")
    lab.do("nuke", binned)
    eventually(lambda: in_bin(lab, binned))
    drag(lab, dragged, into=mirrored(lab, binned).folder)

    with pytest.raises(BadRequestError, match="was not put into the recycle bin by the bot"):
        lab.ask("restore", dragged)


def test_a_vm_that_is_not_in_the_bin_is_told_so(lab: Lab) -> None:
    told = lab.do("restore", make(lab, "present-01"))

    assert told.text == "present-01 is not in the recycle bin."
    assert lab.writes() == []


@pytest.mark.parametrize("verb", ["poweron", "poweroff", "nuke", "transform", "move", "snapshot.create", "clone"])
def test_a_vm_in_the_bin_refuses_every_other_change(lab: Lab, verb: str) -> None:
    ref = make(lab, f"still-{verb.replace('.', '-')}")
    lab.do("nuke", ref)
    eventually(lambda: in_bin(lab, ref))
    lab.estate.reset_calls()

    name = "copy-01" if verb == "clone" else None
    refused = lab.end(lab.ask(verb, ref, name=name, arguments={"cpu_count": 2, "snapshot": "x"}))

    assert (refused.state, refused.rule) == (State.REFUSED, "bin")
    assert "is in the recycle bin" in refused.text
    assert refused.way_out is not None
    assert "restore" in refused.way_out
    assert lab.writes() == []


def test_a_vm_that_is_dragged_to_the_bin_before_the_write_is_left_alone(lab: Lab) -> None:
    binned, target = make(lab, "binned-07"), make(lab, "late-01")
    lab.do("nuke", binned)
    eventually(lambda: in_bin(lab, binned))
    lab.estate.set_task(1.0, "ReconfigVM_Task")
    blocker = lab.ask("transform", target, arguments={"cpu_count": 2})
    waiting = lab.ask("poweroff", target)
    lab.news.wait(blocker.id, lambda one: one.task is not None)
    drag(lab, target, into=mirrored(lab, binned).folder)

    ended = lab.end(waiting)

    assert lab.end(blocker).state is State.SUCCEEDED
    assert (ended.state, "is in the recycle bin" in ended.text) == (State.REFUSED, True)


def test_twice_the_same_nuke_is_one(lab: Lab) -> None:
    ref = make(lab, "twice-01")
    request = lab.request("nuke", ref)
    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(request)

    later = replace(request, asked_at=request.asked_at + timedelta(seconds=50), confirmed=asked.value.plan.hash)
    first, second = lab.operations.submit(later), lab.operations.submit(replace(later, key="another"))
    lab.end(first)

    assert first.id == second.id
    assert lab.writes() == ["ShutdownGuest", *WAY_IN]


def drag(lab: Lab, ref: Ref, *, into: Ref | None) -> None:
    """What an administrator does in vCenter with the mouse."""
    assert into is not None
    lab.gateway.move_to_folder(ref, into)
    eventually(lambda: mirrored(lab, ref).folder == into)


def _minute(ended: Operation) -> str:
    start = began(ended)
    whole = start.replace(second=0, microsecond=0)
    return f"{whole if whole == start else whole + timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"
