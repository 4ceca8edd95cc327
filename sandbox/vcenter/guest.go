package main

// What runs inside a VM, as far as a vCenter can see it: tools, address, shutdown and reboot.

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// shutdownTime is how long a guest takes to go down when asked, without a setting of its own.
const shutdownTime = 200 * time.Millisecond

var guestProperties = []string{
	"guest", "summary.guest", "guestHeartbeatStatus", "summary.quickStats.guestHeartbeatStatus", "config.tools",
}

// setTools installs tools or takes them away; running says whether they run now.
func setTools(vm *simulator.VirtualMachine, installed, running bool) {
	status, run := types.VirtualMachineToolsStatusToolsNotInstalled, types.VirtualMachineToolsRunningStatusGuestToolsNotRunning
	version, versionStatus := "0", types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled
	if installed {
		status = types.VirtualMachineToolsStatusToolsNotRunning
		version, versionStatus = toolsVersion, types.VirtualMachineToolsVersionStatusGuestToolsCurrent
	}
	if running {
		status, run = types.VirtualMachineToolsStatusToolsOk, types.VirtualMachineToolsRunningStatusGuestToolsRunning
	}
	vm.Guest.ToolsStatus, vm.Guest.ToolsRunningStatus = status, string(run)
	vm.Guest.ToolsVersion, vm.Guest.ToolsVersionStatus2 = version, string(versionStatus)
	vm.Guest.ToolsVersionStatus = vm.Guest.ToolsVersionStatus2
	vm.Summary.Guest.ToolsStatus, vm.Summary.Guest.ToolsRunningStatus = status, string(run)
	vm.Summary.Guest.ToolsVersionStatus2 = vm.Guest.ToolsVersionStatus2
}

func toolsInstalled(vm *simulator.VirtualMachine) bool {
	return vm.Guest.ToolsVersionStatus2 != string(types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled)
}

func toolsRunning(vm *simulator.VirtualMachine) bool {
	return vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
}

// guestUp is the guest after its boot.
func guestUp(vm *simulator.VirtualMachine, ip string) {
	setTools(vm, true, true)
	if ip == "" {
		ip = vm.Guest.IpAddress
	}
	if ip == "" {
		ip = addressFor(vm)
	}
	if vm.Guest.HostName == "" {
		vm.Guest.HostName = vm.Name
	}
	vm.Guest.IpAddress = ip
	vm.Guest.GuestState = string(types.VirtualMachineGuestStateRunning)
	vm.Guest.GuestId, vm.Guest.GuestFullName = vm.Config.GuestId, vm.Config.GuestFullName
	vm.Guest.GuestFamily = string(types.VirtualMachineGuestOsFamilyLinuxGuest)
	vm.Summary.Guest.IpAddress, vm.Summary.Guest.HostName = ip, vm.Guest.HostName
	vm.Guest.Net = []types.GuestNicInfo{{IpAddress: []string{ip}, Connected: true, DeviceConfigId: 4000, MacAddress: macFor(vm.Name, 4000)}}
	setHeartbeat(vm, types.ManagedEntityStatusGreen)
}

// guestDown is the guest of a VM that is off or booting.
func guestDown(vm *simulator.VirtualMachine) {
	setTools(vm, toolsInstalled(vm), false)
	vm.Guest.GuestState = string(types.VirtualMachineGuestStateNotRunning)
	vm.Guest.IpAddress, vm.Summary.Guest.IpAddress = "", ""
	vm.Guest.Net = nil
	setHeartbeat(vm, types.ManagedEntityStatusGray)
}

func setHeartbeat(vm *simulator.VirtualMachine, status types.ManagedEntityStatus) {
	vm.GuestHeartbeatStatus = status
	vm.Summary.QuickStats.GuestHeartbeatStatus = status
}

// bootGuest lets the tools come up when the guest has had its time to boot.
func (w *world) bootGuest(vm *simulator.VirtualMachine) {
	if !toolsInstalled(vm) {
		return
	}
	up := func() {
		w.effects.Lock()
		defer w.effects.Unlock()
		if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			w.mutate(vm, func() { guestUp(vm, "") }, guestProperties...)
		}
	}
	after(time.Duration(w.boot.Load()), up)
}

