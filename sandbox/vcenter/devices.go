package main

// Virtual devices: what a config spec adds, edits and removes, with keys as a vCenter gives them.

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// firstKey is where keys of a kind of device start.
func firstKey(device types.BaseVirtualDevice) int32 {
	switch device.(type) {
	case types.BaseVirtualSCSIController:
		return 1000
	case *types.VirtualDisk:
		return 2000
	case *types.VirtualCdrom:
		return 16000
	case types.BaseVirtualEthernetCard:
		return 4000
	case *types.VirtualIDEController:
		return 200
	}
	return 20000
}

// changeDevices works out a new device list and the bytes that disks grow by on each datastore; nil when nothing changes.
func (w *world) changeDevices(
	vm *simulator.VirtualMachine, changes []types.BaseVirtualDeviceConfigSpec,
) ([]types.BaseVirtualDevice, map[moref]int64, types.BaseMethodFault) {
	if len(changes) == 0 {
		return nil, nil, nil
	}
	devices := append([]types.BaseVirtualDevice(nil), vm.Config.Hardware.Device...)
	renamed := map[int32]int32{}
	grown := map[moref]int64{}
	for i, change := range changes {
		spec := change.GetVirtualDeviceConfigSpec()
		at := indexOfDevice(devices, spec.Device.GetVirtualDevice().Key)
		invalid := &types.InvalidDeviceSpec{DeviceIndex: int32(i)}
		switch spec.Operation {
		case types.VirtualDeviceConfigSpecOperationAdd:
			devices = append(devices, w.adoptDevice(devices, spec.Device, renamed, vm.Config.Name))
			grown[w.deviceStore(vm, spec.Device)] += w.deviceBytes(vm, spec.Device)
		case types.VirtualDeviceConfigSpecOperationEdit:
			if at < 0 || diskSize(spec.Device) < diskSize(devices[at]) {
				return nil, nil, invalid
			}
			grown[w.deviceStore(vm, devices[at])] += diskSize(spec.Device) - diskSize(devices[at])
			devices[at] = spec.Device
		case types.VirtualDeviceConfigSpecOperationRemove:
			if at < 0 {
				return nil, nil, invalid
			}
			grown[w.deviceStore(vm, devices[at])] -= w.deviceBytes(vm, devices[at])
			devices = append(devices[:at:at], devices[at+1:]...)
		}
	}
	return devices, grown, nil
}

func (w *world) deviceStore(vm *simulator.VirtualMachine, device types.BaseVirtualDevice) moref {
	if disk, ok := device.(*types.VirtualDisk); ok {
		return placeOf(vm, disk)
	}
	return vm.Datastore[0]
}

func (w *world) deviceBytes(vm *simulator.VirtualMachine, device types.BaseVirtualDevice) int64 {
	if disk, ok := device.(*types.VirtualDisk); ok {
		return w.diskBytes(vm.Self, disk)
	}
	return 0
}

func indexOfDevice(devices []types.BaseVirtualDevice, key int32) int {
	for i, device := range devices {
		if device.GetVirtualDevice().Key == key {
			return i
		}
	}
	return -1
}

func diskSize(device types.BaseVirtualDevice) int64 {
	disk, ok := device.(*types.VirtualDisk)
	if !ok {
		return 0
	}
	if disk.CapacityInBytes == 0 {
		disk.CapacityInBytes = disk.CapacityInKB << 10
	}
	disk.CapacityInKB = disk.CapacityInBytes >> 10
	return disk.CapacityInBytes
}

// adoptDevice gives a new device a free key and what a vCenter fills in; renamed maps the asker's keys.
func (w *world) adoptDevice(
	devices []types.BaseVirtualDevice, device types.BaseVirtualDevice, renamed map[int32]int32, name string,
) types.BaseVirtualDevice {
	base := device.GetVirtualDevice()
	asked := base.Key
	if asked <= 0 || indexOfDevice(devices, asked) >= 0 {
		base.Key = firstKey(device)
		for indexOfDevice(devices, base.Key) >= 0 {
			base.Key++
		}
	}
	renamed[asked] = base.Key
	if controller, ok := renamed[base.ControllerKey]; ok {
		base.ControllerKey = controller
	}
	switch typed := device.(type) {
	case *types.VirtualDisk:
		w.adoptDisk(typed)
	case types.BaseVirtualEthernetCard:
		adoptNIC(typed.GetVirtualEthernetCard(), name)
	}
	if base.DeviceInfo == nil {
		base.DeviceInfo = &types.Description{Label: fmt.Sprintf("Device %d", base.Key), Summary: "added"}
	}
	return device
}

func (w *world) adoptDisk(disk *types.VirtualDisk) {
	number := disk.Key - 2000 + 1
	disk.DeviceInfo = &types.Description{
		Label: fmt.Sprintf("Hard disk %d", number), Summary: fmt.Sprintf("%d KB", diskSize(disk)>>10),
	}
	if disk.UnitNumber == nil {
		disk.UnitNumber = types.NewInt32(number - 1)
	}
	if _, raw := disk.Backing.(*types.VirtualDiskRawDiskMappingVer1BackingInfo); raw {
		return
	}
	backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
	if !ok {
		backing = &types.VirtualDiskFlatVer2BackingInfo{DiskMode: string(types.VirtualDiskModePersistent)}
		disk.Backing = backing
	}
	if backing.ThinProvisioned == nil {
		backing.ThinProvisioned = types.NewBool(true)
	}
}

func adoptNIC(card *types.VirtualEthernetCard, name string) {
	if card.MacAddress == "" {
		card.MacAddress = macFor(name, card.Key)
	}
	card.AddressType = string(types.VirtualEthernetCardMacTypeAssigned)
	if card.Connectable == nil {
		card.Connectable = &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true}
	}
	card.DeviceInfo = &types.Description{Label: fmt.Sprintf("Network adapter %d", card.Key-4000+1), Summary: "network"}
}
