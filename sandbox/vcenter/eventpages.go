package main

// Event collectors: a session's way to walk through the log page by page.

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// eventCollector is a session's EventHistoryCollector. Its fields are guarded by its lock in the registry.
type eventCollector struct {
	mo.EventHistoryCollector

	log     *eventLog
	session string
	spec    types.EventFilterSpec
	size    int // of the latest page
	after   int // how many of the events that were found lie before the position

	known   []types.BaseEvent // what was found last, oldest first
	version [2]int            // of the log and of the simulator's own, when it was found
}

// CreateCollectorForEvents makes a collector that stands at the oldest event.
func (h *eventsHandler) CreateCollectorForEvents(
	ctx *simulator.Context, req *types.CreateCollectorForEvents,
) soap.HasFault {
	body := new(methods.CreateCollectorForEventsBody)
	if h.w.events.held(ctx.Session.Key) >= maxEventCollectors {
		fault := new(types.InvalidState)
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	c := &eventCollector{log: h.w.events, session: ctx.Session.Key, spec: req.Filter, size: defaultEventPage}
	c.Self.Type = "EventHistoryCollector"
	c.Filter = req.Filter
	ref := ctx.Session.Put(c).Reference()
	c.refresh()
	h.w.events.mu.Lock()
	h.w.events.collectors[c] = true
	h.w.events.mu.Unlock()
	body.Res = &types.CreateCollectorForEventsResponse{Returnval: ref}
	return body
}

// refresh fills the latest page, newest first.
func (c *eventCollector) refresh() {
	c.LatestPage = c.log.find(&c.spec, c.size)
}

// found is everything that the filter lets through, oldest first. A walk through a long log asks for it once a page.
func (c *eventCollector) found() []types.BaseEvent {
	c.log.mu.Lock()
	version := [2]int{c.log.version}
	c.log.mu.Unlock()
	version[1] = len(c.log.simulators())
	if c.known == nil || version != c.version {
		c.known = c.log.find(&c.spec, 0)
		slices.Reverse(c.known)
		c.version = version
	}
	return c.known
}

// SetCollectorPageSize sets the size of the latest page.
func (c *eventCollector) SetCollectorPageSize(_ *simulator.Context, req *types.SetCollectorPageSize) soap.HasFault {
	body := new(methods.SetCollectorPageSizeBody)
	if req.MaxCount <= 0 || req.MaxCount > maxEventPage {
		body.Fault_ = invalidArgument("maxCount")
		return body
	}
	c.size = int(req.MaxCount)
	c.refresh()
	body.Res = new(types.SetCollectorPageSizeResponse)
	return body
}

// RewindCollector goes to the oldest event.
func (c *eventCollector) RewindCollector(*simulator.Context, *types.RewindCollector) soap.HasFault {
	c.after = 0
	return &methods.RewindCollectorBody{Res: new(types.RewindCollectorResponse)}
}

// ResetCollector goes to just before the latest page.
func (c *eventCollector) ResetCollector(*simulator.Context, *types.ResetCollector) soap.HasFault {
	c.after = max(0, len(c.found())-c.size)
	return &methods.ResetCollectorBody{Res: new(types.ResetCollectorResponse)}
}

// ReadNextEvents gives the events after the position, oldest first.
func (c *eventCollector) ReadNextEvents(_ *simulator.Context, req *types.ReadNextEvents) soap.HasFault {
	body := new(methods.ReadNextEventsBody)
	if req.MaxCount <= 0 || req.MaxCount > maxEventPage {
		body.Fault_ = invalidArgument("maxCount")
		return body
	}
	found := c.found()
	from := min(c.after, len(found))
	c.after = min(from+int(req.MaxCount), len(found))
	body.Res = &types.ReadNextEventsResponse{Returnval: found[from:c.after]}
	return body
}

// ReadPreviousEvents gives the events before the position, newest first.
func (c *eventCollector) ReadPreviousEvents(_ *simulator.Context, req *types.ReadPreviousEvents) soap.HasFault {
	body := new(methods.ReadPreviousEventsBody)
	if req.MaxCount <= 0 || req.MaxCount > maxEventPage {
		body.Fault_ = invalidArgument("maxCount")
		return body
	}
	found := c.found()
	upTo := min(c.after, len(found))
	c.after = max(0, upTo-int(req.MaxCount))
	page := slices.Clone(found[c.after:upTo])
	slices.Reverse(page)
	body.Res = &types.ReadPreviousEventsResponse{Returnval: page}
	return body
}

// DestroyCollector ends the collector.
func (c *eventCollector) DestroyCollector(ctx *simulator.Context, req *types.DestroyCollector) soap.HasFault {
	c.log.mu.Lock()
	delete(c.log.collectors, c)
	c.log.mu.Unlock()
	ctx.Session.Remove(ctx, req.This)
	return &methods.DestroyCollectorBody{Res: new(types.DestroyCollectorResponse)}
}

// held counts the collectors of a session.
func (l *eventLog) held(session string) int {
	n := 0
	for _, c := range l.watching() {
		if c.session == session {
			n++
		}
	}
	return n
}

func (l *eventLog) watching() []*eventCollector {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]*eventCollector, 0, len(l.collectors))
	for c := range l.collectors {
		list = append(list, c)
	}
	return list
}

// tell lets the collectors' latest pages, and the polls on them, have a new event.
func (l *eventLog) tell(ctx *simulator.Context, event types.BaseEvent) {
	for _, c := range l.watching() {
		if newEventMatch(l.w, &c.spec).lets(event) {
			l.w.mutateAs(ctx, c, c.refresh, "latestPage")
		}
	}
}

// endSession forgets the collectors of a session, of all sessions with an empty key.
func (l *eventLog) endSession(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.collectors {
		if key == "" || c.session == key {
			delete(l.collectors, c)
		}
	}
}
