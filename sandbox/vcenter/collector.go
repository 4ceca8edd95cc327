package main

// The PropertyCollector: reads, and the long poll. It replaces the simulator's, whose long poll copies the
// whole inventory for every change. Here a change costs a look into the filters' maps, and waiting costs nothing.

import (
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	// maxUpdates is vCenter's own limit of objects in one answer of a long poll.
	maxUpdates = 100
	// gather lets changes that belong together travel in one answer.
	gather = 5 * time.Millisecond
)

// collector is a session's PropertyCollector. The simulator makes one a session by reflection from the
// registered prototype, so the zero value must work.
type collector struct {
	simulator.PropertyCollector

	mu      sync.Mutex
	filters []*filter
	wake    chan struct{}
	stop    chan types.BaseMethodFault // closes the poll that is under way
	session string
	version int
	pages   []types.UpdateSet // truncated answers still to be sent
	last    *types.UpdateSet  // the latest answer and
	lastFor string            // the version it answered: a client that lost it asks again
}

// CreatePropertyCollector makes a further collector in the session.
func (c *collector) CreatePropertyCollector(
	ctx *simulator.Context, _ *types.CreatePropertyCollector,
) soap.HasFault {
	made := &collector{}
	made.Self.Type = "PropertyCollector"
	ref := ctx.Session.Put(made).Reference()
	return &methods.CreatePropertyCollectorBody{Res: &types.CreatePropertyCollectorResponse{Returnval: ref}}
}

// DestroyPropertyCollector ends a collector with its filters and its poll.
func (c *collector) DestroyPropertyCollector(
	ctx *simulator.Context, req *types.DestroyPropertyCollector,
) soap.HasFault {
	c.end(&types.RequestCanceled{})
	theWorld(ctx).feed.leave(c)
	for _, f := range c.filters {
		ctx.Session.Remove(ctx, f.Self)
	}
	ctx.Session.Remove(ctx, req.This)
	return &methods.DestroyPropertyCollectorBody{Res: new(types.DestroyPropertyCollectorResponse)}
}

// CreateFilter adds a filter; its objects come with the next poll.
func (c *collector) CreateFilter(ctx *simulator.Context, req *types.CreateFilter) soap.HasFault {
	f := newFilter(c, req.Spec)
	f.PartialUpdates = req.PartialUpdates
	ref := ctx.Session.Put(f).Reference()
	c.mu.Lock()
	c.session = ctx.Session.Key
	c.filters = append(c.filters, f)
	c.Filter = append(c.Filter, ref)
	c.signal()
	c.mu.Unlock()
	theWorld(ctx).feed.join(c)
	return &methods.CreateFilterBody{Res: &types.CreateFilterResponse{Returnval: ref}}
}

func (c *collector) removeFilter(gone *filter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.filters {
		if f == gone {
			c.filters = append(c.filters[:i:i], c.filters[i+1:]...)
			c.Filter = append(c.Filter[:i:i], c.Filter[i+1:]...)
			return
		}
	}
}

