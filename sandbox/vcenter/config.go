package main

// Changes of a VM's configuration: reconfigure, rename, custom attributes.

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
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
	if fault := w.takeSpace(vm.Datastore[0], grown, vm.Name); fault != nil {
		return fault
	}
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
	w.recount(*vm.Runtime.Host)
	return nil
}

// changedBy lists the properties that a reconfiguration may change.
func changedBy(spec *types.VirtualMachineConfigSpec) []string {
	names := append([]string{"config.changeVersion", "config.extraConfig", "config.annotation", "summary.config"}, hardwareProperties...)
	if spec.Name != "" {
		names = append(names, "name", "config.name")
	}
	if len(spec.DeviceChange) != 0 {
		names = append(names, "network", "layoutEx", "layout", "storage", "summary.storage")
	}
	if spec.Uuid != "" || spec.InstanceUuid != "" || spec.GuestId != "" {
		names = append(names, "config.uuid", "config.instanceUuid", "config.guestId")
	}
	return names
}

// hardwareProperties are those that applyHardware changes.
var hardwareProperties = []string{
	"config.hardware", "config.cpuHotAddEnabled", "config.memoryHotAddEnabled", "config.cpuAllocation",
	"config.memoryAllocation", "summary.config.numCpu", "summary.config.memorySizeMB", "runtime.maxCpuUsage",
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
	case memory > hardware.MemoryMB && !isTrue(vm.Config.MemoryHotAddEnabled):
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

const maxNameLength = 80

// checkName says why a name cannot be taken in a folder, or nil.
func (w *world) checkName(name string, folder moref) types.BaseMethodFault {
	if name == "" || len(name) > maxNameLength {
		return &types.InvalidName{Name: name}
	}
	parent, ok := w.reg.Get(folder).(*simulator.Folder)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: folder}
	}
	if taken := w.reg.FindByName(name, parent.ChildEntity); taken != nil {
		return &types.DuplicateName{Name: name, Object: taken.Reference()}
	}
	return nil
}

// vcenterName writes a name as a vCenter stores it, with the characters of paths escaped.
func vcenterName(name string) string {
	return strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c").Replace(name)
}

// RenameTask renames a VM.
func (h *vmHandler) RenameTask(ctx *simulator.Context, req *types.Rename_Task) soap.HasFault {
	ref := h.start(ctx, "Rename_Task", "rename", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return nil, h.w.renameVM(ctx, h.VirtualMachine, vcenterName(req.NewName))
	})
	return &methods.Rename_TaskBody{Res: &types.Rename_TaskResponse{Returnval: ref}}
}

// renameVM renames a VM. Hold effects.
func (w *world) renameVM(ctx *simulator.Context, vm *simulator.VirtualMachine, name string) types.BaseMethodFault {
	old := vm.Name
	if name == old {
		return nil
	}
	if fault := w.checkName(name, *vm.Parent); fault != nil {
		return fault
	}
	w.mutate(vm, func() {
		rename(vm, name)
		vm.Config.ChangeVersion = changeVersion()
	}, "name", "config.name", "summary.config.name", "config.changeVersion")
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent {
		return &types.VmRenamedEvent{VmEvent: event, OldName: old, NewName: name}
	})
	return nil
}

// SetCustomValue sets a custom attribute by its name.
func (h *vmHandler) SetCustomValue(ctx *simulator.Context, req *types.SetCustomValue) soap.HasFault {
	body := new(methods.SetCustomValueBody)
	key, ok := h.w.fieldKey(req.Key, "VirtualMachine")
	if !ok {
		body.Fault_ = simulator.Fault("A specified parameter was not correct: key", &types.InvalidArgument{InvalidProperty: "key"})
		return body
	}
	h.w.setField(ctx, h.VirtualMachine, key, req.Value)
	body.Res = new(types.SetCustomValueResponse)
	return body
}

// fieldsHandler answers calls on the CustomFieldsManager.
type fieldsHandler struct {
	*simulator.CustomFieldsManager
	w *world
}

// SetField sets a custom attribute by its key, and unlike the simulator's tells long polls of it.
func (h *fieldsHandler) SetField(ctx *simulator.Context, req *types.SetField) soap.HasFault {
	body := new(methods.SetFieldBody)
	entity, ok := h.w.reg.Get(req.Entity).(mo.Entity)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	known := false
	for _, field := range h.Field {
		known = known || field.Key == req.Key
	}
	if !known {
		body.Fault_ = simulator.Fault("A specified parameter was not correct: key", &types.InvalidArgument{InvalidProperty: "key"})
		return body
	}
	h.w.setField(ctx, entity, req.Key, req.Value)
	body.Res = new(types.SetFieldResponse)
	return body
}

func (w *world) fieldKey(name, kind string) (int32, bool) {
	for _, field := range w.reg.CustomFieldsManager().Field {
		if field.Name == name && (field.ManagedObjectType == "" || field.ManagedObjectType == kind) {
			return field.Key, true
		}
	}
	return 0, false
}

// setField writes one custom attribute; the caller may hold the entity's lock with ctx.
func (w *world) setField(ctx *simulator.Context, entity mo.Entity, key int32, value string) {
	w.mutateAs(ctx, entity, func() {
		e := entity.Entity()
		var kept []types.BaseCustomFieldValue
		for _, old := range e.CustomValue {
			if old.GetCustomFieldValue().Key != key {
				kept = append(kept, old)
			}
		}
		if value != "" {
			kept = append(kept, &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: value})
		}
		e.CustomValue, e.Value = kept, kept
		if vm, ok := entity.(*simulator.VirtualMachine); ok {
			vm.Summary.CustomValue = kept
		}
	}, "customValue", "value", "summary.customValue")
}

// setCustomValues gives a VM that nobody sees yet its attributes.
func (w *world) setCustomValues(vm *simulator.VirtualMachine, values map[string]string) {
	for name, value := range values {
		if key, ok := w.fieldKey(name, "VirtualMachine"); ok {
			field := &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: value}
			vm.CustomValue = append(vm.CustomValue, field)
		}
	}
	vm.Value, vm.Summary.CustomValue = vm.CustomValue, vm.CustomValue
}

// customValues reads an entity's attributes by name.
func (w *world) customValues(entity mo.Entity) map[string]string {
	names := map[int32]string{}
	for _, field := range w.reg.CustomFieldsManager().Field {
		names[field.Key] = field.Name
	}
	values := map[string]string{}
	for _, value := range entity.Entity().CustomValue {
		if text, ok := value.(*types.CustomFieldStringValue); ok {
			values[names[text.Key]] = text.Value
		}
	}
	return values
}
