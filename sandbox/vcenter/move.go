package main

// VMs that move: to another folder, another datastore, another host.

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// MoveIntoFolderTask moves VMs or folders into this folder.
func (h *folderHandler) MoveIntoFolderTask(ctx *simulator.Context, req *types.MoveIntoFolder_Task) soap.HasFault {
	ref := h.w.tasks.start(ctx, job{
		method: "MoveIntoFolder_Task", id: "Folder.moveInto", entity: h.Folder,
		run: func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
			for _, child := range req.List {
				if fault := h.w.moveInto(h.Folder, child); fault != nil {
					return nil, fault
				}
			}
			return nil, nil
		},
	})
	return &methods.MoveIntoFolder_TaskBody{Res: &types.MoveIntoFolder_TaskResponse{Returnval: ref}}
}

// moveInto moves one child. Hold effects.
func (w *world) moveInto(folder *simulator.Folder, ref moref) types.BaseMethodFault {
	child, ok := w.reg.Get(ref).(mo.Entity)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if ref.Type != "VirtualMachine" && ref.Type != "Folder" {
		return new(types.NotSupported)
	}
	old, ok := w.reg.Get(*child.Entity().Parent).(*simulator.Folder)
	if !ok {
		return new(types.NotSupported)
	}
	if old.Self == folder.Self {
		return nil
	}
	if fault := w.checkName(child.Entity().Name, folder.Self); fault != nil {
		return fault
	}
	parent := folder.Self
	// The child joins the new folder before it leaves the old one, so that no reader finds it nowhere.
	w.mutate(folder, func() { folder.ChildEntity = append(folder.ChildEntity, ref) }, "childEntity")
	w.mutate(child, func() { child.Entity().Parent = &parent }, "parent")
	w.mutate(old, func() { old.ChildEntity = without(old.ChildEntity, ref) }, "childEntity")
	return nil
}

// RelocateVMTask moves a VM's files or the VM itself.
func (h *vmHandler) RelocateVMTask(ctx *simulator.Context, req *types.RelocateVM_Task) soap.HasFault {
	ref := h.start(ctx, "RelocateVM_Task", "relocate", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		moved := h.w.movedFrom(h.VirtualMachine)
		fault := h.w.relocate(h.VirtualMachine, &req.Spec)
		if fault == nil {
			h.w.postVM(ctx, h.VirtualMachine, moved)
		}
		return nil, fault
	})
	return &methods.RelocateVM_TaskBody{Res: &types.RelocateVM_TaskResponse{Returnval: ref}}
}

// movedFrom makes the event of a move away from where a VM is now; vCenter tells moves of running VMs from others.
func (w *world) movedFrom(vm *simulator.VirtualMachine) func(types.VmEvent) types.BaseEvent {
	before, from := w.eventAbout(vm), w.storeArgument(vm.Datastore[0])
	if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		return func(event types.VmEvent) types.BaseEvent {
			event.Ds = w.storeArgument(vm.Datastore[0])
			return &types.VmMigratedEvent{
				VmEvent: event, SourceHost: *before.Host, SourceDatacenter: before.Datacenter, SourceDatastore: from,
			}
		}
	}
	return func(event types.VmEvent) types.BaseEvent {
		event.Ds = w.storeArgument(vm.Datastore[0])
		return &types.VmRelocatedEvent{
			VmRelocateSpecEvent: types.VmRelocateSpecEvent{VmEvent: event}, SourceHost: *before.Host,
			SourceDatacenter: before.Datacenter, SourceDatastore: from,
		}
	}
}

// relocate checks everything before it moves anything. Hold effects.
func (w *world) relocate(vm *simulator.VirtualMachine, spec *types.VirtualMachineRelocateSpec) types.BaseMethodFault {
	host, fault := w.relocationHost(vm, spec)
	if fault != nil {
		return fault
	}
	store, fault := w.relocationStore(vm, spec, host)
	if fault != nil {
		return fault
	}
	if spec.Folder != nil && *spec.Folder != *vm.Parent {
		folder, ok := w.reg.Get(*spec.Folder).(*simulator.Folder)
		if !ok {
			return &types.ManagedObjectNotFound{Obj: *spec.Folder}
		}
		if fault := w.moveInto(folder, vm.Self); fault != nil {
			return fault
		}
	}
	if store != nil {
		if fault := w.moveFiles(vm, store); fault != nil {
			return fault
		}
	}
	if host.Self != *vm.Runtime.Host {
		w.moveHost(vm, host)
	}
	if spec.Pool != nil && (vm.ResourcePool == nil || *spec.Pool != *vm.ResourcePool) {
		w.movePool(vm, *spec.Pool)
	}
	return nil
}

