package main

// A VM's files: their names, the chains of disks and snapshots, and what they take on the datastore.

import (
	"fmt"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// configBytes is the size of a VM's small files.
const configBytes = int64(4096)

// storageProperties are those that layOut changes on a VM that stays where it is.
var storageProperties = []string{"config.hardware.device", "summary.storage", "layoutEx", "layout", "storage"}

// base is a disk of another VM on which a linked clone's disk is built.
type base struct {
	file  string
	store moref
	bytes int64
	own   int64 // bytes that the clone has written since
}

type diskID struct {
	vm  moref
	key int32
}

// storageBook remembers what the devices do not tell: the bases of linked clones, and how much snapshots have grown.
type storageBook struct {
	mu     sync.Mutex
	bases  map[diskID]base
	deltas map[moref]int64 // by snapshot: bytes of the VM's disks written since
}

func newStorageBook() *storageBook {
	return &storageBook{bases: map[diskID]base{}, deltas: map[moref]int64{}}
}

func (b *storageBook) base(vm moref, key int32) (base, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.bases[diskID{vm, key}]
	return found, ok
}

func (b *storageBook) setBase(vm moref, key int32, to base) {
	b.mu.Lock()
	b.bases[diskID{vm, key}] = to
	b.mu.Unlock()
}

func (b *storageBook) dropBase(vm moref, key int32) {
	b.mu.Lock()
	delete(b.bases, diskID{vm, key})
	b.mu.Unlock()
}

func (b *storageBook) delta(snapshot moref) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.deltas[snapshot]
}

func (b *storageBook) setDelta(snapshot moref, bytes int64) {
	b.mu.Lock()
	b.deltas[snapshot] = bytes
	b.mu.Unlock()
}

// diskBytes is what a disk takes: nothing when it maps a LUN, what was written when it is built on another.
func (w *world) diskBytes(vm moref, disk *types.VirtualDisk) int64 {
	if _, raw := disk.Backing.(*types.VirtualDiskRawDiskMappingVer1BackingInfo); raw {
		return 0
	}
	if on, linked := w.storage.base(vm, disk.Key); linked {
		return on.own
	}
	return disk.CapacityInBytes
}

// placeOf is the datastore of a disk: its own, or the VM's home.
func placeOf(vm *simulator.VirtualMachine, disk *types.VirtualDisk) moref {
	if file, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
		if place := file.GetVirtualDeviceFileBackingInfo().Datastore; place != nil {
			return *place
		}
	}
	return vm.Datastore[0]
}

// sizes is what a VM takes on each datastore, in bytes.
func (w *world) sizes(vm *simulator.VirtualMachine) map[moref]int64 {
	used := map[moref]int64{}
	for _, disk := range disksOf(vm) {
		used[placeOf(vm, disk)] += w.diskBytes(vm.Self, disk)
	}
	if vm.Snapshot != nil {
		for _, ref := range below(vm.Snapshot.RootSnapshotList) {
			used[vm.Datastore[0]] += w.storage.delta(ref)
		}
	}
	return used
}

// sizeOf is what a VM takes in all, in bytes.
func (w *world) sizeOf(vm *simulator.VirtualMachine) int64 {
	total := int64(0)
	for _, bytes := range w.sizes(vm) {
		total += bytes
	}
	return total
}

// fullSize is what the disks of a VM take once each stands on its own and no snapshot is left, as in a copy.
func (w *world) fullSize(vm *simulator.VirtualMachine) int64 {
	total := int64(0)
	for _, disk := range disksOf(vm) {
		if _, raw := disk.Backing.(*types.VirtualDiskRawDiskMappingVer1BackingInfo); !raw {
			total += disk.CapacityInBytes
		}
	}
	return total
}

// detachDisks makes every disk stand on its own, as a move or a full copy does.
func (w *world) detachDisks(vm *simulator.VirtualMachine) {
	for _, disk := range disksOf(vm) {
		w.storage.dropBase(vm.Self, disk.Key)
	}
}

