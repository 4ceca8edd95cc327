package main

// Performance: what a VM uses over time, and QueryPerf that tells it.

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// load is what a VM uses: percent of its processors and memory, ready and co-stop in percent per vCPU.
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

// loadBook remembers what was set, and when, so that a chart of the past shows it.
type loadBook struct {
	mu      sync.Mutex
	changes map[moref][]loadChange
}

func newLoadBook() *loadBook { return &loadBook{changes: map[moref][]loadChange{}} }

func (b *loadBook) set(ref moref, l load) {
	b.mu.Lock()
	b.changes[ref] = append(b.changes[ref], loadChange{time.Now(), l})
	b.mu.Unlock()
}

func (b *loadBook) forget(ref moref) {
	b.mu.Lock()
	delete(b.changes, ref)
	b.mu.Unlock()
}

func (b *loadBook) now(ref moref) load { return b.at(ref, time.Now()) }

// at is the load in force at a time: the latest that was set before, or a quiet baseline with a daily rhythm.
func (b *loadBook) at(ref moref, when time.Time) load {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.changes[ref]
	for i := len(list) - 1; i >= 0; i-- {
		if !list[i].at.After(when) {
			return list[i].load
		}
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

// perfHandler answers calls on the PerformanceManager.
type perfHandler struct {
	*simulator.PerformanceManager
	w *world
}

// PerfMetricIntSeries replaces govmomi's type of that name, whose encoder leaves out every sample that is 0.
type PerfMetricIntSeries struct {
	types.PerfMetricSeries

	Value []int64 `xml:"value"`
}

// maxSamples keeps an answer for a long time readable: vCenter has no more than a day of five-minute samples.
const maxSamples = 288

// QueryPerf tells what VMs and hosts use; other entities get the simulator's canned figures.
func (h *perfHandler) QueryPerf(ctx *simulator.Context, req *types.QueryPerf) soap.HasFault {
	body := &methods.QueryPerfBody{Res: &types.QueryPerfResponse{}}
	for _, spec := range req.QuerySpec {
		if _, ok := h.w.reg.Get(spec.Entity).(*simulator.VirtualMachine); !ok {
			one := h.PerformanceManager.QueryPerf(ctx, &types.QueryPerf{This: req.This, QuerySpec: []types.PerfQuerySpec{spec}})
			if one.Fault() != nil {
				return one
			}
			body.Res.Returnval = append(body.Res.Returnval, one.(*methods.QueryPerfBody).Res.Returnval...)
			continue
		}
		body.Res.Returnval = append(body.Res.Returnval, h.samples(spec))
	}
	return body
}

func (h *perfHandler) samples(spec types.PerfQuerySpec) types.BasePerfEntityMetricBase {
	interval, times := sampleTimes(spec)
	metric := &types.PerfEntityMetric{PerfEntityMetricBase: types.PerfEntityMetricBase{Entity: spec.Entity}}
	for _, at := range times {
		metric.SampleInfo = append(metric.SampleInfo, types.PerfSampleInfo{Timestamp: at, Interval: interval})
	}
	vm := h.w.reg.Get(spec.Entity).(*simulator.VirtualMachine)
	for _, id := range h.wanted(spec.MetricId) {
		series := &PerfMetricIntSeries{PerfMetricSeries: types.PerfMetricSeries{Id: id}}
		for _, at := range times {
			series.Value = append(series.Value, h.value(vm, id.CounterId, at, interval))
		}
		metric.Value = append(metric.Value, series)
	}
	if spec.Format == string(types.PerfFormatCsv) {
		return asCSV(metric)
	}
	return metric
}

// asCSV writes samples as lists of numbers in text, for clients that ask for the smaller form.
func asCSV(metric *types.PerfEntityMetric) *types.PerfEntityMetricCSV {
	text := &types.PerfEntityMetricCSV{PerfEntityMetricBase: metric.PerfEntityMetricBase}
	stamps := make([]string, 0, len(metric.SampleInfo))
	for _, sample := range metric.SampleInfo {
		stamps = append(stamps, fmt.Sprintf("%d,%s", sample.Interval, sample.Timestamp.UTC().Format(time.RFC3339)))
	}
	text.SampleInfoCSV = strings.Join(stamps, ",")
	for _, each := range metric.Value {
		series := each.(*PerfMetricIntSeries)
		values := make([]string, len(series.Value))
		for i, value := range series.Value {
			values[i] = strconv.FormatInt(value, 10)
		}
		text.Value = append(text.Value, types.PerfMetricSeriesCSV{
			PerfMetricSeries: series.PerfMetricSeries, Value: strings.Join(values, ","),
		})
	}
	return text
}

// sampleTimes lists the ends of the intervals asked for, oldest first as a vCenter does.
func sampleTimes(spec types.PerfQuerySpec) (int32, []time.Time) {
	interval := spec.IntervalId
	if interval <= 0 {
		interval = 20
	}
	step := time.Duration(interval) * time.Second
	end := time.Now()
	if spec.EndTime != nil {
		end = *spec.EndTime
	}
	start := end.Add(-time.Hour)
	if spec.StartTime != nil {
		start = *spec.StartTime
	}
	n := min(int(end.Sub(start)/step), maxSamples)
	if spec.MaxSample > 0 {
		n = min(n, int(spec.MaxSample))
	}
	times := make([]time.Time, 0, max(n, 1))
	for i := max(n, 1) - 1; i >= 0; i-- {
		times = append(times, end.Add(-step*time.Duration(i)))
	}
	return interval, times
}

func (h *perfHandler) wanted(asked []types.PerfMetricId) []types.PerfMetricId {
	if len(asked) != 0 {
		return asked
	}
	var ids []types.PerfMetricId
	for _, name := range counterNames {
		if key, ok := h.key(name); ok {
			ids = append(ids, types.PerfMetricId{CounterId: key})
		}
	}
	return ids
}

var counterNames = []string{
	"cpu.usage.average", "cpu.usagemhz.average", "cpu.ready.summation", "cpu.costop.summation", "mem.usage.average",
	"mem.active.average", "mem.vmmemctl.average", "mem.swapped.average",
}

func (h *perfHandler) key(name string) (int32, bool) {
	for _, info := range h.PerfCounter {
		if counterName(&info) == name {
			return info.Key, true
		}
	}
	return 0, false
}

func counterName(info *types.PerfCounterInfo) string {
	return info.GroupInfo.GetElementDescription().Key + "." + info.NameInfo.GetElementDescription().Key + "." +
		string(info.RollupType)
}

func (h *perfHandler) value(vm *simulator.VirtualMachine, counter int32, at time.Time, interval int32) int64 {
	name := ""
	for i := range h.PerfCounter {
		if h.PerfCounter[i].Key == counter {
			name = counterName(&h.PerfCounter[i])
		}
	}
	if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		return 0
	}
	l := h.w.loads.at(vm.Self, at)
	cpus, kib := float64(vm.Config.Hardware.NumCPU), float64(vm.Config.Hardware.MemoryMB)*1024
	switch name {
	case "cpu.usage.average":
		return int64(l.CPU * 100)
	case "cpu.usagemhz.average":
		return int64(l.CPU / 100 * cpus * float64(mhzPerCore))
	case "cpu.ready.summation":
		// Milliseconds of all vCPUs together in the interval.
		return int64(l.Ready / 100 * float64(interval) * 1000 * cpus)
	case "cpu.costop.summation":
		return int64(l.CoStop / 100 * float64(interval) * 1000 * cpus)
	case "mem.usage.average":
		return int64(l.Memory * 100)
	case "mem.active.average":
		return int64(l.Memory / 100 * kib)
	case "mem.vmmemctl.average":
		return int64(l.BalloonMiB * 1024)
	case "mem.swapped.average":
		return int64(l.SwapMiB * 1024)
	}
	return 0
}
