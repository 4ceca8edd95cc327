package main

// Alarms: declared as a vCenter declares them, raised and cleared by hand, told to every long poll.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// sustained is for how many seconds a vCenter wants a VM's figures over their thresholds.
const sustained = 300

// declared are alarms that every vCenter has, with their thresholds in hundredths of a percent, and one that people made.
var declared = []struct {
	system, name, description, kind string
	counter                         string // none is about a state
	yellow, red, seconds            int32
}{
	{"alarm.VmCPUUsageAlarm", "Virtual machine CPU usage", "Default alarm to monitor virtual machine CPU usage",
		"VirtualMachine", "cpu.usage.average", 7500, 9000, sustained},
	{"alarm.VmMemoryUsageAlarm", "Virtual machine memory usage", "Default alarm to monitor virtual machine memory usage",
		"VirtualMachine", "mem.usage.average", 7500, 9000, sustained},
	{"alarm.DatastoreDiskUsageAlarm", "Datastore usage on disk", "Default alarm to monitor datastore disk usage",
		"Datastore", spaceUsed, 7500, 8500, 0},
	{"alarm.HostConnectionStateAlarm", "Host connection and power state", "Default alarm to monitor host connection and power state",
		"HostSystem", "", 0, 0, 0},
	{"", "VM Storage Usage", "Custom alarm to monitor the storage that a virtual machine uses", "VirtualMachine", "", 0, 0, 0},
}

func declareAlarms(w *world) {
	perf := &perfHandler{w.reg.Get(*w.content().PerfManager).(*simulator.PerformanceManager), w}
	for i, each := range declared {
		var condition types.BaseAlarmExpression = &types.StateAlarmExpression{
			Operator: types.StateAlarmOperatorIsEqual, Type: each.kind, StatePath: "overallStatus", Red: "red",
		}
		if key, ok := perf.key(each.counter); ok {
			condition = &types.MetricAlarmExpression{
				Operator: types.MetricAlarmOperatorIsAbove, Type: each.kind, Metric: types.PerfMetricId{CounterId: key},
				Yellow: each.yellow, YellowInterval: each.seconds, Red: each.red, RedInterval: each.seconds,
			}
		}
		alarm := &simulator.Alarm{}
		alarm.Self = moref{Type: "Alarm", Value: fmt.Sprintf("alarm-%d", 1001+i)}
		alarm.Info = types.AlarmInfo{
			AlarmSpec: types.AlarmSpec{
				Name: each.name, SystemName: each.system, Description: each.description, Enabled: true,
				Expression: &types.OrAlarmExpression{Expression: []types.BaseAlarmExpression{condition}},
				Setting:    &types.AlarmSetting{},
			},
			Key: alarm.Self.Value, Alarm: alarm.Self, Entity: w.content().RootFolder, LastModifiedTime: time.Now(),
			LastModifiedUser: "VSPHERE.LOCAL\\Administrator",
		}
		w.reg.Put(alarm)
	}
}

// alarms lists every alarm there is.
func (w *world) alarms() []*simulator.Alarm {
	var list []*simulator.Alarm
	for _, obj := range w.reg.AllReference("Alarm") {
		list = append(list, obj.(*simulator.Alarm))
	}
	slices.SortFunc(list, func(a, b *simulator.Alarm) int { return strings.Compare(a.Self.Value, b.Self.Value) })
	return list
}

func label(alarm *simulator.Alarm) string {
	if alarm.Info.SystemName != "" {
		return alarm.Info.SystemName
	}
	return alarm.Info.Name
}

// findAlarm finds an alarm by its system name, its name or its id.
func (w *world) findAlarm(name string) (*simulator.Alarm, error) {
	var names []string
	for _, alarm := range w.alarms() {
		if name != "" && slices.Contains([]string{alarm.Info.SystemName, alarm.Info.Name, alarm.Self.Value}, name) {
			return alarm, nil
		}
		names = append(names, label(alarm))
	}
	return nil, &badInput{fmt.Sprintf("no alarm is called %q", name), "use one of " + strings.Join(names, ", ")}
}

func alarmKey(alarm, entity moref) string { return alarm.Value + "." + entity.Value }

// setAlarm raises, changes or (with green) clears an alarm on an entity and on everything above it, as of a time.
// Hold effects. It says whether anything changed.
func (w *world) setAlarm(alarm *simulator.Alarm, entity mo.Entity, status types.ManagedEntityStatus, at time.Time) bool {
	ref := entity.Reference()
	key := alarmKey(alarm.Self, ref)
	before := statusOf(entity, key)
	if before == status {
		return false
	}
	event := &types.AlarmStatusChangedEvent{
		AlarmEvent: w.alarmEvent(alarm, entity), Source: w.about(alarm.Info.Entity), Entity: w.about(ref),
		From: string(before), To: string(status),
	}
	event.CreatedTime = at
	w.updateStates(entity, types.AlarmState{
		Key: key, Entity: ref, Alarm: alarm.Self, OverallStatus: status, Time: at,
		Acknowledged: types.NewBool(false), EventKey: w.post(private(w.ctx), event),
	})
	return true
}

// updateStates puts a state in place of the one with its key, on its entity and on everything above.
func (w *world) updateStates(entity mo.Entity, state types.AlarmState) {
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

func stateOf(entity mo.Entity, key string) (types.AlarmState, bool) {
	for _, state := range entity.Entity().TriggeredAlarmState {
		if state.Key == key {
			return state, true
		}
	}
	return types.AlarmState{}, false
}

func statusOf(entity mo.Entity, key string) types.ManagedEntityStatus {
	if state, ok := stateOf(entity, key); ok {
		return state.OverallStatus
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

// alarmEvent is what every event about an alarm says.
func (w *world) alarmEvent(alarm *simulator.Alarm, entity any) types.AlarmEvent {
	return types.AlarmEvent{Event: w.eventAbout(entity), Alarm: types.AlarmEventArgument{
		EntityEventArgument: argument(alarm.Info.Name), Alarm: alarm.Self,
	}}
}

func (w *world) about(ref moref) types.ManagedEntityEventArgument {
	return types.ManagedEntityEventArgument{EntityEventArgument: argument(w.nameOfRef(ref)), Entity: ref}
}

// clearAlarms ends all alarms of an entity that goes away.
func (w *world) clearAlarms(entity mo.Entity) {
	for _, state := range entity.Entity().TriggeredAlarmState {
		if alarm, ok := w.reg.Get(state.Alarm).(*simulator.Alarm); ok && state.Entity == entity.Reference() {
			w.setAlarm(alarm, entity, types.ManagedEntityStatusGreen, time.Now())
		}
	}
	w.watch.forget(entity.Reference())
}
