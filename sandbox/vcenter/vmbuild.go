package main

// Making VMs straight in the registry: 10,000 of them in seconds, with every reference consistent.

import (
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	gib          = int64(1) << 30
	hwVersion    = "vmx-20"
	toolsVersion = "12389"
)

// vmPlan is everything about a VM to be.
type vmPlan struct {
	name        string
	folder      moref
	host        moref
	pool        *moref
	datastore   moref
	network     *moref
	cpus        int32
	cores       int32 // per socket
	memoryMiB   int32
	disks       []int64                   // bytes
	devices     []types.BaseVirtualDevice // instead of disks and network
	guestID     string
	guestName   string
	template    bool
	on          bool
	tools       bool
	ip          string
	hotCPU      bool
	hotMemory   bool
	annotation  string
	uuid        string
	instance    string
	custom      map[string]string
	extra       []types.BaseOptionValue
	bootedSince time.Duration
}

// buildVM makes the object; attachVM puts it into the inventory.
func (w *world) buildVM(p *vmPlan) *simulator.VirtualMachine {
	vm := &simulator.VirtualMachine{DataSets: map[string]*simulator.DataSet{}}
	vm.Self = w.newRef("VirtualMachine", "vm")
	vm.Name = p.name
	vm.Parent = &p.folder
	if p.uuid == "" {
		p.uuid = stableUUID("bios", p.name, vm.Self.Value)
	}
	if p.instance == "" {
		p.instance = stableUUID("instance", p.name, vm.Self.Value)
	}
	if p.cores == 0 {
		p.cores = 1
	}
	vm.Config = w.vmConfig(p)
	vm.Capability = types.VirtualMachineCapability{
		SnapshotOperationsSupported: true, MultipleSnapshotsSupported: true, ChangeTrackingSupported: true,
	}
	vm.ResourcePool = p.pool
	vm.Datastore = []moref{p.datastore}
	vm.Runtime = types.VirtualMachineRuntimeInfo{
		Host: &p.host, ConnectionState: types.VirtualMachineConnectionStateConnected,
		PowerState: types.VirtualMachinePowerStatePoweredOff, MaxCpuUsage: mhzPerCore * p.cpus,
		MaxMemoryUsage: p.memoryMiB, FaultToleranceState: types.VirtualMachineFaultToleranceStateNotConfigured,
		RecordReplayState: types.VirtualMachineRecordReplayStateInactive, // pyVmomi chokes on an empty enum
	}
	vm.Guest = &types.GuestInfo{GuestState: string(types.VirtualMachineGuestStateNotRunning)}
	w.buildSummary(vm, p)
	vm.Network = networksOf(w, vm.Config.Hardware.Device)
	ref := vm.Self
	vm.AvailableField = simulator.GetCustomFieldsAvailable(w.ctx, &ref)
	w.setCustomValues(vm, p.custom)
	w.layOut(vm)
	setTools(vm, p.tools, false)
	if p.on {
		powerUp(vm, time.Now().Add(-p.bootedSince))
		if p.tools {
			guestUp(vm, p.ip)
		}
	}
	return vm
}

func (w *world) vmConfig(p *vmPlan) *types.VirtualMachineConfigInfo {
	resources := types.DefaultResourceConfigSpec()
	now := time.Now()
	devices := p.devices
	if devices == nil {
		devices = w.standardDevices(p)
	}
	guestName := p.guestName
	if guestName == "" {
		guestName = p.guestID
	}
	return &types.VirtualMachineConfigInfo{
		ChangeVersion: changeVersion(), Modified: now, CreateDate: &now, Name: p.name, GuestFullName: guestName,
		GuestId: p.guestID, AlternateGuestName: guestName, Version: hwVersion, Uuid: p.uuid, InstanceUuid: p.instance,
		Template: p.template, Annotation: p.annotation, Firmware: "efi",
		Files: types.VirtualMachineFileInfo{},
		Tools: &types.ToolsConfigInfo{AfterPowerOn: types.NewBool(true)},
		Hardware: types.VirtualHardware{
			NumCPU: p.cpus, NumCoresPerSocket: types.NewInt32(p.cores), MemoryMB: p.memoryMiB, Device: devices,
		},
		CpuAllocation: &resources.CpuAllocation, MemoryAllocation: &resources.MemoryAllocation,
		CpuHotAddEnabled: types.NewBool(p.hotCPU), CpuHotRemoveEnabled: types.NewBool(false),
		MemoryHotAddEnabled: types.NewBool(p.hotMemory),
		ExtraConfig:         append([]types.BaseOptionValue{&types.OptionValue{Key: "govcsim", Value: "TRUE"}}, p.extra...),
		BootOptions:         &types.VirtualMachineBootOptions{},
		LatencySensitivity: &types.LatencySensitivity{
			Level: types.LatencySensitivitySensitivityLevelNormal,
		},
	}
}

