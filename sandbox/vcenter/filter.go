package main

// A property filter: the objects it selects and what changed on them since the client was last told.

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// filter is one PropertyFilter of a collector. Its maps are guarded by the collector's mutex.
type filter struct {
	mo.PropertyFilter

	owner   *collector
	current *selection
	paths   map[string][]string // by type of object
	dirty   map[moref]map[string]bool
	gone    []moref
	resync  bool
}

func newFilter(owner *collector, spec types.PropertyFilterSpec) *filter {
	f := &filter{owner: owner, paths: map[string][]string{}, dirty: map[moref]map[string]bool{}, resync: true}
	f.Self.Type = "PropertyFilter"
	f.Spec = spec
	return f
}

// DestroyPropertyFilter ends the filter.
func (f *filter) DestroyPropertyFilter(ctx *simulator.Context, req *types.DestroyPropertyFilter) soap.HasFault {
	f.owner.removeFilter(f)
	ctx.Session.Remove(ctx, req.This)
	return &methods.DestroyPropertyFilterBody{Res: new(types.DestroyPropertyFilterResponse)}
}

// changed notes a change of names on ref and says whether the client has to hear of it.
func (f *filter) changed(ref moref, names []string) bool {
	woken := f.stepChanged(ref, names)
	if f.current == nil || !f.current.members[ref] {
		return woken
	}
	for _, wanted := range f.paths[ref.Type] {
		if !touches(wanted, names) {
			continue
		}
		if f.dirty[ref] == nil {
			f.dirty[ref] = map[string]bool{}
		}
		f.dirty[ref][wanted] = true
		woken = true
	}
	return woken
}

func (f *filter) stepChanged(ref moref, names []string) bool {
	if f.current == nil {
		f.resync = true
		return true
	}
	for _, step := range f.current.steps[ref] {
		if touches(step, names) {
			f.resync = true
			return true
		}
	}
	return false
}

// entered notes a new object: its parent may be one that the filter walks through.
func (f *filter) entered(parent *moref) bool {
	if f.current != nil && (parent == nil || len(f.current.steps[*parent]) == 0) {
		return false
	}
	f.resync = true
	return true
}

// left notes that an object is gone.
func (f *filter) left(ref moref) bool {
	if f.current == nil || !f.current.members[ref] {
		return false
	}
	delete(f.current.members, ref)
	delete(f.dirty, ref)
	f.gone = append(f.gone, ref)
	return true
}

// touches says whether a change of one of names changes the value at wanted, a parent or child of it included.
func touches(wanted string, names []string) bool {
	for _, name := range names {
		name, _, _ = strings.Cut(name, "[")
		base, _, _ := strings.Cut(wanted, "[")
		if name == base || strings.HasPrefix(name, base+".") || strings.HasPrefix(base, name+".") {
			return true
		}
	}
	return false
}

// collect turns what is pending into object updates. With all, everything selected is sent as new.
func (f *filter) collect(ctx *simulator.Context, all bool) ([]types.ObjectUpdate, types.BaseMethodFault) {
	f.owner.mu.Lock()
	resync, dirty, gone := f.resync || all, f.dirty, f.gone
	f.resync, f.dirty, f.gone = false, map[moref]map[string]bool{}, nil
	f.owner.mu.Unlock()

	var updates []types.ObjectUpdate
	for _, ref := range gone {
		updates = append(updates, types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: ref})
	}
	if resync {
		changed, fault := f.reselect(ctx, all)
		if fault != nil {
			return nil, fault
		}
		updates = append(updates, changed...)
	}
	for ref, names := range dirty {
		if update, ok := f.modification(ctx, ref, names); ok {
			updates = append(updates, update)
		}
	}
	return updates, nil
}

// reselect walks the spec anew: objects that came are sent whole, objects that went are told.
func (f *filter) reselect(ctx *simulator.Context, all bool) ([]types.ObjectUpdate, types.BaseMethodFault) {
	fresh, fault := selectObjects(ctx, &f.Spec)
	if fault != nil {
		return nil, fault
	}
	entered, left := f.replace(fresh, all)
	var updates []types.ObjectUpdate
	for _, ref := range left {
		updates = append(updates, types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: ref})
	}
	for _, ref := range entered {
		if update, ok := f.entry(ctx, ref); ok {
			updates = append(updates, update)
		}
	}
	return updates, nil
}

// replace puts a fresh selection in place of the old one and says which objects came and went. What happens to
// members afterwards is noted against the fresh selection, so that nothing falls between the two.
func (f *filter) replace(fresh *selection, all bool) (entered, left []moref) {
	f.owner.mu.Lock()
	defer f.owner.mu.Unlock()
	before := f.current
	f.current = fresh
	if before == nil || all {
		return fresh.order, nil
	}
	for ref := range before.members {
		if !fresh.members[ref] {
			left = append(left, ref)
		}
	}
	for _, ref := range fresh.order {
		if !before.members[ref] {
			entered = append(entered, ref)
		}
	}
	return entered, left
}

func (f *filter) entry(ctx *simulator.Context, ref moref) (types.ObjectUpdate, bool) {
	update := types.ObjectUpdate{Kind: types.ObjectUpdateKindEnter, Obj: ref}
	matched := false
	withObject(ctx, ref, func(value reflect.Value) {
		paths, ok := pathsFor(value.Type(), f.Spec.PropSet)
		if !ok {
			return
		}
		matched = true
		f.owner.mu.Lock()
		f.paths[ref.Type] = paths
		f.owner.mu.Unlock()
		have, missing := readObject(value, paths)
		for _, property := range have {
			update.ChangeSet = append(update.ChangeSet, assignment(property.Name, property.Val))
		}
		update.MissingSet = missing
	})
	return update, matched
}

func (f *filter) modification(ctx *simulator.Context, ref moref, names map[string]bool) (types.ObjectUpdate, bool) {
	update := types.ObjectUpdate{Kind: types.ObjectUpdateKindModify, Obj: ref}
	withObject(ctx, ref, func(value reflect.Value) {
		for name := range names {
			got, err := readProperty(value, name)
			if err == errNoProperty {
				continue
			}
			// An unset property is sent without a value, which clients read as None.
			update.ChangeSet = append(update.ChangeSet, assignment(name, got))
		}
	})
	return update, len(update.ChangeSet) != 0
}

func assignment(name string, value any) types.PropertyChange {
	return types.PropertyChange{Op: types.PropertyChangeOpAssign, Name: name, Val: value}
}
