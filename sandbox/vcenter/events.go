package main

// The event log: what happened to what, by whom, as a vCenter tells it afterwards.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// newMessages are the texts of events that the simulator knows no text for.
var newMessages = []types.EventDescriptionEventDetail{
	{Key: "VmGuestStandbyEvent", Description: "Guest standby", Category: "info",
		FullFormat: "Guest OS standby for {{.Vm.Name}} on {{.Host.Name}} in {{.Datacenter.Name}}"},
	{Key: "VmRenamedEvent", Description: "VM renamed", Category: "info",
		FullFormat: "Renamed {{.Vm.Name}} from {{.OldName}} to {{.NewName}} in {{.Datacenter.Name}}"},
	{Key: "AlarmStatusChangedEvent", Description: "Alarm status changed", Category: "info",
		FullFormat: "Alarm '{{.Alarm.Name}}' on {{.Entity.Name}} changed from {{.From}} to {{.To}}"},
}

func (w *world) describeEvents() {
	manager := w.reg.EventManager()
	// The list belongs to govmomi's package, which every world of this process shares.
	known := manager.Description.EventInfo
	manager.Description.EventInfo = append(known[:len(known):len(known)], newMessages...)
}

// post writes an event in the name of the context's user.
func (w *world) post(ctx *simulator.Context, event types.BaseEvent) {
	manager := w.reg.EventManager()
	w.reg.WithLock(ctx, manager, func() { manager.PostEvent(ctx, &types.PostEvent{EventToPost: event}) })
}

// postVM posts an event about a VM.
func (w *world) postVM(ctx *simulator.Context, vm *simulator.VirtualMachine, make func(types.VmEvent) types.BaseEvent) {
	w.post(ctx, make(w.vmEvent(vm)))
}

func (w *world) vmEvent(vm *simulator.VirtualMachine) types.VmEvent {
	event := types.VmEvent{Event: types.Event{
		Vm: &types.VmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: vm.Name}, Vm: vm.Self},
		Datacenter: &types.DatacenterEventArgument{
			EntityEventArgument: types.EntityEventArgument{Name: nameOf(w.reg, w.reg.Get(w.infra.datacenter))}, Datacenter: w.infra.datacenter,
		},
	}}
	host, ok := w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	if !ok {
		return event
	}
	event.Host = &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: host.Name}, Host: host.Self}
	event.ComputeResource = &types.ComputeResourceEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: nameOf(w.reg, w.reg.Get(*host.Parent))}, ComputeResource: *host.Parent,
	}
	return event
}