func (w *world) buildSummary(vm *simulator.VirtualMachine, p *vmPlan) {
	vm.Summary = types.VirtualMachineSummary{
		Vm: &vm.Self, Runtime: vm.Runtime, OverallStatus: types.ManagedEntityStatusGreen,
		Guest: &types.VirtualMachineGuestSummary{GuestId: p.guestID, GuestFullName: vm.Config.GuestFullName},
		Config: types.VirtualMachineConfigSummary{
			Name: p.name, Template: p.template, MemorySizeMB: p.memoryMiB, NumCpu: p.cpus, Uuid: p.uuid,
			InstanceUuid: p.instance, GuestId: p.guestID, GuestFullName: vm.Config.GuestFullName,
			Annotation: p.annotation, NumVirtualDisks: int32(len(disksOf(vm))), NumEthernetCards: 1, HwVersion: hwVersion,
		},
		QuickStats: types.VirtualMachineQuickStats{GuestHeartbeatStatus: types.ManagedEntityStatusGray},
	}
	vm.GuestHeartbeatStatus = types.ManagedEntityStatusGray
}

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

// sizeOf is what a VM takes on its datastore, in bytes.
func sizeOf(vm *simulator.VirtualMachine) int64 {
	total := int64(0)
	for _, disk := range disksOf(vm) {
		total += disk.CapacityInBytes
	}
	return total
}

// layOut names a VM's files after its datastore and fills the storage figures.
func (w *world) layOut(vm *simulator.VirtualMachine) {
	home := vm.Datastore[0]
	dir := fmt.Sprintf("[%s] %s", nameOf(w.reg, w.reg.Get(home)), vm.Config.Name)
	now := time.Now()
	files := &vm.Config.Files
	files.VmPathName = dir + "/" + vm.Config.Name + ".vmx"
	files.SnapshotDirectory, files.SuspendDirectory, files.LogDirectory = dir, dir, dir
	vm.Summary.Config.VmPathName = files.VmPathName
	layout := &types.VirtualMachineFileLayoutEx{Timestamp: now}
	layout.File = append(layout.File, fileInfo(0, files.VmPathName, "config", 4096))
	used := map[moref]int64{}
	for i, disk := range disksOf(vm) {
		backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if !ok {
			continue
		}
		place := home
		if backing.Datastore != nil {
			place = *backing.Datastore
		}
		backing.Datastore = &place
		suffix := ""
		if i > 0 {
			suffix = "_" + strconv.Itoa(i)
		}
		backing.FileName = fmt.Sprintf("[%s] %s/%s%s.vmdk", nameOf(w.reg, w.reg.Get(place)), vm.Config.Name, vm.Config.Name, suffix)
		used[place] += disk.CapacityInBytes
		layout.File = append(layout.File, fileInfo(int32(i+1), backing.FileName, "diskExtent", disk.CapacityInBytes))
	}
	vm.LayoutEx = layout
	vm.Layout = &types.VirtualMachineFileLayout{ConfigFile: []string{files.VmPathName}}
	vm.Storage = &types.VirtualMachineStorageInfo{Timestamp: now}
	total := int64(0)
	for place, size := range used {
		vm.Storage.PerDatastoreUsage = append(vm.Storage.PerDatastoreUsage,
			types.VirtualMachineUsageOnDatastore{Datastore: place, Committed: size, Unshared: size})
		total += size
	}
	vm.Summary.Storage = &types.VirtualMachineStorageSummary{Committed: total, Unshared: total, Timestamp: now}
}