func (w *world) relocationHost(
	vm *simulator.VirtualMachine, spec *types.VirtualMachineRelocateSpec,
) (*simulator.HostSystem, types.BaseMethodFault) {
	ref := *vm.Runtime.Host
	if spec.Host != nil {
		ref = *spec.Host
	}
	host, ok := w.reg.Get(ref).(*simulator.HostSystem)
	switch {
	case !ok:
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	case spec.Host != nil && !usable(host):
		return nil, new(types.InvalidState)
	}
	return host, nil
}

func (w *world) relocationStore(
	vm *simulator.VirtualMachine, spec *types.VirtualMachineRelocateSpec, host *simulator.HostSystem,
) (*simulator.Datastore, types.BaseMethodFault) {
	if spec.Datastore == nil || *spec.Datastore == vm.Datastore[0] {
		return nil, nil
	}
	store, ok := w.reg.Get(*spec.Datastore).(*simulator.Datastore)
	switch {
	case !ok:
		return nil, &types.ManagedObjectNotFound{Obj: *spec.Datastore}
	case !contains(host.Datastore, store.Self):
		return nil, &types.InvalidDatastore{Datastore: &store.Self, Name: store.Name}
	case store.Summary.MaintenanceMode != string(types.DatastoreSummaryMaintenanceModeStateNormal):
		return nil, new(types.InvalidState)
	}
	return store, nil
}

// moveFiles moves all of a VM's files; space is taken there before it is given back here. A linked clone becomes whole.
func (w *world) moveFiles(vm *simulator.VirtualMachine, store *simulator.Datastore) types.BaseMethodFault {
	before, old := w.sizes(vm), vm.Datastore
	size := w.fullSize(vm)
	if vm.Snapshot != nil {
		for _, ref := range below(vm.Snapshot.RootSnapshotList) {
			size += w.storage.delta(ref)
		}
	}
	if fault := w.takeSpace(store.Self, size-before[store.Self], vm.Name); fault != nil {
		return fault
	}
	if !contains(old, store.Self) {
		w.mutate(store, func() { store.Vm = append(store.Vm, vm.Self) }, "vm")
	}
	w.detachDisks(vm)
	w.mutate(vm, func() {
		vm.Datastore = []moref{store.Self}
		for _, disk := range disksOf(vm) {
			if file, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
				file.GetVirtualDeviceFileBackingInfo().Datastore = nil
			}
		}
		w.layOut(vm)
		vm.Config.ChangeVersion = changeVersion()
	}, append([]string{"datastore", "config.files", "config.changeVersion", "summary.config.vmPathName"}, storageProperties...)...)
	for _, ref := range without(old, store.Self) {
		from := w.reg.Get(ref).(*simulator.Datastore)
		w.mutate(from, func() { from.Vm = without(from.Vm, vm.Self) }, "vm")
		_ = w.takeSpace(ref, -before[ref], vm.Name)
	}
	return nil
}

func (w *world) moveHost(vm *simulator.VirtualMachine, host *simulator.HostSystem) {
	old := w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	ref := host.Self
	w.mutate(host, func() { host.Vm = append(host.Vm, vm.Self) }, "vm")
	w.mutate(vm, func() {
		vm.Runtime.Host = &ref
		vm.Summary.Runtime = vm.Runtime
	}, "runtime.host", "summary.runtime.host")
	w.mutate(old, func() { old.Vm = without(old.Vm, vm.Self) }, "vm")
	w.recount(old.Self)
	w.recount(host.Self)
}

func (w *world) movePool(vm *simulator.VirtualMachine, ref moref) {
	pool, ok := w.reg.Get(ref).(*simulator.ResourcePool)
	if !ok {
		return
	}
	old := vm.ResourcePool
	w.mutate(pool, func() { pool.Vm = append(pool.Vm, vm.Self) }, "vm")
	w.mutate(vm, func() { vm.ResourcePool = &ref }, "resourcePool")
	if old != nil {
		from := w.reg.Get(*old).(*simulator.ResourcePool)
		w.mutate(from, func() { from.Vm = without(from.Vm, vm.Self) }, "vm")
	}
}

func now() time.Time { return time.Now() }
