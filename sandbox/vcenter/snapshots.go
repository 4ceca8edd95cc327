package main

// Snapshots: create, revert, remove. Reverting brings back processors, memory and power, as a vCenter does.

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type tree = types.VirtualMachineSnapshotTree

// CreateSnapshotTask takes a snapshot.
func (h *vmHandler) CreateSnapshotTask(ctx *simulator.Context, req *types.CreateSnapshot_Task) soap.HasFault {
	ref := h.start(ctx, "CreateSnapshot_Task", "createSnapshot", func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return h.w.takeSnapshot(h.VirtualMachine, req.Name, req.Description, req.Memory, time.Now()), nil
	})
	return &methods.CreateSnapshot_TaskBody{Res: &types.CreateSnapshot_TaskResponse{Returnval: ref}}
}

// takeSnapshot adds a snapshot below the current one. Hold effects.
func (w *world) takeSnapshot(
	vm *simulator.VirtualMachine, name, description string, memory bool, at time.Time,
) moref {
	snapshot := &simulator.VirtualMachineSnapshot{}
	snapshot.Self = w.newRef("VirtualMachineSnapshot", "snapshot")
	snapshot.Vm = vm.Self
	snapshot.Config = *copyDevices(vm.Config)
	w.reg.Put(snapshot)
	state := types.VirtualMachinePowerStatePoweredOff
	if memory {
		state = vm.Runtime.PowerState
	}
	node := tree{
		Snapshot: snapshot.Self, Vm: vm.Self, Name: name, Description: description, CreateTime: at, State: state,
		Id: int32(w.lastID.Load() - firstID), ReplaySupported: types.NewBool(false),
	}
	w.mutate(vm, func() {
		info := types.VirtualMachineSnapshotInfo{}
		if vm.Snapshot != nil {
			info = *vm.Snapshot
		}
		info.RootSnapshotList = insertNode(info.RootSnapshotList, info.CurrentSnapshot, node)
		info.CurrentSnapshot = &snapshot.Self
		setSnapshots(vm, info)
		w.layOut(vm)
	}, append([]string{"snapshot", "rootSnapshot", "config.changeVersion"}, storageProperties...)...)
	return snapshot.Self
}

func setSnapshots(vm *simulator.VirtualMachine, info types.VirtualMachineSnapshotInfo) {
	vm.RootSnapshot = nil
	for _, root := range info.RootSnapshotList {
		vm.RootSnapshot = append(vm.RootSnapshot, root.Snapshot)
	}
	vm.Snapshot = &info
	if len(info.RootSnapshotList) == 0 {
		vm.Snapshot = nil
	}
	vm.Config.ChangeVersion = changeVersion()
}

// insertNode returns a new tree with the node below its parent, or as a root.
func insertNode(nodes []tree, parent *moref, added tree) []tree {
	if parent == nil {
		return append(nodes[:len(nodes):len(nodes)], added)
	}
	grown := append([]tree(nil), nodes...)
	for i := range grown {
		if grown[i].Snapshot == *parent {
			children := grown[i].ChildSnapshotList
			grown[i].ChildSnapshotList = append(children[:len(children):len(children)], added)
			return grown
		}
		grown[i].ChildSnapshotList = insertBelow(grown[i].ChildSnapshotList, *parent, added)
	}
	return grown
}

func insertBelow(nodes []tree, parent moref, added tree) []tree {
	if len(nodes) == 0 {
		return nodes
	}
	return insertNode(nodes, &parent, added)
}

// removeNode returns the tree without a node; its children move up unless they go as well.
func removeNode(nodes []tree, gone moref, children bool, removed *[]moref) []tree {
	var kept []tree
	for _, node := range nodes {
		if node.Snapshot != gone {
			node.ChildSnapshotList = removeNode(node.ChildSnapshotList, gone, children, removed)
			kept = append(kept, node)
			continue
		}
		*removed = append(*removed, node.Snapshot)
		if children {
			*removed = append(*removed, below(node.ChildSnapshotList)...)
		} else {
			kept = append(kept, node.ChildSnapshotList...)
		}
	}
	return kept
}

func below(nodes []tree) []moref {
	var refs []moref
	for _, node := range nodes {
		refs = append(append(refs, node.Snapshot), below(node.ChildSnapshotList)...)
	}
	return refs
}

func parentOf(nodes []tree, ref moref, parent *moref) (*moref, bool) {
	for i := range nodes {
		if nodes[i].Snapshot == ref {
			return parent, true
		}
		if found, ok := parentOf(nodes[i].ChildSnapshotList, ref, &nodes[i].Snapshot); ok {
			return found, true
		}
	}
	return nil, false
}

func nodeOf(nodes []tree, ref moref) *tree {
	for i := range nodes {
		if nodes[i].Snapshot == ref {
			return &nodes[i]
		}
		if found := nodeOf(nodes[i].ChildSnapshotList, ref); found != nil {
			return found
		}
	}
	return nil
}

// snapshotHandler answers calls on a snapshot.
type snapshotHandler struct {
	*simulator.VirtualMachineSnapshot
	w *world
}

func (h *snapshotHandler) start(ctx *simulator.Context, method, id string, run func(*simulator.VirtualMachine) types.BaseMethodFault) moref {
	vm := h.w.reg.Get(h.Vm).(*simulator.VirtualMachine)
	return h.w.tasks.start(ctx, job{
		method: method, id: "vm.Snapshot." + id, entity: vm,
		run: func(*simulator.Context) (types.AnyType, types.BaseMethodFault) { return nil, run(vm) },
	})
}

