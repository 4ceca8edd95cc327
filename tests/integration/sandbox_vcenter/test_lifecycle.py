"""VMs come, move and go as on a vCenter: create, clone, folders, datastores, snapshots, destroy."""

from typing import Any

import pytest
import pyVmomi

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl

GIB = 2**30
Device = vim.vm.device


def spec_for(name: str, *, store: str = "silver-01", gib: int = 10) -> Any:
    """What a small VM with one disk needs."""
    controller = Device.ParaVirtualSCSIController(key=-1, busNumber=0, sharedBus="noSharing")
    backing = Device.VirtualDisk.FlatVer2BackingInfo(diskMode="persistent", thinProvisioned=True)
    disk = Device.VirtualDisk(key=-2, controllerKey=-1, unitNumber=0, capacityInKB=gib * 2**20, backing=backing)
    return vim.vm.ConfigSpec(
        name=name,
        numCPUs=2,
        memoryMB=2048,
        guestId="debian12_64Guest",
        memoryHotAddEnabled=True,
        files=vim.vm.FileInfo(vmPathName=f"[{store}]"),
        extraConfig=[vim.option.OptionValue(key="iaas.operation", value="42")],
        deviceChange=[
            Device.VirtualDeviceSpec(operation="add", device=controller),
            Device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk),
        ],
    )


def create(client: Any, spec: Any) -> Any:
    """Create a VM in the lab."""
    folder, pool = client.named(vim.Folder, "Lab"), client.named(vim.ResourcePool, "lab")
    return client.done(folder.CreateVM_Task(spec, pool))


def test_created_vm_keeps_what_was_asked_and_takes_space(client: Any) -> None:
    store = client.named(vim.Datastore, "silver-01")
    before = store.summary.freeSpace

    vm = create(client, spec_for("created-01"))

    truth = client.estate.vm("created-01")
    assert (truth.cpus, truth.memory_mib, truth.folder, truth.datastore) == (2, 2048, "Lab", "silver-01")
    assert (truth.extra["iaas.operation"], truth.memory_hot_add, truth.cpu_hot_add) == ("42", True, False)
    assert before - store.summary.freeSpace == 10 * GIB
    assert vm in store.vm
    assert vm in vm.runtime.host.vm


def test_created_devices_get_keys_of_their_own(client: Any) -> None:
    vm = create(client, spec_for("created-02"))

    disk = next(d for d in vm.config.hardware.device if isinstance(d, Device.VirtualDisk))
    controller = next(d for d in vm.config.hardware.device if isinstance(d, Device.ParaVirtualSCSIController))
    assert (disk.key, disk.controllerKey) == (2000, controller.key)
    assert disk.backing.fileName == "[silver-01] created-02/created-02.vmdk"


def test_name_that_is_taken_is_a_duplicate(client: Any, off_vm: Any) -> None:
    with pytest.raises(vim.fault.DuplicateName) as caught:
        create(client, spec_for(off_vm.name))

    assert caught.value.object == off_vm


def test_full_datastore_is_named_and_nothing_is_made(client: Any) -> None:
    free = client.named(vim.Datastore, "silver-03").summary.freeSpace
    client.estate.set_datastore("silver-03", free_bytes=GIB)
    try:
        with pytest.raises(vim.fault.NoDiskSpace) as caught:
            create(client, spec_for("too-big", store="silver-03"))
    finally:
        client.estate.set_datastore("silver-03", free_bytes=free)

    assert caught.value.datastore == "silver-03"
    assert "Lab/too-big" not in client.estate.vms()


def test_unknown_datastore_is_an_invalid_path(client: Any) -> None:
    with pytest.raises(vim.fault.InvalidDatastorePath):
        create(client, spec_for("nowhere", store="bronze-01"))


def test_clone_of_template_runs_with_its_own_identity(client: Any) -> None:
    template = client.vm("debian-12")
    identity = vim.vm.customization.LinuxPrep(
        hostName=vim.vm.customization.FixedName(name="host-a"), domain="corp.example"
    )
    nic = vim.vm.customization.IPSettings(ip=vim.vm.customization.FixedIp(ipAddress="10.9.9.9"))
    spec = vim.vm.CloneSpec(
        location=vim.vm.RelocateSpec(
            pool=client.named(vim.ResourcePool, "lab"), datastore=client.named(vim.Datastore, "silver-02")
        ),
        powerOn=True,
        template=False,
        config=vim.vm.ConfigSpec(numCPUs=4, extraConfig=[vim.option.OptionValue(key="iaas.operation", value="43")]),
        customization=vim.vm.customization.Specification(
            identity=identity,
            globalIPSettings=vim.vm.customization.GlobalIPSettings(),
            nicSettingMap=[vim.vm.customization.AdapterMapping(adapter=nic)],
        ),
    )

    clone = client.done(template.CloneVM_Task(client.named(vim.Folder, "Lab"), "deployed-01", spec))

    truth = client.estate.vm("deployed-01")
    assert (truth.cpus, truth.datastore, truth.power, truth.ip) == (4, "silver-02", "poweredOn", "10.9.9.9")
    assert (truth.extra["iaas.operation"], truth.template) == ("43", False)
    assert (clone.guest.hostName, clone.config.uuid == template.config.uuid) == ("host-a", False)


