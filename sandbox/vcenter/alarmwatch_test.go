package main

import (
	"slices"
	"testing"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// raised lists the alarms on an entity as NAME STATUS.
func (s *sandbox) raised(entity mo.Entity) []string {
	found := []string{}
	s.w.reg.WithLock(private(s.w.ctx), entity.Reference(), func() {
		for _, state := range entity.Entity().TriggeredAlarmState {
			alarm := s.w.reg.Get(state.Alarm).(*simulator.Alarm)
			found = append(found, label(alarm)+" "+string(state.OverallStatus))
		}
	})
	slices.Sort(found)
	return found
}

func (s *sandbox) await(entity mo.Entity, wanted ...string) {
	s.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !slices.Equal(s.raised(entity), append([]string{}, wanted...)) {
		if time.Now().After(deadline) {
			s.Fatalf("%v are raised, not %v", s.raised(entity), wanted)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (s *sandbox) inside(name string) *simulator.VirtualMachine {
	s.Helper()
	vm, err := s.w.findVM(name)
	if err != nil {
		s.Fatal(err)
	}
	return vm
}

func (s *sandbox) atOnce() { s.mustPost("/alarm/sustain", map[string]any{"seconds": 0}) }

const (
	cpuAlarm    = "alarm.VmCPUUsageAlarm"
	memoryAlarm = "alarm.VmMemoryUsageAlarm"
	diskAlarm   = "alarm.DatastoreDiskUsageAlarm"
)

func TestLoadOverAThresholdRaisesItsAlarmAndUnderItClearsIt(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	vm := s.inside("web-01")

	for _, each := range []struct {
		cpu, memory float64
		wanted      []string
	}{
		{95, 20, []string{cpuAlarm + " red"}},
		{80, 20, []string{cpuAlarm + " yellow"}},
		{75, 95, []string{memoryAlarm + " red"}},
		{91, 76, []string{cpuAlarm + " red", memoryAlarm + " yellow"}},
		{20, 20, nil},
	} {
		s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": each.cpu, "memory_percent": each.memory})

		if found := s.raised(vm); !slices.Equal(found, append([]string{}, each.wanted...)) {
			t.Errorf("%g %% CPU and %g %% memory: %v", each.cpu, each.memory, found)
		}
	}
}

func TestAlarmWaitsUntilTheLoadHasLasted(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.inside("web-01")
	s.mustPost("/alarm/sustain", map[string]any{"seconds": 3600})

	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95})
	early := s.raised(vm)
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 20})
	s.mustPost("/alarm/sustain", map[string]any{"seconds": 0.05})
	s.mustPost("/load", map[string]any{"vm": "web-01", "memory_percent": 95})

	s.await(vm, memoryAlarm+" red")
	if len(early) != 0 {
		t.Fatalf("%v at once", early)
	}
}

func TestAlarmIsNotRaisedForALoadThatDidNotLast(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.inside("web-01")
	s.mustPost("/alarm/sustain", map[string]any{"seconds": 0.05})
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95})
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 20})
	s.mustPost("/load", map[string]any{"vm": "web-02", "cpu_percent": 95})

	s.await(s.inside("web-02"), cpuAlarm+" red")

	s.await(vm)
}

func TestMoreProcessorsSpreadTheLoadAndClearTheAlarm(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	vm := s.inside("web-01")
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95, "memory_percent": 92})
	before := s.raised(vm)

	fault := s.changed(vm, &types.VirtualMachineConfigSpec{NumCPUs: 4, MemoryMB: 6144})

	if l := s.w.loads.now(vm.Self); fault != nil || l.CPU != 47.5 || l.Memory < 61 || l.Memory > 62 {
		t.Fatalf("%v: %+v", fault, l)
	}
	if after := s.raised(vm); len(before) != 2 || len(after) != 0 {
		t.Fatalf("%v became %v", before, after)
	}
	if past := s.w.loads.at(vm.Self, time.Now().Add(-time.Hour)); past.CPU == 47.5 {
		t.Fatal("the past has changed")
	}
}

func (s *sandbox) changed(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) types.BaseMethodFault {
	s.w.effects.Lock()
	defer s.w.effects.Unlock()
	return s.w.reconfigure(vm, spec)
}

func TestGuestThatWantsMoreThanItHasStaysBusyWithSomeMore(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.inside("web-01")
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 90})

	s.mustPost("/vm", map[string]any{"vm": "web-01", "cpus": 1})
	small := s.w.loads.now(vm.Self).CPU
	s.mustPost("/vm", map[string]any{"vm": "web-01", "cpus": 2})

	if again := s.w.loads.now(vm.Self).CPU; small != 100 || again != 90 {
		t.Fatalf("%g %% and %g %%", small, again)
	}
}

func TestFullDatastoreRaisesItsAlarmAndAnEmptierOneClearsIt(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	entity, err := s.w.named("Datastore", "gold-01")
	if err != nil {
		t.Fatal(err)
	}
	capacity := entity.(*simulator.Datastore).Summary.Capacity

	for share, wanted := range map[float64][]string{
		0.1: {diskAlarm + " red"}, 0.2: {diskAlarm + " yellow"}, 0.5: {},
	} {
		s.mustPost("/datastore", map[string]any{"datastore": "gold-01", "free_bytes": int64(share * float64(capacity))})

		if found := s.raised(entity); !slices.Equal(found, wanted) {
			t.Errorf("%g free: %v", share, found)
		}
	}
}

