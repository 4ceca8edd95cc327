"""What makes a VM's disks hard to move: raw mappings, shared buses, linked clones, snapshots, two datastores."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate, Load

_namespaces: Any = pyVmomi
vim = _namespaces.vim

GIB = 2**30


def disk_of(vm: Any) -> Any:
    """The first disk."""
    return next(device for device in vm.config.hardware.device if isinstance(device, vim.vm.device.VirtualDisk))


def free_of(client: Any, name: str) -> int:
    """A datastore's free space in bytes."""
    return int(client.named(vim.Datastore, name).summary.freeSpace)


def used_by(vm: Any) -> dict[str, tuple[int, int]]:
    """Committed and unshared GiB by datastore."""
    return {
        usage.datastore.name: (usage.committed // GIB, usage.unshared // GIB) for usage in vm.storage.perDatastoreUsage
    }


def test_raw_mapping_takes_no_space_and_reaches_a_long_poll(client: Any, vm: Any) -> None:
    free, size = free_of(client, "silver-01"), disk_of(vm).capacityInBytes
    watch = client.watch(vm, "config.hardware.device")

    client.estate.set_disk(vm._moId, backing="rdm")

    assert watch.changes()
    assert isinstance(disk_of(vm).backing, vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo)
    assert disk_of(vm).backing.compatibilityMode == "physicalMode"
    assert free_of(client, "silver-01") == free + size
    client.estate.delete_vm(vm._moId)
    assert free_of(client, "silver-01") == free + size


def test_bus_and_disk_can_be_shared(client: Any, vm: Any) -> None:
    client.estate.set_disk(vm._moId, bus="physicalSharing", sharing="sharingMultiWriter")

    disk = disk_of(vm)
    (controller,) = [device for device in vm.config.hardware.device if device.key == disk.controllerKey]
    assert (controller.sharedBus, disk.backing.sharing) == ("physicalSharing", "sharingMultiWriter")


def test_linked_clone_stands_on_another_vms_disk(client: Any, vm: Any) -> None:
    parent = client.new_vm(on=False)
    free, whole = free_of(client, "silver-01"), disk_of(vm).capacityInBytes

    client.estate.set_disk(vm._moId, backing="linked", base=parent.name, own_bytes=3 * GIB)

    backing = disk_of(vm).backing
    assert backing.fileName == f"[silver-01] {vm.name}/{vm.name}.vmdk"
    assert backing.parent.fileName == f"[silver-01] {parent.name}/{parent.name}.vmdk"
    assert used_by(vm) == {"silver-01": (3 + whole // GIB, 3)}
    assert free_of(client, "silver-01") == free + whole - 3 * GIB


def test_linked_clone_that_is_moved_becomes_whole(client: Any, vm: Any) -> None:
    client.estate.set_disk(vm._moId, backing="linked", base=client.new_vm(on=False).name, own_bytes=GIB)
    free, whole = free_of(client, "silver-02"), disk_of(vm).capacityInBytes

    client.done(vm.RelocateVM_Task(vim.vm.RelocateSpec(datastore=client.named(vim.Datastore, "silver-02"))))

    assert disk_of(vm).backing.parent is None
    assert free_of(client, "silver-02") == free - whole


def test_disk_on_a_second_datastore_counts_there(client: Any, vm: Any) -> None:
    size = disk_of(vm).capacityInBytes // GIB

    client.estate.set_disk(vm._moId, datastore="gold-03")

    assert [store.name for store in vm.datastore] == ["silver-01", "gold-03"]
    assert used_by(vm) == {"silver-01": (0, 0), "gold-03": (size, size)}
    assert vm in client.named(vim.Datastore, "gold-03").vm


def test_move_gathers_all_disks_and_gives_their_space_back(client: Any, vm: Any) -> None:
    size = disk_of(vm).capacityInBytes
    client.estate.set_disk(vm._moId, datastore="gold-03")
    free = {name: free_of(client, name) for name in ("silver-01", "silver-03", "gold-03")}

    client.done(vm.RelocateVM_Task(vim.vm.RelocateSpec(datastore=client.named(vim.Datastore, "silver-03"))))

    assert [store.name for store in vm.datastore] == ["silver-03"]
    assert {name: free_of(client, name) - before for name, before in free.items()} == {
        "silver-01": 0,
        "silver-03": -size,
        "gold-03": size,
    }
    assert vm not in client.named(vim.Datastore, "gold-03").vm


def test_snapshot_has_an_age_and_a_size(client: Any, vm: Any) -> None:
    free, old = free_of(client, "silver-01"), client.service.CurrentTime() - timedelta(days=40)

    client.estate.take_snapshot(vm._moId, "before-upgrade", size_bytes=7 * GIB, at=old)

    (node,) = vm.snapshot.rootSnapshotList
    assert (node.name, node.createTime) == ("before-upgrade", old)
    assert disk_of(vm).backing.fileName.endswith(f"{vm.name}-000001.vmdk")
    assert disk_of(vm).backing.parent.fileName.endswith(f"{vm.name}.vmdk")
    assert free_of(client, "silver-01") == free - 7 * GIB


def test_layout_tells_what_each_snapshot_grew_by(client: Any, vm: Any) -> None:
    client.estate.take_snapshot(vm._moId, "first", size_bytes=5 * GIB)
    client.estate.take_snapshot(vm._moId, "second", size_bytes=2 * GIB)

    layout = vm.layoutEx
    sizes = {file.key: file.size for file in layout.file}
    (chain,) = [disk.chain for disk in layout.disk]
    frozen = [[unit.fileKey[0] for unit in snapshot.disk[0].chain] for snapshot in layout.snapshot]
    keys = [unit.fileKey[0] for unit in chain]
    assert [sizes[key] // GIB for key in keys[1:]] == [5, 2]
    assert frozen == [keys[:1], keys[:2]]
    assert used_by(vm)["silver-01"][0] == (sizes[keys[0]] // GIB) + 7


def test_removed_snapshot_gives_its_space_back(client: Any, vm: Any) -> None:
    free = free_of(client, "silver-01")
    client.estate.take_snapshot(vm._moId, "short-lived", size_bytes=4 * GIB)

    client.done(vm.snapshot.currentSnapshot.RemoveSnapshot_Task(removeChildren=False))

    assert (free_of(client, "silver-01"), disk_of(vm).backing.parent) == (free, None)


def test_raw_mapping_can_be_added_over_soap(client: Any, vm: Any) -> None:
    disk = vim.vm.device.VirtualDisk(
        key=-1,
        controllerKey=disk_of(vm).controllerKey,
        unitNumber=5,
        capacityInKB=1024**2,
        backing=vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo(
            deviceName="naa.1", compatibilityMode="virtualMode", diskMode="persistent", fileName=""
        ),
    )
    change = vim.vm.device.VirtualDeviceSpec(operation="add", device=disk)

    client.done(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))

    added = [device for device in vm.config.hardware.device if isinstance(device, vim.vm.device.VirtualDisk)][-1]
    assert isinstance(added.backing, vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo)


def test_tier_and_maintenance_of_a_datastore_reach_a_long_poll(client: Any) -> None:
    store = client.named(vim.Datastore, "silver-03")
    watch = client.watch(store, "customValue", "summary.maintenanceMode")

    client.estate.set_datastore("silver-03", tier="bronze", maintenance=True)

    seen = watch.until(lambda changes: "summary.maintenanceMode" in changes or "customValue" in changes)
    assert seen
    assert ([value.value for value in store.customValue], store.summary.maintenanceMode) == (
        ["bronze"],
        "inMaintenance",
    )
    client.estate.set_datastore("silver-03", tier="silver", maintenance=False)


@pytest.mark.parametrize("state", ["notResponding", "disconnected"])
def test_lost_host_takes_its_vms_out_of_sight(client: Any, vm: Any, state: str) -> None:
    host = client.estate.vm(vm._moId).host
    watch = client.watch(vm, "runtime.connectionState")

    client.estate.set_host(host, connection=state)

    assert watch.changes() == {"runtime.connectionState": "disconnected"}
    assert vm.runtime.host.runtime.connectionState == state
    client.estate.set_host(host, connection="connected")
    assert vm.runtime.connectionState == "connected"


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda estate: estate.set_disk("web-01", 2, backing="rdm"), "disk is 2"),
        (lambda estate: estate.set_disk("web-01", 0, backing="rdm"), "disk is 0"),
        (lambda estate: estate.set_disk("web-01", backing="stone"), "backing is"),
        (lambda estate: estate.set_disk("web-01", bus="party"), "bus is"),
        (lambda estate: estate.set_disk("web-01", backing="linked", base="web-01"), "base is"),
        (lambda estate: estate.set_disk("web-01", backing="linked"), "no VM is called"),
        (lambda estate: estate.set_disk("web-01", backing="linked", base="web-02", own_bytes=-1), "own_bytes is -1"),
        (lambda estate: estate.set_disk("web-01", datastore="bronze-01"), "no Datastore is called"),
        (lambda estate: estate.take_snapshot("web-01", ""), "name is missing"),
        (lambda estate: estate.take_snapshot("web-01", "s", size_bytes=-1), "bytes is -1"),
        (lambda estate: estate.take_snapshot("web-01", "s", size_bytes=10**18), "Insufficient disk space"),
        (lambda estate: estate.set_host("esx-01.corp.example", connection="lost"), "connection is"),
    ],
)
def test_impossible_storage_is_refused_and_changes_nothing(estate: Estate, ask: Any, what: str) -> None:
    before = replace(estate.vm("web-01"), load=Load())

    with pytest.raises(DoorError, match=what) as caught:
        ask(estate)

    assert caught.value.hint
    assert replace(estate.vm("web-01"), load=Load()) == before
