package main

// VMs that come and go: create, clone, destroy.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// folderHandler answers calls on a folder.
type folderHandler struct {
	*simulator.Folder
	w *world
}

// CreateFolder makes a folder, and unlike the simulator's tells long polls on this one.
func (h *folderHandler) CreateFolder(ctx *simulator.Context, req *types.CreateFolder) soap.HasFault {
	res := h.Folder.CreateFolder(ctx, req)
	if res.Fault() == nil {
		h.w.feed.changed(h.Self, "childEntity")
	}
	return res
}

// CreateVMTask creates a VM from a config spec.
func (h *folderHandler) CreateVMTask(ctx *simulator.Context, req *types.CreateVM_Task) soap.HasFault {
	ref := h.w.tasks.start(ctx, job{
		method: "CreateVM_Task", id: "Folder.createVm", entity: h.Folder,
		run: func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return h.w.createVM(ctx, h.Self, req)
		},
	})
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{Returnval: ref}}
}

func (w *world) createVM(ctx *simulator.Context, folder moref, req *types.CreateVM_Task) (types.AnyType, types.BaseMethodFault) {
	spec := &req.Config
	name := vcenterName(spec.Name)
	if fault := w.checkName(name, folder); fault != nil {
		return nil, fault
	}
	store, fault := w.storeFor(spec)
	if fault != nil {
		return nil, fault
	}
	host, fault := w.placeOn(req.Pool, req.Host, store.Self)
	if fault != nil {
		return nil, fault
	}
	plan := &vmPlan{
		name: name, folder: folder, host: host.Self, pool: &req.Pool, datastore: store.Self, cpus: 1, memoryMiB: 1024,
		guestID: "otherGuest64", hotCPU: isTrue(spec.CpuHotAddEnabled), hotMemory: isTrue(spec.MemoryHotAddEnabled),
		devices: baseDevices(),
	}
	overlay(plan, spec)
	plan.extra = mergeExtra(nil, spec.ExtraConfig)
	vm := w.buildVM(plan)
	devices, sizes, fault := w.changeDevices(vm, spec.DeviceChange)
	if fault != nil {
		return nil, fault
	}
	if fault := w.takeSpaces(sizes, name); fault != nil {
		return nil, fault
	}
	if devices != nil {
		vm.Config.Hardware.Device = devices
		vm.Network = networksOf(w, devices)
		w.layOut(vm)
	}
	w.appear(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmCreatedEvent{VmEvent: event} })
	return vm.Self, nil
}

// overlay lets a spec's figures win over a plan's.
func overlay(plan *vmPlan, spec *types.VirtualMachineConfigSpec) {
	if spec.NumCPUs != 0 {
		plan.cpus = spec.NumCPUs
	}
	if spec.NumCoresPerSocket != nil && *spec.NumCoresPerSocket > 0 {
		plan.cores = *spec.NumCoresPerSocket
	}
	if spec.MemoryMB != 0 {
		plan.memoryMiB = int32(spec.MemoryMB)
	}
	if spec.GuestId != "" {
		plan.guestID, plan.guestName = spec.GuestId, ""
	}
	if spec.CpuHotAddEnabled != nil {
		plan.hotCPU = *spec.CpuHotAddEnabled
	}
	if spec.MemoryHotAddEnabled != nil {
		plan.hotMemory = *spec.MemoryHotAddEnabled
	}
	if spec.Annotation != "" {
		plan.annotation = spec.Annotation
	}
	if spec.Uuid != "" {
		plan.uuid = spec.Uuid
	}
	if spec.InstanceUuid != "" {
		plan.instance = spec.InstanceUuid
	}
}

func (w *world) appear(ctx *simulator.Context, vm *simulator.VirtualMachine, event func(types.VmEvent) types.BaseEvent) {
	w.attachVM(vm, false)
	w.recount(*vm.Runtime.Host)
	w.postVM(ctx, vm, event)
}

// DestroyTask deletes a VM that is off.
func (h *vmHandler) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	ref := h.start(ctx, "Destroy_Task", "destroy", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if h.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			return nil, badPower(h.VirtualMachine, types.VirtualMachinePowerStatePoweredOff)
		}
		return nil, h.w.destroyVM(ctx, h.VirtualMachine)
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: ref}}
}

// destroyVM deletes a VM and gives its space back. Hold effects.
func (w *world) destroyVM(ctx *simulator.Context, vm *simulator.VirtualMachine) types.BaseMethodFault {
	if w.reg.Get(vm.Self) == nil {
		return &types.ManagedObjectNotFound{Obj: vm.Self}
	}
	host := *vm.Runtime.Host
	w.clearAlarms(vm)
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmRemovedEvent{VmEvent: event} })
	w.detachVM(vm)
	for place, bytes := range w.sizes(vm) {
		_ = w.takeSpace(place, -bytes, vm.Name)
	}
	w.detachDisks(vm)
	w.loads.forget(vm.Self)
	w.recount(host)
	return nil
}
