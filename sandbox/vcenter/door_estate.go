package main

// The door's levers on the estate: alarms, load, space, hosts, and changes made by hand as in a vSphere client.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type alarmBody struct {
	Entity string `json:"entity"`
	Kind   string `json:"kind"` // vm (default), datastore or host
	Alarm  string `json:"alarm"`
	Status string `json:"status"` // red (default), yellow or green
}

type loadBody struct {
	VM         string   `json:"vm"`
	CPU        *float64 `json:"cpu_percent"`
	Memory     *float64 `json:"memory_percent"`
	Ready      *float64 `json:"ready_percent"`
	CoStop     *float64 `json:"costop_percent"`
	BalloonMiB *float64 `json:"balloon_mib"`
	SwapMiB    *float64 `json:"swap_mib"`
}

type storeBody struct {
	Datastore   string `json:"datastore"`
	Capacity    *int64 `json:"capacity_bytes"`
	Free        *int64 `json:"free_bytes"`
	Maintenance *bool  `json:"maintenance"`
}

type hostBody struct {
	Host        string `json:"host"`
	Maintenance *bool  `json:"maintenance"`
	Connected   *bool  `json:"connected"`
}

type vmBody struct {
	VM        string            `json:"vm"`
	Name      *string           `json:"name"`
	Folder    *string           `json:"folder"`
	Power     *string           `json:"power"` // on or off
	Tools     *bool             `json:"tools_running"`
	HotCPU    *bool             `json:"cpu_hot_add"`
	HotMemory *bool             `json:"memory_hot_add"`
	CPUs      *int32            `json:"cpus"`
	MemoryMiB *int32            `json:"memory_mib"`
	Custom    map[string]string `json:"custom"`
}

type nameBody struct {
	VM string `json:"vm"`
}

func (d *door) estateRoutes() {
	post(d, "/alarm", d.alarm)
	post(d, "/load", d.load)
	post(d, "/datastore", d.datastore)
	post(d, "/host", d.host)
	post(d, "/vm", d.vm)
	post(d, "/vm/delete", d.deleteVM)
}

func (d *door) entity(kind, name string) (mo.Entity, error) {
	switch kind {
	case "", "vm":
		return d.w.findVM(name)
	case "datastore":
		return d.w.named("Datastore", name)
	case "host":
		return d.w.named("HostSystem", name)
	}
	return nil, &badInput{fmt.Sprintf("kind is %q", kind), "use vm, datastore or host"}
}

