package main

// The door's lever on the past: events that happened before the sandbox started.

import (
	"fmt"
	"reflect"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type eventsBody struct {
	Events []pastEvent `json:"events"`
}

// pastEvent is one event with the time at which it happened.
type pastEvent struct {
	Type   string    `json:"type"` // AlarmStatusChangedEvent (default), or an event of a VM such as VmPoweredOnEvent
	Entity string    `json:"entity"`
	Kind   string    `json:"kind"` // vm (default), datastore, host or cluster
	At     time.Time `json:"at"`
	User   string    `json:"user"`
	Alarm  string    `json:"alarm"`
	From   string    `json:"from"`
	To     string    `json:"to"`
}

// events writes all of them, or none when one is wrong.
func (d *door) events(body eventsBody) (any, error) {
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	found := map[string]mo.Entity{} // thousands of events are about a few objects
	made := make([]types.BaseEvent, 0, len(body.Events))
	for i, each := range body.Events {
		key := each.Kind + "/" + each.Entity
		if found[key] == nil {
			entity, err := d.entity(each.Kind, each.Entity)
			if err != nil {
				return nil, fmt.Errorf("event %d: %w", i, err)
			}
			found[key] = entity
		}
		event, err := d.w.pastEvent(&each, found[key])
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
		made = append(made, event)
	}
	d.w.events.add(d.w.ctx.Session.UserName, made...)
	return map[string]int{"written": len(made)}, nil
}

func (w *world) pastEvent(past *pastEvent, entity mo.Entity) (types.BaseEvent, error) {
	if past.At.IsZero() || past.At.After(time.Now()) {
		return nil, &badInput{fmt.Sprintf("at is %s", past.At.Format(time.RFC3339)), "give a time that is past, as in 2026-11-01T10:00:00Z"}
	}
	var event types.BaseEvent
	var err error
	if past.Type == "" || past.Type == "AlarmStatusChangedEvent" {
		event, err = w.pastAlarm(past, entity)
	} else {
		event, err = w.pastVM(past, entity)
	}
	if err != nil {
		return nil, err
	}
	event.GetEvent().CreatedTime, event.GetEvent().UserName = past.At, past.User
	return event, nil
}

func (w *world) pastAlarm(past *pastEvent, entity mo.Entity) (types.BaseEvent, error) {
	alarm, err := w.findAlarm(past.Alarm)
	if err != nil {
		return nil, err
	}
	for _, status := range []string{past.From, past.To} {
		if status != "green" && status != "yellow" && status != "red" && status != "gray" {
			return nil, &badInput{fmt.Sprintf("from is %q and to is %q", past.From, past.To), "use green, yellow, red or gray"}
		}
	}
	return &types.AlarmStatusChangedEvent{
		AlarmEvent: w.alarmEvent(alarm, entity), Source: w.about(alarm.Info.Entity), Entity: w.about(entity.Reference()),
		From: past.From, To: past.To,
	}, nil
}

func (w *world) pastVM(past *pastEvent, entity mo.Entity) (types.BaseEvent, error) {
	hint := "use AlarmStatusChangedEvent, or an event of a VM such as VmPoweredOnEvent"
	kind, known := typeFunc(past.Type)
	if !known {
		return nil, &badInput{fmt.Sprintf("no event is called %q", past.Type), hint}
	}
	vm, isVM := entity.(*simulator.VirtualMachine)
	event, isEvent := reflect.New(kind).Interface().(types.BaseEvent)
	if _, ofVM := event.(types.BaseVmEvent); !isEvent || !ofVM || !isVM {
		return nil, &badInput{fmt.Sprintf("%q is no event of a VM", past.Type), hint}
	}
	*event.GetEvent() = w.eventAbout(vm)
	return event, nil
}
