// Command iaas-sandbox-vcenter is a vCenter for a laptop: govmomi's simulator with an estate that looks like a
// company's, tasks that take time, and a control door. It is a stand-in and must not be reachable from outside.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "iaas-sandbox-vcenter:", err)
		// Whoever reads the announcement learns of it as well.
		_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"error": err.Error()})
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("iaas-sandbox-vcenter", flag.ContinueOnError)
	estate := flags.String("estate", "demo", "demo or empty")
	vms := flags.Int("vms", 0, "make a big estate with this many VMs instead")
	port := flags.Int("port", 0, "port of the SOAP endpoint, 0 for any")
	controlPort := flags.Int("control-port", 0, "port of the control door, 0 for any")
	user := flags.String("user", "iaas-bot@sandbox.local", "name that may log in")
	password := flags.String("password", "sandbox", "its password")
	plain := flags.Bool("http", false, "speak plain HTTP instead of TLS")
	taskSeconds := flags.Float64("task-seconds", 0, "how long tasks take")
	live := flags.Bool("live", false, "tasks take the time of a small vCenter, and guests boot in two seconds")
	verbose := flags.Bool("verbose", false, "let the simulator log to stderr")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !*verbose {
		log.SetOutput(io.Discard)
	}
	if err := seconds("-task-seconds", *taskSeconds); err != nil {
		return err
	}
	// From the start, so that a signal which comes early ends it in good order as well: it leaves files otherwise.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	started := time.Now()
	clear, err := ownScratch()
	if err != nil {
		return err
	}
	defer clear()
	w, err := newWorld()
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.load(*estate, *vms); err != nil {
		return err
	}
	w.forgetTasks()
	w.tempo(*live, *taskSeconds)
	announced, err := serve(w, options{
		listen: fmt.Sprintf("127.0.0.1:%d", *port), control: fmt.Sprintf("127.0.0.1:%d", *controlPort),
		username: *user, password: *password, plain: *plain, started: started,
	})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(announced); err != nil {
		return fmt.Errorf("print the addresses: %w", err)
	}
	waitForEnd(in, signals)
	return nil
}

func (w *world) load(estate string, vms int) error {
	switch {
	case vms < 0 || vms > maxVMs:
		return fmt.Errorf("-vms is %d; give 1 to %d", vms, maxVMs)
	case vms > 0:
		return w.bigEstate(vms)
	case estate == "demo":
		return w.demoEstate()
	case estate == "empty":
		return w.emptyEstate()
	}
	return fmt.Errorf("-estate is %q; use demo or empty", estate)
}

// forgetTasks removes the tasks of the building itself, so that the estate looks as if it had been there always.
func (w *world) forgetTasks() {
	for _, obj := range w.reg.AllReference("Task") {
		w.reg.Remove(private(w.ctx), obj.Reference())
	}
	w.reg.Get(*w.content().TaskManager).(*simulator.TaskManager).RecentTask = nil
	for _, entity := range w.reg.All("") {
		entity.Entity().RecentTask = nil
	}
}

// tempo sets how long things take.
func (w *world) tempo(live bool, taskSeconds float64) {
	w.tasks.setDuration("", taskSeconds)
	if !live {
		return
	}
	w.boot.Store(int64(2 * time.Second))
	for method, seconds := range map[string]float64{
		"CreateVM_Task": 2.5, "CloneVM_Task": 5, "RelocateVM_Task": 6, "PowerOnVM_Task": 1, "PowerOffVM_Task": 0.6,
		"ResetVM_Task": 1, "ReconfigVM_Task": 1.2, "CreateSnapshot_Task": 2, "RemoveSnapshot_Task": 2,
		"RevertToSnapshot_Task": 2, "Destroy_Task": 1.5, "Rename_Task": 0.4, "MoveIntoFolder_Task": 0.4, "ShutdownGuest": 3,
	} {
		w.tasks.setDuration(method, seconds)
	}
}

// waitForEnd returns when the parent closes stdin or a signal comes, so that the sandbox never outlives its parent.
func waitForEnd(in io.Reader, signals <-chan os.Signal) {
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(closed)
	}()
	select {
	case <-signals:
	case <-closed:
	}
}
