package main

// Where a new VM may live: its host and its datastore.

import (
	"regexp"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

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
