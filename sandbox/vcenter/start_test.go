package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// sandbox is a world that serves, with a client that is logged in.
type sandbox struct {
	*testing.T
	w       *world
	control string
	client  *govmomi.Client
	ctx     context.Context
}

func start(t *testing.T, estate string, vms int) *sandbox {
	t.Helper()
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	if err := w.load(estate, vms); err != nil {
		t.Fatal(err)
	}
	w.forgetTasks()
	said, err := serve(w, options{
		listen: "127.0.0.1:0", control: "127.0.0.1:0", username: "bot", password: "pw", plain: true, started: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	address, err := url.Parse(said.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("bot", "pw")
	client, err := govmomi.NewClient(ctx, address, true)
	if err != nil {
		t.Fatal(err)
	}
	return &sandbox{T: t, w: w, control: said.Control, client: client, ctx: ctx}
}

// post asks the door and gives its status and answer.
func (s *sandbox) post(path string, body any) (int, map[string]any) {
	s.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	response, err := http.Post(s.control+path, "application/json", bytes.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.Fatal(err)
	}
	return response.StatusCode, answer
}

func (s *sandbox) mustPost(path string, body any) {
	s.Helper()
	if status, answer := s.post(path, body); status != http.StatusOK {
		s.Fatalf("%s answered %d %v", path, status, answer)
	}
}

func (s *sandbox) vm(name string) *object.VirtualMachine {
	s.Helper()
	vm, err := find.NewFinder(s.client.Client).VirtualMachine(s.ctx, "/Frankfurt/vm/"+name)
	if err != nil {
		s.Fatal(err)
	}
	return vm
}

func (s *sandbox) props(vm *object.VirtualMachine, paths ...string) mo.VirtualMachine {
	s.Helper()
	var got mo.VirtualMachine
	if err := vm.Properties(s.ctx, vm.Reference(), paths, &got); err != nil {
		s.Fatal(err)
	}
	return got
}

// watch long-polls one property until done says so, and fails after a minute.
func (s *sandbox) watch(ref types.ManagedObjectReference, path string, done func(any) bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
	defer cancel()
	collector, err := property.DefaultCollector(s.client.Client).Create(ctx)
	if err != nil {
		s.Fatal(err)
	}
	filter := new(property.WaitFilter).Add(ref, ref.Type, []string{path})
	err = property.WaitForUpdates(ctx, collector, filter, func(updates []types.ObjectUpdate) bool {
		for _, update := range updates {
			for _, change := range update.ChangeSet {
				if done(change.Val) {
					return true
				}
			}
		}
		return false
	})
	if err != nil {
		s.Fatalf("%s of %s never came: %v", path, ref, err)
	}
}

// faultOf gives the fault of a failed task.
func (s *sandbox) faultOf(task *object.Task, err error) types.BaseMethodFault {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	info, err := task.WaitForResult(s.ctx, nil)
	if err == nil || info == nil || info.Error == nil {
		s.Fatal("the task succeeded")
	}
	return info.Error.Fault
}

// ask posts to a door without a network in between.
func ask(d *door, path string) (int, map[string]string) {
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, path, nil))
	said := map[string]string{}
	_ = json.Unmarshal(answer.Body.Bytes(), &said)
	return answer.Code, said
}