// RemoveSnapshotTask removes a snapshot and keeps the VM as it is.
func (h *snapshotHandler) RemoveSnapshotTask(ctx *simulator.Context, req *types.RemoveSnapshot_Task) soap.HasFault {
	ref := h.start(ctx, "RemoveSnapshot_Task", "remove", func(vm *simulator.VirtualMachine) types.BaseMethodFault {
		return h.w.removeSnapshot(vm, h.Self, req.RemoveChildren)
	})
	return &methods.RemoveSnapshot_TaskBody{Res: &types.RemoveSnapshot_TaskResponse{Returnval: ref}}
}

func (w *world) removeSnapshot(vm *simulator.VirtualMachine, ref moref, children bool) types.BaseMethodFault {
	if vm.Snapshot == nil || nodeOf(vm.Snapshot.RootSnapshotList, ref) == nil {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	var removed []moref
	w.mutate(vm, func() {
		info := *vm.Snapshot
		parent, _ := parentOf(info.RootSnapshotList, ref, nil)
		info.RootSnapshotList = removeNode(info.RootSnapshotList, ref, children, &removed)
		if info.CurrentSnapshot != nil && contains(removed, *info.CurrentSnapshot) {
			info.CurrentSnapshot = parent
		}
		setSnapshots(vm, info)
		w.layOut(vm)
	}, append([]string{"snapshot", "rootSnapshot", "config.changeVersion"}, storageProperties...)...)
	for _, each := range removed {
		_ = w.takeSpace(vm.Datastore[0], -w.storage.delta(each), vm.Name)
		w.storage.setDelta(each, 0)
		w.reg.Remove(private(w.ctx), each)
	}
	return nil
}

// RemoveAllSnapshotsTask removes every snapshot of a VM.
func (h *vmHandler) RemoveAllSnapshotsTask(ctx *simulator.Context, _ *types.RemoveAllSnapshots_Task) soap.HasFault {
	ref := h.start(ctx, "RemoveAllSnapshots_Task", "removeAllSnapshots",
		func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
			for _, root := range h.RootSnapshot {
				if fault := h.w.removeSnapshot(h.VirtualMachine, root, true); fault != nil {
					return nil, fault
				}
			}
			return nil, nil
		})
	return &methods.RemoveAllSnapshots_TaskBody{Res: &types.RemoveAllSnapshots_TaskResponse{Returnval: ref}}
}

// RevertToSnapshotTask brings a VM back to a snapshot.
func (h *snapshotHandler) RevertToSnapshotTask(ctx *simulator.Context, _ *types.RevertToSnapshot_Task) soap.HasFault {
	ref := h.start(ctx, "RevertToSnapshot_Task", "revert", func(vm *simulator.VirtualMachine) types.BaseMethodFault {
		return h.w.revert(vm, h.VirtualMachineSnapshot)
	})
	return &methods.RevertToSnapshot_TaskBody{Res: &types.RevertToSnapshot_TaskResponse{Returnval: ref}}
}

// RevertToCurrentSnapshotTask brings a VM back to its latest snapshot.
func (h *vmHandler) RevertToCurrentSnapshotTask(ctx *simulator.Context, _ *types.RevertToCurrentSnapshot_Task) soap.HasFault {
	ref := h.start(ctx, "RevertToCurrentSnapshot_Task", "revertToCurrentSnapshot",
		func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
			if h.Snapshot == nil || h.Snapshot.CurrentSnapshot == nil {
				return nil, new(types.NotFound)
			}
			return nil, h.w.revert(h.VirtualMachine, h.w.reg.Get(*h.Snapshot.CurrentSnapshot).(*simulator.VirtualMachineSnapshot))
		})
	return &methods.RevertToCurrentSnapshot_TaskBody{
		Res: &types.RevertToCurrentSnapshot_TaskResponse{Returnval: ref},
	}
}

func (w *world) revert(vm *simulator.VirtualMachine, snapshot *simulator.VirtualMachineSnapshot) types.BaseMethodFault {
	if vm.Snapshot == nil {
		return &types.ManagedObjectNotFound{Obj: snapshot.Self}
	}
	node := nodeOf(vm.Snapshot.RootSnapshotList, snapshot.Self)
	if node == nil {
		return &types.ManagedObjectNotFound{Obj: snapshot.Self}
	}
	w.mutate(vm, func() {
		then := &snapshot.Config.Hardware
		applyHardware(vm, &types.VirtualMachineConfigSpec{
			NumCPUs: then.NumCPU, NumCoresPerSocket: then.NumCoresPerSocket, MemoryMB: int64(then.MemoryMB),
		})
		info := *vm.Snapshot
		info.CurrentSnapshot = &snapshot.Self
		setSnapshots(vm, info)
		w.layOut(vm)
	}, append(append([]string{"snapshot", "config.changeVersion"}, hardwareProperties...), storageProperties...)...)
	on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
	switch {
	case on && node.State == types.VirtualMachinePowerStatePoweredOff:
		w.powerOff(private(w.ctx), vm)
	case !on && node.State == types.VirtualMachinePowerStatePoweredOn:
		return w.powerOn(private(w.ctx), vm)
	}
	return nil
}
