package main

// A bigger estate while it runs: many small VMs more, as after a merger.

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	maxVMs     = 100000
	grownStore = int64(1) << 30 // bytes of each grown VM's disk
)

type growBody struct {
	VMs    int    `json:"vms"`
	Folder string `json:"folder"` // grown unless given, which is made when it is missing
	On     bool   `json:"on"`
}

// grow adds VMs to a folder, spread over all hosts and datastores; long polls hear of each.
func (d *door) grow(body growBody) (any, error) {
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	have := len(d.w.vms())
	if body.VMs < 1 || have+body.VMs > maxVMs {
		return nil, &badInput{fmt.Sprintf("vms is %d", body.VMs), fmt.Sprintf("give 1 to %d", maxVMs-have)}
	}
	folder, err := d.growFolder(body.Folder)
	if err != nil {
		return nil, err
	}
	first := d.w.grown
	for i := range body.VMs {
		plan, fault := d.w.grownPlan(first+i+1, folder.Self, body.On)
		if fault != nil {
			return nil, &badInput{faultMessage(fault), "make room with POST /datastore, or give fewer"}
		}
		d.w.grown++
		d.w.attachVM(d.w.buildVM(plan), false)
	}
	for _, ref := range d.w.infra.hosts {
		d.w.recount(ref)
	}
	return map[string]int{"vms": have + body.VMs}, nil
}

func (d *door) growFolder(name string) (*simulator.Folder, error) {
	if name != "" {
		entity, err := d.w.named("Folder", name)
		if err != nil {
			return nil, err
		}
		return entity.(*simulator.Folder), nil
	}
	if entity, err := d.w.named("Folder", "grown"); err == nil {
		return entity.(*simulator.Folder), nil
	}
	own := private(d.w.ctx)
	above := &folderHandler{d.w.reg.Get(d.w.infra.vmFolder).(*simulator.Folder), d.w}
	res := above.CreateFolder(own, &types.CreateFolder{This: above.Self, Name: "grown"})
	if fault := res.Fault(); fault != nil {
		return nil, fmt.Errorf("make the folder: %s", fault.String)
	}
	return d.w.reg.Get(res.(*methods.CreateFolderBody).Res.Returnval).(*simulator.Folder), nil
}

func (w *world) grownPlan(number int, folder moref, on bool) (*vmPlan, types.BaseMethodFault) {
	host := w.reg.Get(w.infra.hosts[number%len(w.infra.hosts)]).(*simulator.HostSystem)
	cluster := w.reg.Get(*host.Parent).(*simulator.ClusterComputeResource)
	pool, network := *cluster.ResourcePool, w.infra.networks[labNetwork]
	name := fmt.Sprintf("grown-%05d", number)
	store := w.infra.stores[w.infra.storeNames[number%len(w.infra.storeNames)]]
	if fault := w.takeSpace(store, grownStore, name); fault != nil {
		return nil, fault
	}
	return &vmPlan{
		name: name, folder: folder, host: host.Self, pool: &pool, datastore: store, network: &network, cpus: 1, cores: 1,
		memoryMiB: 512, disks: []int64{grownStore}, guestID: "debian12_64Guest",
		guestName: "Debian GNU/Linux 12 (64-bit)", on: on, tools: true, hotCPU: true, hotMemory: true,
		ip: fmt.Sprintf("10.%d.%d.%d", 128+number/62500, number/250%250, 1+number%250),
	}, nil
}
