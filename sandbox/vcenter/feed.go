package main

// The change feed: every change of every object goes to the collectors that watch it.

import (
	"sync"
	"sync/atomic"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// feed is registered with the simulator's registry, so that changes made by its own methods arrive as well.
type feed struct {
	mu         sync.Mutex
	collectors map[*collector]bool
	muted      atomic.Bool // no collector hears of changes, as when a vCenter loses an update
}

// Reference names the feed in the registry.
func (*feed) Reference() moref { return moref{Type: "IaasFeed", Value: "IaasFeed"} }

// PutObject hears of new objects.
func (f *feed) PutObject(_ *simulator.Context, obj mo.Reference) {
	var parent *moref
	if entity, ok := obj.(mo.Entity); ok {
		parent = entity.Entity().Parent
	}
	f.each(func(watching *filter) bool { return watching.entered(parent) })
}

// UpdateObject hears of changes made through Registry.Update.
func (f *feed) UpdateObject(_ *simulator.Context, obj mo.Reference, changes []types.PropertyChange) {
	names := make([]string, len(changes))
	for i := range changes {
		names[i] = changes[i].Name
	}
	f.changed(obj.Reference(), names...)
}

// RemoveObject hears of objects that go.
func (f *feed) RemoveObject(_ *simulator.Context, ref moref) {
	f.each(func(watching *filter) bool { return watching.left(ref) })
}

// changed tells the collectors which properties of an object have new values.
func (f *feed) changed(ref moref, names ...string) {
	if !f.muted.Load() {
		f.each(func(watching *filter) bool { return watching.changed(ref, names) })
	}
}

func (f *feed) each(tell func(*filter) bool) {
	for _, c := range f.all() {
		c.mu.Lock()
		woken := false
		for _, watching := range c.filters {
			woken = tell(watching) || woken
		}
		if woken {
			c.signal()
		}
		c.mu.Unlock()
	}
}

func (f *feed) all() []*collector {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]*collector, 0, len(f.collectors))
	for c := range f.collectors {
		list = append(list, c)
	}
	return list
}

func (f *feed) join(c *collector) {
	f.mu.Lock()
	f.collectors[c] = true
	f.mu.Unlock()
}

func (f *feed) leave(c *collector) {
	f.mu.Lock()
	delete(f.collectors, c)
	f.mu.Unlock()
}

// endSession makes the polls of one session fail, all sessions with an empty key.
func (f *feed) endSession(key string, fault types.BaseMethodFault) {
	for _, c := range f.all() {
		c.mu.Lock()
		mine := key == "" || c.session == key
		c.mu.Unlock()
		if mine {
			f.leave(c)
			c.end(fault)
		}
	}
}
