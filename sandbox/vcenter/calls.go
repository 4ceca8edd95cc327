package main

// The count of calls, and the list of those that change something.

import (
	"strings"
	"sync"
	"time"
)

// writeCall is one call that changes something, as it arrived.
type writeCall struct {
	Method     string    `json:"method"`
	Entity     string    `json:"entity"`
	EntityName string    `json:"entity_name"`
	Target     string    `json:"target"`
	TargetName string    `json:"target_name"`
	Argument   string    `json:"argument,omitempty"`
	At         time.Time `json:"at"`
	Outcome    string    `json:"outcome"`
}

type callLog struct {
	mu     sync.Mutex
	counts map[string]int
	writes []*writeCall
}

func newCallLog() *callLog { return &callLog{counts: map[string]int{}} }

func (l *callLog) count(method string) {
	l.mu.Lock()
	l.counts[method]++
	l.mu.Unlock()
}

func (l *callLog) write(call *writeCall) {
	l.mu.Lock()
	l.writes = append(l.writes, call)
	l.mu.Unlock()
}

func (l *callLog) settle(call *writeCall, outcome string) {
	l.mu.Lock()
	call.Outcome = outcome
	l.mu.Unlock()
}

func (l *callLog) reset() {
	l.mu.Lock()
	l.counts, l.writes = map[string]int{}, nil
	l.mu.Unlock()
}

func (l *callLog) snapshot() (map[string]int, []writeCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := make(map[string]int, len(l.counts))
	for method, n := range l.counts {
		counts[method] = n
	}
	writes := make([]writeCall, len(l.writes))
	for i, call := range l.writes {
		writes[i] = *call
	}
	return counts, writes
}

var otherWrites = map[string]bool{
	"ShutdownGuest": true, "RebootGuest": true, "StandbyGuest": true, "SetField": true, "setCustomValue": true,
	"MarkAsTemplate": true, "MarkAsVirtualMachine": true, "CreateFolder": true, "UnregisterVM": true,
	"AddCustomFieldDef": true, "RemoveCustomFieldDef": true, "RenameCustomFieldDef": true, "AcknowledgeAlarm": true,
	"CancelTask": true, "CreateResourcePool": true, "UpdateConfig": true, "CreateAlarm": true, "RemoveAlarm": true,
	"ReconfigureAlarm": true, "ClearTriggeredAlarms": true, "EnableAlarm": true, "DisableAlarm": true,
	"EnableAlarmActions": true, "PostEvent": true, "MoveIntoResourcePool": true, "DestroyPool": true,
}

// isWrite says whether a method changes the inventory.
func isWrite(method string) bool {
	return strings.HasSuffix(method, "_Task") || otherWrites[method]
}
