package main

// The infrastructure: a datacenter with clusters, hosts, datastores, networks, pools and folders.

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

type clusterPlan struct {
	name      string
	hosts     []string
	cores     int16
	memoryGiB int64
	pools     []string
}

type storePlan struct {
	name, tier        string
	capacity, freeGiB int64
}

// infra holds references to what was built, by name.
type infra struct {
	datacenter moref
	vmFolder   moref
	clusters   map[string]moref
	hosts      []moref
	hostsIn    map[string][]moref
	rootPools  map[string]moref
	pools      map[string]moref
	stores     map[string]moref
	storeNames []string
	networks   map[string]moref
	folders    map[string]moref
	groups     map[string]moref // port groups by their keys
}

var attributes = []struct{ name, kind string }{
	{"iaas.owner", "VirtualMachine"}, {"iaas.expires", "VirtualMachine"}, {"iaas.protected", "VirtualMachine"},
	{"iaas.operation", "VirtualMachine"}, {"iaas.auto", "VirtualMachine"}, {"iaas.max-cpu", "VirtualMachine"},
	{"iaas.max-memory", "VirtualMachine"}, {"tier", "Datastore"},
}

// builder carries the first error through the many steps of building.
type builder struct {
	w      *world
	ctx    *simulator.Context
	client *vim25.Client
	err    error
	dvs    *object.DistributedVirtualSwitch
}

func (w *world) buildInfra(clusters []clusterPlan, stores []storePlan, networks, folders []string) error {
	client, err := vim25.NewClient(w.ctx, w.model.Service)
	if err != nil {
		return fmt.Errorf("open the simulator's own client: %w", err)
	}
	w.infra = infra{
		clusters: map[string]moref{}, hostsIn: map[string][]moref{}, rootPools: map[string]moref{},
		pools: map[string]moref{}, stores: map[string]moref{}, networks: map[string]moref{}, folders: map[string]moref{},
		groups: map[string]moref{},
	}
	b := &builder{w: w, ctx: w.ctx, client: client}
	dc := b.datacenter("Frankfurt")
	if b.err != nil {
		return b.err
	}
	found, err := dc.Folders(w.ctx)
	if err != nil {
		return fmt.Errorf("read the datacenter's folders: %w", err)
	}
	w.infra.datacenter, w.infra.vmFolder = dc.Reference(), found.VmFolder.Reference()
	b.fields()
	b.network(found.NetworkFolder)
	for _, plan := range clusters {
		b.cluster(found.HostFolder, plan)
	}
	b.portgroups(found.NetworkFolder, networks)
	for _, plan := range stores {
		b.store(plan)
	}
	for _, name := range folders {
		b.folder(found.VmFolder, name)
	}
	for _, ref := range w.infra.hosts {
		w.recount(ref)
	}
	return b.err
}

func (b *builder) fail(doing string, err error) bool {
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", doing, err)
	}
	return b.err != nil
}

func (b *builder) wait(doing string, task *object.Task, err error) *types.TaskInfo {
	if b.fail(doing, err) {
		return nil
	}
	info, err := task.WaitForResult(b.ctx, nil)
	b.fail(doing, err)
	return info
}

func (b *builder) datacenter(name string) *object.Datacenter {
	dc, err := object.NewRootFolder(b.client).CreateDatacenter(b.ctx, name)
	b.fail("create the datacenter", err)
	return dc
}

func (b *builder) fields() {
	manager := b.w.reg.CustomFieldsManager()
	// The simulator counts keys from 0, which no vCenter does; the first one is thrown away.
	first := manager.AddCustomFieldDef(b.ctx, &types.AddCustomFieldDef{This: manager.Self, Name: "unused", MoType: "Folder"})
	manager.RemoveCustomFieldDef(b.ctx, &types.RemoveCustomFieldDef{
		This: manager.Self, Key: first.(*methods.AddCustomFieldDefBody).Res.Returnval.Key,
	})
	for _, each := range attributes {
		res := manager.AddCustomFieldDef(b.ctx, &types.AddCustomFieldDef{This: manager.Self, Name: each.name, MoType: each.kind})
		if fault := res.Fault(); fault != nil {
			b.fail("define "+each.name, fmt.Errorf("%s", fault.String))
		}
	}
}

func (b *builder) network(folder *object.Folder) {
	spec := types.DVSCreateSpec{ConfigSpec: &types.VMwareDVSConfigSpec{}}
	spec.ConfigSpec.GetDVSConfigSpec().Name = "dvs-frankfurt"
	task, err := folder.CreateDVS(b.ctx, spec)
	if info := b.wait("create the switch", task, err); info != nil {
		b.dvs = object.NewDistributedVirtualSwitch(b.client, info.Result.(moref))
	}
}

func (b *builder) portgroups(folder *object.Folder, names []string) {
	for _, name := range names {
		if b.err != nil {
			return
		}
		task, err := b.dvs.AddPortgroup(b.ctx, []types.DVPortgroupConfigSpec{{
			Name: name, Type: string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding), NumPorts: 256,
		}})
		b.wait("create the network "+name, task, err)
		children := b.w.reg.Get(folder.Reference()).(*simulator.Folder).ChildEntity
		if group, ok := b.w.reg.FindByName(name, children).(*simulator.DistributedVirtualPortgroup); ok {
			b.w.infra.networks[name] = group.Self
			b.w.infra.groups[group.Key] = group.Self
		}
	}
}

