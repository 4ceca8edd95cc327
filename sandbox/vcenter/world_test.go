package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func TestStaleChangeVersionIsRefused(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.vm("Web/web-01")
	stale := s.props(vm, "config.changeVersion").Config.ChangeVersion
	s.mustPost("/vm", map[string]any{"vm": "web-01", "cpus": 3})

	fault := s.faultOf(vm.Reconfigure(s.ctx, types.VirtualMachineConfigSpec{ChangeVersion: stale, NumCPUs: 4}))

	if _, ok := fault.(*types.ConcurrentAccess); !ok {
		t.Fatalf("%T", fault)
	}
	if cpus := s.props(vm, "config.hardware.numCPU").Config.Hardware.NumCPU; cpus != 3 {
		t.Fatalf("%d CPUs", cpus)
	}
}

func TestTaskReportsProgressAndBlocksNoReader(t *testing.T) {
	s := start(t, "demo", 0)
	s.mustPost("/task", map[string]any{"method": "PowerOffVM_Task", "seconds": 3})
	vm := s.vm("Web/web-01")

	task, err := vm.PowerOff(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	power := s.props(vm, "runtime.powerState").Runtime.PowerState

	if power != types.VirtualMachinePowerStatePoweredOn || time.Since(began) > 2*time.Second {
		t.Fatalf("read %s after %s", power, time.Since(began))
	}
	seen := map[int32]bool{}
	s.watch(task.Reference(), "info.progress", func(value any) bool {
		percent, _ := value.(int32)
		seen[percent] = true
		return percent == 100
	})
	if len(seen) < 4 {
		t.Fatalf("progress seen: %v", seen)
	}
}

func TestCancelledTaskAppliesNothing(t *testing.T) {
	s := start(t, "demo", 0)
	s.mustPost("/task", map[string]any{"seconds": 30})
	vm := s.vm("Web/web-01")
	job, err := vm.PowerOff(s.ctx)
	if err != nil {
		t.Fatal(err)
	}

	if err := job.Cancel(s.ctx); err != nil {
		t.Fatal(err)
	}

	_, err = job.WaitForResult(s.ctx, nil)
	failed, ok := err.(task.Error)
	if !ok {
		t.Fatalf("%T %v", err, err)
	}
	if _, ok := failed.Fault().(*types.RequestCanceled); !ok {
		t.Fatalf("%T", failed.Fault())
	}
	if power := s.props(vm, "runtime.powerState").Runtime.PowerState; power != types.VirtualMachinePowerStatePoweredOn {
		t.Fatal(power)
	}
}

func TestAlarmReachesALongPollOnTheRootFolder(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.vm("Web/web-01").Reference()
	time.AfterFunc(300*time.Millisecond, func() {
		s.mustPost("/alarm", map[string]any{"entity": "web-01", "alarm": "alarm.VmCPUUsageAlarm"})
	})

	s.watch(s.client.ServiceContent.RootFolder, "triggeredAlarmState", func(value any) bool {
		states := value.(types.ArrayOfAlarmState).AlarmState
		return slices.ContainsFunc(states, func(state types.AlarmState) bool {
			return state.Entity == vm && state.OverallStatus == types.ManagedEntityStatusRed
		})
	})
}

func TestFaultRuleStrikesOnceAndNamesThePrivilege(t *testing.T) {
	s := start(t, "demo", 0)
	s.mustPost("/fault", map[string]any{"method": "PowerOffVM_Task", "fault": "NoPermission", "privilege": "VirtualMachine.Interact.PowerOff"})
	vm := s.vm("Web/web-01")

	_, err := vm.PowerOff(s.ctx)
	if !soap.IsSoapFault(err) {
		t.Fatalf("%v", err)
	}
	denied, ok := soap.ToSoapFault(err).VimFault().(types.NoPermission)
	if !ok || denied.PrivilegeId != "VirtualMachine.Interact.PowerOff" {
		t.Fatalf("%#v", soap.ToSoapFault(err).VimFault())
	}

	task, err := vm.PowerOff(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
}

func TestDoorRefusesBadInputWithAHint(t *testing.T) {
	s := start(t, "empty", 0)
	for path, body := range map[string]any{
		"/vm":      map[string]any{"vm": "nobody"},
		"/load":    map[string]any{"wm": "web-01"},
		"/fault":   map[string]any{"method": "PowerOnVM_Task", "fault": "Gremlins"},
		"/outage":  map[string]any{"mode": "sideways"},
		"/task":    map[string]any{"seconds": -1},
		"/alarm":   map[string]any{"entity": "gold-01", "kind": "datastore", "alarm": "alarm.Unheard"},
		"/latency": "soon",
	} {
		status, answer := s.post(path, body)

		if status != http.StatusBadRequest || answer["error"] == "" || answer["hint"] == "" {
			t.Errorf("%s answered %d %v", path, status, answer)
		}
	}
}

func TestThousandVMsAreConsistent(t *testing.T) {
	s := start(t, "", 1000)
	hosts := map[moref]map[moref]bool{}
	for _, ref := range s.w.infra.hosts {
		var host mo.HostSystem
		if err := s.client.RetrieveOne(s.ctx, ref, []string{"vm"}, &host); err != nil {
			t.Fatal(err)
		}
		hosts[ref] = map[moref]bool{}
		for _, vm := range host.Vm {
			hosts[ref][vm] = true
		}
	}

	ids := map[string]bool{}
	for _, vm := range s.w.vms() {
		ids[vm.Config.Uuid] = true
		ids[vm.Config.InstanceUuid] = true
		if !hosts[*vm.Runtime.Host][vm.Self] {
			t.Fatalf("%s is not among its host's VMs", vm.Name)
		}
	}
	if len(ids) != 2*1003 {
		t.Fatalf("%d ids", len(ids))
	}
}

func TestCopiesShareNothingWithTheirSource(t *testing.T) {
	source := &types.VirtualMachineConfigInfo{
		Hardware:         types.VirtualHardware{NumCoresPerSocket: types.NewInt32(2)},
		ExtraConfig:      []types.BaseOptionValue{&types.OptionValue{Key: "a", Value: "b"}},
		CpuHotAddEnabled: types.NewBool(true),
	}

	copied := copyDevices(source)
	*copied.Hardware.NumCoresPerSocket = 8
	copied.ExtraConfig[0].GetOptionValue().Key = "changed"
	*copied.CpuHotAddEnabled = false

	if *source.Hardware.NumCoresPerSocket != 2 || source.ExtraConfig[0].GetOptionValue().Key != "a" || !*source.CpuHotAddEnabled {
		t.Fatalf("%+v", source)
	}
}

func TestChangeOfAParentOrChildTouchesAProperty(t *testing.T) {
	for _, each := range []struct {
		wanted, changed string
		touched         bool
	}{
		{"runtime.powerState", "runtime.powerState", true},
		{"runtime.powerState", "runtime", true},
		{"runtime", "runtime.powerState", true},
		{"config.hardware.device", "config.hardware.device[4000]", true},
		{"config.hardware.numCPU", "config.hardware.numCPUs", false},
		{"name", "names", false},
	} {
		if touches(each.wanted, []string{each.changed}) != each.touched {
			t.Errorf("%+v", each)
		}
	}
}
