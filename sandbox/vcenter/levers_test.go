package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func TestChaosLosesAsManyWritesAsAskedAndTheSameOnesAgain(t *testing.T) {
	run := func() (string, map[string]int) {
		c, order, count := &chaos{}, "", map[string]int{}
		if err := c.set(chaosBody{Before: 0.2, After: 0.3, Seed: 5}); err != nil {
			t.Fatal(err)
		}
		for range 10000 {
			fate := c.throw("PowerOnVM_Task")
			order += fate + ","
			count[fate]++
		}
		return order, count
	}

	order, count := run()
	again, _ := run()

	if order != again {
		t.Fatal("another order for the same seed")
	}
	if count[dropBefore] < 1800 || count[dropBefore] > 2200 || count[dropAfter] < 2800 || count[dropAfter] > 3200 {
		t.Fatalf("%v", count)
	}
}

func TestChaosSparesReads(t *testing.T) {
	c := &chaos{}
	if err := c.set(chaosBody{Before: 1}); err != nil {
		t.Fatal(err)
	}

	for _, method := range []string{"RetrievePropertiesEx", "WaitForUpdatesEx", "Fetch", "Login"} {
		if fate := c.throw(method); fate != "" {
			t.Errorf("%s: %s", method, fate)
		}
	}
}

func TestPastEventGoesWhereItsTimeBelongs(t *testing.T) {
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	now := time.Now()
	at := func(hours int) types.BaseEvent {
		event := &types.VmPoweredOnEvent{}
		event.CreatedTime = now.Add(-time.Duration(hours) * time.Hour)
		return event
	}

	w.events.add("a", at(2), at(1))
	w.events.add("a", at(3))

	var ages []int
	for _, event := range w.events.find(&types.EventFilterSpec{EventTypeId: []string{"VmEvent"}}, 0) {
		ages = append(ages, int(now.Sub(event.GetEvent().CreatedTime).Hours()))
	}
	if !reflect.DeepEqual(ages, []int{1, 2, 3}) {
		t.Fatalf("%v", ages)
	}
}

func TestLongLogIsWalkedThroughQuickly(t *testing.T) {
	s := start(t, "demo", 0)
	many := make([]types.BaseEvent, 100000)
	for i := range many {
		event := &types.VmPoweredOnEvent{}
		event.CreatedTime = time.Now().Add(-time.Duration(i) * time.Minute)
		many[i] = event
	}
	s.w.events.add("a", many...)
	c := &eventCollector{log: s.w.events, spec: types.EventFilterSpec{EventTypeId: []string{"VmPoweredOnEvent"}}}

	began, seen := time.Now(), 0
	for {
		res := c.ReadNextEvents(s.w.ctx, &types.ReadNextEvents{MaxCount: 1000})
		page := res.(*methods.ReadNextEventsBody).Res.Returnval
		if len(page) == 0 {
			break
		}
		seen += len(page)
	}

	if took := time.Since(began); seen != len(many) || took > 5*time.Second {
		t.Fatalf("%d events in %s", seen, took)
	}
}

func TestEventLogKeepsTheNewest(t *testing.T) {
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	many := make([]types.BaseEvent, keptEvents+10)
	for i := range many {
		event := &types.VmPoweredOnEvent{}
		event.CreatedTime = time.Unix(int64(i), 0)
		many[i] = event
	}

	w.events.add("a", many...)

	if n := len(w.events.list); n != keptEvents || w.events.list[0].GetEvent().CreatedTime.Unix() != 10 {
		t.Fatalf("%d events, the oldest of %s", n, w.events.list[0].GetEvent().CreatedTime)
	}
}

func TestLoadOfAHostIsTheSumOfItsVMsUntilItIsSet(t *testing.T) {
	s := start(t, "demo", 0)
	entity, err := s.w.named("HostSystem", "esx-01.corp.example")
	if err != nil {
		t.Fatal(err)
	}
	host := s.w.front(entity).(*hostHandler).HostSystem
	before := s.w.hostLoad(host, time.Now())
	name := s.w.currentName(s.w.reg.Get(host.Vm[0]))

	s.mustPost("/load", map[string]any{"vm": name, "cpu_percent": 100, "swap_mib": 77})
	summed := s.w.hostLoad(host, time.Now())
	s.mustPost("/load", map[string]any{"host": "esx-01.corp.example", "cpu_percent": 42})
	set := s.w.hostLoad(host, time.Now())

	if summed.CPU <= before.CPU || summed.SwapMiB != before.SwapMiB+77 {
		t.Fatalf("%+v became %+v", before, summed)
	}
	if set.CPU != 42 || set.SwapMiB != summed.SwapMiB {
		t.Fatalf("%+v", set)
	}
}

func TestSpaceIsTakenOnAllDatastoresOrOnNone(t *testing.T) {
	s := start(t, "empty", 0)
	free := func(name string) int64 {
		for _, store := range s.w.storesTruth() {
			if store.Name == name {
				return store.Free
			}
		}
		t.Fatal(name)
		return 0
	}
	gold, silver := free("gold-01"), free("silver-01")

	// Maps have no order of their own, so that either may come first.
	for range 20 {
		fault := s.w.takeSpaces(map[moref]int64{
			s.w.infra.stores["gold-01"]: gold / 2, s.w.infra.stores["silver-01"]: silver + 1,
		}, "too-big")

		if _, full := fault.(*types.NoDiskSpace); !full {
			t.Fatalf("%T", fault)
		}
	}
	if free("gold-01") != gold || free("silver-01") != silver {
		t.Fatalf("%d and %d are left", free("gold-01"), free("silver-01"))
	}
}

func TestBrokenLeverAnswersInWords(t *testing.T) {
	s := start(t, "empty", 0)
	d := newDoor(s.w)
	post(d, "/break", func(empty) (any, error) { panic("a bug") })
	post(d, "/fail", func(empty) (any, error) { return nil, errors.New("a fault") })

	for path, wanted := range map[string]string{"/break": "POST /break broke: a bug", "/fail": "a fault"} {
		status, said := ask(d, path)
		if status != 500 || said["error"] != wanted || said["hint"] == "" {
			t.Errorf("%s answered %d %v", path, status, said)
		}
	}
}

func TestFilesOfKilledSandboxesAreClearedAwayAndOthersAreNot(t *testing.T) {
	in := t.TempDir()
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	folders := map[string]bool{
		fmt.Sprintf("%s%d-abc", scratchPrefix, dead.Process.Pid): false,
		fmt.Sprintf("%s%d-abc", scratchPrefix, os.Getpid()):      true,
		scratchPrefix + "somebody-else":                          true,
		"another-program-1-abc":                                  true,
	}
	for name := range folders {
		if err := os.Mkdir(filepath.Join(in, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}

	clearDead(in)

	for name, kept := range folders {
		if _, err := os.Stat(filepath.Join(in, name)); (err == nil) != kept {
			t.Errorf("%s: %v", name, err)
		}
	}
}
