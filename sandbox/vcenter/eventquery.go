package main

// Asking the event log: which events a filter lets through, at once or page by page.

import (
	"reflect"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	// maxEventPage is vCenter's limit of events in one answer.
	maxEventPage = 1000
	// defaultEventPage is the size of a collector's latest page until it is set.
	defaultEventPage = 10
	// maxEventCollectors is vCenter's limit of collectors in one session.
	maxEventCollectors = 32
)

type queryEventsBody = methods.QueryEventsBody

// eventMatch is a filter made ready for many events.
type eventMatch struct {
	w    *world
	spec *types.EventFilterSpec
	fits map[reflect.Type]bool
}

func newEventMatch(w *world, spec *types.EventFilterSpec) *eventMatch {
	return &eventMatch{w: w, spec: spec, fits: map[reflect.Type]bool{}}
}

func (m *eventMatch) lets(event types.BaseEvent) bool {
	e, spec := event.GetEvent(), m.spec
	switch {
	case spec.EventChainId != 0 && e.ChainId != spec.EventChainId:
		return false
	case spec.UserName != nil && !slices.Contains(spec.UserName.UserList, e.UserName):
		return false
	case spec.Alarm != nil && alarmOf(event) != *spec.Alarm:
		return false
	case spec.Time != nil && spec.Time.BeginTime != nil && e.CreatedTime.Before(*spec.Time.BeginTime):
		return false
	case spec.Time != nil && spec.Time.EndTime != nil && e.CreatedTime.After(*spec.Time.EndTime):
		return false
	}
	return m.kind(event) && m.entity(event)
}

// isOver says that this event and all that are older can't be meant.
func (m *eventMatch) isOver(event types.BaseEvent) bool {
	since := m.spec.Time
	return since != nil && since.BeginTime != nil && event.GetEvent().CreatedTime.Before(*since.BeginTime)
}

// kind says whether the event's type, or one that it is built on, was asked for.
func (m *eventMatch) kind(event types.BaseEvent) bool {
	if len(m.spec.EventTypeId) == 0 {
		return true
	}
	if extended, ok := event.(*types.EventEx); ok && slices.Contains(m.spec.EventTypeId, extended.EventTypeId) {
		return true
	}
	kind := reflect.TypeOf(event).Elem()
	fits, known := m.fits[kind]
	if !known {
		fits = isBuiltOn(kind, m.spec.EventTypeId)
		m.fits[kind] = fits
	}
	return fits
}

func isBuiltOn(kind reflect.Type, names []string) bool {
	if slices.Contains(names, kind.Name()) {
		return true
	}
	first := kind.NumField() > 0 && kind.Field(0).Anonymous
	return first && isBuiltOn(kind.Field(0).Type, names)
}

func (m *eventMatch) entity(event types.BaseEvent) bool {
	by := m.spec.Entity
	if by == nil {
		return true
	}
	all := by.Recursion == types.EventFilterSpecRecursionOptionAll
	if all && by.Entity == m.w.content().RootFolder {
		return true
	}
	for _, ref := range refsOf(event) {
		if ref == by.Entity && by.Recursion != types.EventFilterSpecRecursionOptionChildren {
			return true
		}
		if by.Recursion != types.EventFilterSpecRecursionOptionSelf && m.w.isBelow(ref, by.Entity) {
			return true
		}
	}
	return false
}

func (w *world) isBelow(ref, above moref) bool {
	for entity, ok := w.reg.Get(ref).(mo.Entity); ok && entity.Entity().Parent != nil; {
		if *entity.Entity().Parent == above {
			return true
		}
		entity, ok = w.reg.Get(*entity.Entity().Parent).(mo.Entity)
	}
	return false
}

// refsOf lists what an event is about.
func refsOf(event types.BaseEvent) []moref {
	var refs []moref
	e := event.GetEvent()
	if e.Vm != nil {
		refs = append(refs, e.Vm.Vm)
	}
	if e.Host != nil {
		refs = append(refs, e.Host.Host)
	}
	if e.ComputeResource != nil {
		refs = append(refs, e.ComputeResource.ComputeResource)
	}
	if e.Ds != nil {
		refs = append(refs, e.Ds.Datastore)
	}
	if e.Net != nil {
		refs = append(refs, e.Net.Network)
	}
	if e.Datacenter != nil {
		refs = append(refs, e.Datacenter.Datacenter)
	}
	if field := reflect.ValueOf(event).Elem().FieldByName("Entity"); field.IsValid() {
		if about, ok := field.Interface().(types.ManagedEntityEventArgument); ok {
			refs = append(refs, about.Entity)
		}
	}
	return refs
}

func alarmOf(event types.BaseEvent) moref {
	if alarm, ok := event.(types.BaseAlarmEvent); ok {
		return alarm.GetAlarmEvent().Alarm.Alarm
	}
	return moref{}
}

// eventsHandler answers calls on the EventManager.
type eventsHandler struct {
	*simulator.EventManager
	w *world
}

// Lock is none: the log has its own, and whoever writes to it may hold an object's.
func (*eventsHandler) Lock() {}

// Unlock is none.
func (*eventsHandler) Unlock() {}

// QueryEvents lists the newest events that a filter lets through, newest first.
func (h *eventsHandler) QueryEvents(_ *simulator.Context, req *types.QueryEvents) soap.HasFault {
	body := new(methods.QueryEventsBody)
	most := int(req.Filter.MaxCount)
	if most < 0 || most > maxEventPage {
		body.Fault_ = invalidArgument("filter.maxCount")
		return body
	}
	if most == 0 {
		most = maxEventPage
	}
	body.Res = &types.QueryEventsResponse{Returnval: h.w.events.find(&req.Filter, most)}
	return body
}

// PostEvent writes an event that the client made up.
func (h *eventsHandler) PostEvent(ctx *simulator.Context, req *types.PostEvent) soap.HasFault {
	h.w.post(ctx, req.EventToPost)
	return &methods.PostEventBody{Res: new(types.PostEventResponse)}
}

func invalidArgument(property string) *soap.Fault {
	fault := &types.InvalidArgument{InvalidProperty: property}
	return simulator.Fault(faultMessage(fault), fault)
}
