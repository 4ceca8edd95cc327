package main

// Power: on, off, reset, and the hosts' figures that follow.

import (
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// vmHandler answers calls on a VM; what it does not define is the simulator's.
type vmHandler struct {
	*simulator.VirtualMachine
	w *world
}

func (h *vmHandler) start(ctx *simulator.Context, method, id string, run effect) moref {
	return h.w.tasks.start(ctx, job{method: method, id: "VirtualMachine." + id, entity: h.VirtualMachine, run: run})
}

var powerProperties = append([]string{
	"runtime.powerState", "runtime.bootTime", "summary.runtime.powerState", "summary.runtime.bootTime",
	"config.hotPlugMemoryLimit", "config.hotPlugMemoryIncrementSize",
}, guestProperties...)

// powerUp marks a VM as running since a time.
func powerUp(vm *simulator.VirtualMachine, since time.Time) {
	vm.Runtime.PowerState = types.VirtualMachinePowerStatePoweredOn
	vm.Runtime.BootTime = &since
	vm.Summary.Runtime = vm.Runtime
	vm.GuestHeartbeatStatus = types.ManagedEntityStatusGray
	setHotMemory(vm, vm.Config.Hardware.MemoryMB)
}

const (
	hotMemoryFactor   = 16   // times the memory at boot
	smallLinuxMiB     = 3072 // what Linux that booted with less can't be grown beyond
	hotMemoryStepsMiB = 128
)

// setHotMemory notes how far a VM's memory can grow while it runs, by what it had at boot.
func setHotMemory(vm *simulator.VirtualMachine, atBoot int32) {
	vm.Config.HotPlugMemoryLimit, vm.Config.HotPlugMemoryIncrementSize = 0, 0
	if !isTrue(vm.Config.MemoryHotAddEnabled) {
		return
	}
	vm.Config.HotPlugMemoryIncrementSize = hotMemoryStepsMiB
	vm.Config.HotPlugMemoryLimit = hotMemoryFactor * int64(atBoot)
	if atBoot < smallLinuxMiB && !strings.HasPrefix(vm.Config.GuestId, "win") {
		vm.Config.HotPlugMemoryLimit = smallLinuxMiB
	}
}

func badPower(vm *simulator.VirtualMachine, wanted types.VirtualMachinePowerState) types.BaseMethodFault {
	return &types.InvalidPowerState{RequestedState: wanted, ExistingState: vm.Runtime.PowerState}
}

// PowerOnVMTask switches a VM on.
func (h *vmHandler) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	ref := h.start(ctx, "PowerOnVM_Task", "powerOn", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return nil, h.w.powerOn(ctx, h.VirtualMachine)
	})
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: ref}}
}

// powerOn switches on, or says why not. Hold effects.
func (w *world) powerOn(ctx *simulator.Context, vm *simulator.VirtualMachine) types.BaseMethodFault {
	host := w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	switch {
	case vm.Config.Template:
		return new(types.NotSupported)
	case vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn:
		return badPower(vm, types.VirtualMachinePowerStatePoweredOn)
	case host.Runtime.InMaintenanceMode || host.Runtime.ConnectionState != types.HostSystemConnectionStateConnected:
		return new(types.InvalidState)
	}
	w.mutate(vm, func() { powerUp(vm, time.Now()) }, powerProperties...)
	w.bootGuest(vm)
	w.recount(*vm.Runtime.Host)
	w.watch.look(vm)
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmPoweredOnEvent{VmEvent: event} })
	return nil
}

// PowerOffVMTask cuts a VM's power.
func (h *vmHandler) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	ref := h.start(ctx, "PowerOffVM_Task", "powerOff", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if h.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return nil, badPower(h.VirtualMachine, types.VirtualMachinePowerStatePoweredOff)
		}
		h.w.powerOff(ctx, h.VirtualMachine)
		return nil, nil
	})
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{Returnval: ref}}
}

// powerOff switches off. Hold effects.
func (w *world) powerOff(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	w.halt(vm, types.VirtualMachinePowerStatePoweredOff)
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmPoweredOffEvent{VmEvent: event} })
}

// suspend lets a VM sleep. Hold effects.
func (w *world) suspend(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	w.halt(vm, types.VirtualMachinePowerStateSuspended)
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmSuspendedEvent{VmEvent: event} })
}

