"""A write whose answer is lost: said so, sent exactly once, and left to be settled by looking."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox.vcenter import Estate
from tests.integration.vsphere.lab import Connect, Eventually, Lab
from vsphere.errors import ConnectionLostError, UnreachableError
from vsphere.model import Task, Vm

Send = Callable[[Lab, Vm], object]

WRITES: list[tuple[str, str, Send]] = [
    ("power_on", "PowerOnVM_Task", lambda lab, vm: lab.gateway.power_on(vm.ref)),
    ("reset", "ResetVM_Task", lambda lab, vm: lab.gateway.reset(vm.ref)),
    (
        "reconfigure",
        "ReconfigVM_Task",
        lambda lab, vm: lab.gateway.reconfigure(vm.ref, memory_mib=1024, change_version=vm.change_version),
    ),
    ("rename", "Rename_Task", lambda lab, vm: lab.gateway.rename(vm.ref, f"{vm.name}-b")),
    ("clone", "CloneVM_Task", lambda lab, vm: lab.gateway.clone_vm(vm.ref, lab.clone_spec(f"{vm.name}-c"))),
    ("create", "CreateVM_Task", lambda lab, vm: lab.gateway.create_vm(lab.new_vm(f"{vm.name}-d"))),
    ("snapshot", "CreateSnapshot_Task", lambda lab, vm: lab.gateway.create_snapshot(vm.ref, "s", "")),
    ("move", "MoveIntoFolder_Task", lambda lab, vm: lab.gateway.move_to_folder(vm.ref, lab.folder("Web"))),
    ("destroy", "Destroy_Task", lambda lab, vm: lab.gateway.destroy(vm.ref)),
]


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize(("name", "method", "send"), WRITES, ids=[row[0] for row in WRITES])
def test_a_write_without_an_answer_is_sent_exactly_once(
    lab: Lab, name: str, method: str, send: Send, side: str
) -> None:
    vm = lab.create(f"lost-{name}-{side}")
    lab.estate.reset_calls()
    drop = lab.estate.drop_after if side == "after" else lab.estate.drop_before
    drop(method)

    with pytest.raises(ConnectionLostError) as raised:
        send(lab, vm)

    assert [one.method for one in lab.estate.writes()] == [method]
    assert not isinstance(raised.value, UnreachableError)


def test_a_create_whose_answer_was_lost_is_found_by_its_operation(lab: Lab, eventually: Eventually) -> None:
    order = lab.new_vm("lost-and-found-01", operation_id="op-lost")
    lab.estate.drop_after("CreateVM_Task")
    with pytest.raises(ConnectionLostError):
        lab.gateway.create_vm(order)

    eventually(lambda: len(lab.gateway.inventory.find_vms("lost-and-found-01")) == 1)

    (vm,) = lab.gateway.inventory.find_vms("lost-and-found-01")
    assert lab.gateway.read_operation_id(vm.ref) == "op-lost"


def test_a_power_off_whose_answer_was_lost_is_among_the_recent_tasks(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("lost-and-found-02")
    lab.end(lab.gateway.power_on(vm.ref))
    since = lab.gateway.read_vm(vm.ref).read_at - timedelta(seconds=1)
    lab.estate.drop_after("PowerOffVM_Task")
    with pytest.raises(ConnectionLostError):
        lab.gateway.power_off(vm.ref)

    def found() -> list[Task]:
        return lab.gateway.tasks.recent(entity=vm.ref, description_id="VirtualMachine.powerOff", since=since)

    eventually(lambda: len(found()) == 1)
    assert found()[0].error is None


def test_a_vcenter_that_hangs_is_given_up_after_the_read_timeout(own_estate: Estate, connect: Connect) -> None:
    gateway = connect(own_estate, read_timeout_s=1)
    assert gateway.wait_ready(20)
    (vm,) = gateway.inventory.find_vms("web-06")
    own_estate.set_latency(10)

    with pytest.raises(ConnectionLostError, match="no answer within 1 s"):
        gateway.power_on(vm.ref)


def test_a_write_that_could_not_leave_says_that_it_was_not_sent(own_estate: Estate, connect: Connect) -> None:
    gateway = connect(own_estate)
    assert gateway.wait_ready(20)
    (vm,) = gateway.inventory.find_vms("web-06")
    own_estate.outage("refuse")

    with pytest.raises(UnreachableError):
        gateway.power_on(vm.ref)

    own_estate.outage("off")
    assert own_estate.vm("web-06").power == "poweredOff"


def test_a_write_after_the_connections_were_cut_while_idle_is_not_lost(lab: Lab) -> None:
    vm = lab.create("idle-01")
    lab.estate.drop_connections()

    ended = lab.end(lab.gateway.power_on(vm.ref))

    assert ended.error is None


def test_a_read_is_tried_again_after_a_lost_answer(lab: Lab) -> None:
    vm = lab.vm("web-01")
    lab.estate.drop_before("RetrievePropertiesEx", count=2)

    assert lab.gateway.read_vm(vm.ref).name == "web-01"


def test_a_read_is_given_up_after_three_lost_answers(lab: Lab) -> None:
    vm = lab.vm("web-01")
    lab.estate.drop_before("RetrievePropertiesEx", count=3)

    with pytest.raises(ConnectionLostError):
        lab.gateway.read_vm(vm.ref)
