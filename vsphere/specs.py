"""Builds the specs that the writes send; pure, so that a test can look at each without a vCenter."""

from dataclasses import dataclass
from typing import Any

from vsphere.api import vim
from vsphere.model import CloneSpec, NewVm, Placement
from vsphere.properties import wire_name
from vsphere.reads import OPERATION_KEY
from vsphere.soaptree import Tree, as_list

_Operation = vim.vm.device.VirtualDeviceSpec.Operation
_CONTROLLER_KEY = -100
_DISK_KEY = -200
_NIC_KEY = -300
_KIB_PER_GIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkBacking:
    """What a NIC must name to be on a network; the fields in use depend on the network's kind."""

    kind: str
    moref: str
    name: str
    portgroup_key: str = ""
    switch_uuid: str = ""
    opaque_id: str = ""
    opaque_type: str = ""


def new_vm(spec: NewVm, *, datastore_name: str, network: NetworkBacking | None) -> Any:  # noqa: ANN401  pyVmomi's value
    """A VM with one thin disk on a paravirtual controller, at most one vmxnet3 NIC, and hot-add on."""
    devices = [_controller(), thin_disk(spec.disk_gib)]
    if network is not None:
        devices.append(_nic(network))
    return vim.vm.ConfigSpec(
        name=wire_name(spec.name),
        guestId=spec.guest_id,
        numCPUs=spec.cpu_count,
        memoryMB=spec.memory_mib,
        cpuHotAddEnabled=True,
        memoryHotAddEnabled=True,
        files=vim.vm.FileInfo(vmPathName=f"[{datastore_name}]"),
        deviceChange=devices,
        extraConfig=[_mark(spec.operation_id)],
    )


def clone(
    spec: CloneSpec,
    *,
    cores_per_socket: int | None,
    nic_changes: list[Any],
    customization: Any = None,  # noqa: ANN401  pyVmomi's customization spec
) -> Any:  # noqa: ANN401  pyVmomi's CloneSpec
    """Where the copy goes, what it is changed to, and the operation that asked for it."""
    config = vim.vm.ConfigSpec(extraConfig=[_mark(spec.operation_id)])
    if spec.cpu_count is not None:
        config.numCPUs = spec.cpu_count
        config.numCoresPerSocket = fitting_cores(spec.cpu_count, cores_per_socket)
    if spec.memory_mib is not None:
        config.memoryMB = spec.memory_mib
    target = location(spec.placement)
    target.deviceChange = nic_changes
    return vim.vm.CloneSpec(
        location=target,
        powerOn=spec.power_on,
        template=False,
        config=config,
        customization=customization,
    )


def location(placement: Placement) -> Any:  # noqa: ANN401  pyVmomi's RelocateSpec
    """A placement as vSphere writes it."""
    return vim.vm.RelocateSpec(
        datastore=vim.Datastore(placement.datastore.moref),
        pool=vim.ResourcePool(placement.pool.moref),
        host=vim.HostSystem(placement.host.moref) if placement.host else None,
    )


def resize(*, change_version: str, cpu_count: int | None, memory_mib: int | None, cores_per_socket: int | None) -> Any:  # noqa: ANN401  pyVmomi's value
    """A reconfigure that vCenter refuses when the VM is no longer the one that was looked at."""
    return vim.vm.ConfigSpec(
        changeVersion=change_version,
        numCPUs=cpu_count,
        memoryMB=memory_mib,
        numCoresPerSocket=cores_per_socket,
    )


def move_first_nic(devices: Tree, network: NetworkBacking) -> list[Any]:
    """The change that puts the first NIC of a source on another network; empty when it has no NIC."""
    for device in as_list(devices):
        cls = getattr(vim.vm.device, str(device.get("_type")), None)
        if cls is not None and issubclass(cls, vim.vm.device.VirtualEthernetCard):
            card = cls(key=int(device["key"]), backing=_backing(network), connectable=_connectable())
            return [vim.vm.device.VirtualDeviceSpec(operation=_Operation.edit, device=card)]
    return []


def thin_disk(size_gib: int) -> Any:  # noqa: ANN401  pyVmomi's VirtualDeviceSpec
    """A new thin disk on the paravirtual controller."""
    return vim.vm.device.VirtualDeviceSpec(
        operation=_Operation.add,
        fileOperation=vim.vm.device.VirtualDeviceSpec.FileOperation.create,
        device=vim.vm.device.VirtualDisk(
            key=_DISK_KEY,
            controllerKey=_CONTROLLER_KEY,
            unitNumber=0,
            capacityInKB=size_gib * _KIB_PER_GIB,
            backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
                fileName="", diskMode="persistent", thinProvisioned=True
            ),
        ),
    )


def fitting_cores(cpu_count: int, cores_per_socket: int | None) -> int:
    """The source's cores per socket where they divide the new count; else one, which always does."""
    if cores_per_socket and cpu_count % cores_per_socket == 0:
        return cores_per_socket
    return 1


def _controller() -> Any:  # noqa: ANN401  pyVmomi's VirtualDeviceSpec
    return vim.vm.device.VirtualDeviceSpec(
        operation=_Operation.add,
        device=vim.vm.device.ParaVirtualSCSIController(
            key=_CONTROLLER_KEY,
            busNumber=0,
            sharedBus=vim.vm.device.VirtualSCSIController.Sharing.noSharing,
        ),
    )


def _nic(network: NetworkBacking) -> Any:  # noqa: ANN401  pyVmomi's VirtualDeviceSpec
    return vim.vm.device.VirtualDeviceSpec(
        operation=_Operation.add,
        device=vim.vm.device.VirtualVmxnet3(
            key=_NIC_KEY, addressType="generated", backing=_backing(network), connectable=_connectable()
        ),
    )


def _connectable() -> Any:  # noqa: ANN401  pyVmomi's ConnectInfo
    return vim.vm.device.VirtualDevice.ConnectInfo(startConnected=True, allowGuestControl=True, connected=True)


def _backing(network: NetworkBacking) -> Any:  # noqa: ANN401  pyVmomi's BackingInfo
    card = vim.vm.device.VirtualEthernetCard
    match network.kind:
        case "DistributedVirtualPortgroup":
            port = vim.dvs.PortConnection(portgroupKey=network.portgroup_key, switchUuid=network.switch_uuid)
            return card.DistributedVirtualPortBackingInfo(port=port)
        case "OpaqueNetwork":
            return card.OpaqueNetworkBackingInfo(
                opaqueNetworkId=network.opaque_id, opaqueNetworkType=network.opaque_type
            )
        case _:
            return card.NetworkBackingInfo(deviceName=network.name, network=vim.Network(network.moref))


def _mark(operation_id: str) -> Any:  # noqa: ANN401  pyVmomi's OptionValue
    return vim.option.OptionValue(key=OPERATION_KEY, value=operation_id)
