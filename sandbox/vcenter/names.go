package main

// Names of VMs: what is allowed, what is taken, and renaming.

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

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
