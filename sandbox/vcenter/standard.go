package main

// The devices that a VM of an estate has, and what can be read off a VM's devices.

import (
	"crypto/sha1"
	"fmt"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (w *world) standardDevices(p *vmPlan) []types.BaseVirtualDevice {
	devices := append(baseDevices(), scsiController(1000))
	for i, size := range p.disks {
		devices = append(devices, newDisk(int32(2000+i), int32(i), size))
	}
	if p.network != nil {
		devices = append(devices, w.newNIC(4000, *p.network, p.name))
	}
	return devices
}

// baseDevices are those of the bare machine. They are shared between VMs, because nothing here changes a device in place.
func baseDevices() []types.BaseVirtualDevice {
	return append([]types.BaseVirtualDevice(nil), esx.VirtualDevice...)
}

func scsiController(key int32) types.BaseVirtualDevice {
	controller := &types.ParaVirtualSCSIController{}
	controller.Key = key
	controller.ControllerKey = 100
	controller.SharedBus = types.VirtualSCSISharingNoSharing
	controller.DeviceInfo = &types.Description{Label: "SCSI controller 0", Summary: "VMware paravirtual SCSI"}
	return controller
}

func newDisk(key, unit int32, size int64) *types.VirtualDisk {
	disk := &types.VirtualDisk{CapacityInKB: size >> 10, CapacityInBytes: size}
	disk.Key = key
	disk.ControllerKey = 1000
	disk.UnitNumber = types.NewInt32(unit)
	disk.DeviceInfo = &types.Description{
		Label: fmt.Sprintf("Hard disk %d", unit+1), Summary: fmt.Sprintf("%d KB", size>>10),
	}
	disk.Backing = &types.VirtualDiskFlatVer2BackingInfo{
		DiskMode: string(types.VirtualDiskModePersistent), ThinProvisioned: types.NewBool(true),
		Uuid: uuid.NewString(),
	}
	return disk
}

func (w *world) newNIC(key int32, network moref, name string) types.BaseVirtualDevice {
	nic := &types.VirtualVmxnet3{}
	nic.Key = key
	nic.ControllerKey = 100
	nic.UnitNumber = types.NewInt32(7)
	nic.AddressType = string(types.VirtualEthernetCardMacTypeAssigned)
	nic.MacAddress = macFor(name, key)
	nic.WakeOnLanEnabled = types.NewBool(true)
	nic.Connectable = &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true, Connected: true}
	nic.DeviceInfo = &types.Description{Label: "Network adapter 1", Summary: "vmxnet3"}
	nic.Backing = w.nicBacking(network)
	return nic
}

func (w *world) nicBacking(network moref) types.BaseVirtualDeviceBackingInfo {
	if group, ok := w.reg.Get(network).(*simulator.DistributedVirtualPortgroup); ok {
		backing := &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{}
		backing.Port.PortgroupKey = group.Key
		if dvs, ok := w.reg.Get(*group.Config.DistributedVirtualSwitch).(*simulator.DistributedVirtualSwitch); ok {
			backing.Port.SwitchUuid = dvs.Uuid
		}
		return backing
	}
	backing := &types.VirtualEthernetCardNetworkBackingInfo{Network: &network}
	if entity, ok := w.reg.Get(network).(mo.Entity); ok {
		backing.DeviceName = entity.Entity().Name
	}
	return backing
}

// networksOf lists the networks that a VM's cards are connected to.
func networksOf(w *world, devices []types.BaseVirtualDevice) []moref {
	var refs []moref
	for _, device := range devices {
		switch backing := device.GetVirtualDevice().Backing.(type) {
		case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
			if ref, ok := w.infra.groups[backing.Port.PortgroupKey]; ok {
				refs = append(refs, ref)
			}
		case *types.VirtualEthernetCardNetworkBackingInfo:
			if backing.Network != nil {
				refs = append(refs, *backing.Network)
			}
		}
	}
	return refs
}

func disksOf(vm *simulator.VirtualMachine) []*types.VirtualDisk {
	var disks []*types.VirtualDisk
	for _, device := range vm.Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok {
			disks = append(disks, disk)
		}
	}
	return disks
}

func macFor(name string, key int32) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("%s/%d", name, key)))
	return fmt.Sprintf("00:50:56:%02x:%02x:%02x", sum[0]&0x3f, sum[1], sum[2])
}