// joinStores lets every datastore that holds a file of a VM know of the VM.
func (w *world) joinStores(vm *simulator.VirtualMachine) {
	for _, ref := range vm.Datastore {
		if store := w.reg.Get(ref).(*simulator.Datastore); !contains(store.Vm, vm.Self) {
			w.mutate(store, func() { store.Vm = append(store.Vm, vm.Self) }, "vm")
		}
	}
}

// layout is the list of a VM's files while it is made.
type layout struct {
	w      *world
	vm     *simulator.VirtualMachine
	home   moref
	ex     *types.VirtualMachineFileLayoutEx
	usage  map[moref]*types.VirtualMachineUsageOnDatastore
	number map[moref]int // of each snapshot, as it stands in its files' names
}

// layOut names a VM's files after its datastore and fills the storage figures.
func (w *world) layOut(vm *simulator.VirtualMachine) {
	now := time.Now()
	l := &layout{
		w: w, vm: vm, home: vm.Datastore[0], ex: &types.VirtualMachineFileLayoutEx{Timestamp: now}, number: map[moref]int{},
		usage: map[moref]*types.VirtualMachineUsageOnDatastore{},
	}
	files := &vm.Config.Files
	dir := l.path(l.home, "")
	files.SnapshotDirectory, files.SuspendDirectory, files.LogDirectory = dir, dir, dir
	files.VmPathName = l.path(l.home, "/"+vm.Config.Name+".vmx")
	vm.Summary.Config.VmPathName = files.VmPathName
	vm.Datastore = []moref{l.home}
	l.file(l.home, files.VmPathName, "config", configBytes, configBytes)
	var snapshots []tree
	if vm.Snapshot != nil {
		snapshots = vm.Snapshot.RootSnapshotList
		for i, ref := range below(snapshots) {
			l.number[ref] = i + 1
		}
	}
	for i, disk := range disksOf(vm) {
		l.disk(i, disk, snapshots)
	}
	l.snapshotData(snapshots)
	vm.LayoutEx = l.ex
	vm.Layout = &types.VirtualMachineFileLayout{ConfigFile: []string{files.VmPathName}}
	vm.Storage = &types.VirtualMachineStorageInfo{Timestamp: now}
	vm.Summary.Storage = &types.VirtualMachineStorageSummary{Timestamp: now}
	for _, place := range vm.Datastore {
		usage := *l.usage[place]
		vm.Storage.PerDatastoreUsage = append(vm.Storage.PerDatastoreUsage, usage)
		vm.Summary.Storage.Committed += usage.Committed
		vm.Summary.Storage.Unshared += usage.Unshared
	}
}

func (l *layout) path(place moref, file string) string {
	return fmt.Sprintf("[%s] %s%s", l.w.nameOfRef(place), l.vm.Config.Name, file)
}

// file adds a file and gives its key; unique is what no other VM shares.
func (l *layout) file(place moref, name, kind string, size, unique int64) int32 {
	key := int32(len(l.ex.File))
	l.ex.File = append(l.ex.File, types.VirtualMachineFileLayoutExFileInfo{
		Key: key, Name: name, Type: kind, Size: size, UniqueSize: unique, Accessible: types.NewBool(true),
	})
	if !contains(l.vm.Datastore, place) {
		l.vm.Datastore = append(l.vm.Datastore, place)
	}
	if l.usage[place] == nil {
		l.usage[place] = &types.VirtualMachineUsageOnDatastore{Datastore: place}
	}
	if kind == "diskExtent" {
		l.usage[place].Committed += size
		l.usage[place].Unshared += unique
	}
	return key
}

// link is one file of a disk's chain.
type link struct {
	key   int32
	name  string
	place moref
}

// disk lays out a disk's chain: the base of a linked clone, the disk itself, and a delta for each snapshot.
func (l *layout) disk(number int, disk *types.VirtualDisk, snapshots []tree) {
	name := l.vm.Config.Name
	if number > 0 {
		name += fmt.Sprintf("_%d", number)
	}
	place := placeOf(l.vm, disk)
	own := l.path(place, "/"+name+".vmdk")
	size := l.w.diskBytes(l.vm.Self, disk)
	var chain []link
	if on, linked := l.w.storage.base(l.vm.Self, disk.Key); linked {
		chain = append(chain, link{l.file(on.store, on.file, "diskExtent", on.bytes, 0), on.file, on.store})
	}
	chain = append(chain, link{l.file(place, own, "diskExtent", size, size), own, place})
	current := l.deltas(number, disk.Key, name, chain, snapshots)
	if current == nil {
		current = chain
	}
	l.ex.Disk = append(l.ex.Disk, types.VirtualMachineFileLayoutExDiskLayout{Key: disk.Key, Chain: units(current)})
	l.back(disk, place, current)
}

