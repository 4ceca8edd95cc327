package main

// Which object answers a call: the simulator's own, or one of ours in front of it.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// handle is the registry's hook before every call.
func (w *world) handle(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if ctx.Session == nil {
		return nil, nil
	}
	w.sessions.Store(ctx.Session.Key, true)
	if method.Name == "Logout" {
		w.sessions.Delete(ctx.Session.Key)
		w.feed.endSession(ctx.Session.Key, &types.RequestCanceled{})
		w.events.endSession(ctx.Session.Key)
	}
	obj := w.reg.Get(method.This)
	if rule := w.rules.take(atCall, method.Name, method.This, w.targetName(method, obj)); rule != nil {
		return nil, rule.fault(method.This)
	}
	front := w.front(obj)
	if front != nil {
		// The simulator prefers what the session finds under this reference over what a hook returns; so hide it.
		method.This = moref{Type: "IaasFront", Value: method.This.Value}
	}
	return front, nil
}

func (w *world) front(obj mo.Reference) mo.Reference {
	switch typed := obj.(type) {
	case *simulator.VirtualMachine:
		return &vmHandler{typed, w}
	case *simulator.VirtualMachineSnapshot:
		return &snapshotHandler{typed, w}
	case *simulator.Folder:
		return &folderHandler{typed, w}
	case *simulator.Task:
		return &taskHandler{typed, w}
	case *simulator.HostSystem:
		return &hostHandler{typed, w}
	case *simulator.CustomFieldsManager:
		return &fieldsHandler{typed, w}
	case *simulator.EventManager:
		return &eventsHandler{typed, w}
	case *simulator.AlarmManager:
		return &alarmsHandler{typed, w}
	case *simulator.Alarm:
		return &alarmHandler{typed, w}
	case *simulator.PerformanceManager:
		return &perfHandler{typed, w}
	}
	return nil
}

// targetName is the name that a fault rule's entity is compared with: that of the object which changes, or for a
// creation the new one's.
func (w *world) targetName(method *simulator.Method, obj mo.Reference) string {
	switch req := method.Body.(type) {
	case *types.CreateVM_Task:
		return req.Config.Name
	case *types.SetField:
		obj = w.reg.Get(req.Entity)
	case *types.CreateAlarm:
		return req.Spec.GetAlarmSpec().Name
	case *types.AcknowledgeAlarm:
		obj = w.reg.Get(req.Entity)
	case *types.MoveIntoFolder_Task:
		if len(req.List) > 0 {
			obj = w.reg.Get(req.List[0])
		}
	}
	return w.currentName(obj)
}

// currentName is nameOf for a caller that holds no lock and may meet a rename. Never call it with a lock held.
func (w *world) currentName(obj mo.Reference) string {
	if obj == nil {
		return ""
	}
	if snapshot, ok := obj.(*simulator.VirtualMachineSnapshot); ok {
		return w.currentName(w.reg.Get(snapshot.Vm))
	}
	name := ""
	w.reg.WithLock(private(w.ctx), obj.Reference(), func() { name = nameOf(w.reg, obj) })
	return name
}

// nameOf is an object's display name, or "" for objects without one.
func nameOf(reg *simulator.Registry, obj mo.Reference) string {
	switch typed := obj.(type) {
	case *simulator.VirtualMachineSnapshot:
		return nameOf(reg, reg.Get(typed.Vm))
	case mo.Entity:
		return typed.Entity().Name
	}
	return ""
}