def test_clone_of_template_without_pool_is_an_invalid_argument(client: Any) -> None:
    spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)

    with pytest.raises(vmodl.fault.InvalidArgument):
        client.done(client.vm("debian-12").CloneVM_Task(client.named(vim.Folder, "Lab"), "poolless", spec))


def test_move_into_bin_is_seen_by_the_vm_and_both_folders(client: Any, off_vm: Any) -> None:
    target, origin = client.named(vim.Folder, "iaas-bin"), off_vm.parent

    client.done(target.MoveIntoFolder_Task([off_vm]))

    assert (off_vm.parent, off_vm in target.childEntity, off_vm in origin.childEntity) == (
        target,
        True,
        False,
    )


def test_relocation_moves_files_and_space(client: Any, vm: Any) -> None:
    origin, target = vm.datastore[0], client.named(vim.Datastore, "silver-03")
    before = (origin.summary.freeSpace, target.summary.freeSpace)
    size = client.estate.vm(vm._moId).disk_bytes

    client.done(vm.RelocateVM_Task(vim.vm.RelocateSpec(datastore=target)))

    after = (origin.summary.freeSpace, target.summary.freeSpace)
    assert after == (before[0] + size, before[1] - size)
    assert (list(vm.datastore), vm in target.vm, vm in origin.vm) == ([target], True, False)
    assert vm.config.files.vmPathName.startswith("[silver-03] ")


def test_relocation_to_full_datastore_moves_nothing(client: Any, vm: Any) -> None:
    target = client.named(vim.Datastore, "gold-03")
    free = target.summary.freeSpace
    client.estate.set_datastore("gold-03", free_bytes=1)
    try:
        with pytest.raises(vim.fault.NoDiskSpace):
            client.done(vm.RelocateVM_Task(vim.vm.RelocateSpec(datastore=target)))
    finally:
        client.estate.set_datastore("gold-03", free_bytes=free)

    assert client.estate.vm(vm._moId).datastore != "gold-03"


def test_destroy_of_running_vm_is_refused(client: Any, vm: Any) -> None:
    with pytest.raises(vim.fault.InvalidPowerState):
        client.done(vm.Destroy_Task())

    assert client.estate.vm(vm._moId).name == vm.name


def test_destroyed_vm_is_gone_and_its_space_is_back(client: Any, off_vm: Any) -> None:
    store, host = off_vm.datastore[0], off_vm.runtime.host
    before, size = store.summary.freeSpace, client.estate.vm(off_vm._moId).disk_bytes

    client.done(off_vm.Destroy_Task())

    assert store.summary.freeSpace == before + size
    assert off_vm not in host.vm
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        off_vm.name  # noqa: B018  reading a property is a call


def test_revert_brings_size_and_power_back(client: Any, off_vm: Any) -> None:
    client.done(off_vm.CreateSnapshot_Task("before", "", memory=False, quiesce=False))
    client.done(off_vm.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=8, memoryMB=16384)))
    client.done(off_vm.PowerOnVM_Task())

    client.done(off_vm.snapshot.rootSnapshotList[0].snapshot.RevertToSnapshot_Task())

    truth = client.estate.vm(off_vm._moId)
    assert (truth.cpus, truth.memory_mib, truth.power) == (2, 4096, "poweredOff")


def test_removed_snapshot_leaves_its_children(client: Any, off_vm: Any) -> None:
    for name in ("one", "two", "three"):
        client.done(off_vm.CreateSnapshot_Task(name, "", memory=False, quiesce=False))
    middle = off_vm.snapshot.rootSnapshotList[0].childSnapshotList[0].snapshot

    client.done(middle.RemoveSnapshot_Task(removeChildren=False))

    assert client.estate.vm(off_vm._moId).snapshots == ("one", "three")


def test_last_removed_snapshot_leaves_none(client: Any, off_vm: Any) -> None:
    client.done(off_vm.CreateSnapshot_Task("only", "", memory=False, quiesce=False))

    client.done(off_vm.RemoveAllSnapshots_Task())

    assert (off_vm.snapshot, list(off_vm.rootSnapshot)) == (None, [])
