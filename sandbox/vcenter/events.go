package main

// The event log: what happened to what, by whom, as a vCenter tells it afterwards.

import (
	"bytes"
	"reflect"
	"slices"
	"sync"
	"text/template"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/types"
)

// keptEvents is how far the log reaches back; the simulator's own would be 1,000.
const keptEvents = 200000

// newTexts are the texts of events that the simulator knows no text for.
var newTexts = []types.EventDescriptionEventDetail{
	{Key: "VmGuestStandbyEvent", Description: "Guest standby", Category: "info",
		FullFormat: "Guest OS standby for {{.Vm.Name}} on {{.Host.Name}} in {{.Datacenter.Name}}"},
	{Key: "VmRenamedEvent", Description: "VM renamed", Category: "info",
		FullFormat: "Renamed {{.Vm.Name}} from {{.OldName}} to {{.NewName}} in {{.Datacenter.Name}}"},
	{Key: "AlarmStatusChangedEvent", Description: "Alarm status changed", Category: "info",
		FullFormat: "Alarm '{{.Alarm.Name}}' on {{.Entity.Name}} changed from {{.From}} to {{.To}}"},
	{Key: "AlarmAcknowledgedEvent", Description: "Alarm acknowledged", Category: "info",
		FullFormat: "Acknowledged alarm '{{.Alarm.Name}}' on {{.Entity.Name}}"},
	{Key: "AlarmClearedEvent", Description: "Alarm cleared", Category: "info",
		FullFormat: "Manually cleared alarm '{{.Alarm.Name}}' on {{.Entity.Name}} from {{.From}}"},
	{Key: "AlarmCreatedEvent", Description: "Alarm created", Category: "info",
		FullFormat: "Created alarm '{{.Alarm.Name}}' on {{.Entity.Name}}"},
	{Key: "AlarmReconfiguredEvent", Description: "Alarm reconfigured", Category: "info",
		FullFormat: "Reconfigured alarm '{{.Alarm.Name}}' on {{.Entity.Name}}"},
	{Key: "AlarmRemovedEvent", Description: "Alarm removed", Category: "info",
		FullFormat: "Removed alarm '{{.Alarm.Name}}' on {{.Entity.Name}}"},
}

type eventLog struct {
	w     *world
	texts map[string]*template.Template

	mu         sync.Mutex
	version    int               // grows with every event
	list       []types.BaseEvent // oldest first; never changed once they are in
	collectors map[*eventCollector]bool
}

func newEventLog(w *world) *eventLog {
	l := &eventLog{w: w, texts: map[string]*template.Template{}, collectors: map[*eventCollector]bool{}}
	known := append(slices.Clone(esx.EventInfo), newTexts...)
	for _, each := range known {
		// Some of the simulator's own texts do not parse; events of that kind then say nothing.
		if format, err := template.New(each.Key).Parse(each.FullFormat); err == nil {
			l.texts[each.Key] = format
		}
	}
	w.reg.EventManager().Description.EventInfo = known
	return l
}

// kindOfEvent is vSphere's name of an event's type.
func kindOfEvent(event types.BaseEvent) string { return reflect.TypeOf(event).Elem().Name() }

