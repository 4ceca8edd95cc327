package main

// The door's levers on the wire: faults, outages, sessions, latency, task times, counters.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

var doorHelp = map[string]string{
	"GET /estate":             "VMs, datastores, hosts and the last 20 tasks",
	"GET /vm?name=":           "the truth about one VM, by name, folder/name or id",
	"GET /vms":                "folder/name of every VM",
	"GET /tasks":              "the latest tasks",
	"GET /calls":              "SOAP calls by method, and the list of writes, since the last reset",
	"GET /faults":             "fault rules still in force",
	"POST /calls/reset":       "start counting anew",
	"GET /alarms":             "the alarms there are, and what each one watches",
	"POST /alarm":             "{entity, kind: vm|datastore|host|cluster, alarm, status: red|yellow|green, at, silent}",
	"POST /alarm/acknowledge": "{entity, kind, alarm}: somebody has seen it",
	"POST /alarm/remove":      "{alarm}: vCenter has it no longer",
	"POST /alarm/sustain":     "{seconds}: how long a figure must be over a threshold until its alarm turns",
	"POST /load":              "{vm or host, at, cpu_percent, memory_percent, ready_percent, costop_percent, balloon_mib, swap_mib}",
	"POST /datastore":         "{datastore, capacity_bytes, free_bytes, maintenance, tier}",
	"POST /disk":              "{vm, disk, backing: flat|rdm|linked, base, own_bytes, bus, sharing, datastore}",
	"POST /snapshot":          "{vm, name, at, bytes}",
	"POST /events":            "{events: [{type, entity, kind, at, user, alarm, from, to}]}: what happened in the past",
	"POST /chaos":             "{drop_before, drop_after, methods, seed}: how often a write or its answer is lost, by chance",
	"POST /host":              "{host, maintenance, connected, connection: connected|notResponding|disconnected}",
	"POST /vm":                "{vm, name, folder, power, tools_running, cpu_hot_add, memory_hot_add, cpus, memory_mib, memory_at_boot_mib, custom}",
	"POST /grow":              "{vms, folder, on}: so many VMs more",
	"POST /vm/delete":         "{vm}",
	"POST /fault":             "{method, when: call|task|drop_before|drop_after, fault, privilege, entity, count, details}",
	"POST /faults/clear":      "forget all fault rules",
	"POST /task":              "{method, seconds}: how long tasks take; without a method for all",
	"POST /guest":             "{boot_seconds}: how long tools take to come up",
	"POST /latency":           "{seconds} before every answer",
	"POST /outage":            "{mode: off|refuse|blackhole, seconds}",
	"POST /connections/drop":  "cut every open connection",
	"POST /sessions/expire":   "end every session; the next call meets NotAuthenticated",
}

type empty struct{}

type taskBody struct {
	Method  string  `json:"method"`
	Seconds float64 `json:"seconds"`
}

type guestBody struct {
	BootSeconds float64 `json:"boot_seconds"`
}

type latencyBody struct {
	Seconds float64 `json:"seconds"`
}

type outageBody struct {
	Mode    string  `json:"mode"`
	Seconds float64 `json:"seconds"`
}

func (d *door) networkRoutes() {
	post(d, "/fault", func(body rule) (any, error) { return nil, d.w.rules.add(&body) })
	post(d, "/faults/clear", func(empty) (any, error) {
		d.w.rules.clear()
		return nil, nil
	})
	post(d, "/calls/reset", func(empty) (any, error) {
		d.w.calls.reset()
		return nil, nil
	})
	post(d, "/task", d.taskTime)
	post(d, "/guest", func(body guestBody) (any, error) {
		if err := seconds("boot_seconds", body.BootSeconds); err != nil {
			return nil, err
		}
		d.w.boot.Store(int64(body.BootSeconds * float64(time.Second)))
		return nil, nil
	})
	post(d, "/latency", func(body latencyBody) (any, error) {
		if err := seconds("seconds", body.Seconds); err != nil {
			return nil, err
		}
		d.w.gate.setLatency(time.Duration(body.Seconds * float64(time.Second)))
		return nil, nil
	})
	post(d, "/outage", d.outage)
	post(d, "/chaos", func(body chaosBody) (any, error) {
		dropped := d.w.chaos.dropped()
		return map[string]int{"dropped": dropped}, d.w.chaos.set(body)
	})
	post(d, "/connections/drop", func(empty) (any, error) { return map[string]int{"dropped": d.w.gate.dropAll()}, nil })
	post(d, "/sessions/expire", func(empty) (any, error) { return map[string]int{"expired": d.w.expireSessions()}, nil })
}

func seconds(name string, value float64) error {
	if !(value >= 0 && value <= 3600) { // NaN is neither
		return &badInput{fmt.Sprintf("%s is %g", name, value), "give 0 to 3600"}
	}
	return nil
}

func (d *door) taskTime(body taskBody) (any, error) {
	if err := seconds("seconds", body.Seconds); err != nil {
		return nil, err
	}
	if _, known := typeFunc(body.Method); !known && body.Method != "" && body.Method != "*" {
		return nil, &badInput{fmt.Sprintf("no method is called %q", body.Method), "use a SOAP name such as CloneVM_Task"}
	}
	d.w.tasks.setDuration(body.Method, body.Seconds)
	return nil, nil
}

func (d *door) outage(body outageBody) (any, error) {
	if err := seconds("seconds", body.Seconds); err != nil {
		return nil, err
	}
	switch body.Mode {
	case "on":
		body.Mode = outageRefuse
	case outageNone, outageRefuse, outageBlackHole:
	default:
		return nil, &badInput{fmt.Sprintf("mode is %q", body.Mode), "use off, refuse or blackhole"}
	}
	d.w.gate.setOutage(body.Mode, body.Seconds)
	return nil, nil
}

// expireSessions ends every session, polls under way included.
func (w *world) expireSessions() int {
	manager := w.reg.SessionManager()
	n := 0
	w.sessions.Range(func(key, _ any) bool {
		res := manager.TerminateSession(private(w.ctx), &types.TerminateSession{SessionId: []string{key.(string)}})
		if res.Fault() == nil {
			n++
		}
		w.sessions.Delete(key)
		return true
	})
	w.events.endSession("")
	w.feed.endSession("", &types.NotAuthenticated{
		NoPermission: types.NoPermission{Object: &moref{Type: "PropertyCollector", Value: "propertyCollector"}, PrivilegeId: "System.View"},
	})
	return n
}

var _ simulator.RegisterObject = (*feed)(nil)
