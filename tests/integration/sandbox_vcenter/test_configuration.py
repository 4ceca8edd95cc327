"""Reconfigure, rename and custom attributes follow a vCenter's rules, and long polls hear of them."""

from typing import Any

import pytest
import pyVmomi

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl

Spec = vim.vm.ConfigSpec


def test_hot_add_of_processors_and_memory_reaches_a_long_poll(client: Any, vm: Any) -> None:
    watch = client.watch(vm, "config.hardware.numCPU", "config.hardware.memoryMB")
    answer = watch.waiting()

    client.done(vm.ReconfigVM_Task(Spec(numCPUs=4, memoryMB=8192, changeVersion=vm.config.changeVersion)))

    assert answer.result(30) == {"config.hardware.numCPU": 4, "config.hardware.memoryMB": 8192}


def test_stale_change_version_is_a_concurrent_access(client: Any, vm: Any) -> None:
    stale = vm.config.changeVersion
    client.done(vm.ReconfigVM_Task(Spec(annotation="changed meanwhile")))

    with pytest.raises(vim.fault.ConcurrentAccess):
        client.done(vm.ReconfigVM_Task(Spec(numCPUs=4, changeVersion=stale)))

    assert vm.config.hardware.numCPU == 2


@pytest.mark.parametrize(
    "spec",
    [
        Spec(numCPUs=1),
        Spec(memoryMB=2048),
        Spec(cpuHotAddEnabled=False),
        Spec(numCPUs=4, numCoresPerSocket=2),
    ],
    ids=["fewer CPUs", "less memory", "the hot-add flag", "other sockets"],
)
def test_running_vm_refuses_what_needs_it_off(client: Any, vm: Any, spec: Any) -> None:
    with pytest.raises(vim.fault.InvalidPowerState):
        client.done(vm.ReconfigVM_Task(spec))


@pytest.mark.parametrize("spec", [Spec(numCPUs=4), Spec(memoryMB=8192)], ids=["CPU", "memory"])
def test_running_vm_without_hot_add_refuses_growth(client: Any, spec: Any) -> None:
    vm = client.new_vm(hot=False)

    with pytest.raises(vim.fault.InvalidPowerState):
        client.done(vm.ReconfigVM_Task(spec))


def test_vm_that_is_off_takes_any_size(client: Any, off_vm: Any) -> None:
    client.done(off_vm.ReconfigVM_Task(Spec(numCPUs=6, numCoresPerSocket=3, memoryMB=1024)))

    truth = client.estate.vm(off_vm._moId)
    assert (truth.cpus, truth.cores_per_socket, truth.memory_mib) == (6, 3, 1024)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (Spec(numCPUs=3, numCoresPerSocket=2), "configSpec.numCoresPerSocket"),
        (Spec(memoryMB=1001), "configSpec.memoryMB"),
        (Spec(numCPUs=4096), "configSpec.numCPUs"),
    ],
    ids=["half a socket", "odd memory", "too many CPUs"],
)
def test_impossible_size_is_an_invalid_argument(client: Any, off_vm: Any, spec: Any, name: str) -> None:
    with pytest.raises(vmodl.fault.InvalidArgument) as caught:
        client.done(off_vm.ReconfigVM_Task(spec))

    assert caught.value.invalidProperty == name


def test_extra_config_is_kept_and_an_empty_value_removes_it(client: Any, off_vm: Any) -> None:
    option = vim.option.OptionValue
    client.done(off_vm.ReconfigVM_Task(Spec(extraConfig=[option(key="iaas.operation", value="7")])))
    kept = client.estate.vm(off_vm._moId).extra.get("iaas.operation")

    client.done(off_vm.ReconfigVM_Task(Spec(extraConfig=[option(key="iaas.operation", value="")])))

    assert (kept, "iaas.operation" in client.estate.vm(off_vm._moId).extra) == ("7", False)


def test_disk_grows_and_takes_space(client: Any, off_vm: Any) -> None:
    disk = next(d for d in off_vm.config.hardware.device if isinstance(d, vim.vm.device.VirtualDisk))
    store = off_vm.datastore[0]
    before = store.summary.freeSpace
    disk.capacityInBytes += 2**30
    disk.capacityInKB += 2**20

    edit = vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)
    client.done(off_vm.ReconfigVM_Task(Spec(deviceChange=[edit])))

    assert before - store.summary.freeSpace == 2**30


def test_rename_to_a_name_taken_in_the_folder_is_a_duplicate(client: Any, vm: Any, off_vm: Any) -> None:
    with pytest.raises(vim.fault.DuplicateName) as caught:
        client.done(vm.Rename_Task(off_vm.name))

    assert (caught.value.name, caught.value.object) == (off_vm.name, off_vm)


def test_rename_reaches_a_long_poll(client: Any, vm: Any) -> None:
    watch = client.watch(vm, "name")

    client.done(vm.Rename_Task(f"{vm.name}-renamed"))

    assert watch.changes()["name"].endswith("-renamed")


def test_name_with_a_slash_is_stored_as_a_vcenter_stores_it(client: Any, vm: Any) -> None:
    client.done(vm.Rename_Task(f"a/b-{vm._moId}"))

    assert vm.name == f"a%2fb-{vm._moId}"


@pytest.mark.parametrize("by", ["key", "name"])
def test_custom_attribute_is_set_and_reaches_a_long_poll(client: Any, vm: Any, by: str) -> None:
    manager = client.content.customFieldsManager
    key = next(f.key for f in manager.field if f.name == "iaas.owner")
    watch = client.watch(vm, "customValue")

    if by == "key":
        manager.SetField(vm, key, "U0DANA")
    else:
        vm.SetCustomValue("iaas.owner", "U0DANA")

    values = watch.changes()["customValue"]
    assert [(value.key, value.value) for value in values] == [(key, "U0DANA")]
    assert client.estate.vm(vm._moId).custom == {"iaas.owner": "U0DANA"}


def test_unknown_custom_attribute_is_an_invalid_argument(client: Any, vm: Any) -> None:
    with pytest.raises(vmodl.fault.InvalidArgument):
        client.content.customFieldsManager.SetField(vm, 9999, "x")
