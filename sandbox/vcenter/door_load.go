package main

// The door's lever on what VMs and hosts use, now and in the past.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
)

type loadBody struct {
	VM         string    `json:"vm"`
	Host       string    `json:"host"` // instead of a VM
	At         time.Time `json:"at"`   // now unless given
	CPU        *float64  `json:"cpu_percent"`
	Memory     *float64  `json:"memory_percent"`
	Ready      *float64  `json:"ready_percent"`
	CoStop     *float64  `json:"costop_percent"`
	BalloonMiB *float64  `json:"balloon_mib"`
	SwapMiB    *float64  `json:"swap_mib"`
}

// load sets what a VM or a host uses from a time on; what is not given stays as it was then.
func (d *door) load(body loadBody) (any, error) {
	at := body.At
	if at.IsZero() {
		at = time.Now()
	}
	if at.After(time.Now()) {
		return nil, &badInput{"at is " + at.Format(time.RFC3339), "give a time that is past"}
	}
	if (body.VM == "") == (body.Host == "") {
		return nil, &badInput{"it is not clear whose load is meant", "give either vm or host"}
	}
	d.w.effects.Lock()
	defer d.w.effects.Unlock()
	if body.Host != "" {
		entity, err := d.w.named("HostSystem", body.Host)
		if err != nil {
			return nil, err
		}
		host := entity.(*simulator.HostSystem)
		l, err := body.over(d.w.hostLoad(host, at))
		if err == nil {
			d.w.loads.set(host.Self, l, at)
			d.w.recount(host.Self)
		}
		return l, err
	}
	vm, err := d.w.findVM(body.VM)
	if err != nil {
		return nil, err
	}
	l, err := body.over(d.w.loads.at(vm.Self, at))
	if err == nil {
		d.w.loads.set(vm.Self, l, at)
		d.w.recount(*vm.Runtime.Host)
		d.w.feed.changed(vm.Self, "summary.quickStats")
		d.w.watch.look(vm)
	}
	return l, err
}

// over lays what was given over a load.
func (b *loadBody) over(l load) (load, error) {
	for _, each := range []struct {
		name  string
		given *float64
		field *float64
		most  float64
	}{
		{"cpu_percent", b.CPU, &l.CPU, 100}, {"memory_percent", b.Memory, &l.Memory, 100},
		{"ready_percent", b.Ready, &l.Ready, 100}, {"costop_percent", b.CoStop, &l.CoStop, 100},
		{"balloon_mib", b.BalloonMiB, &l.BalloonMiB, 1e7}, {"swap_mib", b.SwapMiB, &l.SwapMiB, 1e7},
	} {
		if each.given == nil {
			continue
		}
		if *each.given < 0 || *each.given > each.most {
			return l, &badInput{fmt.Sprintf("%s is %g", each.name, *each.given), fmt.Sprintf("give 0 to %g", each.most)}
		}
		*each.field = *each.given
	}
	return l, nil
}
