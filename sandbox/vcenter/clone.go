package main

// Copies of VMs, and VMs from templates.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// CloneVMTask copies a VM or deploys a template.
func (h *vmHandler) CloneVMTask(ctx *simulator.Context, req *types.CloneVM_Task) soap.HasFault {
	ref := h.start(ctx, "CloneVM_Task", "clone", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return h.w.cloneVM(ctx, h.VirtualMachine, req)
	})
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: ref}}
}

func (w *world) cloneVM(
	ctx *simulator.Context, source *simulator.VirtualMachine, req *types.CloneVM_Task,
) (types.AnyType, types.BaseMethodFault) {
	name := vcenterName(req.Name)
	if fault := w.checkName(name, req.Folder); fault != nil {
		return nil, fault
	}
	plan, fault := w.clonePlan(source, name, req)
	if fault != nil {
		return nil, fault
	}
	if fault := w.takeSpace(plan.datastore, w.fullSize(source), name); fault != nil {
		return nil, fault
	}
	clone := w.buildVM(plan)
	if toolsInstalled(source) {
		setTools(clone, true, false)
	}
	customize(clone, req.Spec.Customization)
	w.appear(ctx, clone, func(event types.VmEvent) types.BaseEvent {
		return &types.VmClonedEvent{
			VmCloneEvent: types.VmCloneEvent{VmEvent: event},
			SourceVm: types.VmEventArgument{
				EntityEventArgument: types.EntityEventArgument{Name: source.Name}, Vm: source.Self,
			},
		}
	})
	if req.Spec.PowerOn && !req.Spec.Template {
		if fault := w.powerOn(ctx, clone); fault != nil {
			return nil, fault
		}
	}
	return clone.Self, nil
}

func (w *world) clonePlan(
	source *simulator.VirtualMachine, name string, req *types.CloneVM_Task,
) (*vmPlan, types.BaseMethodFault) {
	location := &req.Spec.Location
	pool := location.Pool
	if pool == nil {
		pool = source.ResourcePool
	}
	if pool == nil {
		return nil, &types.InvalidArgument{InvalidProperty: "spec.location.pool"}
	}
	store := source.Datastore[0]
	if location.Datastore != nil {
		store = *location.Datastore
	}
	host, fault := w.placeOn(*pool, location.Host, store)
	if fault != nil {
		return nil, fault
	}
	plan := &vmPlan{
		name: name, folder: req.Folder, host: host.Self, pool: pool, datastore: store,
		cpus: source.Config.Hardware.NumCPU, cores: *source.Config.Hardware.NumCoresPerSocket,
		memoryMiB: source.Config.Hardware.MemoryMB, guestID: source.Config.GuestId, guestName: source.Config.GuestFullName,
		template: req.Spec.Template, hotCPU: isTrue(source.Config.CpuHotAddEnabled),
		hotMemory: isTrue(source.Config.MemoryHotAddEnabled), annotation: source.Config.Annotation,
		devices: cloneDevices(source, name),
	}
	if req.Spec.Template {
		plan.pool = nil
	}
	plan.extra = mergeExtra(nil, source.Config.ExtraConfig)
	if req.Spec.Config != nil {
		overlay(plan, req.Spec.Config)
		plan.extra = mergeExtra(plan.extra, req.Spec.Config.ExtraConfig)
	}
	if plan.cpus%plan.cores != 0 {
		return nil, &types.InvalidArgument{InvalidProperty: "configSpec.numCoresPerSocket"}
	}
	return plan, nil
}

// cloneDevices copies a VM's devices; disks and cards get identities of their own.
func cloneDevices(source *simulator.VirtualMachine, name string) []types.BaseVirtualDevice {
	var devices []types.BaseVirtualDevice
	for _, device := range source.Config.Hardware.Device {
		copied := copyDevice(device)
		switch typed := copied.(type) {
		case *types.VirtualDisk:
			if backing, ok := typed.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
				backing.Datastore, backing.FileName, backing.Parent = nil, "", nil
				backing.Uuid = stableUUID("disk", name, typed.DeviceInfo.GetDescription().Label)
			}
		case types.BaseVirtualEthernetCard:
			card := typed.GetVirtualEthernetCard()
			card.MacAddress = macFor(name, card.Key)
		}
		devices = append(devices, copied)
	}
	return devices
}

// customize is what the guest takes over from a customization spec: its name and a fixed address.
func customize(vm *simulator.VirtualMachine, spec *types.CustomizationSpec) {
	if spec == nil {
		return
	}
	vm.Guest.HostName = vm.Name
	if linux, ok := spec.Identity.(*types.CustomizationLinuxPrep); ok {
		if fixed, ok := linux.HostName.(*types.CustomizationFixedName); ok {
			vm.Guest.HostName = fixed.Name
		}
	}
	for _, nic := range spec.NicSettingMap {
		if fixed, ok := nic.Adapter.Ip.(*types.CustomizationFixedIp); ok {
			vm.Config.ExtraConfig = mergeExtra(vm.Config.ExtraConfig,
				[]types.BaseOptionValue{&types.OptionValue{Key: addressKey, Value: fixed.IpAddress}})
		}
	}
}
