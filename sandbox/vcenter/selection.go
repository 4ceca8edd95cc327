package main

// Which objects a property filter spec selects, and what it reads from each.

import (
	"reflect"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type moref = types.ManagedObjectReference

// selection is what walking a filter spec found.
type selection struct {
	order   []moref
	members map[moref]bool
	// steps are the objects walked through, each with the property that was followed: a change there changes members.
	steps map[moref][]string
}

// selectObjects walks the object set of a spec. Each object is locked only while it is read.
func selectObjects(ctx *simulator.Context, spec *types.PropertyFilterSpec) (*selection, types.BaseMethodFault) {
	found := &selection{members: map[moref]bool{}, steps: map[moref][]string{}}
	walker := &walker{ctx: ctx, found: found, named: map[string]*types.TraversalSpec{}}
	for i := range spec.ObjectSet {
		object := &spec.ObjectSet[i]
		if lookup(ctx, object.Obj) == nil {
			if spec.ReportMissingObjectsInResults != nil && *spec.ReportMissingObjectsInResults {
				continue
			}
			return nil, &types.ManagedObjectNotFound{Obj: object.Obj}
		}
		walker.learn(object.SelectSet)
		if object.Skip == nil || !*object.Skip {
			found.add(object.Obj)
		}
		if fault := walker.walk(object.Obj, object.SelectSet); fault != nil {
			return nil, fault
		}
	}
	return found, nil
}

func (s *selection) add(ref moref) {
	if !s.members[ref] {
		s.members[ref] = true
		s.order = append(s.order, ref)
	}
}

type walker struct {
	ctx   *simulator.Context
	found *selection
	named map[string]*types.TraversalSpec
}

func (w *walker) learn(specs []types.BaseSelectionSpec) {
	for _, spec := range specs {
		step, ok := spec.(*types.TraversalSpec)
		if !ok {
			continue
		}
		if step.Name != "" {
			w.named[step.Name] = step
		}
		w.learn(step.SelectSet)
	}
}

func (w *walker) walk(from moref, specs []types.BaseSelectionSpec) types.BaseMethodFault {
	for _, spec := range specs {
		step, ok := spec.(*types.TraversalSpec)
		if !ok {
			if step = w.named[spec.GetSelectionSpec().Name]; step == nil {
				return &types.InvalidArgument{InvalidProperty: "selectSet: undefined traversal spec name"}
			}
		}
		for _, next := range w.follow(from, step) {
			if step.Skip == nil || !*step.Skip {
				w.found.add(next)
			}
			if fault := w.walk(next, step.SelectSet); fault != nil {
				return fault
			}
		}
	}
	return nil
}

func (w *walker) follow(from moref, step *types.TraversalSpec) []moref {
	var refs []moref
	withObject(w.ctx, from, func(value reflect.Value) {
		if !isKindOf(value.Type(), step.Type) {
			return
		}
		w.found.steps[from] = append(w.found.steps[from], step.Path)
		got, err := readProperty(value, step.Path)
		if err != nil {
			return
		}
		switch typed := got.(type) {
		case moref:
			refs = []moref{typed}
		case *types.ArrayOfManagedObjectReference:
			refs = typed.ManagedObjectReference
		}
	})
	return refs
}

// lookup prefers the session's own objects (views, filters) over the shared ones.
func lookup(ctx *simulator.Context, ref moref) mo.Reference {
	if ctx.Session == nil {
		return ctx.Map.Get(ref)
	}
	return ctx.Session.Get(ref)
}

// withObject runs read with the object locked; it does nothing when the object is gone.
func withObject(ctx *simulator.Context, ref moref, read func(reflect.Value)) {
	obj := lookup(ctx, ref)
	if obj == nil {
		return
	}
	ctx.Map.WithLock(ctx, ref, func() { read(moValue(obj)) })
}

// pathsFor lists what the property sets of a spec read from objects of one type.
func pathsFor(of reflect.Type, sets []types.PropertySpec) ([]string, bool) {
	var paths []string
	matched := false
	seen := map[string]bool{}
	for _, set := range sets {
		if !isKindOf(of, set.Type) {
			continue
		}
		matched = true
		names := set.PathSet
		if set.All != nil && *set.All {
			names = allProperties(of)
		}
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				paths = append(paths, name)
			}
		}
	}
	return paths, matched
}

// readObject reads paths of one object.
func readObject(value reflect.Value, paths []string) ([]types.DynamicProperty, []types.MissingProperty) {
	var have []types.DynamicProperty
	var missing []types.MissingProperty
	for _, name := range paths {
		got, err := readProperty(value, name)
		switch err {
		case nil:
			have = append(have, types.DynamicProperty{Name: name, Val: got})
		case errNoProperty:
			missing = append(missing, types.MissingProperty{
				Path:  name,
				Fault: types.LocalizedMethodFault{Fault: &types.InvalidProperty{Name: name}},
			})
		}
	}
	return have, missing
}