func (b *builder) cluster(folder *object.Folder, plan clusterPlan) {
	if b.err != nil {
		return
	}
	cluster, err := folder.CreateCluster(b.ctx, plan.name, types.ClusterConfigSpecEx{})
	if b.fail("create the cluster "+plan.name, err) {
		return
	}
	b.w.infra.clusters[plan.name] = cluster.Reference()
	for _, name := range plan.hosts {
		task, err := cluster.AddHost(b.ctx, types.HostConnectSpec{HostName: name}, true, nil, nil)
		info := b.wait("add the host "+name, task, err)
		if info == nil {
			return
		}
		b.host(plan, info.Result.(moref))
	}
	root, err := cluster.ResourcePool(b.ctx)
	if b.fail("read the root pool", err) {
		return
	}
	b.w.infra.rootPools[plan.name] = root.Reference()
	for _, name := range plan.pools {
		pool, err := root.Create(b.ctx, name, types.DefaultResourceConfigSpec())
		if b.fail("create the pool "+name, err) {
			return
		}
		b.w.infra.pools[name] = pool.Reference()
	}
}

// host gives a host the size of a real one and joins it to the switch.
func (b *builder) host(plan clusterPlan, ref moref) {
	host := b.w.reg.Get(ref).(*simulator.HostSystem)
	hardware := host.Summary.Hardware
	hardware.NumCpuPkgs, hardware.NumCpuCores, hardware.NumCpuThreads = 2, plan.cores, plan.cores*2
	hardware.CpuMhz, hardware.MemorySize = mhzPerCore, plan.memoryGiB*gib
	hardware.Vendor, hardware.Model, hardware.CpuModel = "Dell Inc.", "PowerEdge R750", "Intel(R) Xeon(R) Gold 6342 CPU @ 2.60GHz"
	host.Hardware.MemorySize = plan.memoryGiB * gib
	host.Hardware.CpuInfo = types.HostCpuInfo{
		NumCpuPackages: 2, NumCpuCores: plan.cores, NumCpuThreads: plan.cores * 2, Hz: int64(mhzPerCore) * 1000000,
	}
	b.w.infra.hosts = append(b.w.infra.hosts, ref)
	b.w.infra.hostsIn[plan.name] = append(b.w.infra.hostsIn[plan.name], ref)
	task, err := b.dvs.Reconfigure(b.ctx, &types.DVSConfigSpec{
		Host: []types.DistributedVirtualSwitchHostMemberConfigSpec{{Operation: string(types.ConfigSpecOperationAdd), Host: ref}},
	})
	b.wait("join "+host.Name+" to the switch", task, err)
}

// store mounts a datastore on every host.
func (b *builder) store(plan storePlan) {
	if b.err != nil {
		return
	}
	home, err := os.MkdirTemp("", "iaas-sandbox-")
	if b.fail("make a directory", err) {
		return
	}
	b.w.dirs = append(b.w.dirs, home)
	dir := filepath.Join(home, plan.name)
	if b.fail("make a directory", os.Mkdir(dir, 0o700)) {
		return
	}
	var ref moref
	for _, hostRef := range b.w.infra.hosts {
		host := b.w.reg.Get(hostRef).(*simulator.HostSystem)
		system := b.w.reg.Get(*host.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem)
		res := system.CreateLocalDatastore(b.ctx, &types.CreateLocalDatastore{This: system.Self, Name: plan.name, Path: dir})
		if fault := res.Fault(); fault != nil {
			b.fail("mount "+plan.name, fmt.Errorf("%s", fault.String))
			return
		}
		ref = res.(*methods.CreateLocalDatastoreBody).Res.Returnval
	}
	if ref.Value == "" {
		entity, err := b.w.named("Datastore", plan.name)
		if b.fail("find "+plan.name, err) {
			return
		}
		ref = entity.Reference()
	}
	b.dressStore(plan, ref)
}

func (b *builder) dressStore(plan storePlan, ref moref) {
	store, ok := b.w.reg.Get(ref).(*simulator.Datastore)
	if !ok {
		entity, err := b.w.named("Datastore", plan.name)
		if b.fail("find "+plan.name, err) {
			return
		}
		store = entity.(*simulator.Datastore)
	}
	shared := true
	store.Summary.Type = "VMFS"
	store.Summary.MultipleHostAccess = &shared
	b.w.setSpace(store, plan.capacity*gib, plan.freeGiB*gib)
	if key, ok := b.w.fieldKey("tier", "Datastore"); ok {
		b.w.setField(private(b.ctx), store, key, plan.tier)
	}
	b.w.infra.stores[plan.name] = store.Self
	b.w.infra.storeNames = append(b.w.infra.storeNames, plan.name)
}

func (b *builder) folder(parent *object.Folder, name string) {
	if b.err != nil {
		return
	}
	made, err := parent.CreateFolder(b.ctx, name)
	if b.fail("create the folder "+name, err) {
		return
	}
	b.w.infra.folders[name] = made.Reference()
}

func (w *world) removeDirs() {
	for _, dir := range w.dirs {
		_ = os.RemoveAll(dir)
	}
}
