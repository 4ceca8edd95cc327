package main

// Tasks that take time, report progress, can be cancelled and hold no lock while they run.

import (
	"fmt"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	// keptTasks is how many finished tasks stay readable; vCenter forgets them after some minutes.
	keptTasks = 500
	// progressSteps is how often a task that takes time reports.
	progressSteps = 10
)

// effect is what a task does at its end. It runs with world.effects held.
type effect func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault)

// job is a task to be.
type job struct {
	method string // as in PowerOnVM_Task
	id     string // vCenter's descriptionId, as in VirtualMachine.powerOn
	entity mo.Entity
	name   string // of the entity; start fills it in
	run    effect
}

type taskRunner struct {
	w        *world
	mu       sync.Mutex
	seconds  map[string]float64 // by method, "" for all others
	cancel   map[moref]chan struct{}
	finished []moref
}

func newTaskRunner(w *world) *taskRunner {
	return &taskRunner{w: w, seconds: map[string]float64{}, cancel: map[moref]chan struct{}{}}
}

// setDuration sets how long tasks of a method take; an empty method means every method without its own setting.
func (r *taskRunner) setDuration(method string, seconds float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if method == "" || method == "*" {
		r.seconds = map[string]float64{"": seconds}
		return
	}
	r.seconds[method] = seconds
}

func (r *taskRunner) duration(method string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	seconds, ok := r.seconds[method]
	if !ok {
		seconds = r.seconds[""]
	}
	return time.Duration(seconds * float64(time.Second))
}

// start makes the task visible and returns its reference; the effect follows in the background.
func (r *taskRunner) start(ctx *simulator.Context, j job) moref {
	entity := j.entity.Reference()
	j.name = j.entity.Entity().Name
	now := time.Now()
	duration := r.duration(j.method)
	task := &simulator.Task{}
	task.Self = r.w.newRef("Task", "task")
	task.Info = types.TaskInfo{
		Key: task.Self.Value, Task: task.Self, Name: j.method, DescriptionId: j.id,
		Entity: &entity, EntityName: j.name,
		State: types.TaskInfoStateRunning, QueueTime: now, StartTime: &now,
		Cancelable: duration > 0, Reason: &types.TaskReasonUser{UserName: ctx.Session.UserName},
		EventChainId: int32(r.w.lastID.Load()),
	}
	stop := make(chan struct{})
	r.mu.Lock()
	r.cancel[task.Self] = stop
	r.mu.Unlock()
	r.w.reg.Put(task)
	go r.run(private(ctx), task, j, duration, stop)
	return task.Self
}

func (r *taskRunner) run(
	ctx *simulator.Context, task *simulator.Task, j job, duration time.Duration, stop <-chan struct{},
) {
	if !r.progress(ctx, task, duration, stop) || !r.commit(task.Self) {
		r.finish(ctx, task, nil, &types.RequestCanceled{})
		return
	}
	result, fault := r.apply(ctx, j)
	r.finish(ctx, task, result, fault)
}

// progress spends the task's time and says whether it was left to its end.
func (r *taskRunner) progress(
	ctx *simulator.Context, task *simulator.Task, duration time.Duration, stop <-chan struct{},
) bool {
	if duration <= 0 {
		return true
	}
	ticker := time.NewTicker(duration / progressSteps)
	defer ticker.Stop()
	for step := 1; step <= progressSteps; step++ {
		select {
		case <-stop:
			return false
		case <-ticker.C:
			percent := int32(step * 100 / progressSteps)
			r.update(ctx, task, types.PropertyChange{Name: "info.progress", Val: min(percent, 99)})
		}
	}
	return true
}

// commit ends the time in which a task can be cancelled; it says false when it was cancelled just now.
func (r *taskRunner) commit(ref moref) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	stop := r.cancel[ref]
	delete(r.cancel, ref)
	select {
	case <-stop:
		return false
	default:
		return true
	}
}

func (r *taskRunner) apply(ctx *simulator.Context, j job) (types.AnyType, types.BaseMethodFault) {
	if rule := r.w.rules.take(atTask, j.method, j.entity.Reference(), j.name); rule != nil {
		return nil, rule.fault(j.entity.Reference())
	}
	r.w.effects.Lock()
	defer r.w.effects.Unlock()
	return j.run(ctx)
}

func (r *taskRunner) finish(
	ctx *simulator.Context, task *simulator.Task, result types.AnyType, fault types.BaseMethodFault,
) {
	changes := []types.PropertyChange{
		{Name: "info.completeTime", Val: time.Now()},
		{Name: "info.cancelable", Val: false},
	}
	if fault == nil {
		changes = append(changes,
			types.PropertyChange{Name: "info.progress", Val: int32(100)},
			types.PropertyChange{Name: "info.result", Val: result},
			types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateSuccess})
	} else {
		if _, cancelled := fault.(*types.RequestCanceled); cancelled {
			changes = append(changes, types.PropertyChange{Name: "info.cancelled", Val: true})
		}
		changes = append(changes,
			types.PropertyChange{Name: "info.error", Val: types.LocalizedMethodFault{
				Fault: fault, LocalizedMessage: faultMessage(fault),
			}},
			types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateError})
	}
	r.update(ctx, task, changes...)
	r.prune(task.Self)
}

func (r *taskRunner) update(ctx *simulator.Context, task *simulator.Task, changes ...types.PropertyChange) {
	r.w.reg.AtomicUpdate(ctx, task, changes)
}

// prune forgets the oldest finished tasks.
func (r *taskRunner) prune(done moref) {
	r.mu.Lock()
	delete(r.cancel, done)
	r.finished = append(r.finished, done)
	var old []moref
	for len(r.finished) > keptTasks {
		old = append(old, r.finished[0])
		r.finished = r.finished[1:]
	}
	r.mu.Unlock()
	for _, ref := range old {
		r.w.reg.Remove(private(r.w.ctx), ref)
	}
}

// stop asks a running task to end; it says whether the task could still be cancelled.
func (r *taskRunner) stop(ref moref) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	stop, ok := r.cancel[ref]
	if !ok {
		return false
	}
	select {
	case <-stop:
	default:
		close(stop)
	}
	return true
}

// taskHandler answers calls on a Task.
type taskHandler struct {
	*simulator.Task
	w *world
}

// CancelTask asks the task to end. Like vCenter, it refuses when the task is finished or past the point of return.
func (h *taskHandler) CancelTask(_ *simulator.Context, _ *types.CancelTask) soap.HasFault {
	body := new(methods.CancelTaskBody)
	if !h.w.tasks.stop(h.Self) {
		body.Fault_ = simulator.Fault(
			fmt.Sprintf("The task %s is not cancelable.", h.Self.Value), new(types.InvalidState))
		return body
	}
	body.Res = new(types.CancelTaskResponse)
	return body
}
