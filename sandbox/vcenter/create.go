package main

// VMs that come and go: create, clone, destroy.

import (
	"regexp"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// folderHandler answers calls on a folder.
type folderHandler struct {
	*simulator.Folder
	w *world
}

// CreateFolder makes a folder, and unlike the simulator's tells long polls on this one.
func (h *folderHandler) CreateFolder(ctx *simulator.Context, req *types.CreateFolder) soap.HasFault {
	res := h.Folder.CreateFolder(ctx, req)
	if res.Fault() == nil {
		h.w.feed.changed(h.Self, "childEntity")
	}
	return res
}

// CreateVMTask creates a VM from a config spec.
func (h *folderHandler) CreateVMTask(ctx *simulator.Context, req *types.CreateVM_Task) soap.HasFault {
	ref := h.w.tasks.start(ctx, job{
		method: "CreateVM_Task", id: "Folder.createVm", entity: h.Folder,
		run: func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return h.w.createVM(ctx, h.Self, req)
		},
	})
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{Returnval: ref}}
}

func (w *world) createVM(ctx *simulator.Context, folder moref, req *types.CreateVM_Task) (types.AnyType, types.BaseMethodFault) {
	spec := &req.Config
	name := vcenterName(spec.Name)
	if fault := w.checkName(name, folder); fault != nil {
		return nil, fault
	}
	store, fault := w.storeFor(spec)
	if fault != nil {
		return nil, fault
	}
	host, fault := w.placeOn(req.Pool, req.Host, store.Self)
	if fault != nil {
		return nil, fault
	}
	plan := &vmPlan{
		name: name, folder: folder, host: host.Self, pool: &req.Pool, datastore: store.Self, cpus: 1, memoryMiB: 1024,
		guestID: "otherGuest64", hotCPU: isTrue(spec.CpuHotAddEnabled), hotMemory: isTrue(spec.MemoryHotAddEnabled),
		devices: baseDevices(),
	}
	overlay(plan, spec)
	plan.extra = mergeExtra(nil, spec.ExtraConfig)
	vm := w.buildVM(plan)
	devices, size, fault := w.changeDevices(vm, spec.DeviceChange)
	if fault != nil {
		return nil, fault
	}
	if fault := w.takeSpace(store.Self, size, name); fault != nil {
		return nil, fault
	}
	if devices != nil {
		vm.Config.Hardware.Device = devices
		vm.Network = networksOf(w, devices)
		w.layOut(vm)
	}
	w.appear(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmCreatedEvent{VmEvent: event} })
	return vm.Self, nil
}

// overlay lets a spec's figures win over a plan's.
func overlay(plan *vmPlan, spec *types.VirtualMachineConfigSpec) {
	if spec.NumCPUs != 0 {
		plan.cpus = spec.NumCPUs
	}
	if spec.NumCoresPerSocket != nil && *spec.NumCoresPerSocket > 0 {
		plan.cores = *spec.NumCoresPerSocket
	}
	if spec.MemoryMB != 0 {
		plan.memoryMiB = int32(spec.MemoryMB)
	}
	if spec.GuestId != "" {
		plan.guestID, plan.guestName = spec.GuestId, ""
	}
	if spec.CpuHotAddEnabled != nil {
		plan.hotCPU = *spec.CpuHotAddEnabled
	}
	if spec.MemoryHotAddEnabled != nil {
		plan.hotMemory = *spec.MemoryHotAddEnabled
	}
	if spec.Annotation != "" {
		plan.annotation = spec.Annotation
	}
	if spec.Uuid != "" {
		plan.uuid = spec.Uuid
	}
	if spec.InstanceUuid != "" {
		plan.instance = spec.InstanceUuid
	}
}

func (w *world) appear(ctx *simulator.Context, vm *simulator.VirtualMachine, event func(types.VmEvent) types.BaseEvent) {
	w.attachVM(vm, false)
	w.recount(*vm.Runtime.Host)
	w.postVM(ctx, vm, event)
}

var pathPattern = regexp.MustCompile(`^\[([^\]]+)\]`)

