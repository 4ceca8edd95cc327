package main

// What clients do with alarms over SOAP: create, change and remove them, acknowledge and clear what they raised.

import (
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// alarmsHandler answers calls on the AlarmManager.
type alarmsHandler struct {
	*simulator.AlarmManager
	w *world
}

// Lock is none: these calls take effects, which comes before any object's lock.
func (*alarmsHandler) Lock() {}

// Unlock is none.
func (*alarmsHandler) Unlock() {}

// alarmHandler answers calls on an Alarm.
type alarmHandler struct {
	*simulator.Alarm
	w *world
}

// Lock is none: these calls take effects, which comes before any object's lock.
func (*alarmHandler) Lock() {}

// Unlock is none.
func (*alarmHandler) Unlock() {}

// GetAlarm lists the alarms defined on an entity, or all there are.
func (h *alarmsHandler) GetAlarm(_ *simulator.Context, req *types.GetAlarm) soap.HasFault {
	body := &methods.GetAlarmBody{Res: new(types.GetAlarmResponse)}
	for _, alarm := range h.w.alarms() {
		if req.Entity == nil || alarm.Info.Entity == *req.Entity {
			body.Res.Returnval = append(body.Res.Returnval, alarm.Self)
		}
	}
	return body
}

// GetAlarmState tells how each alarm that watches an entity stands.
func (h *alarmsHandler) GetAlarmState(_ *simulator.Context, req *types.GetAlarmState) soap.HasFault {
	body := new(methods.GetAlarmStateBody)
	entity, ok := h.w.reg.Get(req.Entity).(mo.Entity)
	if !ok {
		body.Fault_ = notFound(&types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	body.Res = new(types.GetAlarmStateResponse)
	for _, alarm := range h.w.alarms() {
		if !watches(alarm, req.Entity.Type) || (alarm.Info.Entity != req.Entity && !h.w.isBelow(req.Entity, alarm.Info.Entity)) {
			continue
		}
		key := alarmKey(alarm.Self, req.Entity)
		state, triggered := stateOf(entity, key)
		if !triggered {
			state = types.AlarmState{
				Key: key, Entity: req.Entity, Alarm: alarm.Self, OverallStatus: types.ManagedEntityStatusGreen,
				Time: alarm.Info.LastModifiedTime, Acknowledged: types.NewBool(false),
			}
		}
		body.Res.Returnval = append(body.Res.Returnval, state)
	}
	return body
}

// CreateAlarm defines an alarm.
func (h *alarmsHandler) CreateAlarm(ctx *simulator.Context, req *types.CreateAlarm) soap.HasFault {
	body := new(methods.CreateAlarmBody)
	h.w.effects.Lock()
	defer h.w.effects.Unlock()
	spec := req.Spec.GetAlarmSpec()
	if h.w.reg.Get(req.Entity) == nil {
		body.Fault_ = notFound(&types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	if fault := h.w.checkAlarm(spec, nil); fault != nil {
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	alarm := &simulator.Alarm{}
	alarm.Self = h.w.newRef("Alarm", "alarm")
	alarm.Info = types.AlarmInfo{
		AlarmSpec: *spec, Key: alarm.Self.Value, Alarm: alarm.Self, Entity: req.Entity, LastModifiedTime: time.Now(),
		LastModifiedUser: ctx.Session.UserName,
	}
	alarm.Info.CreationEventId = h.w.post(ctx, &types.AlarmCreatedEvent{
		AlarmEvent: h.w.alarmEvent(alarm, nil), Entity: h.w.about(req.Entity),
	})
	h.w.reg.Put(alarm)
	h.w.watch.learn()
	h.w.watch.lookFor(alarm)
	body.Res = &types.CreateAlarmResponse{Returnval: alarm.Self}
	return body
}

// checkAlarm says what is wrong with a spec; own is the alarm that it is for, if there is one.
func (w *world) checkAlarm(spec *types.AlarmSpec, own *simulator.Alarm) types.BaseMethodFault {
	if spec.Name == "" || len(spec.Name) > maxNameLength {
		return &types.InvalidName{Name: spec.Name}
	}
	for _, alarm := range w.alarms() {
		if alarm != own && strings.EqualFold(alarm.Info.Name, spec.Name) {
			return &types.DuplicateName{Name: spec.Name, Object: alarm.Self}
		}
	}
	parts := expressions(spec.Expression)
	if len(parts) == 0 {
		return &types.InvalidArgument{InvalidProperty: "spec.expression"}
	}
	for _, part := range parts {
		metric, ok := part.(*types.MetricAlarmExpression)
		if ok && (metric.Yellow == 0 && metric.Red == 0 || !w.hasCounter(metric.Metric.CounterId)) {
			return &types.InvalidArgument{InvalidProperty: "spec.expression.metric"}
		}
	}
	return nil
}

func (w *world) hasCounter(key int32) bool {
	manager := w.reg.Get(*w.content().PerfManager).(*simulator.PerformanceManager)
	for i := range manager.PerfCounter {
		if manager.PerfCounter[i].Key == key {
			return true
		}
	}
	return false
}

// expressions lists the leaves of an expression.
func expressions(expression types.BaseAlarmExpression) []types.BaseAlarmExpression {
	var inner []types.BaseAlarmExpression
	switch typed := expression.(type) {
	case nil:
		return nil
	case *types.OrAlarmExpression:
		inner = typed.Expression
	case *types.AndAlarmExpression:
		inner = typed.Expression
	default:
		return []types.BaseAlarmExpression{expression}
	}
	var leaves []types.BaseAlarmExpression
	for _, each := range inner {
		leaves = append(leaves, expressions(each)...)
	}
	return leaves
}

// watches says whether an alarm is about a kind of object; one of events alone may be about any.
func watches(alarm *simulator.Alarm, kind string) bool {
	known := false
	for _, each := range expressions(alarm.Info.Expression) {
		about := ""
		switch typed := each.(type) {
		case *types.StateAlarmExpression:
			about = typed.Type
		case *types.MetricAlarmExpression:
			about = typed.Type
		default:
			continue
		}
		known = true
		if about == kind || about == "ManagedEntity" {
			return true
		}
	}
	return !known
}

// AcknowledgeAlarm notes that somebody has seen an alarm.
func (h *alarmsHandler) AcknowledgeAlarm(ctx *simulator.Context, req *types.AcknowledgeAlarm) soap.HasFault {
	body := new(methods.AcknowledgeAlarmBody)
	h.w.effects.Lock()
	defer h.w.effects.Unlock()
	alarm, known := h.w.reg.Get(req.Alarm).(*simulator.Alarm)
	entity, there := h.w.reg.Get(req.Entity).(mo.Entity)
	switch {
	case !known:
		body.Fault_ = notFound(&types.ManagedObjectNotFound{Obj: req.Alarm})
		return body
	case !there:
		body.Fault_ = notFound(&types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	h.w.acknowledge(ctx, alarm, entity)
	body.Res = new(types.AcknowledgeAlarmResponse)
	return body
}

// acknowledge notes in the name of the context's user that an alarm was seen, unless that is so. Hold effects.
func (w *world) acknowledge(ctx *simulator.Context, alarm *simulator.Alarm, entity mo.Entity) {
	state, triggered := stateOf(entity, alarmKey(alarm.Self, entity.Reference()))
	if !triggered || isTrue(state.Acknowledged) {
		return
	}
	now := time.Now()
	state.Acknowledged, state.AcknowledgedByUser, state.AcknowledgedTime = types.NewBool(true), ctx.Session.UserName, &now
	w.updateStates(entity, state)
	w.post(ctx, &types.AlarmAcknowledgedEvent{
		AlarmEvent: w.alarmEvent(alarm, entity), Source: w.about(alarm.Info.Entity), Entity: w.about(entity.Reference()),
	})
}

// ClearTriggeredAlarms turns alarms green by hand.
func (h *alarmsHandler) ClearTriggeredAlarms(ctx *simulator.Context, req *types.ClearTriggeredAlarms) soap.HasFault {
	h.w.effects.Lock()
	defer h.w.effects.Unlock()
	root := h.w.reg.Get(h.w.content().RootFolder).(mo.Entity)
	for _, state := range root.Entity().TriggeredAlarmState {
		alarm, known := h.w.reg.Get(state.Alarm).(*simulator.Alarm)
		entity, there := h.w.reg.Get(state.Entity).(mo.Entity)
		if !known || !there || !isMeant(&req.Filter, alarm, &state) {
			continue
		}
		h.w.post(ctx, &types.AlarmClearedEvent{
			AlarmEvent: h.w.alarmEvent(alarm, entity), Source: h.w.about(alarm.Info.Entity), Entity: h.w.about(state.Entity),
			From: string(state.OverallStatus),
		})
		h.w.watch.hold(state.Key, false)
		h.w.setAlarm(alarm, entity, types.ManagedEntityStatusGreen, time.Now())
	}
	return &methods.ClearTriggeredAlarmsBody{Res: new(types.ClearTriggeredAlarmsResponse)}
}

// isMeant says whether a filter of ClearTriggeredAlarms is about a state.
func isMeant(filter *types.AlarmFilterSpec, alarm *simulator.Alarm, state *types.AlarmState) bool {
	kinds := map[string]string{
		string(types.AlarmFilterSpecAlarmTypeByEntityEntityTypeVm):   "VirtualMachine",
		string(types.AlarmFilterSpecAlarmTypeByEntityEntityTypeHost): "HostSystem",
	}
	if kind, limited := kinds[filter.TypeEntity]; limited && state.Entity.Type != kind {
		return false
	}
	for _, each := range expressions(alarm.Info.Expression) {
		_, metric := each.(*types.MetricAlarmExpression)
		_, event := each.(*types.EventAlarmExpression)
		switch types.AlarmFilterSpecAlarmTypeByTrigger(filter.TypeTrigger) {
		case types.AlarmFilterSpecAlarmTypeByTriggerTriggerTypeMetric:
			if !metric {
				return false
			}
		case types.AlarmFilterSpecAlarmTypeByTriggerTriggerTypeEvent:
			if !event {
				return false
			}
		}
	}
	for _, status := range filter.Status {
		if status == state.OverallStatus {
			return true
		}
	}
	return len(filter.Status) == 0
}

// ReconfigureAlarm changes an alarm's definition.
func (h *alarmHandler) ReconfigureAlarm(ctx *simulator.Context, req *types.ReconfigureAlarm) soap.HasFault {
	body := new(methods.ReconfigureAlarmBody)
	h.w.effects.Lock()
	defer h.w.effects.Unlock()
	spec := req.Spec.GetAlarmSpec()
	if fault := h.w.checkAlarm(spec, h.Alarm); fault != nil {
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	h.w.mutate(h.Alarm, func() {
		// A name of the system's own can't be changed.
		system := h.Info.SystemName
		h.Info.AlarmSpec = *spec
		h.Info.SystemName = system
		h.Info.LastModifiedTime, h.Info.LastModifiedUser = time.Now(), ctx.Session.UserName
	}, "info")
	h.w.watch.lookFor(h.Alarm)
	h.w.post(ctx, &types.AlarmReconfiguredEvent{AlarmEvent: h.w.alarmEvent(h.Alarm, nil), Entity: h.w.about(h.Info.Entity)})
	body.Res = new(types.ReconfigureAlarmResponse)
	return body
}

// RemoveAlarm ends an alarm and what it has raised.
func (h *alarmHandler) RemoveAlarm(ctx *simulator.Context, req *types.RemoveAlarm) soap.HasFault {
	h.w.effects.Lock()
	defer h.w.effects.Unlock()
	h.w.removeAlarm(ctx, h.Alarm)
	return &methods.RemoveAlarmBody{Res: new(types.RemoveAlarmResponse)}
}

// removeAlarm ends an alarm in the name of the context's user. Hold effects.
func (w *world) removeAlarm(ctx *simulator.Context, alarm *simulator.Alarm) {
	root := w.reg.Get(w.content().RootFolder).(mo.Entity)
	for _, state := range root.Entity().TriggeredAlarmState {
		if entity, ok := w.reg.Get(state.Entity).(mo.Entity); ok && state.Alarm == alarm.Self {
			state.OverallStatus = types.ManagedEntityStatusGreen
			w.updateStates(entity, state)
		}
	}
	w.post(ctx, &types.AlarmRemovedEvent{AlarmEvent: w.alarmEvent(alarm, nil), Entity: w.about(alarm.Info.Entity)})
	w.reg.Remove(private(ctx), alarm.Self)
	w.watch.learn()
}