// add writes events and gives the key of the last; those with a time of their own go where it belongs.
func (l *eventLog) add(user string, events ...types.BaseEvent) int32 {
	key := int32(0)
	for _, event := range events {
		e := event.GetEvent()
		if e.CreatedTime.IsZero() {
			e.CreatedTime = time.Now()
		}
		if e.UserName == "" {
			e.UserName = user
		}
		key = int32(l.w.lastID.Add(1))
		e.Key, e.ChainId = key, key
		e.FullFormattedMessage = l.text(event)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.version++
	inOrder := true
	for _, event := range events {
		if n := len(l.list); n > 0 && event.GetEvent().CreatedTime.Before(l.list[n-1].GetEvent().CreatedTime) {
			inOrder = false
		}
		l.list = append(l.list, event)
	}
	if !inOrder {
		// Readers may hold the old list, so that one stays as it is.
		l.list = slices.Clone(l.list)
		slices.SortStableFunc(l.list, older)
	}
	if over := len(l.list) - keptEvents; over > 0 {
		l.list = slices.Clone(l.list[over:])
	}
	return key
}

func older(a, b types.BaseEvent) int {
	return a.GetEvent().CreatedTime.Compare(b.GetEvent().CreatedTime)
}

func (l *eventLog) text(event types.BaseEvent) string {
	format, ok := l.texts[kindOfEvent(event)]
	if !ok {
		return ""
	}
	var text bytes.Buffer
	if err := format.Execute(&text, event); err != nil {
		return ""
	}
	return text.String()
}

// find lists the events that a filter lets through, newest first; most > 0 limits them.
func (l *eventLog) find(spec *types.EventFilterSpec, most int) []types.BaseEvent {
	l.mu.Lock()
	ours := l.list
	l.mu.Unlock()
	theirs := l.simulators()
	wanted := newEventMatch(l.w, spec)
	found := []types.BaseEvent{}
	for i, j := len(ours)-1, len(theirs)-1; i >= 0 || j >= 0; {
		var event types.BaseEvent
		if j < 0 || i >= 0 && older(ours[i], theirs[j]) >= 0 {
			event, i = ours[i], i-1
		} else {
			event, j = theirs[j], j-1
		}
		if wanted.isOver(event) || most > 0 && len(found) == most {
			break
		}
		if wanted.lets(event) {
			found = append(found, event)
		}
	}
	return found
}

// simulators are the events that the simulator posts by itself, such as of logins.
func (l *eventLog) simulators() []types.BaseEvent {
	manager := l.w.reg.EventManager()
	var found []types.BaseEvent
	own := private(l.w.ctx)
	l.w.reg.WithLock(own, manager, func() {
		res := manager.QueryEvents(own, &types.QueryEvents{Filter: types.EventFilterSpec{MaxCount: maxEventPage}})
		if said, ok := res.(*queryEventsBody); ok && said.Res != nil {
			found = said.Res.Returnval
		}
	})
	slices.SortStableFunc(found, older)
	return found
}

// post writes an event in the name of the context's user and gives its key.
func (w *world) post(ctx *simulator.Context, event types.BaseEvent) int32 {
	key := w.events.add(ctx.Session.UserName, event)
	w.events.tell(ctx, event)
	return key
}

// postVM posts an event about a VM.
func (w *world) postVM(ctx *simulator.Context, vm *simulator.VirtualMachine, make func(types.VmEvent) types.BaseEvent) {
	w.post(ctx, make(types.VmEvent{Event: w.eventAbout(vm)}))
}

// eventAbout names a VM, a host, a cluster or a datastore, and what it belongs to, as vCenter's events do.
func (w *world) eventAbout(obj any) types.Event {
	event := types.Event{Datacenter: &types.DatacenterEventArgument{
		EntityEventArgument: argument(w.nameOfRef(w.infra.datacenter)), Datacenter: w.infra.datacenter,
	}}
	switch typed := obj.(type) {
	case *simulator.VirtualMachine:
		event.Vm = &types.VmEventArgument{EntityEventArgument: argument(typed.Name), Vm: typed.Self}
		w.addHost(&event, *typed.Runtime.Host)
	case *simulator.HostSystem:
		w.addHost(&event, typed.Self)
	case *simulator.ClusterComputeResource:
		event.ComputeResource = &types.ComputeResourceEventArgument{
			EntityEventArgument: argument(typed.Name), ComputeResource: typed.Self,
		}
	case *simulator.Datastore:
		event.Ds = w.storeArgument(typed.Self)
	}
	return event
}

func (w *world) addHost(event *types.Event, ref moref) {
	host, ok := w.reg.Get(ref).(*simulator.HostSystem)
	if !ok {
		return
	}
	event.Host = &types.HostEventArgument{EntityEventArgument: argument(host.Name), Host: host.Self}
	event.ComputeResource = &types.ComputeResourceEventArgument{
		EntityEventArgument: argument(w.nameOfRef(*host.Parent)), ComputeResource: *host.Parent,
	}
}

func (w *world) storeArgument(ref moref) *types.DatastoreEventArgument {
	return &types.DatastoreEventArgument{EntityEventArgument: argument(w.nameOfRef(ref)), Datastore: ref}
}

func argument(name string) types.EntityEventArgument { return types.EntityEventArgument{Name: name} }

func (w *world) nameOfRef(ref moref) string { return nameOf(w.reg, w.reg.Get(ref)) }
