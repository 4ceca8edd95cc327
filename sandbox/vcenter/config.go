package main

// Changes of a VM's configuration: reconfigure, rename, custom attributes.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// ReconfigVMTask changes a VM under the rules of a vCenter: changeVersion, hot-add flags, space.
func (h *vmHandler) ReconfigVMTask(ctx *simulator.Context, req *types.ReconfigVM_Task) soap.HasFault {
	ref := h.start(ctx, "ReconfigVM_Task", "reconfigure", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		fault := h.w.reconfigure(h.VirtualMachine, &req.Spec)
		if fault == nil {
			h.w.postVM(ctx, h.VirtualMachine, func(event types.VmEvent) types.BaseEvent {
				return &types.VmReconfiguredEvent{VmEvent: event, ConfigSpec: req.Spec}
			})
		}
		return nil, fault
	})
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: ref}}
}

// reconfigure applies a spec whole or not at all. Hold effects.
func (w *world) reconfigure(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) types.BaseMethodFault {
	if spec.ChangeVersion != "" && spec.ChangeVersion != vm.Config.ChangeVersion {
		return new(types.ConcurrentAccess)
	}
	if fault := checkHardware(vm, spec); fault != nil {
		return fault
	}
	if spec.Name != "" && spec.Name != vm.Name {
		if fault := w.checkName(spec.Name, *vm.Parent); fault != nil {
			return fault
		}
	}
	devices, grown, fault := w.changeDevices(vm, spec.DeviceChange)
	if fault != nil {
		return fault
	}
	if fault := w.takeSpaces(grown, vm.Name); fault != nil {
		return fault
	}
	before := vm.Config.Hardware
	w.mutate(vm, func() {
		applyHardware(vm, spec)
		applyText(vm, spec)
		vm.Config.ExtraConfig = mergeExtra(vm.Config.ExtraConfig, spec.ExtraConfig)
		if devices != nil {
			vm.Config.Hardware.Device = devices
			vm.Network = networksOf(w, devices)
			w.layOut(vm)
		}
		vm.Config.ChangeVersion = changeVersion()
	}, changedBy(spec)...)
	w.joinStores(vm)
	w.resized(vm, &before)
	return nil
}

// resized lets the load follow a VM's new size: what its guest does stays the same. Hold effects.
func (w *world) resized(vm *simulator.VirtualMachine, before *types.VirtualHardware) {
	now := &vm.Config.Hardware
	w.loads.spread(vm.Self, float64(before.NumCPU)/float64(now.NumCPU), float64(before.MemoryMB)/float64(now.MemoryMB))
	w.recount(*vm.Runtime.Host)
	w.feed.changed(vm.Self, "summary.quickStats")
	w.watch.look(vm)
}

// changedBy lists the properties that a reconfiguration may change.
func changedBy(spec *types.VirtualMachineConfigSpec) []string {
	names := append([]string{"config.changeVersion", "config.extraConfig", "config.annotation", "summary.config"}, hardwareProperties...)
	if spec.Name != "" {
		names = append(names, "name", "config.name")
	}
	if len(spec.DeviceChange) != 0 {
		names = append(append(names, "network", "datastore"), storageProperties...)
	}
	if spec.Uuid != "" || spec.InstanceUuid != "" || spec.GuestId != "" {
		names = append(names, "config.uuid", "config.instanceUuid", "config.guestId")
	}
	return names
}

// hardwareProperties are those that applyHardware changes.
var hardwareProperties = []string{
	"config.hardware", "config.cpuHotAddEnabled", "config.memoryHotAddEnabled", "config.cpuAllocation",
	"config.memoryAllocation", "config.hotPlugMemoryLimit", "config.hotPlugMemoryIncrementSize", "summary.config.numCpu", "summary.config.memorySizeMB", "runtime.maxCpuUsage",
	"runtime.maxMemoryUsage", "summary.runtime.maxCpuUsage", "summary.runtime.maxMemoryUsage",
}

