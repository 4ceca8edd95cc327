package main

// What raises alarms by itself, as a vCenter does: figures that cross the thresholds of alarms on metrics.

import (
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// defaultSustain is how long a figure must be over a threshold; a vCenter waits for minutes.
const defaultSustain = time.Second

// alarmWatch remembers what is about to turn, and what somebody has raised by hand: that stays until a hand clears it.
type alarmWatch struct {
	w        *world
	counters map[int32]string

	mu      sync.Mutex
	alarms  []*simulator.Alarm // all there are; a registry takes long to list them
	sustain time.Duration
	turning map[string]*turn // by the alarm's key on its entity
	byHand  map[string]bool
}

// turn is a change of an alarm that comes true when the figure still asks for it.
type turn struct {
	to    types.ManagedEntityStatus
	timer *time.Timer
}

func newAlarmWatch(w *world) *alarmWatch {
	a := &alarmWatch{
		w: w, counters: map[int32]string{}, sustain: defaultSustain, turning: map[string]*turn{}, byHand: map[string]bool{},
	}
	manager := w.reg.Get(*w.content().PerfManager).(*simulator.PerformanceManager)
	for i := range manager.PerfCounter {
		a.counters[manager.PerfCounter[i].Key] = counterName(&manager.PerfCounter[i])
	}
	return a
}

// learn lists the alarms anew, after one was made or removed.
func (a *alarmWatch) learn() {
	alarms := a.w.alarms()
	a.mu.Lock()
	a.alarms = alarms
	a.mu.Unlock()
}

func (a *alarmWatch) known() []*simulator.Alarm {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.alarms
}

func (a *alarmWatch) setSustain(sustain time.Duration) {
	a.mu.Lock()
	a.sustain = sustain
	a.mu.Unlock()
}

// hold notes that an alarm was set by hand; what was about to turn is forgotten.
func (a *alarmWatch) hold(key string, raised bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgetTurn(key)
	if raised {
		a.byHand[key] = true
	} else {
		delete(a.byHand, key)
	}
}

// look compares an entity's figures with all alarms that watch it, after something about it has changed. Hold effects.
func (a *alarmWatch) look(entity mo.Entity) {
	for _, alarm := range a.known() {
		a.lookAt(alarm, entity)
	}
}

// lookFor compares everything that an alarm watches with its thresholds, after it was defined or changed. Hold effects.
func (a *alarmWatch) lookFor(alarm *simulator.Alarm) {
	for _, kind := range []string{"VirtualMachine", "Datastore", "HostSystem"} {
		for _, entity := range a.w.reg.All(kind) {
			a.lookAt(alarm, entity)
		}
	}
}

func (a *alarmWatch) lookAt(alarm *simulator.Alarm, entity mo.Entity) {
	ref := entity.Reference()
	if !watches(alarm, ref.Type) || alarm.Info.Entity != ref && !a.w.isBelow(ref, alarm.Info.Entity) {
		return
	}
	to, onFigures := a.wanted(alarm, entity)
	if !onFigures {
		return
	}
	key := alarmKey(alarm.Self, ref)
	a.mu.Lock()
	defer a.mu.Unlock()
	if coming := a.turning[key]; a.byHand[key] || coming != nil && coming.to == to {
		return
	}
	a.forgetTurn(key)
	switch {
	case to == statusOf(entity, key):
	case to == types.ManagedEntityStatusGreen || a.sustain == 0:
		a.w.setAlarm(alarm, entity, to, time.Now())
	default:
		a.turning[key] = &turn{to: to, timer: time.AfterFunc(a.sustain, func() { a.comeTrue(alarm, entity, to) })}
	}
}

// comeTrue sets an alarm after its time, when everything is still as it was.
func (a *alarmWatch) comeTrue(alarm *simulator.Alarm, entity mo.Entity, to types.ManagedEntityStatus) {
	a.w.effects.Lock()
	defer a.w.effects.Unlock()
	key := alarmKey(alarm.Self, entity.Reference())
	a.mu.Lock()
	coming := a.turning[key]
	due := coming != nil && coming.to == to
	if due {
		delete(a.turning, key)
	}
	a.mu.Unlock()
	there := a.w.reg.Get(alarm.Self) != nil && a.w.reg.Get(entity.Reference()) != nil
	if now, _ := a.wanted(alarm, entity); due && there && now == to {
		a.w.setAlarm(alarm, entity, to, time.Now())
	}
}

// forget ends everything about an entity that goes away. Hold effects.
func (a *alarmWatch) forget(ref moref) {
	alarms := a.known()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, alarm := range alarms {
		key := alarmKey(alarm.Self, ref)
		a.forgetTurn(key)
		delete(a.byHand, key)
	}
}

// close stops what is about to turn.
func (a *alarmWatch) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key := range a.turning {
		a.forgetTurn(key)
	}
}

