package main

// The estates: a company's vCenter for the demo, an empty one, and big ones.

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

var demoClusters = []clusterPlan{
	{name: "prod-cluster", cores: 48, memoryGiB: 512, pools: []string{"prod-critical", "prod-standard"}, hosts: []string{
		"esx-01.corp.example", "esx-02.corp.example", "esx-03.corp.example", "esx-04.corp.example"}},
	{name: "lab-cluster", cores: 24, memoryGiB: 256, pools: []string{"lab"}, hosts: []string{
		"esx-11.corp.example", "esx-12.corp.example", "esx-13.corp.example", "esx-14.corp.example"}},
}

var demoStores = []storePlan{
	{"gold-01", "gold", 8192, 3900}, {"gold-02", "gold", 8192, 5100}, {"gold-03", "gold", 4096, 1500},
	{"silver-01", "silver", 16384, 7200}, {"silver-02", "silver", 16384, 9800}, {"silver-03", "silver", 8192, 4300},
}

var demoFolders = []string{"Finance", "Payments", "Web", "Lab", "Infrastructure", "Templates", "iaas-bin"}

// Networks of every estate.
const (
	prodNetwork = "prod-vlan-120"
	labNetwork  = "lab-vlan-310"
)

// Slack user ids of the demo's people, as the sandbox Slack knows them.
const (
	dana = "U0DANA"
	ann  = "U0ANN"
	ben  = "U0BEN"
)

// demoVM is one line of the demo's inventory.
type demoVM struct {
	name, folder, pool, store string
	cpus, gibMemory           int32
	disk                      int64 // GiB
	flags                     string
	owner                     string
}

// Flags: o = off, c = CPU hot-add, m = memory hot-add, p = protected, t = no tools, s = has snapshots, w = Windows.
var demoVMs = []demoVM{
	{"fin-db-01", "Finance", "prod-critical", "gold-01", 8, 32, 400, "cmp", ""},
	{"fin-db-02", "Finance", "prod-critical", "gold-02", 8, 32, 400, "cmp", ""},
	{"fin-app-01", "Finance", "prod-critical", "gold-01", 4, 16, 80, "cm", ann},
	{"fin-app-02", "Finance", "prod-critical", "gold-01", 4, 16, 80, "cm", ann},
	{"fin-report-01", "Finance", "prod-standard", "silver-01", 2, 8, 120, "w", ann},
	{"fin-batch-01", "Finance", "prod-standard", "silver-01", 4, 8, 60, "cm", ann},
	{"fin-archive-01", "Finance", "prod-standard", "silver-01", 2, 4, 900, "o", ""},
	{"twin-01", "Finance", "prod-standard", "silver-02", 1, 2, 20, "cm", ann},
	{"pay-gw-01", "Payments", "prod-critical", "gold-01", 4, 8, 60, "cmp", ""},
	{"pay-gw-02", "Payments", "prod-critical", "gold-02", 4, 8, 60, "cmp", ""},
	{"pay-db-01", "Payments", "prod-critical", "gold-02", 8, 64, 800, "mp", ""},
	{"pay-core-01", "Payments", "prod-critical", "gold-03", 6, 24, 120, "cm", ben},
	{"pay-core-02", "Payments", "prod-critical", "gold-03", 6, 24, 120, "cm", ben},
	{"pay-fraud-01", "Payments", "prod-critical", "gold-03", 4, 16, 160, "", ben},
	{"pay-test-01", "Payments", "prod-standard", "silver-02", 2, 4, 40, "cms", ben},
	{"pay-test-02", "Payments", "prod-standard", "silver-02", 2, 4, 40, "o", ben},
	{"web-01", "Web", "prod-standard", "gold-01", 2, 4, 40, "cm", dana},
	{"web-02", "Web", "prod-standard", "gold-01", 2, 4, 40, "cm", dana},
	{"web-03", "Web", "prod-standard", "gold-02", 2, 4, 40, "cm", dana},
	{"web-04", "Web", "prod-standard", "gold-02", 2, 4, 40, "", dana},
	{"web-05", "Web", "prod-standard", "gold-03", 2, 4, 40, "cm", dana},
	{"web-06", "Web", "prod-standard", "gold-03", 2, 4, 40, "o", dana},
	{"web-cache-01", "Web", "prod-standard", "gold-01", 2, 16, 40, "m", dana},
	{"web-cache-02", "Web", "prod-standard", "gold-02", 2, 16, 40, "m", ""},
	{"web-lb-01", "Web", "prod-critical", "gold-01", 2, 4, 20, "p", ""},
	{"web-lb-02", "Web", "prod-critical", "gold-02", 2, 4, 20, "p", ""},
	{"web-cms-01", "Web", "prod-standard", "silver-01", 4, 8, 100, "cms", dana},
	{"shop-01", "Web", "prod-standard", "gold-02", 4, 8, 60, "cm", dana},
	{"lab-build-01", "Lab", "lab", "silver-01", 8, 16, 200, "cm", ben},
	{"lab-build-02", "Lab", "lab", "silver-02", 8, 16, 200, "cm", ben},
	{"lab-win-01", "Lab", "lab", "silver-02", 2, 8, 100, "w", ann},
	{"lab-k8s-01", "Lab", "lab", "silver-03", 4, 8, 80, "cm", dana},
	{"lab-k8s-02", "Lab", "lab", "silver-03", 4, 8, 80, "cm", dana},
	{"lab-k8s-03", "Lab", "lab", "silver-03", 4, 8, 80, "cm", dana},
	{"lab-scratch-01", "Lab", "lab", "silver-01", 1, 1, 10, "t", ben},
	{"lab-scratch-02", "Lab", "lab", "silver-01", 1, 1, 10, "ot", ben},
	{"veba-test-vm", "Lab", "lab", "silver-02", 2, 4, 30, "cm", ben},
	{"twin-01", "Lab", "lab", "silver-03", 1, 2, 20, "cm", dana},
	{"vcenter-01", "Infrastructure", "prod-critical", "gold-03", 8, 30, 700, "p", ""},
	{"iaas-bot-01", "Infrastructure", "prod-standard", "gold-03", 2, 4, 40, "p", ""},
	{"ad-01", "Infrastructure", "prod-critical", "gold-01", 2, 8, 80, "pw", ""},
	{"monitor-01", "Infrastructure", "prod-standard", "silver-01", 4, 16, 500, "m", ""},
}