// deltas adds a file for each snapshot, and what each one froze; it gives the chain that the VM writes to now.
func (l *layout) deltas(number int, key int32, name string, chain []link, nodes []tree) []link {
	var current []link
	for _, node := range nodes {
		l.freeze(node.Snapshot, types.VirtualMachineFileLayoutExDiskLayout{Key: key, Chain: units(chain)})
		bytes := int64(0)
		if number == 0 {
			bytes = l.w.storage.delta(node.Snapshot)
		}
		file := l.path(l.home, fmt.Sprintf("/%s-%06d.vmdk", name, l.number[node.Snapshot]))
		longer := append(chain[:len(chain):len(chain)], link{l.file(l.home, file, "diskExtent", bytes, bytes), file, l.home})
		if now := l.vm.Snapshot.CurrentSnapshot; now != nil && *now == node.Snapshot {
			current = longer
		}
		if found := l.deltas(number, key, name, longer, node.ChildSnapshotList); found != nil {
			current = found
		}
	}
	return current
}

// freeze notes the files of a disk that a snapshot holds.
func (l *layout) freeze(snapshot moref, disk types.VirtualMachineFileLayoutExDiskLayout) {
	for i := range l.ex.Snapshot {
		if l.ex.Snapshot[i].Key == snapshot {
			l.ex.Snapshot[i].Disk = append(l.ex.Snapshot[i].Disk, disk)
			return
		}
	}
	l.ex.Snapshot = append(l.ex.Snapshot, types.VirtualMachineFileLayoutExSnapshotLayout{
		Key: snapshot, DataKey: -1, MemoryKey: -1, Disk: []types.VirtualMachineFileLayoutExDiskLayout{disk},
	})
}

// snapshotData adds the file in which each snapshot keeps the VM's configuration.
func (l *layout) snapshotData(snapshots []tree) {
	for _, ref := range below(snapshots) {
		name := l.path(l.home, fmt.Sprintf("/%s-Snapshot%d.vmsn", l.vm.Config.Name, l.number[ref]))
		key := l.file(l.home, name, "snapshotData", configBytes, configBytes)
		for i := range l.ex.Snapshot {
			if l.ex.Snapshot[i].Key == ref {
				l.ex.Snapshot[i].DataKey = key
			}
		}
	}
}

func units(chain []link) []types.VirtualMachineFileLayoutExDiskUnit {
	list := make([]types.VirtualMachineFileLayoutExDiskUnit, len(chain))
	for i, each := range chain {
		list[i] = types.VirtualMachineFileLayoutExDiskUnit{FileKey: []int32{each.key}}
	}
	return list
}

// back points a disk at the end of its chain, with everything before as its parents.
func (l *layout) back(disk *types.VirtualDisk, place moref, chain []link) {
	top := chain[len(chain)-1].name
	switch typed := disk.Backing.(type) {
	case *types.VirtualDiskFlatVer2BackingInfo:
		// Answers under way may still read the old backing.
		backing := *typed
		backing.Datastore, backing.FileName, backing.Parent = &place, top, nil
		into := &backing
		for i := len(chain) - 2; i >= 0; i-- {
			into.Parent = &types.VirtualDiskFlatVer2BackingInfo{
				VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: chain[i].name, Datastore: &chain[i].place},
				DiskMode:                     typed.DiskMode, ThinProvisioned: typed.ThinProvisioned,
				Uuid: stableUUID("disk", chain[i].name),
			}
			into = into.Parent
		}
		disk.Backing = &backing
	case *types.VirtualDiskRawDiskMappingVer1BackingInfo:
		backing := *typed
		backing.Datastore, backing.FileName = &place, top
		disk.Backing = &backing
	}
}