func (a *alarmWatch) forgetTurn(key string) {
	if coming := a.turning[key]; coming != nil {
		coming.timer.Stop()
		delete(a.turning, key)
	}
}

// wanted is the status that an entity's figures ask for; false for an alarm that is about no figure.
func (a *alarmWatch) wanted(alarm *simulator.Alarm, entity mo.Entity) (types.ManagedEntityStatus, bool) {
	onFigures := false
	for _, leaf := range expressions(alarm.Info.Expression) {
		if _, ok := leaf.(*types.MetricAlarmExpression); ok {
			onFigures = true
		}
	}
	if !alarm.Info.Enabled {
		return types.ManagedEntityStatusGreen, onFigures
	}
	return severities[a.judge(alarm.Info.Expression, entity)], onFigures
}

// severities are the statuses from the best to the worst.
var severities = []types.ManagedEntityStatus{
	types.ManagedEntityStatusGreen, types.ManagedEntityStatusYellow, types.ManagedEntityStatusRed,
}

// judge is how bad an expression is: the worst part of an Or, the best of an And; what is no figure is good.
func (a *alarmWatch) judge(expression types.BaseAlarmExpression, entity mo.Entity) int {
	switch typed := expression.(type) {
	case *types.OrAlarmExpression:
		bad := 0
		for _, each := range typed.Expression {
			bad = max(bad, a.judge(each, entity))
		}
		return bad
	case *types.AndAlarmExpression:
		bad := len(severities) - 1
		for _, each := range typed.Expression {
			bad = min(bad, a.judge(each, entity))
		}
		return bad
	case *types.MetricAlarmExpression:
		return a.compare(typed, entity)
	}
	return 0
}

func (a *alarmWatch) compare(metric *types.MetricAlarmExpression, entity mo.Entity) int {
	value, known := a.figure(a.counters[metric.Metric.CounterId], entity)
	if !known || metric.Type != entity.Reference().Type {
		return 0
	}
	over := func(threshold int32) bool {
		if metric.Operator == types.MetricAlarmOperatorIsBelow {
			return threshold != 0 && value < int64(threshold)
		}
		return threshold != 0 && value > int64(threshold)
	}
	switch {
	case over(metric.Red):
		return 2
	case over(metric.Yellow):
		return 1
	}
	return 0
}

// spaceUsed is a counter of its own: of a datastore in hundredths of a percent, of a VM in KiB.
const spaceUsed = "disk.used.latest"

// figure is what a counter shows of an entity now, in the unit in which alarms have their thresholds.
func (a *alarmWatch) figure(name string, entity mo.Entity) (int64, bool) {
	switch typed := entity.(type) {
	case *simulator.Datastore:
		used := typed.Summary.Capacity - typed.Summary.FreeSpace
		return int64(10000 * float64(used) / float64(max(typed.Summary.Capacity, 1))), name == spaceUsed
	case *simulator.VirtualMachine:
		if name == spaceUsed {
			return a.w.sizeOf(typed) >> 10, true
		}
		if typed.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return 0, false
		}
	}
	used := (&perfHandler{w: a.w}).user(entity.Reference())
	if used == nil || !containsText(counterNames, name) {
		return 0, false
	}
	return used.value(name, used.at(time.Now()), realtime), true
}
