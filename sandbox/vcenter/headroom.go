package main

// Figures of hosts, clusters and datastores that follow from what runs on them.

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	mhzPerCore = int32(2600)
	maxCPUs    = int32(128)
	// idleLoad is what a running VM uses when the control door set nothing, in percent.
	idleCPU, idleMemory = 8.0, 35.0
)

// recount adds up a host's use from its VMs, and its cluster's from the hosts. Hold effects.
func (w *world) recount(ref moref) {
	host, ok := w.reg.Get(ref).(*simulator.HostSystem)
	if !ok {
		return
	}
	for _, vmRef := range host.Vm {
		vm, ok := w.reg.Get(vmRef).(*simulator.VirtualMachine)
		if !ok {
			continue
		}
		w.refreshStats(vm)
	}
	used, hardware := w.hostLoad(host, now()), host.Summary.Hardware
	w.mutate(host, func() {
		host.Summary.QuickStats.OverallCpuUsage = int32(used.CPU / 100 * float64(mhzPerCore*int32(hardware.NumCpuCores)))
		host.Summary.QuickStats.OverallMemoryUsage = int32(used.Memory / 100 * float64(hardware.MemorySize>>20))
	}, "summary.quickStats")
	w.watch.look(host)
	w.recountCluster(host)
}

const (
	hypervisorMHz = int32(900)
	hypervisorMiB = int32(6144)
)

func (w *world) recountCluster(host *simulator.HostSystem) {
	cluster, ok := w.reg.Get(*host.Parent).(*simulator.ClusterComputeResource)
	if !ok {
		return
	}
	usage := &types.ClusterUsageSummary{}
	sum := types.ComputeResourceSummary{OverallStatus: types.ManagedEntityStatusGreen}
	for _, ref := range cluster.Host {
		member := w.reg.Get(ref).(*simulator.HostSystem)
		hardware := member.Summary.Hardware
		mhz := int32(hardware.NumCpuCores) * mhzPerCore
		sum.TotalCpu += mhz
		sum.TotalMemory += hardware.MemorySize
		sum.NumCpuCores += hardware.NumCpuCores
		sum.NumCpuThreads += hardware.NumCpuThreads
		sum.NumHosts++
		if member.Runtime.InMaintenanceMode || member.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
			continue
		}
		sum.NumEffectiveHosts++
		sum.EffectiveCpu += mhz - hypervisorMHz
		sum.EffectiveMemory += hardware.MemorySize>>20 - int64(hypervisorMiB) // MiB, unlike TotalMemory
		usage.CpuDemandMhz += member.Summary.QuickStats.OverallCpuUsage
		usage.MemDemandMB += member.Summary.QuickStats.OverallMemoryUsage
		usage.TotalVmCount += int32(len(member.Vm))
	}
	usage.TotalCpuCapacityMhz, usage.TotalMemCapacityMB = sum.EffectiveCpu, int32(sum.EffectiveMemory)
	usage.CpuEntitledMhz, usage.MemEntitledMB = usage.CpuDemandMhz, usage.MemDemandMB
	w.mutate(cluster, func() {
		summary := cluster.Summary.(*types.ClusterComputeResourceSummary)
		summary.ComputeResourceSummary = sum
		summary.UsageSummary = usage
	}, "summary")
}

// refreshStats sets a VM's quick figures from its load. It changes fields only; the caller tells.
func (w *world) refreshStats(vm *simulator.VirtualMachine) {
	load := w.loads.now(vm.Self)
	stats := types.VirtualMachineQuickStats{GuestHeartbeatStatus: vm.GuestHeartbeatStatus}
	if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		hardware := &vm.Config.Hardware
		stats.OverallCpuUsage = int32(load.CPU / 100 * float64(mhzPerCore*hardware.NumCPU))
		stats.OverallCpuDemand = stats.OverallCpuUsage
		stats.OverallCpuReadiness = int32(load.Ready)
		stats.GuestMemoryUsage = int32(load.Memory / 100 * float64(hardware.MemoryMB))
		stats.HostMemoryUsage = int32(hostShare(load.Memory) * float64(hardware.MemoryMB))
		stats.BalloonedMemory = int32(load.BalloonMiB)
		stats.SwappedMemory = int32(load.SwapMiB)
		since := vm.Runtime.BootTime
		if since != nil {
			stats.UptimeSeconds = int32(now().Sub(*since).Seconds())
		}
	}
	w.reg.WithLock(private(w.ctx), vm.Self, func() { vm.Summary.QuickStats = stats })
}

// takeSpace takes bytes of a datastore, or gives them back when negative; it says when there are not enough.
func (w *world) takeSpace(ref moref, bytes int64, name string) types.BaseMethodFault {
	store, ok := w.reg.Get(ref).(*simulator.Datastore)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if bytes > store.Summary.FreeSpace {
		return &types.NoDiskSpace{
			FileFault: types.FileFault{File: fmt.Sprintf("[%s] %s/%s.vmdk", store.Name, name, name)},
			Datastore: store.Name,
		}
	}
	if bytes != 0 {
		w.setSpace(store, store.Summary.Capacity, store.Summary.FreeSpace-bytes)
	}
	return nil
}

// takeSpaces takes bytes of several datastores, or of none when one has too few.
func (w *world) takeSpaces(bytes map[moref]int64, name string) types.BaseMethodFault {
	var taken []moref
	for place, size := range bytes {
		if fault := w.takeSpace(place, size, name); fault != nil {
			for _, ref := range taken {
				_ = w.takeSpace(ref, -bytes[ref], name)
			}
			return fault
		}
		taken = append(taken, place)
	}
	return nil
}

// setSpace sets a datastore's figures. Hold effects.
func (w *world) setSpace(store *simulator.Datastore, capacity, free int64) {
	w.mutate(store, func() {
		store.Summary.Capacity, store.Summary.FreeSpace = capacity, max(0, min(free, capacity))
		info := store.Info.GetDatastoreInfo()
		info.FreeSpace = store.Summary.FreeSpace
		stamp := now()
		info.Timestamp = &stamp
	}, "summary.capacity", "summary.freeSpace", "info.freeSpace", "info.timestamp")
	w.watch.look(store)
}
