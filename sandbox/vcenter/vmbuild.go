package main

// Making VMs straight in the registry: 10,000 of them in seconds, with every reference consistent.

import (
	"crypto/sha1"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
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

func stableUUID(parts ...string) string {
	sum := sha1.Sum([]byte(strings.Join(parts, "\x00")))
	id, _ := uuid.FromBytes(sum[:16])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

func changeVersion() string {
	return time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z")
}
