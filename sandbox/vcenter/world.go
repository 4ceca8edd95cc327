package main

// The world: the simulator's registry with what this sandbox adds to it.

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/vpx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// firstID keeps our object ids clear of those that the simulator counts up itself.
const firstID = 100000

type world struct {
	model   *simulator.Model
	ctx     *simulator.Context // the sandbox's own session, for what is done by hand
	reg     *simulator.Registry
	feed    *feed
	tasks   *taskRunner
	rules   *ruleBook
	calls   *callLog
	loads   *loadBook
	events  *eventLog
	storage *storageBook
	watch   *alarmWatch
	chaos   chaos
	gate    *gate

	// effects serialises changes of the inventory. Take it before any object's lock, never the other way.
	effects  sync.Mutex
	lastID   atomic.Int64
	grown    int      // VMs that grow added; guarded by effects
	sessions sync.Map // of session key to true
	boot     atomic.Int64
	infra    infra
	dirs     []string
}

var worlds sync.Map // of *simulator.Registry to *world: collectors are made by the simulator and find it here

func theWorld(ctx *simulator.Context) *world {
	found, _ := worlds.Load(ctx.Map)
	return found.(*world)
}

func newWorld() (*world, error) {
	content := vpx.ServiceContent
	content.About.FullName = "VMware vCenter Server 8.0.3 build-24022515 (sandbox)"
	content.About.Version, content.About.ApiVersion, content.About.Build = "8.0.3", "8.0.3.0", "24022515"
	model := &simulator.Model{ServiceContent: content, RootFolder: vpx.RootFolder}
	if err := model.Create(); err != nil {
		return nil, fmt.Errorf("create the simulator's model: %w", err)
	}
	reg := model.Map()
	w := &world{model: model, ctx: model.Service.Context, reg: reg, feed: &feed{collectors: map[*collector]bool{}}}
	w.ctx.Session.UserName = "administrator@sandbox.local"
	w.tasks = newTaskRunner(w)
	w.rules = &ruleBook{}
	w.calls = newCallLog()
	w.loads = newLoadBook()
	w.storage = newStorageBook()
	w.watch = newAlarmWatch(w)
	w.events = newEventLog(w)
	w.gate = newGate(w)
	w.lastID.Store(firstID)
	worlds.Store(reg, w)
	reg.AddHandler(w.feed)
	prototype := &collector{}
	prototype.Self = *serviceContent(reg)
	reg.Put(prototype)
	reg.Handler = w.handle
	declareAlarms(w)
	w.watch.learn()
	return w, nil
}

func serviceContent(reg *simulator.Registry) *moref {
	content := reg.Get(moref{Type: "ServiceInstance", Value: "ServiceInstance"}).(*simulator.ServiceInstance).Content
	return &content.PropertyCollector
}

func (w *world) content() types.ServiceContent {
	return w.reg.Get(moref{Type: "ServiceInstance", Value: "ServiceInstance"}).(*simulator.ServiceInstance).Content
}

// newRef makes the next object id, as in vm-100007.
func (w *world) newRef(kind, prefix string) moref {
	return moref{Type: kind, Value: fmt.Sprintf("%s-%d", prefix, w.lastID.Add(1))}
}

// private returns a context of its own for work that outlives a call; locks are held per context.
func private(ctx *simulator.Context) *simulator.Context {
	clone := *ctx
	return &clone
}

// mutate changes an object under its lock and then tells the collectors which properties are new.
func (w *world) mutate(obj mo.Reference, change func(), names ...string) {
	w.mutateAs(private(w.ctx), obj, change, names...)
}

// mutateAs is mutate for a caller that may hold the object's lock already.
func (w *world) mutateAs(ctx *simulator.Context, obj mo.Reference, change func(), names ...string) {
	ref := obj.Reference()
	w.reg.WithLock(ctx, ref, change)
	w.feed.changed(ref, names...)
}

// vms lists all VMs, templates included.
func (w *world) vms() []*simulator.VirtualMachine {
	var list []*simulator.VirtualMachine
	for _, entity := range w.reg.All("VirtualMachine") {
		list = append(list, entity.(*simulator.VirtualMachine))
	}
	return list
}

// findVM finds a VM by name, by folder/name or by its id.
func (w *world) findVM(name string) (*simulator.VirtualMachine, error) {
	if vm, ok := w.reg.Get(moref{Type: "VirtualMachine", Value: name}).(*simulator.VirtualMachine); ok {
		return vm, nil
	}
	var found []*simulator.VirtualMachine
	for _, vm := range w.vms() {
		if own := w.currentName(vm); own == name || w.folderOf(vm)+"/"+own == name {
			found = append(found, vm)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, &badInput{fmt.Sprintf("no VM is called %q", name), "GET /vms lists the names"}
	}
	places := make([]string, len(found))
	for i, vm := range found {
		places[i] = w.folderOf(vm) + "/" + vm.Name
	}
	return nil, &badInput{fmt.Sprintf("%d VMs are called %q", len(found), name), "say one of " + strings.Join(places, ", ")}
}

func (w *world) folderOf(vm *simulator.VirtualMachine) string {
	if vm.Parent == nil {
		return ""
	}
	if folder, ok := w.reg.Get(*vm.Parent).(*simulator.Folder); ok {
		return folder.Name
	}
	return ""
}

// named finds an inventory object of a kind by name.
func (w *world) named(kind, name string) (mo.Entity, error) {
	for _, entity := range w.reg.All(kind) {
		if entity.Entity().Name == name || entity.Reference().Value == name {
			return entity, nil
		}
	}
	return nil, &badInput{fmt.Sprintf("no %s is called %q", kind, name), "GET /estate lists what there is"}
}

// after runs work later without holding anything meanwhile.
func after(wait time.Duration, work func()) {
	time.AfterFunc(wait, work)
}

func (w *world) close() {
	w.watch.close()
	w.feed.endSession("", &types.RequestCanceled{})
	w.model.Remove()
	w.removeDirs()
	worlds.Delete(w.reg)
}