var demoTemplates = []demoVM{
	{"debian-12", "Templates", "", "silver-01", 2, 4, 20, "cm", ""},
	{"ubuntu-24.04", "Templates", "", "silver-01", 2, 4, 24, "cm", ""},
	{"windows-2022", "Templates", "", "silver-02", 4, 8, 60, "w", ""},
}

func (w *world) demoEstate() error {
	if err := w.buildInfra(demoClusters, demoStores, []string{prodNetwork, labNetwork}, demoFolders); err != nil {
		return err
	}
	for i, line := range demoVMs {
		w.addDemoVM(line, i, false)
	}
	for i, line := range demoTemplates {
		w.addDemoVM(line, i, true)
	}
	for _, ref := range w.infra.hosts {
		w.recount(ref)
	}
	return nil
}

func has(flags string, flag rune) bool {
	for _, each := range flags {
		if each == flag {
			return true
		}
	}
	return false
}

func (w *world) addDemoVM(line demoVM, number int, template bool) {
	plan := w.demoPlan(line, number)
	plan.template = template
	plan.on = !template && !has(line.flags, 'o')
	if template {
		plan.pool = nil
	}
	vm := w.buildVM(plan)
	w.attachVM(vm, true)
	if has(line.flags, 's') {
		w.takeSnapshot(vm, "before-patch", "taken before the monthly patches", false, time.Now().AddDate(0, 0, -6))
		w.takeSnapshot(vm, "after-patch", "", false, time.Now().AddDate(0, 0, -5))
	}
}

func (w *world) demoPlan(line demoVM, number int) *vmPlan {
	cluster, network := "prod-cluster", w.infra.networks[prodNetwork]
	if line.pool == "lab" {
		cluster, network = "lab-cluster", w.infra.networks[labNetwork]
	}
	hosts := w.infra.hostsIn[cluster]
	pool := w.infra.pools[line.pool]
	plan := &vmPlan{
		name: line.name, folder: w.infra.folders[line.folder], host: hosts[number%len(hosts)], pool: &pool,
		datastore: w.infra.stores[line.store], network: &network, cpus: line.cpus, cores: coresFor(line.cpus),
		memoryMiB: line.gibMemory * 1024, disks: []int64{line.disk * gib}, guestID: "debian12_64Guest",
		guestName: "Debian GNU/Linux 12 (64-bit)", tools: !has(line.flags, 't'), hotCPU: has(line.flags, 'c'),
		hotMemory: has(line.flags, 'm'), ip: fmt.Sprintf("10.20.%d.%d", 10+number/200, 11+number%200),
		bootedSince: time.Duration(number%40+1) * 26 * time.Hour, custom: map[string]string{},
		uuid: stableUUID("bios", line.folder, line.name), instance: stableUUID("instance", line.folder, line.name),
	}
	if has(line.flags, 'w') {
		plan.guestID, plan.guestName = "windows2022srvNext_64Guest", "Microsoft Windows Server 2022 (64-bit)"
	}
	if line.owner != "" {
		plan.custom["iaas.owner"] = line.owner
	}
	if has(line.flags, 'p') {
		plan.custom["iaas.protected"] = "true"
	}
	if line.pool == "lab" && line.owner != "" {
		plan.custom["iaas.expires"] = time.Now().AddDate(0, 0, 8+number%21).UTC().Format(time.RFC3339)
	}
	return plan
}