// checkHardware holds the rules on processors and memory.
func checkHardware(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) types.BaseMethodFault {
	hardware := &vm.Config.Hardware
	cores := *hardware.NumCoresPerSocket
	if spec.NumCoresPerSocket != nil {
		cores = *spec.NumCoresPerSocket
	}
	cpus := hardware.NumCPU
	if spec.NumCPUs != 0 {
		cpus = spec.NumCPUs
	}
	switch {
	case cpus < 1 || cpus > maxCPUs:
		return &types.InvalidArgument{InvalidProperty: "configSpec.numCPUs"}
	case cores < 1 || cpus%cores != 0:
		return &types.InvalidArgument{InvalidProperty: "configSpec.numCoresPerSocket"}
	case spec.MemoryMB < 0 || spec.MemoryMB%4 != 0:
		return &types.InvalidArgument{InvalidProperty: "configSpec.memoryMB"}
	case vm.Config.Template && (spec.NumCPUs != 0 || spec.MemoryMB != 0 || len(spec.DeviceChange) != 0):
		return new(types.NotSupported)
	}
	if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn && !hotChange(vm, spec, cpus, cores) {
		return badPower(vm, types.VirtualMachinePowerStatePoweredOff)
	}
	return nil
}

// hotChange says whether a running VM can take the change.
func hotChange(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec, cpus, cores int32) bool {
	hardware := &vm.Config.Hardware
	memory := hardware.MemoryMB
	if spec.MemoryMB != 0 {
		memory = int32(spec.MemoryMB)
	}
	switch {
	case cpus < hardware.NumCPU, memory < hardware.MemoryMB, cores != *hardware.NumCoresPerSocket:
		return false
	case cpus > hardware.NumCPU && !isTrue(vm.Config.CpuHotAddEnabled):
		return false
	case memory > hardware.MemoryMB && int64(memory) > vm.Config.HotPlugMemoryLimit:
		return false
	case changes(spec.CpuHotAddEnabled, vm.Config.CpuHotAddEnabled):
		return false
	}
	return !changes(spec.MemoryHotAddEnabled, vm.Config.MemoryHotAddEnabled)
}

func isTrue(flag *bool) bool { return flag != nil && *flag }

func changes(wanted, have *bool) bool { return wanted != nil && *wanted != isTrue(have) }

func applyHardware(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) {
	if spec.NumCPUs != 0 {
		vm.Config.Hardware.NumCPU = spec.NumCPUs
		vm.Summary.Config.NumCpu = spec.NumCPUs
		vm.Runtime.MaxCpuUsage = mhzPerCore * spec.NumCPUs
	}
	if spec.NumCoresPerSocket != nil {
		vm.Config.Hardware.NumCoresPerSocket = spec.NumCoresPerSocket
	}
	if spec.MemoryMB != 0 {
		vm.Config.Hardware.MemoryMB = int32(spec.MemoryMB)
		vm.Summary.Config.MemorySizeMB = int32(spec.MemoryMB)
		vm.Runtime.MaxMemoryUsage = int32(spec.MemoryMB)
	}
	if spec.CpuHotAddEnabled != nil {
		vm.Config.CpuHotAddEnabled = spec.CpuHotAddEnabled
	}
	if spec.MemoryHotAddEnabled != nil {
		vm.Config.MemoryHotAddEnabled = spec.MemoryHotAddEnabled
	}
	if spec.CpuAllocation != nil {
		vm.Config.CpuAllocation = spec.CpuAllocation
	}
	if spec.MemoryAllocation != nil {
		vm.Config.MemoryAllocation = spec.MemoryAllocation
	}
	vm.Summary.Runtime = vm.Runtime
}

func applyText(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) {
	if spec.Name != "" {
		rename(vm, spec.Name)
	}
	if spec.Annotation != "" {
		vm.Config.Annotation, vm.Summary.Config.Annotation = spec.Annotation, spec.Annotation
	}
	if spec.GuestId != "" {
		vm.Config.GuestId, vm.Summary.Config.GuestId = spec.GuestId, spec.GuestId
	}
	if spec.Uuid != "" {
		vm.Config.Uuid, vm.Summary.Config.Uuid = spec.Uuid, spec.Uuid
	}
	if spec.InstanceUuid != "" {
		vm.Config.InstanceUuid, vm.Summary.Config.InstanceUuid = spec.InstanceUuid, spec.InstanceUuid
	}
}

func rename(vm *simulator.VirtualMachine, name string) {
	vm.Name, vm.Config.Name, vm.Summary.Config.Name = name, name, name
}

// mergeExtra overlays extraConfig options; an empty value removes one.
func mergeExtra(have, change []types.BaseOptionValue) []types.BaseOptionValue {
	merged := append([]types.BaseOptionValue(nil), have...)
	for _, option := range change {
		value := option.GetOptionValue()
		kept := merged[:0:0]
		for _, old := range merged {
			if old.GetOptionValue().Key != value.Key {
				kept = append(kept, old)
			}
		}
		if text, ok := value.Value.(string); !ok || text != "" {
			kept = append(kept, value)
		}
		merged = kept
	}
	return merged
}
