"""Folders, names and custom attributes change over SOAP, and every poll hears of it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import pyVmomi

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl

_numbers = count(1)


@pytest.fixture
def attribute(client: Any) -> Iterator[Any]:
    """A custom attribute of VMs of the test's own."""
    fields = client.content.customFieldsManager
    made = fields.AddCustomFieldDef(f"iaas.test-{next(_numbers)}", vim.VirtualMachine)
    yield made
    if made.key in {each.key for each in fields.field}:
        fields.RemoveCustomFieldDef(made.key)


def values(items: Any) -> dict[int, str]:
    """Custom values by key."""
    return {item.key: item.value for item in items}


def test_new_attribute_is_known_at_once_and_reaches_a_poll(client: Any) -> None:
    fields = client.content.customFieldsManager
    watch = client.watch(fields, "field")

    made = fields.AddCustomFieldDef("iaas.test-new", vim.VirtualMachine)

    assert (made.name, made.managedObjectType) == ("iaas.test-new", vim.VirtualMachine)
    assert made.key in [each.key for each in watch.changes()["field"]]
    assert made.key in [each.key for each in client.vm("web-01").availableField]
    fields.RemoveCustomFieldDef(made.key)


def test_attribute_of_a_taken_name_is_refused(client: Any, attribute: Any) -> None:
    with pytest.raises(vim.fault.DuplicateName):
        client.content.customFieldsManager.AddCustomFieldDef(attribute.name, vim.VirtualMachine)


def test_value_of_a_new_attribute_reaches_a_poll(client: Any, off_vm: Any, attribute: Any) -> None:
    watch = client.watch(off_vm, "customValue")

    client.content.customFieldsManager.SetField(off_vm, attribute.key, "ann")

    assert values(watch.changes()["customValue"])[attribute.key] == "ann"
    assert client.estate.vm(off_vm._moId).custom[attribute.name] == "ann"


def test_removed_attribute_takes_its_values_along(client: Any, off_vm: Any, attribute: Any) -> None:
    client.content.customFieldsManager.SetField(off_vm, attribute.key, "ann")
    watch = client.watch(off_vm, "customValue")

    client.content.customFieldsManager.RemoveCustomFieldDef(attribute.key)

    assert attribute.key not in values(watch.changes()["customValue"])


def test_renamed_attribute_keeps_its_values(client: Any, off_vm: Any, attribute: Any) -> None:
    client.content.customFieldsManager.SetField(off_vm, attribute.key, "ann")
    watch = client.watch(client.content.customFieldsManager, "field")

    client.content.customFieldsManager.RenameCustomFieldDef(attribute.key, f"{attribute.name}-b")

    assert f"{attribute.name}-b" in [each.name for each in watch.changes()["field"]]
    assert client.estate.vm(off_vm._moId).custom[f"{attribute.name}-b"] == "ann"


def test_field_that_is_not_there_cannot_be_set(client: Any, off_vm: Any) -> None:
    with pytest.raises(vmodl.fault.InvalidArgument):
        client.content.customFieldsManager.SetField(off_vm, 987654, "ann")


@pytest.mark.parametrize("running", [True, False], ids=["on", "off"])
def test_rename_and_move_reach_a_poll(client: Any, running: bool) -> None:  # noqa: FBT001  a case of pytest
    vm = client.new_vm(on=running)
    lab = client.named(vim.Folder, "Lab")
    folder = lab.CreateFolder(f"bin-{vm._moId}")
    watch = client.watch(vm, "name", "parent", "config.name")

    client.done(vm.Rename_Task(f"deleted-{vm._moId}"))
    renamed = watch.until(lambda seen: "name" in seen)[-1]
    client.done(folder.MoveIntoFolder_Task([vm]))
    moved = watch.until(lambda seen: "parent" in seen)[-1]

    assert (renamed["name"], renamed["config.name"]) == (f"deleted-{vm._moId}",) * 2
    assert moved == {"parent": folder}
    assert list(folder.childEntity) == [vm]
    assert vm not in lab.childEntity


def test_new_folder_reaches_a_poll_on_all_folders(client: Any) -> None:
    watch = client.watch_view({vim.Folder: ["name", "parent"]})
    watch.next()
    lab = client.named(vim.Folder, "Lab")

    made = lab.CreateFolder("nested")

    assert watch.changes() == {"name": "nested", "parent": lab}
    assert list(made.childEntity) == []


def test_folder_of_a_taken_name_is_refused(client: Any) -> None:
    client.named(vim.Folder, "Lab").CreateFolder("taken")

    with pytest.raises(vim.fault.DuplicateName):
        client.named(vim.Folder, "Lab").CreateFolder("taken")


def test_writes_name_the_vm_that_a_manager_or_a_folder_changes(client: Any, off_vm: Any, attribute: Any) -> None:
    name = off_vm.name
    folder = client.named(vim.Folder, "Lab").CreateFolder(f"target-{off_vm._moId}")
    client.estate.reset_calls()

    client.content.customFieldsManager.SetField(off_vm, attribute.key, "ann")
    client.done(folder.MoveIntoFolder_Task([off_vm]))
    client.done(off_vm.Rename_Task("renamed-last"))

    assert {write.target for write in client.estate.writes()} == {off_vm._moId}
    assert [(write.method, write.target_name, write.argument) for write in client.estate.writes()] == [
        ("SetField", name, ""),
        ("MoveIntoFolder_Task", name, ""),
        ("Rename_Task", name, "renamed-last"),
    ]
