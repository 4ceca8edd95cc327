package main

// Putting VMs into the inventory and taking them out, with every reference consistent.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
)

// attachVM puts a built VM into its folder, host, pool, datastore and networks. Quiet tells nobody: for start-up.
func (w *world) attachVM(vm *simulator.VirtualMachine, quiet bool) {
	tell := func(obj mo.Reference, change func(), name string) {
		if quiet {
			change()
		} else {
			w.mutate(obj, change, name)
		}
	}
	folder := w.reg.Get(*vm.Parent).(*simulator.Folder)
	tell(folder, func() { folder.ChildEntity = append(folder.ChildEntity, vm.Self) }, "childEntity")
	host := w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	tell(host, func() { host.Vm = append(host.Vm, vm.Self) }, "vm")
	if cluster, ok := w.reg.Get(*host.Parent).(*simulator.ClusterComputeResource); ok && cluster.EnvironmentBrowser != nil {
		vm.EnvironmentBrowser = *cluster.EnvironmentBrowser
	}
	if vm.ResourcePool != nil {
		pool := w.reg.Get(*vm.ResourcePool).(*simulator.ResourcePool)
		tell(pool, func() { pool.Vm = append(pool.Vm, vm.Self) }, "vm")
	}
	for _, ref := range vm.Datastore {
		store := w.reg.Get(ref).(*simulator.Datastore)
		tell(store, func() { store.Vm = append(store.Vm, vm.Self) }, "vm")
	}
	for _, ref := range vm.Network {
		if list := networkVMs(w.reg.Get(ref)); list != nil {
			tell(w.reg.Get(ref), func() { *list = append(*list, vm.Self) }, "vm")
		}
	}
	w.reg.Put(vm)
}

func networkVMs(obj mo.Reference) *[]moref {
	switch network := obj.(type) {
	case *simulator.DistributedVirtualPortgroup:
		return &network.Vm
	case *mo.Network:
		return &network.Vm
	}
	return nil
}

// detachVM takes a VM out of the inventory.
func (w *world) detachVM(vm *simulator.VirtualMachine) {
	drop := func(ref moref, list *[]moref, name string) {
		w.mutate(w.reg.Get(ref), func() { *list = without(*list, vm.Self) }, name)
	}
	drop(*vm.Runtime.Host, &w.reg.Get(*vm.Runtime.Host).(*simulator.HostSystem).Vm, "vm")
	if vm.ResourcePool != nil {
		drop(*vm.ResourcePool, &w.reg.Get(*vm.ResourcePool).(*simulator.ResourcePool).Vm, "vm")
	}
	for _, ref := range vm.Datastore {
		drop(ref, &w.reg.Get(ref).(*simulator.Datastore).Vm, "vm")
	}
	for _, ref := range vm.Network {
		if list := networkVMs(w.reg.Get(ref)); list != nil {
			drop(ref, list, "vm")
		}
	}
	drop(*vm.Parent, &w.reg.Get(*vm.Parent).(*simulator.Folder).ChildEntity, "childEntity")
	w.reg.Remove(private(w.ctx), vm.Self)
}

// without copies a list except for one reference; answers under way may still read the old list.
func without(list []moref, gone moref) []moref {
	kept := make([]moref, 0, len(list))
	for _, ref := range list {
		if ref != gone {
			kept = append(kept, ref)
		}
	}
	return kept
}
