package main

// The door's reading side: the truth about VMs, datastores, hosts, tasks and calls.

import (
	"net/http"
	"sort"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// vmTruth is a VM as it is, whatever anybody was told.
type vmTruth struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Power        string            `json:"power"`
	CPUs         int32             `json:"cpus"`
	Cores        int32             `json:"cores_per_socket"`
	MemoryMiB    int32             `json:"memory_mib"`
	Folder       string            `json:"folder"`
	Datastore    string            `json:"datastore"`
	Host         string            `json:"host"`
	Pool         string            `json:"pool"`
	Template     bool              `json:"template"`
	Tools        bool              `json:"tools_running"`
	IP           string            `json:"ip"`
	HotCPU       bool              `json:"cpu_hot_add"`
	HotMemory    bool              `json:"memory_hot_add"`
	DiskBytes    int64             `json:"disk_bytes"`
	UUID         string            `json:"uuid"`
	InstanceUUID string            `json:"instance_uuid"`
	Custom       map[string]string `json:"custom"`
	Extra        map[string]any    `json:"extra"`
	Snapshots    []string          `json:"snapshots"`
	Alarms       []alarmTruth      `json:"alarms"`
	Load         load              `json:"load"`
	BootTime     *time.Time        `json:"boot_time"`
}

type alarmTruth struct {
	Alarm  string    `json:"alarm"`
	Status string    `json:"status"`
	Since  time.Time `json:"since"`
}

func (w *world) truth(vm *simulator.VirtualMachine) vmTruth {
	var t vmTruth
	w.reg.WithLock(private(w.ctx), vm.Self, func() {
		t = vmTruth{
			ID: vm.Self.Value, Name: vm.Name, Power: string(vm.Runtime.PowerState), CPUs: vm.Config.Hardware.NumCPU,
			Cores: *vm.Config.Hardware.NumCoresPerSocket, MemoryMiB: vm.Config.Hardware.MemoryMB,
			Folder: w.folderOf(vm), Datastore: nameOf(w.reg, w.reg.Get(vm.Datastore[0])),
			Host: nameOf(w.reg, w.reg.Get(*vm.Runtime.Host)), Template: vm.Config.Template, Tools: toolsRunning(vm),
			IP: vm.Guest.IpAddress, HotCPU: isTrue(vm.Config.CpuHotAddEnabled), HotMemory: isTrue(vm.Config.MemoryHotAddEnabled),
			DiskBytes: w.sizeOf(vm), UUID: vm.Config.Uuid, InstanceUUID: vm.Config.InstanceUuid,
			Custom: w.customValues(vm), Extra: map[string]any{}, Snapshots: []string{}, Alarms: w.alarmsOf(vm.TriggeredAlarmState),
			Load: w.loads.now(vm.Self), BootTime: vm.Runtime.BootTime,
		}
		if vm.ResourcePool != nil {
			t.Pool = nameOf(w.reg, w.reg.Get(*vm.ResourcePool))
		}
		for _, option := range vm.Config.ExtraConfig {
			t.Extra[option.GetOptionValue().Key] = option.GetOptionValue().Value
		}
		if vm.Snapshot != nil {
			t.Snapshots = snapshotNames(vm.Snapshot.RootSnapshotList)
		}
	})
	if t.Power != string(types.VirtualMachinePowerStatePoweredOn) {
		t.Load = load{}
	}
	return t
}

func snapshotNames(nodes []tree) []string {
	names := []string{}
	for _, node := range nodes {
		names = append(append(names, node.Name), snapshotNames(node.ChildSnapshotList)...)
	}
	return names
}

func (w *world) alarmsOf(states []types.AlarmState) []alarmTruth {
	list := []alarmTruth{}
	for _, state := range states {
		alarm, ok := w.reg.Get(state.Alarm).(*simulator.Alarm)
		if !ok {
			continue
		}
		name := alarm.Info.SystemName
		if name == "" {
			name = alarm.Info.Name
		}
		list = append(list, alarmTruth{name, string(state.OverallStatus), state.Time})
	}
	return list
}

type declaredTruth struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	System  string   `json:"system_name"`
	Watches []string `json:"watches"`
}

func (w *world) alarmsTruth() []declaredTruth {
	list := []declaredTruth{}
	for _, alarm := range w.alarms() {
		one := declaredTruth{ID: alarm.Self.Value, Name: alarm.Info.Name, System: alarm.Info.SystemName, Watches: []string{}}
		for _, kind := range []string{"VirtualMachine", "HostSystem", "Datastore", "ClusterComputeResource"} {
			if watches(alarm, kind) {
				one.Watches = append(one.Watches, kind)
			}
		}
		list = append(list, one)
	}
	return list
}

type storeTruth struct {
	Name     string       `json:"name"`
	Tier     string       `json:"tier"`
	Capacity int64        `json:"capacity_bytes"`
	Free     int64        `json:"free_bytes"`
	VMs      int          `json:"vms"`
	Alarms   []alarmTruth `json:"alarms"`
}