// halt ends a VM's running. Hold effects.
func (w *world) halt(vm *simulator.VirtualMachine, state types.VirtualMachinePowerState) {
	w.mutate(vm, func() {
		vm.Runtime.PowerState = state
		vm.Runtime.BootTime = nil
		vm.Summary.Runtime = vm.Runtime
		vm.Config.HotPlugMemoryLimit, vm.Config.HotPlugMemoryIncrementSize = 0, 0
		guestDown(vm)
	}, powerProperties...)
	w.recount(*vm.Runtime.Host)
	w.watch.look(vm)
}

// SuspendVMTask lets a VM sleep.
func (h *vmHandler) SuspendVMTask(ctx *simulator.Context, _ *types.SuspendVM_Task) soap.HasFault {
	ref := h.start(ctx, "SuspendVM_Task", "suspend", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if h.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return nil, badPower(h.VirtualMachine, types.VirtualMachinePowerStateSuspended)
		}
		h.w.suspend(ctx, h.VirtualMachine)
		return nil, nil
	})
	return &methods.SuspendVM_TaskBody{Res: &types.SuspendVM_TaskResponse{Returnval: ref}}
}

// ResetVMTask presses a VM's reset button.
func (h *vmHandler) ResetVMTask(ctx *simulator.Context, _ *types.ResetVM_Task) soap.HasFault {
	ref := h.start(ctx, "ResetVM_Task", "reset", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if h.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return nil, badPower(h.VirtualMachine, types.VirtualMachinePowerStatePoweredOn)
		}
		h.w.restart(h.VirtualMachine)
		h.w.postVM(ctx, h.VirtualMachine, func(event types.VmEvent) types.BaseEvent {
			return &types.VmResettingEvent{VmEvent: event}
		})
		return nil, nil
	})
	return &methods.ResetVM_TaskBody{Res: &types.ResetVM_TaskResponse{Returnval: ref}}
}

// hostHandler answers calls on a host.
type hostHandler struct {
	*simulator.HostSystem
	w *world
}

// EnterMaintenanceModeTask takes a host out of service; its VMs stay where they are.
func (h *hostHandler) EnterMaintenanceModeTask(ctx *simulator.Context, _ *types.EnterMaintenanceMode_Task) soap.HasFault {
	ref := h.maintenance(ctx, "EnterMaintenanceMode_Task", "enterMaintenanceMode", true)
	return &methods.EnterMaintenanceMode_TaskBody{Res: &types.EnterMaintenanceMode_TaskResponse{Returnval: ref}}
}

// ExitMaintenanceModeTask takes a host back into service.
func (h *hostHandler) ExitMaintenanceModeTask(ctx *simulator.Context, _ *types.ExitMaintenanceMode_Task) soap.HasFault {
	ref := h.maintenance(ctx, "ExitMaintenanceMode_Task", "exitMaintenanceMode", false)
	return &methods.ExitMaintenanceMode_TaskBody{Res: &types.ExitMaintenanceMode_TaskResponse{Returnval: ref}}
}

func (h *hostHandler) maintenance(ctx *simulator.Context, method, id string, on bool) moref {
	return h.w.tasks.start(ctx, job{
		method: method, id: "HostSystem." + id, entity: h.HostSystem,
		run: func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
			h.w.setMaintenance(h.HostSystem, on)
			return nil, nil
		},
	})
}

// setMaintenance flips a host's maintenance mode. Hold effects.
func (w *world) setMaintenance(host *simulator.HostSystem, on bool) {
	w.mutate(host, func() { host.Runtime.InMaintenanceMode = on }, "runtime", "summary.runtime")
	w.recountCluster(host)
}

// setConnection connects a host or loses it; nothing is known then of the VMs on it. Hold effects.
func (w *world) setConnection(host *simulator.HostSystem, state types.HostSystemConnectionState) {
	w.mutate(host, func() { host.Runtime.ConnectionState = state }, "runtime", "summary.runtime")
	seen := types.VirtualMachineConnectionStateConnected
	if state != types.HostSystemConnectionStateConnected {
		seen = types.VirtualMachineConnectionStateDisconnected
	}
	for _, ref := range host.Vm {
		if vm, ok := w.reg.Get(ref).(*simulator.VirtualMachine); ok {
			w.mutate(vm, func() {
				vm.Runtime.ConnectionState = seen
				vm.Summary.Runtime.ConnectionState = seen
			}, "runtime.connectionState", "summary.runtime.connectionState")
		}
	}
	w.recountCluster(host)
}
