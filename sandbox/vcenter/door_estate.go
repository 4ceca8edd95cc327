package main

// The door's levers on the estate: alarms, load, space, hosts, and changes made by hand as in a vSphere client.

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type hostBody struct {
	Host        string `json:"host"`
	Maintenance *bool  `json:"maintenance"`
	Connected   *bool  `json:"connected"`
	Connection  string `json:"connection"` // connected, notResponding or disconnected
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
	AtBoot    *int32            `json:"memory_at_boot_mib"` // of one that runs
	Custom    map[string]string `json:"custom"`
}

type nameBody struct {
	VM string `json:"vm"`
}

func (d *door) estateRoutes() {
	post(d, "/load", d.load)
	post(d, "/datastore", d.datastore)
	post(d, "/host", d.host)
	post(d, "/vm", d.vm)
	post(d, "/vm/delete", d.deleteVM)
	post(d, "/grow", d.grow)
	post(d, "/disk", d.disk)
	post(d, "/snapshot", d.snapshot)
	postUpTo(d, "/events", maxEventsBody, d.events)
}

func (d *door) entity(kind, name string) (mo.Entity, error) {
	switch kind {
	case "", "vm":
		return d.w.findVM(name)
	case "datastore":
		return d.w.named("Datastore", name)
	case "host":
		return d.w.named("HostSystem", name)
	case "cluster":
		return d.w.named("ClusterComputeResource", name)
	}
	return nil, &badInput{fmt.Sprintf("kind is %q", kind), "use vm, datastore, host or cluster"}
}

func (d *door) host(body hostBody) (any, error) {
	entity, err := d.w.named("HostSystem", body.Host)
	if err != nil {
		return nil, err
	}
	host, state := entity.(*simulator.HostSystem), types.HostSystemConnectionState(body.Connection)
	switch state {
	case types.HostSystemConnectionStateConnected, types.HostSystemConnectionStateNotResponding, types.HostSystemConnectionStateDisconnected:
	case "":
		if body.Connected != nil && *body.Connected {
			state = types.HostSystemConnectionStateConnected
		} else if body.Connected != nil {
			state = types.HostSystemConnectionStateNotResponding
		}
	default:
		return nil, &badInput{fmt.Sprintf("connection is %q", body.Connection), "use connected, notResponding or disconnected"}
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if body.Maintenance != nil {
		d.w.setMaintenance(host, *body.Maintenance)
	}
	if state != "" {
		d.w.setConnection(host, state)
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
	if err := d.checkByHand(vm, &body); err != nil {
		return nil, err
	}
	ctx := private(d.w.ctx)
	if body.Name != nil {
		if fault := d.w.renameVM(ctx, vm, *body.Name); fault != nil {
			return nil, &badInput{faultMessage(fault), "choose another name"}
		}
	}
	if err := d.moveByHand(vm, body.Folder); err != nil {
		return nil, err
	}
	for name, value := range body.Custom {
		key, _ := d.w.fieldKey(name, "VirtualMachine")
		d.w.setField(ctx, vm, key, value)
	}
	d.hardwareByHand(vm, &body)
	return nil, d.powerByHand(ctx, vm, &body)
}

// checkByHand says what no VM can be, before anything is changed.
func (d *door) checkByHand(vm *simulator.VirtualMachine, body *vmBody) error {
	for name := range body.Custom {
		if _, ok := d.w.fieldKey(name, "VirtualMachine"); !ok {
			return &badInput{fmt.Sprintf("no custom attribute is called %q", name), "define it over SOAP first"}
		}
	}
	if body.Folder != nil {
		if _, err := d.w.named("Folder", *body.Folder); err != nil {
			return err
		}
	}
	cores := *vm.Config.Hardware.NumCoresPerSocket
	switch {
	case body.Power != nil && *body.Power != "on" && *body.Power != "off":
		return &badInput{fmt.Sprintf("power is %q", *body.Power), "use on or off"}
	case body.CPUs != nil && (*body.CPUs < 1 || *body.CPUs > maxCPUs || *body.CPUs%cores != 0):
		return &badInput{fmt.Sprintf("cpus is %d", *body.CPUs), fmt.Sprintf("give 1 to %d, in steps of %d", maxCPUs, cores)}
	case body.AtBoot != nil && (*body.AtBoot < 4 || vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn):
		return &badInput{fmt.Sprintf("memory_at_boot_mib is %d", *body.AtBoot), "give 4 or more, for a VM that runs"}
	case body.MemoryMiB != nil && (*body.MemoryMiB < 4 || *body.MemoryMiB%4 != 0):
		return &badInput{fmt.Sprintf("memory_mib is %d", *body.MemoryMiB), "give 4 or more, in steps of 4"}
	}
	return nil
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
	if body.HotCPU == nil && body.HotMemory == nil && body.CPUs == nil && body.MemoryMiB == nil && body.AtBoot == nil {
		return
	}
	spec := &types.VirtualMachineConfigSpec{CpuHotAddEnabled: body.HotCPU, MemoryHotAddEnabled: body.HotMemory}
	if body.CPUs != nil {
		spec.NumCPUs = *body.CPUs
	}
	if body.MemoryMiB != nil {
		spec.MemoryMB = int64(*body.MemoryMiB)
	}
	before := vm.Config.Hardware
	d.w.mutate(vm, func() {
		applyHardware(vm, spec)
		on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
		switch {
		case body.AtBoot != nil:
			setHotMemory(vm, *body.AtBoot)
		case body.HotMemory != nil && on:
			setHotMemory(vm, vm.Config.Hardware.MemoryMB)
		}
		vm.Config.ChangeVersion = changeVersion()
	}, append([]string{"config.changeVersion"}, hardwareProperties...)...)
	d.w.resized(vm, &before)
}

func (d *door) powerByHand(ctx *simulator.Context, vm *simulator.VirtualMachine, body *vmBody) error {
	on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
	switch {
	case body.Power == nil:
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
