package main

// The door's levers on storage: datastores, and what makes a VM's disks hard to move.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type storeBody struct {
	Datastore   string  `json:"datastore"`
	Capacity    *int64  `json:"capacity_bytes"`
	Free        *int64  `json:"free_bytes"`
	Maintenance *bool   `json:"maintenance"`
	Tier        *string `json:"tier"` // an empty one takes it away
}

type diskBody struct {
	VM        string `json:"vm"`
	Disk      int    `json:"disk"`      // 1 for the first
	Backing   string `json:"backing"`   // flat, rdm or linked
	Base      string `json:"base"`      // of a linked clone's disk: the VM on whose first disk it is built
	Own       *int64 `json:"own_bytes"` // of a linked clone's disk: what it has written since
	Bus       string `json:"bus"`       // noSharing, virtualSharing or physicalSharing of the disk's controller
	Sharing   string `json:"sharing"`   // sharingNone or sharingMultiWriter of the disk itself
	Datastore string `json:"datastore"` // moves the disk alone
}

type snapshotBody struct {
	VM    string    `json:"vm"`
	Name  string    `json:"name"`
	At    time.Time `json:"at"`    // now unless given
	Bytes int64     `json:"bytes"` // that the VM has written since
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
	if body.Tier != nil {
		key, ok := d.w.fieldKey("tier", "Datastore")
		if !ok {
			return nil, &badInput{"datastores have no attribute tier", "define it over SOAP first"}
		}
		d.w.setField(private(d.w.ctx), store, key, *body.Tier)
	}
	return nil, nil
}