func TestAlarmThatWasRaisedByHandStaysUntilAHandClearsIt(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	vm := s.inside("web-01")

	s.mustPost("/alarm", map[string]any{"entity": "web-01", "alarm": cpuAlarm})
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 10})
	stays := s.raised(vm)
	s.mustPost("/alarm", map[string]any{"entity": "web-01", "alarm": cpuAlarm, "status": "green"})
	cleared := s.raised(vm)
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95})

	if again := s.raised(vm); len(stays) != 1 || len(cleared) != 0 || len(again) != 1 {
		t.Fatalf("%v, %v, %v", stays, cleared, again)
	}
}

func TestVMThatIsSwitchedOffHasNoAlarmOfItsLoad(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	vm := s.inside("web-01")
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95})

	s.mustPost("/vm", map[string]any{"vm": "web-01", "power": "off"})
	off := s.raised(vm)
	s.mustPost("/vm", map[string]any{"vm": "web-01", "power": "on"})

	if on := s.raised(vm); len(off) != 0 || !slices.Equal(on, []string{cpuAlarm + " red"}) {
		t.Fatalf("off %v, on %v", off, on)
	}
}

func TestNewAlarmLooksAtWhatIsThere(t *testing.T) {
	s := start(t, "demo", 0)
	s.atOnce()
	vm := s.inside("fin-archive-01")
	perf := &perfHandler{s.w.reg.Get(*s.w.content().PerfManager).(*simulator.PerformanceManager), s.w}
	space, _ := perf.key(spaceUsed)
	spec := &types.AlarmSpec{Name: "Big VM", Enabled: true, Expression: &types.OrAlarmExpression{
		Expression: []types.BaseAlarmExpression{&types.MetricAlarmExpression{
			Operator: types.MetricAlarmOperatorIsAbove, Type: "VirtualMachine", Metric: types.PerfMetricId{CounterId: space},
			Red: 800 << 20, // KiB
		}},
	}}
	content := s.client.ServiceContent

	made, err := methods.CreateAlarm(s.ctx, s.client, &types.CreateAlarm{This: *content.AlarmManager, Entity: content.RootFolder, Spec: spec})

	if err != nil {
		t.Fatal(err)
	}
	s.await(vm, "Big VM red")
	s.await(s.inside("web-01"))
	spec.Enabled = false
	_, err = methods.ReconfigureAlarm(s.ctx, s.client, &types.ReconfigureAlarm{This: made.Returnval, Spec: spec})
	if err != nil {
		t.Fatal(err)
	}
	s.await(vm)
}

func TestPartsOfAnAlarmAreJudgedTogether(t *testing.T) {
	s := start(t, "demo", 0)
	s.mustPost("/load", map[string]any{"vm": "web-01", "cpu_percent": 95, "memory_percent": 80})
	perf := &perfHandler{s.w.reg.Get(*s.w.content().PerfManager).(*simulator.PerformanceManager), s.w}
	over := func(counter string, operator types.MetricAlarmOperator) types.BaseAlarmExpression {
		key, _ := perf.key(counter)
		return &types.MetricAlarmExpression{
			Operator: operator, Type: "VirtualMachine", Metric: types.PerfMetricId{CounterId: key}, Yellow: 7500, Red: 9000,
		}
	}
	cpu, memory := over("cpu.usage.average", "isAbove"), over("mem.usage.average", "isAbove")
	idle := over("cpu.usage.average", "isBelow")

	for name, each := range map[string]struct {
		expression types.BaseAlarmExpression
		wanted     int
	}{
		"the worst of an Or":     {&types.OrAlarmExpression{Expression: []types.BaseAlarmExpression{memory, cpu}}, 2},
		"the best of an And":     {&types.AndAlarmExpression{Expression: []types.BaseAlarmExpression{cpu, memory}}, 1},
		"under, not over":        {idle, 0},
		"a state is not judged":  {&types.StateAlarmExpression{Type: "VirtualMachine"}, 0},
		"another kind of object": {&types.MetricAlarmExpression{Type: "HostSystem", Red: 1}, 0},
	} {
		if got := s.w.watch.judge(each.expression, s.inside("web-01")); got != each.wanted {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestMemoryGrowsWhileAVMRunsUpToWhatItsBootAllows(t *testing.T) {
	s := start(t, "demo", 0)
	for _, each := range []struct {
		name  string
		boot  int32
		limit int64
	}{
		{"web-01", 4096, 65536},      // sixteen times
		{"web-02", 2048, 3072},       // Linux that booted small
		{"fin-report-01", 0, 0},      // no hot-add
		{"pay-test-02", 0, 0},        // off
		{"fin-db-01", 32768, 524288}, // sixteen times
	} {
		vm := s.inside(each.name)
		if each.boot != 0 {
			s.mustPost("/vm", map[string]any{"vm": each.name, "memory_at_boot_mib": each.boot})
		}
		if vm.Config.HotPlugMemoryLimit != each.limit {
			t.Errorf("%s: %d", each.name, vm.Config.HotPlugMemoryLimit)
		}
	}

	over := s.changed(s.inside("web-02"), &types.VirtualMachineConfigSpec{MemoryMB: 6144})
	within := s.changed(s.inside("web-01"), &types.VirtualMachineConfigSpec{MemoryMB: 6144})

	if _, refused := over.(*types.InvalidPowerState); !refused || within != nil {
		t.Fatalf("%T and %T", over, within)
	}
}