// signal wakes the poll. Call it with mu held.
func (c *collector) signal() {
	if c.wake == nil {
		c.wake = make(chan struct{}, 1)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// end makes the poll under way answer with a fault.
func (c *collector) end(fault types.BaseMethodFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop <- fault
		c.stop = nil
	}
}

// CancelWaitForUpdates makes the poll under way fail with RequestCanceled.
func (c *collector) CancelWaitForUpdates(_ *simulator.Context, _ *types.CancelWaitForUpdates) soap.HasFault {
	c.end(&types.RequestCanceled{})
	return &methods.CancelWaitForUpdatesBody{Res: new(types.CancelWaitForUpdatesResponse)}
}

// WaitForUpdates is the old form of WaitForUpdatesEx.
func (c *collector) WaitForUpdates(ctx *simulator.Context, req *types.WaitForUpdates) soap.HasFault {
	body := &methods.WaitForUpdatesBody{}
	set, fault := c.poll(ctx, req.Version, nil)
	if fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	body.Res = &types.WaitForUpdatesResponse{}
	if set != nil {
		body.Res.Returnval = *set
	}
	return body
}

// WaitForUpdatesEx is the long poll.
func (c *collector) WaitForUpdatesEx(ctx *simulator.Context, req *types.WaitForUpdatesEx) soap.HasFault {
	body := &methods.WaitForUpdatesExBody{}
	set, fault := c.poll(ctx, req.Version, req.Options)
	if fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	body.Res = &types.WaitForUpdatesExResponse{Returnval: set}
	return body
}

func (c *collector) poll(
	ctx *simulator.Context, version string, options *types.WaitOptions,
) (*types.UpdateSet, types.BaseMethodFault) {
	c.end(&types.RequestCanceled{})
	limit, expired, cancel := pollOptions(options)
	defer cancel()
	switch set, done, fault := c.replay(version); {
	case fault != nil:
		return nil, fault
	case done:
		return set, nil
	}
	c.mu.Lock()
	if c.wake == nil {
		c.wake = make(chan struct{}, 1)
	}
	wake, stop := c.wake, make(chan types.BaseMethodFault, 1)
	c.stop = stop
	c.mu.Unlock()
	defer c.unregister(stop)

	for first := true; ; first = false {
		set, fault := c.gatherUpdates(ctx, version == "" && first)
		if fault != nil {
			return nil, fault
		}
		if set != nil || version == "" {
			return c.answer(version, set, limit), nil
		}
		select {
		case <-wake:
			time.Sleep(gather)
		case fault := <-stop:
			return nil, fault
		case <-expired:
			return nil, nil
		}
	}
}

func pollOptions(options *types.WaitOptions) (limit int, expired <-chan time.Time, cancel func() bool) {
	limit = maxUpdates
	if options == nil {
		return limit, nil, func() bool { return true }
	}
	if most := int(options.MaxObjectUpdates); most > 0 && most < maxUpdates {
		limit = most
	}
	if options.MaxWaitSeconds == nil {
		return limit, nil, func() bool { return true }
	}
	timer := time.NewTimer(time.Duration(*options.MaxWaitSeconds) * time.Second)
	return limit, timer.C, timer.Stop
}

func (c *collector) unregister(stop chan types.BaseMethodFault) {
	c.mu.Lock()
	if c.stop == stop {
		c.stop = nil
	}
	c.mu.Unlock()
}

// replay answers from memory: the next page of a truncated answer, or the latest answer to a client that lost it.
func (c *collector) replay(version string) (*types.UpdateSet, bool, types.BaseMethodFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version == "" {
		c.pages, c.last = nil, nil
		return nil, false, nil
	}
	current := strconv.Itoa(c.version)
	if version != current {
		if c.last != nil && version == c.lastFor {
			return c.last, true, nil
		}
		return nil, false, &types.InvalidCollectorVersion{}
	}
	if len(c.pages) == 0 {
		return nil, false, nil
	}
	return c.send(version), true, nil
}

// send takes the next page; call it with mu held.
func (c *collector) send(version string) *types.UpdateSet {
	page := c.pages[0]
	c.pages = c.pages[1:]
	c.version++
	page.Version = strconv.Itoa(c.version)
	if len(c.pages) != 0 {
		page.Truncated = types.NewBool(true)
	}
	c.last, c.lastFor = &page, version
	return &page
}

func (c *collector) answer(version string, set []types.PropertyFilterUpdate, limit int) *types.UpdateSet {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages = append(c.pages, paginate(set, limit)...)
	return c.send(version)
}

// paginate cuts updates into answers of at most limit objects.
func paginate(sets []types.PropertyFilterUpdate, limit int) []types.UpdateSet {
	pages := []types.UpdateSet{{}}
	room := limit
	for _, set := range sets {
		for rest := set.ObjectSet; len(rest) > 0; {
			if room == 0 {
				pages = append(pages, types.UpdateSet{})
				room = limit
			}
			take := min(room, len(rest))
			page := &pages[len(pages)-1]
			page.FilterSet = append(page.FilterSet, types.PropertyFilterUpdate{
				Filter: set.Filter, ObjectSet: rest[:take:take],
			})
			rest, room = rest[take:], room-take
		}
	}
	return pages
}

func (c *collector) gatherUpdates(
	ctx *simulator.Context, all bool,
) ([]types.PropertyFilterUpdate, types.BaseMethodFault) {
	c.mu.Lock()
	filters := append([]*filter(nil), c.filters...)
	c.mu.Unlock()
	var sets []types.PropertyFilterUpdate
	for _, f := range filters {
		updates, fault := f.collect(ctx, all)
		if fault != nil {
			return nil, fault
		}
		if len(updates) != 0 {
			sets = append(sets, types.PropertyFilterUpdate{Filter: f.Self, ObjectSet: updates})
		}
	}
	return sets, nil
}
