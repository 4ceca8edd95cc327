package main

// What VMs and hosts use over time: what the control door set, else a quiet baseline.

import (
	"hash/fnv"
	"math"
	"sort"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// load is what a VM or a host uses: percent of its processors and memory, ready and co-stop in percent per vCPU (of a
// host, per core).
type load struct {
	CPU        float64 `json:"cpu_percent"`
	Memory     float64 `json:"memory_percent"`
	Ready      float64 `json:"ready_percent"`
	CoStop     float64 `json:"costop_percent"`
	BalloonMiB float64 `json:"balloon_mib"`
	SwapMiB    float64 `json:"swap_mib"`
}

type loadChange struct {
	at time.Time
	load
}

// loadBook remembers what was set, and from when, so that a chart of the past shows it.
type loadBook struct {
	mu      sync.Mutex
	changes map[moref][]loadChange // oldest first
}

func newLoadBook() *loadBook { return &loadBook{changes: map[moref][]loadChange{}} }

func (b *loadBook) set(ref moref, l load, from time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := append(b.changes[ref], loadChange{from, l})
	sort.SliceStable(list, func(i, j int) bool { return list[i].at.Before(list[j].at) })
	b.changes[ref] = list
}

// spread makes a set load smaller or larger from now on, for a size that has changed: twice the processors are half as busy.
func (b *loadBook) spread(ref moref, cpu, memory float64) {
	when := time.Now()
	if l, ok := b.setAt(ref, when); ok && (cpu != 1 || memory != 1) {
		l.CPU, l.Memory = l.CPU*cpu, l.Memory*memory
		b.set(ref, l, when)
	}
}

func (b *loadBook) forget(ref moref) {
	b.mu.Lock()
	delete(b.changes, ref)
	b.mu.Unlock()
}

// setAt is the latest load that was set before a time.
func (b *loadBook) setAt(ref moref, when time.Time) (load, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.changes[ref]
	for i := len(list) - 1; i >= 0; i-- {
		if !list[i].at.After(when) {
			return list[i].load, true
		}
	}
	return load{}, false
}

func (b *loadBook) now(ref moref) load { return b.at(ref, time.Now()) }

// at is a VM's load at a time: the latest that was set before, or a quiet baseline with a daily rhythm.
func (b *loadBook) at(ref moref, when time.Time) load {
	if set, ok := b.setAt(ref, when); ok {
		// What a guest would need beyond its size is remembered, but it can't use it.
		set.CPU, set.Memory = min(set.CPU, 100), min(set.Memory, 100)
		return set
	}
	return baseline(ref, when)
}

func baseline(ref moref, when time.Time) load {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(ref.Value))
	own := float64(hash.Sum32()%100) / 100
	day := math.Sin(2 * math.Pi * (float64(when.Unix()%86400)/86400 + own/8 - 0.25))
	return load{
		CPU: idleCPU + 14*own + 6*(1+day), Memory: idleMemory + 20*own + 4*day, Ready: 0.3 + own/2, CoStop: 0.1 * own,
	}
}

// vmLoad is a VM's load at a time; one that is off uses nothing.
func (w *world) vmLoad(vm *simulator.VirtualMachine, when time.Time) load {
	if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		return load{}
	}
	return w.loads.at(vm.Self, when)
}

// hostLoad is a host's load at a time: what was set, or the sum of what runs on it now.
func (w *world) hostLoad(host *simulator.HostSystem, when time.Time) load {
	if set, ok := w.loads.setAt(host.Self, when); ok {
		return set
	}
	hardware := host.Summary.Hardware
	cores, memory := float64(hardware.NumCpuCores), float64(hardware.MemorySize>>20)
	l, mhz, mib := load{}, float64(hypervisorMHz), float64(hypervisorMiB)
	for _, ref := range host.Vm {
		vm, ok := w.reg.Get(ref).(*simulator.VirtualMachine)
		if !ok || vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			continue
		}
		own, cpus := w.loads.at(ref, when), float64(vm.Config.Hardware.NumCPU)
		mhz += own.CPU / 100 * cpus * float64(mhzPerCore)
		mib += hostShare(own.Memory) * float64(vm.Config.Hardware.MemoryMB)
		l.Ready += own.Ready * cpus / cores
		l.CoStop += own.CoStop * cpus / cores
		l.BalloonMiB += own.BalloonMiB
		l.SwapMiB += own.SwapMiB
	}
	l.CPU = min(100, 100*mhz/(cores*float64(mhzPerCore)))
	l.Memory = min(100, 100*mib/memory)
	return l
}

// hostShare is which part of a VM's memory its host holds for it when the guest uses so many percent.
func hostShare(percent float64) float64 { return max(percent/100, 0.6) }