// storeFor finds the datastore that a spec names in its path or its first disk.
func (w *world) storeFor(spec *types.VirtualMachineConfigSpec) (*simulator.Datastore, types.BaseMethodFault) {
	if spec.Files == nil || spec.Files.VmPathName == "" {
		return nil, &types.InvalidVmConfig{Property: "configSpec.files.vmPathName"}
	}
	found := pathPattern.FindStringSubmatch(spec.Files.VmPathName)
	if found == nil {
		return nil, &types.InvalidDatastorePath{DatastorePath: spec.Files.VmPathName}
	}
	entity, err := w.named("Datastore", found[1])
	if err != nil {
		return nil, &types.InvalidDatastorePath{DatastorePath: spec.Files.VmPathName}
	}
	return entity.(*simulator.Datastore), nil
}

// placeOn picks the host: the one asked for, or the pool's cluster's member with the most memory left.
func (w *world) placeOn(pool moref, asked *moref, store moref) (*simulator.HostSystem, types.BaseMethodFault) {
	if asked != nil {
		host, ok := w.reg.Get(*asked).(*simulator.HostSystem)
		switch {
		case !ok:
			return nil, &types.ManagedObjectNotFound{Obj: *asked}
		case !usable(host):
			return nil, new(types.InvalidState)
		case !contains(host.Datastore, store):
			return nil, &types.InvalidDatastore{Datastore: &store, Name: nameOf(w.reg, w.reg.Get(store))}
		}
		return host, nil
	}
	cluster, ok := w.clusterOf(pool)
	if !ok {
		return nil, &types.InvalidArgument{InvalidProperty: "pool"}
	}
	var best *simulator.HostSystem
	for _, ref := range cluster.Host {
		host := w.reg.Get(ref).(*simulator.HostSystem)
		if usable(host) && contains(host.Datastore, store) && (best == nil || memoryLeft(host) > memoryLeft(best)) {
			best = host
		}
	}
	if best == nil {
		return nil, new(types.NoCompatibleHost)
	}
	return best, nil
}

func usable(host *simulator.HostSystem) bool {
	return !host.Runtime.InMaintenanceMode && host.Runtime.ConnectionState == types.HostSystemConnectionStateConnected
}

func memoryLeft(host *simulator.HostSystem) int64 {
	return host.Summary.Hardware.MemorySize>>20 - int64(host.Summary.QuickStats.OverallMemoryUsage)
}

func contains(list []moref, ref moref) bool {
	for _, each := range list {
		if each == ref {
			return true
		}
	}
	return false
}

// clusterOf follows a pool's parents up to its cluster.
func (w *world) clusterOf(pool moref) (*simulator.ClusterComputeResource, bool) {
	for ref := pool; ; {
		switch obj := w.reg.Get(ref).(type) {
		case *simulator.ClusterComputeResource:
			return obj, true
		case *simulator.ResourcePool:
			ref = *obj.Parent
		default:
			return nil, false
		}
	}
}

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
	if fault := w.takeSpace(plan.datastore, sizeOf(source), name); fault != nil {
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
				backing.Datastore, backing.FileName, backing.Uuid = nil, "", stableUUID("disk", name, typed.DeviceInfo.GetDescription().Label)
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

// DestroyTask deletes a VM that is off.
func (h *vmHandler) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	ref := h.start(ctx, "Destroy_Task", "destroy", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if h.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			return nil, badPower(h.VirtualMachine, types.VirtualMachinePowerStatePoweredOff)
		}
		return nil, h.w.destroyVM(ctx, h.VirtualMachine)
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: ref}}
}

// destroyVM deletes a VM and gives its space back. Hold effects.
func (w *world) destroyVM(ctx *simulator.Context, vm *simulator.VirtualMachine) types.BaseMethodFault {
	if w.reg.Get(vm.Self) == nil {
		return &types.ManagedObjectNotFound{Obj: vm.Self}
	}
	host := *vm.Runtime.Host
	w.clearAlarms(vm)
	w.postVM(ctx, vm, func(event types.VmEvent) types.BaseEvent { return &types.VmRemovedEvent{VmEvent: event} })
	w.detachVM(vm)
	_ = w.takeSpace(vm.Datastore[0], -sizeOf(vm), vm.Name)
	w.loads.forget(vm.Self)
	w.recount(host)
	return nil
}
