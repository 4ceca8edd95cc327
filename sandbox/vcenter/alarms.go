package main

// Alarms: declared as a vCenter declares them, raised and cleared by hand, told to every long poll.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var declared = []struct{ system, name, description, kind string }{
	{"alarm.VmCPUUsageAlarm", "Virtual machine CPU usage", "Default alarm to monitor virtual machine CPU usage", "VirtualMachine"},
	{"alarm.VmMemoryUsageAlarm", "Virtual machine memory usage", "Default alarm to monitor virtual machine memory usage", "VirtualMachine"},
	{"alarm.DatastoreDiskUsageAlarm", "Datastore usage on disk", "Default alarm to monitor datastore disk usage", "Datastore"},
	{"alarm.HostConnectionStateAlarm", "Host connection and power state", "Default alarm to monitor host connection and power state", "HostSystem"},
	{"", "VM Storage Usage", "Custom alarm to monitor the storage that a virtual machine uses", "VirtualMachine"},
}

func declareAlarms(w *world) {
	manager := w.reg.AlarmManager()
	for i, each := range declared {
		alarm := &simulator.Alarm{}
		alarm.Self = moref{Type: "Alarm", Value: fmt.Sprintf("alarm-%d", 1001+i)}
		alarm.Info = types.AlarmInfo{
			AlarmSpec: types.AlarmSpec{
				Name: each.name, SystemName: each.system, Description: each.description, Enabled: true,
				Expression: &types.OrAlarmExpression{Expression: []types.BaseAlarmExpression{
					&types.StateAlarmExpression{
						Operator: types.StateAlarmOperatorIsEqual, Type: each.kind, StatePath: "overallStatus", Red: "red",
					},
				}},
				Setting: &types.AlarmSetting{},
			},
			Key: "", Alarm: alarm.Self, Entity: w.content().RootFolder, LastModifiedTime: time.Now(),
			LastModifiedUser: "VSPHERE.LOCAL\\Administrator",
		}
		w.reg.Put(alarm)
		manager.GetAlarmResponse.Returnval = append(manager.GetAlarmResponse.Returnval, alarm.Self)
	}
}

// findAlarm finds an alarm by its system name, or by its name.
func (w *world) findAlarm(name string) (*simulator.Alarm, error) {
	for _, obj := range w.reg.AllReference("Alarm") {
		alarm := obj.(*simulator.Alarm)
		if name != "" && (alarm.Info.SystemName == name || alarm.Info.Name == name) {
			return alarm, nil
		}
	}
	return nil, &badInput{fmt.Sprintf("no alarm is called %q", name), "use alarm.VmCPUUsageAlarm, alarm.VmMemoryUsageAlarm, " +
		"alarm.DatastoreDiskUsageAlarm, alarm.HostConnectionStateAlarm or VM Storage Usage"}
}

// setAlarm raises, changes or (with green) clears an alarm on an entity and on everything above it.
// Hold effects. It says whether anything changed.
func (w *world) setAlarm(alarm *simulator.Alarm, entity mo.Entity, status types.ManagedEntityStatus) bool {
	ref := entity.Reference()
	key := fmt.Sprintf("%s.%s", alarm.Self.Value, ref.Value)
	before := statusOf(entity, key)
	if before == status {
		return false
	}
	state := types.AlarmState{
		Key: key, Entity: ref, Alarm: alarm.Self, OverallStatus: status, Time: time.Now(),
		Acknowledged: types.NewBool(false), EventKey: int32(w.lastID.Add(1)),
	}
	for at := entity; at != nil; at = w.parent(at) {
		w.mutate(at, func() {
			e := at.Entity()
			e.TriggeredAlarmState = withState(e.TriggeredAlarmState, state)
			e.OverallStatus = worst(e.TriggeredAlarmState)
			if vm, ok := at.(*simulator.VirtualMachine); ok {
				vm.Summary.OverallStatus = e.OverallStatus
			}
		}, "triggeredAlarmState", "overallStatus", "summary.overallStatus")
	}
	w.postAlarm(alarm, entity, before, status)
	return true
}

func (w *world) parent(entity mo.Entity) mo.Entity {
	up := entity.Entity().Parent
	if up == nil {
		return nil
	}
	parent, ok := w.reg.Get(*up).(mo.Entity)
	if !ok {
		return nil
	}
	return parent
}

func statusOf(entity mo.Entity, key string) types.ManagedEntityStatus {
	for _, state := range entity.Entity().TriggeredAlarmState {
		if state.Key == key {
			return state.OverallStatus
		}
	}
	return types.ManagedEntityStatusGreen
}

func withState(states []types.AlarmState, state types.AlarmState) []types.AlarmState {
	var kept []types.AlarmState
	for _, old := range states {
		if old.Key != state.Key {
			kept = append(kept, old)
		}
	}
	if state.OverallStatus != types.ManagedEntityStatusGreen {
		kept = append(kept, state)
	}
	return kept
}

func worst(states []types.AlarmState) types.ManagedEntityStatus {
	status := types.ManagedEntityStatusGreen
	for _, state := range states {
		if state.OverallStatus == types.ManagedEntityStatusRed {
			return types.ManagedEntityStatusRed
		}
		status = types.ManagedEntityStatusYellow
	}
	return status
}

func (w *world) postAlarm(alarm *simulator.Alarm, entity mo.Entity, from, to types.ManagedEntityStatus) {
	event := &types.AlarmStatusChangedEvent{From: string(from), To: string(to)}
	event.Alarm = types.AlarmEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: alarm.Info.Name}, Alarm: alarm.Self,
	}
	event.Source = types.ManagedEntityEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: w.content().RootFolder.Value}, Entity: w.content().RootFolder,
	}
	event.Entity = types.ManagedEntityEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: entity.Entity().Name}, Entity: entity.Reference(),
	}
	if vm, ok := entity.(*simulator.VirtualMachine); ok {
		event.Vm = &types.VmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: vm.Name}, Vm: vm.Self}
	}
	w.post(private(w.ctx), event)
}

// clearAlarms ends all alarms of an entity that goes away.
func (w *world) clearAlarms(entity mo.Entity) {
	for _, state := range entity.Entity().TriggeredAlarmState {
		if alarm, ok := w.reg.Get(state.Alarm).(*simulator.Alarm); ok && state.Entity == entity.Reference() {
			w.setAlarm(alarm, entity, types.ManagedEntityStatusGreen)
		}
	}
}
