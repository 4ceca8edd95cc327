package main

import (
	"slices"
	"testing"
	"time"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// events asks the log for what happened to one object, by kind.
func (s *sandbox) events(ref moref, kinds ...string) []types.BaseEvent {
	s.Helper()
	found, err := event.NewManager(s.client.Client).QueryEvents(s.ctx, types.EventFilterSpec{
		Entity: &types.EventFilterSpecByEntity{
			Entity: ref, Recursion: types.EventFilterSpecRecursionOptionSelf,
		},
		EventTypeId: kinds,
	})
	if err != nil {
		s.Fatal(err)
	}
	return found
}

func TestGuestOperationIsInTheEventLogBeforeTheGuestIsDown(t *testing.T) {
	for method, wanted := range map[string]struct {
		kind  string
		after types.VirtualMachinePowerState
		ask   func(*sandbox, *object.VirtualMachine) error
	}{
		"RebootGuest": {"VmGuestRebootEvent", types.VirtualMachinePowerStatePoweredOn,
			func(s *sandbox, vm *object.VirtualMachine) error { return vm.RebootGuest(s.ctx) }},
		"ShutdownGuest": {"VmGuestShutdownEvent", types.VirtualMachinePowerStatePoweredOff,
			func(s *sandbox, vm *object.VirtualMachine) error { return vm.ShutdownGuest(s.ctx) }},
		"StandbyGuest": {"VmGuestStandbyEvent", types.VirtualMachinePowerStateSuspended,
			func(s *sandbox, vm *object.VirtualMachine) error {
				_, err := methods.StandbyGuest(s.ctx, s.client.Client, &types.StandbyGuest{This: vm.Reference()})
				return err
			}},
	} {
		t.Run(method, func(t *testing.T) {
			s := start(t, "demo", 0)
			s.mustPost("/task", map[string]any{"method": method, "seconds": 1})
			vm, before := s.vm("Web/web-01"), time.Now()

			if err := wanted.ask(s, vm); err != nil {
				t.Fatal(err)
			}

			found := s.events(vm.Reference(), wanted.kind)
			if len(found) != 1 || kindOfEvent(found[0]) != wanted.kind {
				t.Fatalf("%v", found)
			}
			got := found[0].GetEvent()
			if got.Vm.Vm != vm.Reference() || got.Vm.Name != "web-01" || got.UserName != "bot" || got.CreatedTime.Before(before) {
				t.Fatalf("%+v", got)
			}
			if got.Datacenter.Name != "Frankfurt" || got.Host == nil || got.FullFormattedMessage == "" {
				t.Fatalf("%+v", got)
			}
			if power := s.props(vm, "runtime.powerState").Runtime.PowerState; power != types.VirtualMachinePowerStatePoweredOn {
				t.Fatalf("the guest was %s when the event was there", power)
			}
			s.watch(vm.Reference(), "runtime.powerState", func(value any) bool { return value == wanted.after })
		})
	}
}

func TestRefusedGuestOperationLeavesNoEvent(t *testing.T) {
	s := start(t, "demo", 0)
	s.mustPost("/vm", map[string]any{"vm": "web-01", "tools_running": false})
	vm := s.vm("Web/web-01")

	if err := vm.RebootGuest(s.ctx); err == nil {
		t.Fatal("accepted")
	}

	if found := s.events(vm.Reference(), "VmGuestRebootEvent"); len(found) != 0 {
		t.Fatalf("%v", found)
	}
}

func TestEveryChangeOfAVMIsInTheEventLog(t *testing.T) {
	s := start(t, "demo", 0)
	vm := s.vm("Web/web-01")
	done := func(task *object.Task, err error) *types.TaskInfo {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		info, err := task.WaitForResult(s.ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	folder := object.NewFolder(s.client.Client, s.w.infra.folders["Lab"])
	made := done(vm.Clone(s.ctx, folder, "web-copy", types.VirtualMachineCloneSpec{})).Result.(moref)
	copied := object.NewVirtualMachine(s.client.Client, made)
	done(copied.PowerOn(s.ctx))
	done(copied.Reset(s.ctx))
	done(copied.Suspend(s.ctx))
	done(copied.PowerOn(s.ctx))
	store := s.w.infra.stores["gold-02"]
	done(copied.Relocate(s.ctx, types.VirtualMachineRelocateSpec{Datastore: &store}, types.VirtualMachineMovePriorityDefaultPriority))
	done(copied.PowerOff(s.ctx))
	back := s.w.infra.stores["gold-01"]
	done(copied.Relocate(s.ctx, types.VirtualMachineRelocateSpec{Datastore: &back}, types.VirtualMachineMovePriorityDefaultPriority))
	done(copied.Reconfigure(s.ctx, types.VirtualMachineConfigSpec{NumCPUs: 4}))
	done(copied.Rename(s.ctx, "web-copied"))
	done(copied.Destroy(s.ctx))

	var kinds []string
	for _, each := range s.events(made) {
		kinds = append(kinds, kindOfEvent(each))
		if each.GetEvent().FullFormattedMessage == "" || each.GetEvent().UserName != "bot" {
			t.Errorf("%s says %+v", kindOfEvent(each), each.GetEvent())
		}
	}
	slices.Reverse(kinds) // the newest comes first
	wanted := []string{
		"VmClonedEvent", "VmPoweredOnEvent", "VmResettingEvent", "VmSuspendedEvent", "VmPoweredOnEvent", "VmMigratedEvent",
		"VmPoweredOffEvent", "VmRelocatedEvent", "VmReconfiguredEvent", "VmRenamedEvent", "VmRemovedEvent",
	}
	if !slices.Equal(kinds, wanted) {
		t.Fatalf("%v", kinds)
	}
}
