"""What the writes send, looked at without a vCenter."""

from typing import Any

import pytest

from vsphere import specs
from vsphere.api import vim
from vsphere.model import CloneSpec, NewVm, Placement, Ref

PLACE = Placement(
    host=Ref("lab", "host-1"),
    pool=Ref("lab", "resgroup-1"),
    datastore=Ref("lab", "datastore-1"),
    network=Ref("lab", "network-1"),
    reason="because",
)
PORTGROUP = specs.NetworkBacking(
    kind="DistributedVirtualPortgroup", moref="dvportgroup-1", name="prod", portgroup_key="pg-1", switch_uuid="50 1e"
)


def clone(**changes: Any) -> Any:
    order: dict[str, Any] = {
        "name": "web-02",
        "folder": Ref("lab", "group-1"),
        "placement": PLACE,
        "operation_id": "op-1",
    }
    return specs.clone(CloneSpec(**{**order, **changes}), cores_per_socket=4, nic_changes=[])


def test_a_new_vm_has_a_thin_disk_on_a_paravirtual_controller_and_one_card() -> None:
    order = NewVm(
        name="web-01",
        folder=Ref("lab", "group-1"),
        placement=PLACE,
        cpu_count=2,
        memory_mib=4096,
        disk_gib=40,
        guest_id="debian12_64Guest",
        operation_id="op-1",
    )

    spec = specs.new_vm(order, datastore_name="gold-01", network=PORTGROUP)

    controller, disk, card = (one.device for one in spec.deviceChange)
    assert isinstance(controller, vim.vm.device.ParaVirtualSCSIController)
    assert (disk.capacityInKB, disk.backing.thinProvisioned, disk.controllerKey) == (
        40 * 1024 * 1024,
        True,
        controller.key,
    )
    assert isinstance(card, vim.vm.device.VirtualVmxnet3)
    assert (card.backing.port.portgroupKey, card.backing.port.switchUuid) == ("pg-1", "50 1e")
    assert spec.files.vmPathName == "[gold-01]"
    assert [(one.key, one.value) for one in spec.extraConfig] == [("iaas.operation", "op-1")]


def test_a_clone_without_sizes_changes_none() -> None:
    config = clone().config

    assert (config.numCPUs, config.memoryMB, config.numCoresPerSocket) == (None, None, None)


@pytest.mark.parametrize(
    ("cpus", "cores", "fitting"),
    [(8, 4, 4), (4, 4, 4), (6, 4, 1), (1, 4, 1), (3, None, 1), (2, 0, 1)],
)
def test_cores_per_socket_always_divide_the_cpus(cpus: int, cores: int | None, fitting: int) -> None:
    assert specs.fitting_cores(cpus, cores) == fitting


def test_a_clone_with_sizes_fits_the_cores_and_stays_off() -> None:
    spec = clone(cpu_count=6, memory_mib=2048)

    assert (spec.config.numCPUs, spec.config.numCoresPerSocket, spec.config.memoryMB) == (6, 1, 2048)
    assert (spec.powerOn, spec.template) == (False, False)


def test_a_placement_without_a_host_leaves_it_to_drs() -> None:
    where = Placement(host=None, pool=PLACE.pool, datastore=PLACE.datastore, network=None, reason="drs")

    assert specs.location(where).host is None


def test_the_first_card_of_a_source_is_put_on_another_network() -> None:
    devices = [
        {"_type": "VirtualDisk", "key": "2000"},
        {"_type": "VirtualE1000e", "key": "4000"},
        {"_type": "VirtualVmxnet3", "key": "4001"},
        {"_type": "DeviceOfTheYear2040", "key": "9000"},
    ]

    (change,) = specs.move_first_nic(devices, PORTGROUP)

    assert isinstance(change.device, vim.vm.device.VirtualE1000e)
    assert (change.operation, change.device.key) == ("edit", 4000)
    assert change.device.backing.port.portgroupKey == "pg-1"


def test_a_source_without_a_card_gets_no_change() -> None:
    assert specs.move_first_nic([{"_type": "VirtualDisk", "key": "2000"}], PORTGROUP) == []


@pytest.mark.parametrize(
    ("network", "backing"),
    [
        (specs.NetworkBacking(kind="Network", moref="network-1", name="VM Network"), "NetworkBackingInfo"),
        (
            specs.NetworkBacking(
                kind="OpaqueNetwork", moref="network-o1", name="nsx", opaque_id="id", opaque_type="nsx.LogicalSwitch"
            ),
            "OpaqueNetworkBackingInfo",
        ),
        (PORTGROUP, "DistributedVirtualPortBackingInfo"),
    ],
    ids=["standard", "opaque", "distributed"],
)
def test_a_card_names_its_network_in_the_way_of_its_kind(network: specs.NetworkBacking, backing: str) -> None:
    (change,) = specs.move_first_nic([{"_type": "VirtualVmxnet3", "key": "4000"}], network)

    assert type(change.device.backing).__name__.endswith(backing)
