"""Every write against the sandbox's vCenter: what it does there, and what comes back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integration.vsphere.lab import Eventually, Lab
from vsphere.errors import (
    ChangedMeanwhileError,
    InvalidStateError,
    NameTakenError,
    NotFoundError,
    TaskCancelledError,
    ToolsNotRunningError,
    VsphereError,
)
from vsphere.model import PowerState, Ref, TaskState


def test_power_goes_off_and_on(lab: Lab) -> None:
    vm = lab.vm("web-01")

    off = lab.end(lab.gateway.power_off(vm.ref))
    power_between = lab.gateway.read_vm(vm.ref).power
    on = lab.end(lab.gateway.power_on(vm.ref))

    assert (off.state, on.state) == (TaskState.SUCCESS, TaskState.SUCCESS)
    assert power_between is PowerState.OFF
    assert lab.gateway.read_vm(vm.ref).power is PowerState.ON


def test_power_on_of_a_running_vm_ends_in_a_state_error(lab: Lab) -> None:
    vm = lab.vm("web-02")

    ended = _end_or_error(lab, lambda: lab.gateway.power_on(vm.ref))

    assert isinstance(ended, InvalidStateError)
    assert "web-02" in str(ended)


def test_reset_is_one_task_and_leaves_the_vm_on(lab: Lab) -> None:
    vm = lab.vm("web-03")
    lab.estate.reset_calls()

    ended = lab.end(lab.gateway.reset(vm.ref))

    assert ended.state is TaskState.SUCCESS
    assert [(one.method, one.entity) for one in lab.estate.writes()] == [("ResetVM_Task", vm.ref.moref)]
    assert lab.gateway.read_vm(vm.ref).power is PowerState.ON


def test_guest_shutdown_has_no_task_and_ends_with_power_off(lab: Lab, eventually: Eventually) -> None:
    vm = lab.vm("web-05")

    lab.gateway.shutdown_guest(vm.ref)

    eventually(lambda: lab.gateway.read_vm(vm.ref).power is PowerState.OFF)
    lab.end(lab.gateway.power_on(vm.ref))


def test_guest_reboot_has_no_task_and_moves_the_boot_time(lab: Lab, eventually: Eventually) -> None:
    vm = lab.vm("shop-01")

    lab.gateway.reboot_guest(vm.ref)

    eventually(lambda: lab.gateway.read_vm(vm.ref).booted_at != vm.booted_at)
    assert lab.gateway.read_vm(vm.ref).power is PowerState.ON


@pytest.mark.parametrize("call", ["shutdown_guest", "reboot_guest"])
def test_a_guest_without_tools_cannot_be_asked(lab: Lab, call: str) -> None:
    vm = lab.vm("lab-scratch-01")

    with pytest.raises(ToolsNotRunningError, match="lab-scratch-01"):
        getattr(lab.gateway, call)(vm.ref)


def test_a_created_vm_is_what_was_ordered(lab: Lab) -> None:
    order = lab.new_vm("made-01", operation_id="op-77")

    made = lab.made(lab.gateway.create_vm(order))

    vm = lab.gateway.read_vm(made)
    assert (vm.name, vm.cpu_count, vm.memory_mib, vm.power) == ("made-01", 1, 512, PowerState.OFF)
    assert (vm.cpu_hot_add, vm.memory_hot_add) == (True, True)
    assert (vm.folder, vm.datastores, vm.networks) == (
        order.folder,
        (order.placement.datastore,),
        (order.placement.network,),
    )
    assert lab.gateway.read_operation_id(made) == "op-77"


def test_a_vm_of_somebody_else_carries_no_operation(lab: Lab) -> None:
    assert lab.gateway.read_operation_id(lab.vm("web-01").ref) is None


def test_a_taken_name_is_refused(lab: Lab) -> None:
    lab.create("taken-01")

    ended = _end_or_error(lab, lambda: lab.gateway.create_vm(lab.new_vm("taken-01")))

    assert isinstance(ended, NameTakenError)
    assert "taken-01" in str(ended)


def test_a_template_becomes_a_vm_with_other_sizes(lab: Lab) -> None:
    template = lab.vm("debian-12")

    made = lab.made(lab.gateway.clone_vm(template.ref, lab.clone_spec("deployed-01", cpu_count=3, memory_mib=3072)))

    vm = lab.gateway.read_vm(made)
    assert (vm.name, vm.cpu_count, vm.memory_mib) == ("deployed-01", 3, 3072)
    assert (vm.is_template, vm.power) == (False, PowerState.OFF)
    assert vm.instance_uuid != template.instance_uuid
    assert lab.gateway.read_operation_id(made) == "op-2"


def test_a_clone_keeps_the_sizes_of_its_source(lab: Lab) -> None:
    source = lab.vm("web-cache-01")

    made = lab.made(lab.gateway.clone_vm(source.ref, lab.clone_spec("copy-01")))

    vm = lab.gateway.read_vm(made)
    assert (vm.cpu_count, vm.memory_mib) == (source.cpu_count, source.memory_mib)


def test_a_clone_with_a_customization_spec_gives_the_guest_its_name(lab: Lab) -> None:
    spec = lab.clone_spec("custom-01", customization="vcsim-linux")

    made = lab.made(lab.gateway.clone_vm(lab.vm("debian-12").ref, spec))

    assert lab.gateway.read_vm(made).host_name == "custom-01"


def test_a_clone_without_a_network_keeps_that_of_its_source(lab: Lab) -> None:
    source = lab.vm("web-cache-02")
    order = lab.clone_spec("networked-02")

    made = lab.made(lab.gateway.clone_vm(source.ref, replace(order, placement=replace(order.placement, network=None))))

    assert lab.gateway.read_vm(made).networks == source.networks


def test_a_clone_with_an_unknown_customization_spec_is_not_sent(lab: Lab) -> None:
    lab.estate.reset_calls()

    with pytest.raises(NotFoundError):
        lab.gateway.clone_vm(lab.vm("debian-12").ref, lab.clone_spec("never-01", customization="no-such-spec"))

    assert lab.estate.writes() == []


def test_a_resize_with_the_version_that_was_looked_at_is_done(lab: Lab) -> None:
    vm = lab.create("resize-01")

    ended = lab.end(lab.gateway.reconfigure(vm.ref, cpu_count=2, memory_mib=1024, change_version=vm.change_version))

    after = lab.gateway.read_vm(vm.ref)
    assert ended.error is None
    assert (after.cpu_count, after.memory_mib) == (2, 1024)
    assert after.change_version != vm.change_version


def test_a_resize_with_an_old_version_is_refused(lab: Lab) -> None:
    vm = lab.create("resize-02")
    lab.end(lab.gateway.reconfigure(vm.ref, cpu_count=2, change_version=vm.change_version))

    ended = _end_or_error(lab, lambda: lab.gateway.reconfigure(vm.ref, cpu_count=4, change_version=vm.change_version))

    assert isinstance(ended, ChangedMeanwhileError)
    assert lab.gateway.read_vm(vm.ref).cpu_count == 2


def test_a_renamed_vm_is_found_under_its_new_name_only(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("rename-01")

    lab.end(lab.gateway.rename(vm.ref, "renamed/01 50%"))

    eventually(lambda: [one.ref for one in lab.gateway.inventory.find_vms("renamed/01 50%")] == [vm.ref])
    assert lab.gateway.inventory.find_vms("rename-01") == []


def test_a_vm_moves_to_a_new_folder(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("mover-01")
    folder = lab.gateway.create_folder(lab.folder("Lab"), "corner")

    ended = lab.end(lab.gateway.move_to_folder(vm.ref, folder))

    assert ended.error is None
    eventually(lambda: lab.gateway.inventory.path(vm.ref).endswith("/Lab/corner/mover-01"))


def test_a_folder_name_that_is_taken_is_refused(lab: Lab) -> None:
    with pytest.raises(NameTakenError):
        lab.gateway.create_folder(lab.folder("vm"), "Finance")


def test_a_destroyed_vm_is_gone_everywhere(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("doomed-01")

    ended = lab.end(lab.gateway.destroy(vm.ref))

    assert ended.error is None
    eventually(lambda: lab.gateway.inventory.vm(vm.ref) is None)
    with pytest.raises(NotFoundError):
        lab.gateway.read_vm(vm.ref)


def test_a_vm_moves_to_another_datastore(lab: Lab) -> None:
    vm = lab.create("heavy-01")
    target = next(name for name in ("silver-01", "silver-03") if lab.datastore(name) not in vm.datastores)

    ended = lab.end(lab.gateway.relocate(vm.ref, datastore=lab.datastore(target)))

    assert ended.error is None
    assert lab.gateway.read_vm(vm.ref).datastores == (lab.datastore(target),)


def test_snapshots_are_taken_listed_reverted_and_removed(lab: Lab) -> None:
    vm = lab.create("snap-01")

    first = lab.made(lab.gateway.create_snapshot(vm.ref, "before", "the state before"))
    second = lab.made(lab.gateway.create_snapshot(vm.ref, "after", ""))
    listed = lab.gateway.snapshots(vm.ref)
    reverted = lab.end(lab.gateway.revert_snapshot(first))
    current = [one.ref for one in lab.gateway.snapshots(vm.ref) if one.is_current]
    removed = lab.end(lab.gateway.remove_snapshot(second))

    assert [(one.ref, one.name, one.depth, one.is_current) for one in listed] == [
        (first, "before", 0, False),
        (second, "after", 1, True),
    ]
    assert (reverted.error, removed.error) == (None, None)
    assert current == [first]
    assert [one.ref for one in lab.gateway.snapshots(vm.ref)] == [first]
    assert lab.gateway.read_vm(vm.ref).snapshot_count == 1


def test_a_snapshot_tells_the_size_that_the_vm_had(lab: Lab) -> None:
    vm = lab.create("snap-02")
    first = lab.made(lab.gateway.create_snapshot(vm.ref, "before", ""))
    then = lab.gateway.read_vm(vm.ref)
    larger = {"cpu_count": then.cpu_count + 1, "memory_mib": then.memory_mib + 1024}
    lab.end(lab.gateway.reconfigure(vm.ref, **larger, change_version=then.change_version))

    assert lab.gateway.snapshot_size(first) == (then.cpu_count, then.memory_mib)


def test_a_vm_without_snapshots_has_an_empty_list(lab: Lab) -> None:
    assert lab.gateway.snapshots(lab.create("bare-01").ref) == []


def test_attributes_are_defined_and_set_and_the_mirror_hears_of_them(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("owned-01")

    lab.gateway.set_attributes(vm.ref, {"iaas.owner": "U1", "iaas.new-attribute": "x & y"})

    assert dict(lab.gateway.read_vm(vm.ref).attributes) == {"iaas.owner": "U1", "iaas.new-attribute": "x & y"}
    assert lab.estate.vm("owned-01").custom["iaas.owner"] == "U1"
    eventually(lambda: dict(lab.seen(vm.ref).attributes) == {"iaas.owner": "U1", "iaas.new-attribute": "x & y"})


def test_a_cancelled_task_ends_as_cancelled(lab: Lab) -> None:
    vm = lab.create("slow-01")
    lab.estate.set_task(30, "PowerOnVM_Task")
    task = lab.gateway.power_on(vm.ref)

    lab.gateway.cancel_task(task)

    ended = lab.end(task)
    assert isinstance(ended.error, TaskCancelledError)
    assert ended.cancelled


def _end_or_error(lab: Lab, send: Callable[[], Ref | None]) -> Exception | None:
    """A refusal may come as an answer or as the end of the task."""
    try:
        return lab.end(send()).error
    except VsphereError as error:
        return error
