package main

// Fault rules: which call fails, how, how often.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// When a rule strikes.
const (
	atCall     = "call"        // the call itself answers with the fault
	atTask     = "task"        // the task starts and ends with the fault
	dropBefore = "drop_before" // the connection dies and nothing is applied
	dropAfter  = "drop_after"  // the call is applied and the connection dies before the answer
)

// rule makes calls of a method fail. It is the control door's JSON form as well.
type rule struct {
	Method    string          `json:"method"`
	When      string          `json:"when"`
	Fault     string          `json:"fault"`
	Privilege string          `json:"privilege,omitempty"`
	Entity    string          `json:"entity,omitempty"`
	Count     int             `json:"count"`
	Details   json.RawMessage `json:"details,omitempty"`
}

type ruleBook struct {
	mu    sync.Mutex
	rules []*rule
}

func (b *ruleBook) add(r *rule) error {
	switch r.When {
	case "":
		r.When = atCall
	case atCall, atTask, dropBefore, dropAfter:
	default:
		return &badInput{fmt.Sprintf("when is %q", r.When), "use call, task, drop_before or drop_after"}
	}
	if r.Method == "" {
		return &badInput{"method is missing", "name a SOAP method such as PowerOnVM_Task, or * for all"}
	}
	// Fetch is pyVmomi's own way to read a property, which vSphere's API does not list.
	if _, known := typeFunc(r.Method); !known && r.Method != "*" && r.Method != "Fetch" {
		return &badInput{fmt.Sprintf("no method is called %q", r.Method), "use a SOAP name such as PowerOnVM_Task, or * for all"}
	}
	if r.Count == 0 {
		r.Count = 1
	}
	if r.Count < -1 {
		return &badInput{fmt.Sprintf("count is %d", r.Count), "give 1 or more, or -1 for until it is cleared"}
	}
	if r.When == atCall || r.When == atTask {
		if _, err := r.build(moref{}); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.rules = append(b.rules, r)
	b.mu.Unlock()
	return nil
}

func (b *ruleBook) clear() {
	b.mu.Lock()
	b.rules = nil
	b.mu.Unlock()
}

func (b *ruleBook) list() []rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]rule, len(b.rules))
	for i, r := range b.rules {
		list[i] = *r
	}
	return list
}

// take returns the first rule that strikes here and uses it up by one; a negative count never ends.
func (b *ruleBook) take(when, method string, ref moref, name string) *rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, r := range b.rules {
		if r.When != when || (r.Method != "*" && r.Method != method) {
			continue
		}
		if r.Entity != "" && r.Entity != name && r.Entity != ref.Value {
			continue
		}
		if r.Count > 0 {
			if r.Count--; r.Count == 0 {
				b.rules = append(b.rules[:i:i], b.rules[i+1:]...)
			}
		}
		struck := *r
		return &struck
	}
	return nil
}

func (r *rule) fault(target moref) types.BaseMethodFault {
	fault, err := r.build(target)
	if err != nil {
		return &types.SystemErrorFault{Reason: err.Error()}
	}
	return fault
}

func (r *rule) build(target moref) (types.BaseMethodFault, error) {
	kind, ok := typeFunc(r.Fault)
	if !ok {
		return nil, &badInput{fmt.Sprintf("no fault is called %q", r.Fault), "use vSphere's name, such as NoPermission or InvalidPowerState"}
	}
	made := reflect.New(kind).Interface()
	switch typed := made.(type) {
	case *types.NoPermission:
		typed.Object, typed.PrivilegeId = &target, r.Privilege
	case *types.DuplicateName:
		typed.Object, typed.Name = target, r.Entity
	case *types.InvalidPowerState:
		typed.ExistingState = types.VirtualMachinePowerStatePoweredOff
	case *types.NoDiskSpace:
		typed.Datastore, typed.File = "gold-01", "[gold-01] disk.vmdk"
	case *types.ManagedObjectNotFound:
		typed.Obj = target
	}
	if len(r.Details) != 0 {
		if err := json.Unmarshal(r.Details, made); err != nil {
			return nil, &badInput{"details: " + err.Error(), "give the fault's own fields, as in {\"name\": \"web-01\"}"}
		}
	}
	fault, ok := made.(types.BaseMethodFault)
	if !ok {
		return nil, &badInput{fmt.Sprintf("%q is no fault", r.Fault), "use vSphere's name, such as NoPermission"}
	}
	return fault, nil
}