// coresFor is vCenter's default of one core a socket, and two for the big ones, which then grow in steps of two.
func coresFor(cpus int32) int32 {
	if cpus >= 8 {
		return 2
	}
	return 1
}

func (w *world) emptyEstate() error {
	return w.buildInfra(demoClusters, demoStores, []string{prodNetwork, labNetwork}, demoFolders)
}

// bigEstate makes a vCenter with n VMs: 50 folders, about 60 VMs a host.
func (w *world) bigEstate(n int) error {
	clusters, stores, folders := bigPlans(n)
	if err := w.buildInfra(clusters, stores, []string{prodNetwork, labNetwork}, folders); err != nil {
		return err
	}
	for i := range n {
		w.attachVM(w.buildVM(w.bigPlan(i, clusters, folders)), true)
	}
	for i, line := range demoTemplates {
		line.folder, line.store = "Templates", stores[0].name
		plan := w.bigPlan(i, clusters, folders)
		plan.name, plan.folder, plan.template, plan.on, plan.pool = line.name, w.infra.folders["Templates"], true, false, nil
		w.attachVM(w.buildVM(plan), true)
	}
	for _, ref := range w.infra.hosts {
		w.recount(ref)
	}
	return nil
}

func bigPlans(n int) ([]clusterPlan, []storePlan, []string) {
	hosts := max(4, (n+59)/60)
	var clusters []clusterPlan
	for first := 0; first < hosts; first += 16 {
		plan := clusterPlan{name: fmt.Sprintf("cluster-%02d", len(clusters)+1), cores: 64, memoryGiB: 1024}
		for i := first; i < min(first+16, hosts); i++ {
			plan.hosts = append(plan.hosts, fmt.Sprintf("esx-%03d.corp.example", i+1))
		}
		clusters = append(clusters, plan)
	}
	var stores []storePlan
	count := max(6, n/250)
	for i := range count {
		tier := []string{"gold", "silver"}[i%2]
		stores = append(stores, storePlan{fmt.Sprintf("%s-%02d", tier, i/2+1), tier, 65536, int64(20000 + 700*i%30000)})
	}
	folders := []string{"Templates", "iaas-bin"}
	for i := range 50 {
		folders = append(folders, fmt.Sprintf("team-%02d", i+1))
	}
	return clusters, stores, folders
}

func (w *world) bigPlan(i int, clusters []clusterPlan, folders []string) *vmPlan {
	cluster := clusters[i%len(clusters)].name
	hosts := w.infra.hostsIn[cluster]
	pool := w.infra.rootPools[cluster]
	network := w.infra.networks[prodNetwork]
	plan := &vmPlan{
		name: fmt.Sprintf("vm-%05d", i+1), folder: w.infra.folders[folders[2+i%(len(folders)-2)]],
		host: hosts[(i/len(clusters))%len(hosts)], pool: &pool,
		datastore: w.infra.stores[w.infra.storeNames[i%len(w.infra.storeNames)]], network: &network,
		cpus: []int32{1, 2, 2, 4}[i%4], cores: 1, memoryMiB: []int32{2048, 4096, 8192}[i%3], disks: []int64{40 * gib},
		guestID: "debian12_64Guest", guestName: "Debian GNU/Linux 12 (64-bit)", on: i%10 != 9, tools: true,
		hotCPU: i%3 != 0, hotMemory: i%3 != 0, ip: fmt.Sprintf("10.%d.%d.%d", 64+i/62500, i/250%250, 1+i%250),
		bootedSince: time.Duration(i%900) * time.Hour, custom: map[string]string{"iaas.owner": []string{dana, ann, ben}[i%3]},
	}
	return plan
}

// addressKey is where a VM that was given an address by customization keeps it.
const addressKey = "sandbox.address"

// addressFor is the address that a VM's guest gets.
func addressFor(vm *simulator.VirtualMachine) string {
	for _, option := range vm.Config.ExtraConfig {
		if value := option.GetOptionValue(); value.Key == addressKey {
			return fmt.Sprint(value.Value)
		}
	}
	sum := stableUUID("ip", vm.Self.Value)
	return fmt.Sprintf("10.20.%d.%d", 100+int(sum[0])%100, 1+int(sum[2])%120+int(sum[3])%120)
}

func copyDevice(device types.BaseVirtualDevice) types.BaseVirtualDevice {
	return copyAny(device).(types.BaseVirtualDevice)
}

func copyDevices(config *types.VirtualMachineConfigInfo) *types.VirtualMachineConfigInfo {
	return copyAny(config).(*types.VirtualMachineConfigInfo)
}