func fileInfo(key int32, name, kind string, size int64) types.VirtualMachineFileLayoutExFileInfo {
	return types.VirtualMachineFileLayoutExFileInfo{
		Key: key, Name: name, Type: kind, Size: size, UniqueSize: size, Accessible: types.NewBool(true),
	}
}

// attachVM puts a built VM into its folder, host, pool, datastore and networks. Quiet tells nobody: for start-up.
func (w *world) attachVM(vm *simulator.VirtualMachine, quiet bool) {
	tell := func(obj mo.Reference, change func(), name string) {
		if quiet {
			change()
		} else {
			w.mutate(obj, change, name)
		}
	}
	folder := w.reg.Get(*vm.Parent).(*simulator.Folder)
	tell(folder, func() { folder.ChildEntity = append(folder.ChildEntity, vm.Self) }, "childEntity")
	host := w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	tell(host, func() { host.Vm = append(host.Vm, vm.Self) }, "vm")
	if cluster, ok := w.reg.Get(*host.Parent).(*simulator.ClusterComputeResource); ok && cluster.EnvironmentBrowser != nil {
		vm.EnvironmentBrowser = *cluster.EnvironmentBrowser
	}
	if vm.ResourcePool != nil {
		pool := w.reg.Get(*vm.ResourcePool).(*simulator.ResourcePool)
		tell(pool, func() { pool.Vm = append(pool.Vm, vm.Self) }, "vm")
	}
	for _, ref := range vm.Datastore {
		store := w.reg.Get(ref).(*simulator.Datastore)
		tell(store, func() { store.Vm = append(store.Vm, vm.Self) }, "vm")
	}
	for _, ref := range vm.Network {
		if list := networkVMs(w.reg.Get(ref)); list != nil {
			tell(w.reg.Get(ref), func() { *list = append(*list, vm.Self) }, "vm")
		}
	}
	w.reg.Put(vm)
}

func networkVMs(obj mo.Reference) *[]moref {
	switch network := obj.(type) {
	case *simulator.DistributedVirtualPortgroup:
		return &network.Vm
	case *mo.Network:
		return &network.Vm
	}
	return nil
}

// detachVM takes a VM out of the inventory.
func (w *world) detachVM(vm *simulator.VirtualMachine) {
	drop := func(ref moref, list *[]moref, name string) {
		w.mutate(w.reg.Get(ref), func() { *list = without(*list, vm.Self) }, name)
	}
	drop(*vm.Runtime.Host, &w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem).Vm, "vm")
	if vm.ResourcePool != nil {
		drop(*vm.ResourcePool, &w.reg.Get(*vm.ResourcePool).(*simulator.ResourcePool).Vm, "vm")
	}
	for _, ref := range vm.Datastore {
		drop(ref, &w.reg.Get(ref).(*simulator.Datastore).Vm, "vm")
	}
	for _, ref := range vm.Network {
		if list := networkVMs(w.reg.Get(ref)); list != nil {
			drop(ref, list, "vm")
		}
	}
	drop(*vm.Parent, &w.reg.Get(*vm.Parent).(*simulator.Folder).ChildEntity, "childEntity")
	w.reg.Remove(private(w.ctx), vm.Self)
}

// without copies a list except for one reference; answers under way may still read the old list.
func without(list []moref, gone moref) []moref {
	kept := make([]moref, 0, len(list))
	for _, ref := range list {
		if ref != gone {
			kept = append(kept, ref)
		}
	}
	return kept
}

func stableUUID(parts ...string) string {
	sum := sha1.Sum([]byte(strings.Join(parts, "\x00")))
	id, _ := uuid.FromBytes(sum[:16])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

func macFor(name string, key int32) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("%s/%d", name, key)))
	return fmt.Sprintf("00:50:56:%02x:%02x:%02x", sum[0]&0x3f, sum[1], sum[2])
}

func changeVersion() string {
	return time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z")
}
