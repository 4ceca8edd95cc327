package main

// The door's levers on alarms: raised, cleared and acknowledged by hand, and how soon figures raise them.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type alarmBody struct {
	Entity string    `json:"entity"`
	Kind   string    `json:"kind"` // vm (default), datastore, host or cluster
	Alarm  string    `json:"alarm"`
	Status string    `json:"status"` // red (default), yellow or green
	At     time.Time `json:"at"`     // now unless given
	Silent bool      `json:"silent"` // no long poll hears of it, as when a vCenter loses an update
}

type acknowledgeBody struct {
	Entity string `json:"entity"`
	Kind   string `json:"kind"`
	Alarm  string `json:"alarm"`
}

type removeBody struct {
	Alarm string `json:"alarm"`
}

type sustainBody struct {
	Seconds float64 `json:"seconds"`
}

func (d *door) alarmRoutes() {
	post(d, "/alarm", d.alarm)
	post(d, "/alarm/acknowledge", d.acknowledge)
	post(d, "/alarm/sustain", d.sustain)
	post(d, "/alarm/remove", d.removeAlarm)
}

// alarm raises an alarm or clears it; one that was raised by hand stays until a hand clears it, whatever the figures say.
func (d *door) alarm(body alarmBody) (any, error) {
	if body.Status == "" {
		body.Status = "red"
	}
	if body.Status != "red" && body.Status != "yellow" && body.Status != "green" {
		return nil, &badInput{fmt.Sprintf("status is %q", body.Status), "use red, yellow or green"}
	}
	alarm, entity, err := d.alarmOn(body.Alarm, body.Kind, body.Entity)
	if err != nil {
		return nil, err
	}
	at := time.Now()
	if !body.At.IsZero() {
		at = body.At
	}
	if at.After(time.Now()) {
		return nil, &badInput{"at is " + at.Format(time.RFC3339), "give a time that is past"}
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	key := alarmKey(alarm.Self, entity.Reference())
	d.w.watch.hold(key, body.Status != "green")
	d.w.feed.muted.Store(body.Silent)
	defer d.w.feed.muted.Store(false)
	changed := d.w.setAlarm(alarm, entity, types.ManagedEntityStatus(body.Status), at)
	return map[string]any{"changed": changed, "key": key, "at": at}, nil
}

// alarmOn finds an alarm and something that it watches.
func (d *door) alarmOn(name, kind, on string) (*simulator.Alarm, mo.Entity, error) {
	alarm, err := d.w.findAlarm(name)
	if err != nil {
		return nil, nil, err
	}
	entity, err := d.entity(kind, on)
	if err != nil {
		return nil, nil, err
	}
	if !watches(alarm, entity.Reference().Type) {
		return nil, nil, &badInput{
			fmt.Sprintf("the alarm %s does not watch a %s", label(alarm), entity.Reference().Type), "GET /alarms lists what each one watches",
		}
	}
	return alarm, entity, nil
}

// acknowledge notes that somebody has seen an alarm.
func (d *door) acknowledge(body acknowledgeBody) (any, error) {
	alarm, entity, err := d.alarmOn(body.Alarm, body.Kind, body.Entity)
	if err != nil {
		return nil, err
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if _, triggered := stateOf(entity, alarmKey(alarm.Self, entity.Reference())); !triggered {
		return nil, &badInput{fmt.Sprintf("%s is not triggered on %s", label(alarm), body.Entity), "raise it first"}
	}
	d.w.acknowledge(private(d.w.ctx), alarm, entity)
	return nil, nil
}

// removeAlarm ends the definition of an alarm, as a person may have done before the bot came.
func (d *door) removeAlarm(body removeBody) (any, error) {
	alarm, err := d.w.findAlarm(body.Alarm)
	if err != nil {
		return nil, err
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	d.w.removeAlarm(private(d.w.ctx), alarm)
	return nil, nil
}

// sustain sets how long a figure must be over a threshold until its alarm turns.
func (d *door) sustain(body sustainBody) (any, error) {
	if body.Seconds < 0 || body.Seconds > 3600 {
		return nil, &badInput{fmt.Sprintf("seconds is %g", body.Seconds), "give 0 to 3600"}
	}
	d.w.watch.setSustain(time.Duration(body.Seconds * float64(time.Second)))
	return nil, nil
}