type hostTruth struct {
	Name        string `json:"name"`
	Cluster     string `json:"cluster"`
	Maintenance bool   `json:"maintenance"`
	Connected   bool   `json:"connected"`
	Connection  string `json:"connection"`
	CPUMHz      int32  `json:"cpu_mhz"`
	UsedMHz     int32  `json:"cpu_used_mhz"`
	MemoryMiB   int64  `json:"memory_mib"`
	UsedMiB     int32  `json:"memory_used_mib"`
	VMs         int    `json:"vms"`
}

type taskTruth struct {
	ID       string     `json:"id"`
	Method   string     `json:"method"`
	Entity   string     `json:"entity"`
	State    string     `json:"state"`
	Progress int32      `json:"progress"`
	Error    string     `json:"error,omitempty"`
	Queued   time.Time  `json:"queued"`
	Ended    *time.Time `json:"ended"`
}

type estateTruth struct {
	VMs        []vmTruth    `json:"vms"`
	Datastores []storeTruth `json:"datastores"`
	Hosts      []hostTruth  `json:"hosts"`
	Tasks      []taskTruth  `json:"tasks"`
}

func (w *world) estate() estateTruth {
	e := estateTruth{VMs: []vmTruth{}, Datastores: w.storesTruth(), Hosts: w.hostsTruth(), Tasks: w.tasksTruth(20)}
	for _, vm := range w.vms() {
		e.VMs = append(e.VMs, w.truth(vm))
	}
	sort.Slice(e.VMs, func(i, j int) bool {
		a, b := e.VMs[i], e.VMs[j]
		return a.Folder+"/"+a.Name < b.Folder+"/"+b.Name
	})
	return e
}

func (w *world) storesTruth() []storeTruth {
	list := []storeTruth{}
	for _, entity := range w.reg.All("Datastore") {
		store := entity.(*simulator.Datastore)
		w.reg.WithLock(private(w.ctx), store.Self, func() {
			list = append(list, storeTruth{
				store.Name, w.customValues(store)["tier"], store.Summary.Capacity, store.Summary.FreeSpace, len(store.Vm),
				w.alarmsOf(store.TriggeredAlarmState),
			})
		})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

func (w *world) hostsTruth() []hostTruth {
	list := []hostTruth{}
	for _, entity := range w.reg.All("HostSystem") {
		host := entity.(*simulator.HostSystem)
		w.reg.WithLock(private(w.ctx), host.Self, func() {
			hardware, stats := host.Summary.Hardware, host.Summary.QuickStats
			list = append(list, hostTruth{
				host.Name, nameOf(w.reg, w.reg.Get(*host.Parent)), host.Runtime.InMaintenanceMode,
				host.Runtime.ConnectionState == types.HostSystemConnectionStateConnected, string(host.Runtime.ConnectionState),
				int32(hardware.NumCpuCores) * mhzPerCore, stats.OverallCpuUsage,
				hardware.MemorySize >> 20, stats.OverallMemoryUsage, len(host.Vm),
			})
		})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// tasksTruth lists the latest tasks, newest first.
func (w *world) tasksTruth(most int) []taskTruth {
	list := []taskTruth{}
	for _, obj := range w.reg.AllReference("Task") {
		task := obj.(*simulator.Task)
		w.reg.WithLock(private(w.ctx), task.Self, func() {
			info := &task.Info
			t := taskTruth{
				ID: info.Key, Method: info.Name, Entity: info.EntityName, State: string(info.State),
				Progress: info.Progress, Queued: info.QueueTime, Ended: info.CompleteTime,
			}
			if info.Error != nil {
				t.Error = info.Error.LocalizedMessage
			}
			list = append(list, t)
		})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Queued.After(list[j].Queued) })
	return list[:min(most, len(list))]
}

func (d *door) readRoutes() {
	d.get("/help", func(*http.Request) (any, error) { return doorHelp, nil })
	d.get("/estate", func(*http.Request) (any, error) { return d.w.estate(), nil })
	d.get("/tasks", func(*http.Request) (any, error) { return d.w.tasksTruth(keptTasks), nil })
	d.get("/alarms", func(*http.Request) (any, error) { return d.w.alarmsTruth(), nil })
	d.get("/faults", func(*http.Request) (any, error) { return d.w.rules.list(), nil })
	d.get("/calls", func(*http.Request) (any, error) {
		counts, writes := d.w.calls.snapshot()
		return map[string]any{"calls": counts, "writes": writes}, nil
	})
	d.get("/vm", func(in *http.Request) (any, error) {
		vm, err := d.w.findVM(in.URL.Query().Get("name"))
		if err != nil {
			return nil, err
		}
		return d.w.truth(vm), nil
	})
	d.get("/vms", func(*http.Request) (any, error) {
		names := []string{}
		for _, vm := range d.w.vms() {
			names = append(names, d.w.folderOf(vm)+"/"+d.w.currentName(vm))
		}
		sort.Strings(names)
		return names, nil
	})
}