// guestFault is why the guest cannot be asked for anything, or nil.
func guestFault(vm *simulator.VirtualMachine) types.BaseMethodFault {
	if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		return &types.InvalidPowerState{
			RequestedState: types.VirtualMachinePowerStatePoweredOn, ExistingState: vm.Runtime.PowerState,
		}
	}
	if !toolsRunning(vm) {
		return new(types.ToolsUnavailable)
	}
	return nil
}

// ShutdownGuest asks the guest to go down; the VM is off a moment later.
func (h *vmHandler) ShutdownGuest(ctx *simulator.Context, _ *types.ShutdownGuest) soap.HasFault {
	body := new(methods.ShutdownGuestBody)
	if fault := h.ask(ctx, func(event types.VmEvent) types.BaseEvent { return &types.VmGuestShutdownEvent{VmEvent: event} }); fault != nil {
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	h.whenGuestHeard(ctx, h.w.guestTime("ShutdownGuest"), h.w.powerOff)
	body.Res = new(types.ShutdownGuestResponse)
	return body
}

// StandbyGuest asks the guest to sleep; the VM is suspended a moment later.
func (h *vmHandler) StandbyGuest(ctx *simulator.Context, _ *types.StandbyGuest) soap.HasFault {
	body := new(methods.StandbyGuestBody)
	if fault := h.ask(ctx, func(event types.VmEvent) types.BaseEvent { return &types.VmGuestStandbyEvent{VmEvent: event} }); fault != nil {
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	h.whenGuestHeard(ctx, h.w.guestTime("StandbyGuest"), h.w.suspend)
	body.Res = new(types.StandbyGuestResponse)
	return body
}

// RebootGuest asks the guest to start anew; the tools are away for the time of the boot.
func (h *vmHandler) RebootGuest(ctx *simulator.Context, _ *types.RebootGuest) soap.HasFault {
	body := new(methods.RebootGuestBody)
	if fault := h.ask(ctx, func(event types.VmEvent) types.BaseEvent { return &types.VmGuestRebootEvent{VmEvent: event} }); fault != nil {
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	h.whenGuestHeard(ctx, 0, func(_ *simulator.Context, vm *simulator.VirtualMachine) { h.w.restart(vm) })
	body.Res = new(types.RebootGuestResponse)
	return body
}

// ask says why the guest cannot be asked; when it can, the event log tells of it at once, long before the guest is down.
func (h *vmHandler) ask(ctx *simulator.Context, event func(types.VmEvent) types.BaseEvent) types.BaseMethodFault {
	if fault := guestFault(h.VirtualMachine); fault != nil {
		return fault
	}
	h.w.postVM(ctx, h.VirtualMachine, event)
	return nil
}

// whenGuestHeard acts after a while on a VM that still runs then.
func (h *vmHandler) whenGuestHeard(
	ctx *simulator.Context, wait time.Duration, act func(*simulator.Context, *simulator.VirtualMachine),
) {
	own := private(ctx)
	after(wait, func() {
		h.w.effects.Lock()
		defer h.w.effects.Unlock()
		if h.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			act(own, h.VirtualMachine)
		}
	})
}

// guestTime is how long a guest takes to do what it was asked for.
func (w *world) guestTime(method string) time.Duration {
	if set := w.tasks.duration(method); set > 0 {
		return set
	}
	return shutdownTime
}

// restart is a boot without a power-off. Hold effects.
func (w *world) restart(vm *simulator.VirtualMachine) {
	now := time.Now()
	w.mutate(vm, func() {
		guestDown(vm)
		vm.Runtime.BootTime, vm.Summary.Runtime.BootTime = &now, &now
	}, append([]string{"runtime.bootTime", "summary.runtime.bootTime"}, guestProperties...)...)
	w.bootGuest(vm)
}
