package main

// Performance: what a VM uses over time, and QueryPerf that tells it.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

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

// retention is how long samples of an interval are kept, both in seconds.
var retention = map[int32]int32{20: 3600, 300: 86400, 1800: 7 * 86400, 7200: 30 * 86400, 86400: 365 * 86400}

// realtime is the interval, in seconds, of the samples of the last hour; only these can be limited in number.
const realtime = int32(20)

// maxSamples keeps an answer for an interval that no vCenter has readable.
const maxSamples = 288

// QueryPerf tells what VMs and hosts use; other entities get the simulator's canned figures.
func (h *perfHandler) QueryPerf(ctx *simulator.Context, req *types.QueryPerf) soap.HasFault {
	body := &methods.QueryPerfBody{Res: &types.QueryPerfResponse{}}
	for _, spec := range req.QuerySpec {
		used := h.user(spec.Entity)
		if used == nil {
			one := h.PerformanceManager.QueryPerf(ctx, &types.QueryPerf{This: req.This, QuerySpec: []types.PerfQuerySpec{spec}})
			if one.Fault() != nil {
				return one
			}
			body.Res.Returnval = append(body.Res.Returnval, one.(*methods.QueryPerfBody).Res.Returnval...)
			continue
		}
		body.Res.Returnval = append(body.Res.Returnval, h.samples(spec, used))
	}
	return body
}

// user is what has a load of its own: its processors, its memory in KiB and its load at a time.
type user struct {
	cpus, kib float64
	at        func(time.Time) load
}

func (h *perfHandler) user(ref moref) *user {
	switch obj := h.w.reg.Get(ref).(type) {
	case *simulator.VirtualMachine:
		return &user{
			cpus: float64(obj.Config.Hardware.NumCPU), kib: float64(obj.Config.Hardware.MemoryMB) * 1024,
			at: func(when time.Time) load { return h.w.vmLoad(obj, when) },
		}
	case *simulator.HostSystem:
		return &user{
			cpus: float64(obj.Summary.Hardware.NumCpuCores), kib: float64(obj.Summary.Hardware.MemorySize >> 10),
			at: func(when time.Time) load { return h.w.hostLoad(obj, when) },
		}
	}
	return nil
}

func (h *perfHandler) samples(spec types.PerfQuerySpec, used *user) types.BasePerfEntityMetricBase {
	interval, times := sampleTimes(spec)
	metric := &types.PerfEntityMetric{PerfEntityMetricBase: types.PerfEntityMetricBase{Entity: spec.Entity}}
	loads := make([]load, len(times))
	for i, at := range times {
		metric.SampleInfo = append(metric.SampleInfo, types.PerfSampleInfo{Timestamp: at, Interval: interval})
		loads[i] = used.at(at)
	}
	for _, id := range h.wanted(spec.MetricId) {
		if id.Instance == "*" {
			id.Instance = ""
		}
		series := &PerfMetricIntSeries{PerfMetricSeries: types.PerfMetricSeries{Id: id}}
		name := h.name(id.CounterId)
		for _, l := range loads {
			series.Value = append(series.Value, used.value(name, l, interval))
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
		interval = realtime
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
	most := maxSamples
	if kept, known := retention[interval]; known {
		most = int(kept / interval)
		start = latest(start, time.Now().Add(-time.Duration(kept)*time.Second))
	}
	n := min(int((end.Sub(start)+step/2)/step), most)
	if n < 0 {
		return interval, nil
	}
	if spec.MaxSample > 0 && interval == realtime {
		n = min(n, int(spec.MaxSample))
	}
	times := make([]time.Time, 0, max(n, 1))
	for i := max(n, 1) - 1; i >= 0; i-- {
		times = append(times, end.Add(-step*time.Duration(i)))
	}
	return interval, times
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
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
	"mem.active.average", "mem.vmmemctl.average", "mem.swapped.average", "mem.swapused.average",
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

func (h *perfHandler) name(counter int32) string {
	for i := range h.PerfCounter {
		if h.PerfCounter[i].Key == counter {
			return counterName(&h.PerfCounter[i])
		}
	}
	return ""
}

// value is what a counter shows of a load in an interval of so many seconds.
func (u *user) value(counter string, l load, interval int32) int64 {
	switch counter {
	case "cpu.usage.average":
		return int64(l.CPU * 100)
	case "cpu.usagemhz.average":
		return int64(l.CPU / 100 * u.cpus * float64(mhzPerCore))
	case "cpu.ready.summation":
		// Milliseconds of all vCPUs together in the interval.
		return int64(l.Ready / 100 * float64(interval) * 1000 * u.cpus)
	case "cpu.costop.summation":
		return int64(l.CoStop / 100 * float64(interval) * 1000 * u.cpus)
	case "mem.usage.average":
		return int64(l.Memory * 100)
	case "mem.active.average":
		return int64(l.Memory / 100 * u.kib)
	case "mem.vmmemctl.average":
		return int64(l.BalloonMiB * 1024)
	case "mem.swapped.average", "mem.swapused.average":
		return int64(l.SwapMiB * 1024)
	}
	return 0
}