// snapshot takes a snapshot by hand, of any age and size.
func (d *door) snapshot(body snapshotBody) (any, error) {
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	at := body.At
	if at.IsZero() {
		at = time.Now()
	}
	switch {
	case body.Name == "":
		return nil, &badInput{"name is missing", "give the snapshot a name"}
	case at.After(time.Now()):
		return nil, &badInput{"at is " + at.Format(time.RFC3339), "give a time that is past"}
	case body.Bytes < 0:
		return nil, &badInput{fmt.Sprintf("bytes is %d", body.Bytes), "give 0 or more"}
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if fault := d.w.takeSpace(vm.Datastore[0], body.Bytes, vm.Name); fault != nil {
		return nil, &badInput{faultMessage(fault), "make room with POST /datastore first"}
	}
	ref := d.w.takeSnapshot(vm, body.Name, "", false, at)
	d.w.storage.setDelta(ref, body.Bytes)
	d.w.mutate(vm, func() { d.w.layOut(vm) }, storageProperties...)
	return map[string]string{"id": ref.Value}, nil
}

// disk changes what a disk is made of.
func (d *door) disk(body diskBody) (any, error) {
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	disks := disksOf(vm)
	if body.Disk < 1 || body.Disk > len(disks) {
		return nil, &badInput{fmt.Sprintf("disk is %d", body.Disk), fmt.Sprintf("%s has the disks 1 to %d", vm.Name, len(disks))}
	}
	disk := disks[body.Disk-1]
	place, err := d.diskPlace(&body)
	if err != nil {
		return nil, err
	}
	linked, err := d.linkedBase(vm, disk, &body)
	if err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	before, homes := d.w.sizes(vm), vm.Datastore
	d.w.mutate(vm, func() { d.remake(vm, disk, &body, place, linked) },
		append([]string{"datastore", "config.changeVersion"}, storageProperties...)...)
	d.settle(vm, before, homes)
	return nil, nil
}

func (b *diskBody) check() error {
	for _, each := range []struct {
		name, given string
		allowed     []string
	}{
		{"backing", b.Backing, []string{"", "flat", "rdm", "linked"}},
		{"bus", b.Bus, []string{"", "noSharing", "virtualSharing", "physicalSharing"}},
		{"sharing", b.Sharing, []string{"", "sharingNone", "sharingMultiWriter"}},
	} {
		if !containsText(each.allowed, each.given) {
			return &badInput{fmt.Sprintf("%s is %q", each.name, each.given), fmt.Sprintf("use one of %q", each.allowed[1:])}
		}
	}
	return nil
}

func (d *door) diskPlace(body *diskBody) (*moref, error) {
	if body.Datastore == "" {
		return nil, nil
	}
	entity, err := d.w.named("Datastore", body.Datastore)
	if err != nil {
		return nil, err
	}
	ref := entity.Reference()
	return &ref, nil
}

// linkedBase is the disk that a linked clone's disk is to be built on; nil when it is to be something else.
func (d *door) linkedBase(vm *simulator.VirtualMachine, disk *types.VirtualDisk, body *diskBody) (*base, error) {
	if body.Backing != "linked" {
		return nil, nil
	}
	source, err := d.w.findVM(body.Base)
	if err != nil {
		return nil, err
	}
	disks := disksOf(source)
	if source == vm || len(disks) == 0 {
		return nil, &badInput{fmt.Sprintf("base is %q", body.Base), "name another VM that has a disk"}
	}
	own := int64(0)
	if body.Own != nil {
		own = *body.Own
	}
	if own < 0 || own > disk.CapacityInBytes {
		return nil, &badInput{fmt.Sprintf("own_bytes is %d", own), fmt.Sprintf("give 0 to %d", disk.CapacityInBytes)}
	}
	file := disks[0].Backing.(types.BaseVirtualDeviceFileBackingInfo).GetVirtualDeviceFileBackingInfo().FileName
	return &base{file: file, store: placeOf(source, disks[0]), bytes: disks[0].CapacityInBytes, own: own}, nil
}

// remake changes the disk under the VM's lock.
func (d *door) remake(vm *simulator.VirtualMachine, disk *types.VirtualDisk, body *diskBody, place *moref, linked *base) {
	at := placeOf(vm, disk)
	if place != nil {
		at = *place
	}
	file := types.VirtualDeviceFileBackingInfo{Datastore: &at}
	if body.Backing != "" {
		d.w.storage.dropBase(vm.Self, disk.Key)
	}
	switch body.Backing {
	case "rdm":
		disk.Backing = &types.VirtualDiskRawDiskMappingVer1BackingInfo{
			VirtualDeviceFileBackingInfo: file, LunUuid: stableUUID("lun", vm.Self.Value, fmt.Sprint(disk.Key)),
			DeviceName: fmt.Sprintf("naa.6000%08d", disk.Key), CompatibilityMode: "physicalMode",
			DiskMode: string(types.VirtualDiskModeIndependent_persistent),
		}
	case "flat", "linked":
		disk.Backing = &types.VirtualDiskFlatVer2BackingInfo{
			VirtualDeviceFileBackingInfo: file, DiskMode: string(types.VirtualDiskModePersistent),
			ThinProvisioned: types.NewBool(true), Uuid: stableUUID("disk", vm.Self.Value, fmt.Sprint(disk.Key)),
		}
	default:
		if backing, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
			backing.GetVirtualDeviceFileBackingInfo().Datastore = &at
		}
	}
	if linked != nil {
		d.w.storage.setBase(vm.Self, disk.Key, *linked)
	}
	switch backing := disk.Backing.(type) {
	case *types.VirtualDiskFlatVer2BackingInfo:
		backing.Sharing = orText(body.Sharing, backing.Sharing)
	case *types.VirtualDiskRawDiskMappingVer1BackingInfo:
		backing.Sharing = orText(body.Sharing, backing.Sharing)
	}
	if body.Bus != "" {
		shareBus(vm, disk.ControllerKey, types.VirtualSCSISharing(body.Bus))
	}
	d.w.layOut(vm)
	vm.Config.ChangeVersion = changeVersion()
}

func shareBus(vm *simulator.VirtualMachine, key int32, sharing types.VirtualSCSISharing) {
	for _, device := range vm.Config.Hardware.Device {
		if controller, ok := device.(types.BaseVirtualSCSIController); ok && device.GetVirtualDevice().Key == key {
			controller.GetVirtualSCSIController().SharedBus = sharing
		}
	}
}

// settle lets the datastores' figures follow what a VM takes now.
func (d *door) settle(vm *simulator.VirtualMachine, before map[moref]int64, homes []moref) {
	after := d.w.sizes(vm)
	for _, ref := range append(append([]moref(nil), homes...), without(vm.Datastore, homes[0])...) {
		store := d.w.reg.Get(ref).(*simulator.Datastore)
		if grown := after[ref] - before[ref]; grown != 0 {
			d.w.setSpace(store, store.Summary.Capacity, store.Summary.FreeSpace-grown)
			before[ref] = after[ref]
		}
		if !contains(vm.Datastore, ref) {
			d.w.mutate(store, func() { store.Vm = without(store.Vm, vm.Self) }, "vm")
		}
	}
	d.w.joinStores(vm)
}

func orText(given, have string) string {
	if given != "" {
		return given
	}
	return have
}

func containsText(list []string, text string) bool {
	for _, each := range list {
		if each == text {
			return true
		}
	}
	return false
}