func (d *door) alarm(body alarmBody) (any, error) {
	if body.Status == "" {
		body.Status = "red"
	}
	if body.Status != "red" && body.Status != "yellow" && body.Status != "green" {
		return nil, &badInput{fmt.Sprintf("status is %q", body.Status), "use red, yellow or green"}
	}
	alarm, err := d.w.findAlarm(body.Alarm)
	if err != nil {
		return nil, err
	}
	entity, err := d.entity(body.Kind, body.Entity)
	if err != nil {
		return nil, err
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	return map[string]any{
		"changed": d.w.setAlarm(alarm, entity, types.ManagedEntityStatus(body.Status)),
		"key":     fmt.Sprintf("%s.%s", alarm.Self.Value, entity.Reference().Value), "at": time.Now(),
	}, nil
}

func (d *door) load(body loadBody) (any, error) {
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	l := d.w.loads.now(vm.Self)
	for _, each := range []struct {
		name  string
		given *float64
		field *float64
		most  float64
	}{
		{"cpu_percent", body.CPU, &l.CPU, 100}, {"memory_percent", body.Memory, &l.Memory, 100},
		{"ready_percent", body.Ready, &l.Ready, 100}, {"costop_percent", body.CoStop, &l.CoStop, 100},
		{"balloon_mib", body.BalloonMiB, &l.BalloonMiB, 1e7}, {"swap_mib", body.SwapMiB, &l.SwapMiB, 1e7},
	} {
		if each.given == nil {
			continue
		}
		if *each.given < 0 || *each.given > each.most {
			return nil, &badInput{fmt.Sprintf("%s is %g", each.name, *each.given), fmt.Sprintf("give 0 to %g", each.most)}
		}
		*each.field = *each.given
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	d.w.loads.set(vm.Self, l)
	d.w.recount(*vm.Runtime.Host)
	d.w.feed.changed(vm.Self, "summary.quickStats")
	return l, nil
}

func (d *door) datastore(body storeBody) (any, error) {
	entity, err := d.w.named("Datastore", body.Datastore)
	if err != nil {
		return nil, err
	}
	store := entity.(*simulator.Datastore)
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	capacity, free := store.Summary.Capacity, store.Summary.FreeSpace
	if body.Capacity != nil {
		capacity = *body.Capacity
	}
	if body.Free != nil {
		free = *body.Free
	}
	if capacity <= 0 || free < 0 || free > capacity {
		return nil, &badInput{fmt.Sprintf("%d of %d bytes cannot be free", free, capacity), "give 0 <= free_bytes <= capacity_bytes"}
	}
	d.w.setSpace(store, capacity, free)
	if body.Maintenance != nil {
		mode := types.DatastoreSummaryMaintenanceModeStateNormal
		if *body.Maintenance {
			mode = types.DatastoreSummaryMaintenanceModeStateInMaintenance
		}
		d.w.mutate(store, func() { store.Summary.MaintenanceMode = string(mode) }, "summary")
	}
	return nil, nil
}

func (d *door) host(body hostBody) (any, error) {
	entity, err := d.w.named("HostSystem", body.Host)
	if err != nil {
		return nil, err
	}
	host := entity.(*simulator.HostSystem)
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if body.Maintenance != nil {
		d.w.setMaintenance(host, *body.Maintenance)
	}
	if body.Connected != nil {
		d.w.setConnected(host, *body.Connected)
	}
	return nil, nil
}

// vm changes a VM behind the bot's back, as a person in the vSphere client would, but without vCenter's rules.
func (d *door) vm(body vmBody) (any, error) {
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	ctx := private(d.w.ctx)
	for name, value := range body.Custom {
		key, ok := d.w.fieldKey(name, "VirtualMachine")
		if !ok {
			return nil, &badInput{fmt.Sprintf("no custom attribute is called %q", name), "define it over SOAP first"}
		}
		d.w.setField(ctx, vm, key, value)
	}
	if body.Name != nil {
		if fault := d.w.renameVM(ctx, vm, *body.Name); fault != nil {
			return nil, &badInput{faultMessage(fault), "choose another name"}
		}
	}
	if err := d.moveByHand(vm, body.Folder); err != nil {
		return nil, err
	}
	d.hardwareByHand(vm, &body)
	return nil, d.powerByHand(ctx, vm, &body)
}

func (d *door) moveByHand(vm *simulator.VirtualMachine, folder *string) error {
	if folder == nil {
		return nil
	}
	entity, err := d.w.named("Folder", *folder)
	if err != nil {
		return err
	}
	if fault := d.w.moveInto(entity.(*simulator.Folder), vm.Self); fault != nil {
		return &badInput{faultMessage(fault), "choose another folder"}
	}
	return nil
}

func (d *door) hardwareByHand(vm *simulator.VirtualMachine, body *vmBody) {
	if body.HotCPU == nil && body.HotMemory == nil && body.CPUs == nil && body.MemoryMiB == nil {
		return
	}
	spec := &types.VirtualMachineConfigSpec{CpuHotAddEnabled: body.HotCPU, MemoryHotAddEnabled: body.HotMemory}
	if body.CPUs != nil {
		spec.NumCPUs = *body.CPUs
	}
	if body.MemoryMiB != nil {
		spec.MemoryMB = int64(*body.MemoryMiB)
	}
	d.w.mutate(vm, func() {
		applyHardware(vm, spec)
		vm.Config.ChangeVersion = changeVersion()
	}, append([]string{"config.changeVersion"}, hardwareProperties...)...)
	d.w.recount(*vm.Runtime.Host)
}

func (d *door) powerByHand(ctx *simulator.Context, vm *simulator.VirtualMachine, body *vmBody) error {
	on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
	switch {
	case body.Power == nil:
	case *body.Power != "on" && *body.Power != "off":
		return &badInput{fmt.Sprintf("power is %q", *body.Power), "use on or off"}
	case *body.Power == "on" && !on:
		if fault := d.w.powerOn(ctx, vm); fault != nil {
			return &badInput{faultMessage(fault), "take the host out of maintenance first"}
		}
	case *body.Power == "off" && on:
		d.w.powerOff(ctx, vm)
	}
	if body.Tools != nil {
		d.w.mutate(vm, func() {
			if *body.Tools {
				guestUp(vm, "")
			} else {
				setTools(vm, toolsInstalled(vm), false)
				setHeartbeat(vm, types.ManagedEntityStatusGray)
			}
		}, guestProperties...)
	}
	return nil
}

func (d *door) deleteVM(body nameBody) (any, error) {
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if fault := d.w.destroyVM(private(d.w.ctx), vm); fault != nil {
		return nil, &badInput{faultMessage(fault), "it is gone already"}
	}
	return nil, nil
}
