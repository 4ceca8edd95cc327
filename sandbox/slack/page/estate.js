/* The second pane: the sandbox vCenter as it really is, whatever the bot was told. Drawn only; see levers.js. */

import { fetchEstate } from "./api.js";
import { h, icon, memo } from "./dom.js";
import { actOn, fillLevers, troubleLevers, vmLevers } from "./levers.js";

const POLL_MS = 1500;
const RESTS_FOR = 8;
const VMS_SHOWN = 150;
const GIB = 2 ** 30;
const TASKS_SHOWN = 4;
const BUILDING = /^(AddDV|AddHost|AddStandalone|ReconfigureDvs|CreateDVS|AddPort)/;
const WARN = 75;
const FULL = 85;
const BELL = "M6 17v-6a6 6 0 0 1 12 0v6l2 2H4zM10.5 21.5h3";

/** Look at the estate again and again while somebody looks at the page; no answer, no pane. */
export function startEstate(app) {
  app.lookAtEstate = () => look(app);
  const again = async () => {
    const began = performance.now();
    await look(app);
    // A big estate takes long to tell; it is asked for less often.
    const wait = app.estate ? POLL_MS + RESTS_FOR * (performance.now() - began) : POLL_MS / 3;
    setTimeout(again, wait);
  };
  again();
}

async function look(app) {
  if (!app.state?.estate || document.hidden) return;
  const [estate, faults] = await Promise.all([fetchEstate("estate"), fetchEstate("faults")]).catch(() => [null, []]);
  const text = JSON.stringify([estate, faults]);
  if (text === app.estateText) return;
  app.estateText = text;
  app.estate = estate && { ...estate, faults: faults ?? [] };
  app.render();
}

export function estatePane(app) {
  const { vms, hosts, datastores, tasks, faults } = app.estate;
  const real = vms.filter((vm) => !vm.template);
  // How the sandbox built its hosts and networks is no news.
  const done = tasks.filter((one) => !BUILDING.test(one.method)).slice(0, TASKS_SHOWN);
  const on = real.filter((vm) => vm.power === "poweredOn").length;
  return h("aside", { class: "estate", "aria-label": "Estate", data: { drawer: "estate", testid: "estate" } },
    h("header", { class: "estate-head" }, h("h2", {}, "vCenter"), h("span", {}, `sandbox · ${on} of ${real.length} VMs on`)),
    app.ui.estateError && h("p", { class: "estate-error", role: "alert", data: { testid: "estate-error" } }, app.ui.estateError),
    part("Hosts", h("div", { class: "hosts" }, hosts.map(host))),
    part("Datastores", h("ul", {}, datastores.map((store) => datastore(store, app)))),
    part("Tasks", done.length ? h("ul", {}, done.map(task)) : h("p", { class: "none" }, "Nothing has been done yet.")),
    machines(real, app),
    trouble(faults, app));
}

function part(title, body, extra = null) {
  return h("section", { class: "estate-part", key: `part-${title}` }, h("h3", {}, title, extra), body);
}

function tone(percent) {
  return percent >= FULL ? "bad" : percent >= WARN ? "warn" : "good";
}

function bar(percent, label) {
  const width = `${Math.min(100, Math.max(0, percent)).toFixed(0)}%`;
  return h("span", { class: "bar", role: "img", "aria-label": label, title: label }, h("i", { class: `bar-${tone(percent)}`, style: { width } }));
}

function host(one) {
  const cpu = (100 * one.cpu_used_mhz) / one.cpu_mhz;
  const memory = (100 * one.memory_used_mib) / one.memory_mib;
  const state = one.maintenance ? "maintenance" : one.connected ? "" : "disconnected";
  const label = `${one.name}, ${one.cluster}: CPU ${cpu.toFixed(0)} %, memory ${memory.toFixed(0)} %, ${one.vms} VMs ${state}`;
  return h("div", { class: `host ${state ? `host-${state}` : ""}`, title: label, key: one.name, data: { host: one.name } },
    h("span", {}, one.name.split(".")[0]), bar(cpu, `CPU ${cpu.toFixed(0)} %`), bar(memory, `memory ${memory.toFixed(0)} %`));
}

function datastore(one, app) {
  const used = 100 * (1 - one.free_bytes / one.capacity_bytes);
  const label = `${(one.free_bytes / GIB).toFixed(0)} GB free of ${(one.capacity_bytes / GIB).toFixed(0)} GB`;
  return h("li", { key: one.name, data: { testid: `datastore-${one.name}` } },
    h("details", { class: "row" },
      h("summary", {}, h("span", { class: "row-name" }, one.name), h("small", { class: "tier" }, one.tier), alarmSign(one.alarms),
        bar(used, label), h("span", { class: "figure-small" }, `${used.toFixed(0)} %`)),
      h("div", { class: "levers" }, h("p", {}, `${label} · ${one.vms} VMs`), fillLevers(one, app))));
}

function alarmSign(alarms) {
  if (!alarms.length) return null;
  const words = alarms.map((one) => `${one.alarm.replace("alarm.", "")}: ${one.status}`).join(", ");
  const worst = alarms.some((one) => one.status === "red") ? "red" : "yellow";
  return h("span", { class: `alarm alarm-${worst}`, title: words, data: { testid: "alarm" } }, icon(BELL, words));
}

function task(one) {
  const running = one.state === "running" || one.state === "queued";
  const end = one.state === "success" ? "done" : one.state === "error" ? one.error || "failed" : `${one.progress} %`;
  return h("li", { class: `task-row task-${one.state}`, key: one.id, title: one.error ?? one.id },
    h("span", { class: "row-name" }, one.method.replace("_Task", "")), h("span", { class: "task-entity" }, one.entity),
    running ? bar(one.progress, end) : null, h("span", { class: "figure-small" }, end));
}

function machines(vms, app) {
  const wanted = (app.ui.vmFilter ?? "").toLowerCase();
  const found = vms.filter((vm) => `${vm.folder}/${vm.name} ${vm.custom["iaas.owner"] ?? ""}`.toLowerCase().includes(wanted));
  const shown = [...found.filter((vm) => vm.alarms.length), ...found.filter((vm) => !vm.alarms.length)].slice(0, VMS_SHOWN);
  const red = shown.filter((vm) => vm.alarms.length);
  const folders = [...new Set(found.map((vm) => vm.folder))];  // in the order of the inventory, alarm or not
  const filter = h("input", {
    class: "field vm-filter", type: "search", placeholder: "Filter", "aria-label": "Filter VMs", data: { testid: "vm-filter" },
    on: { input: (event, node) => { app.ui.vmFilter = node.value; app.render(); } },
  });
  return h("section", { class: "estate-part", key: "part-vms" }, h("h3", {}, "Virtual machines", filter),
    red.length ? folder("In alarm", red, app) : null,
    folders.map((name) => folder(name, shown.filter((vm) => vm.folder === name && !vm.alarms.length), app)),
    found.length > shown.length ? h("p", { class: "none" }, `and ${found.length - shown.length} more: filter by name, folder or owner`) : null,
    found.length ? null : h("p", { class: "none" }, "No VM is called that."));
}

function folder(name, vms, app) {
  return vms.length ? h("div", { key: `f-${name}` }, h("h4", {}, name), h("ul", {}, vms.map((vm) => machine(vm, app)))) : null;
}

function machine(vm, app) {
  return memo("li", vm.id, [vm, app.nameFacts], () => drawMachine(vm, app));
}

function drawMachine(vm, app) {
  const on = vm.power === "poweredOn";
  const cpu = vm.load.cpu_percent;
  const size = `${vm.cpus} CPU · ${(vm.memory_mib / 1024).toFixed(vm.memory_mib < 1024 ? 1 : 0)} GB`;
  const owner = app.blocks?.names.user(vm.custom["iaas.owner"] ?? "") ?? "nobody";
  const facts = [`owner ${owner}`, vm.host.split(".")[0], vm.datastore, vm.ip, `hot-add ${vm.cpu_hot_add ? "CPU" : "–"}/${vm.memory_hot_add ? "memory" : "–"}`];
  return h("li", { data: { testid: `vm-${vm.name}`, power: vm.power } },
    h("details", { class: "row" },
      h("summary", {}, h("span", { class: `power power-${on ? "on" : "off"}`, role: "img", "aria-label": on ? "on" : "off" }),
        h("span", { class: "row-name" }, vm.name), alarmSign(vm.alarms), h("small", {}, size),
        on ? bar(cpu, `CPU ${cpu.toFixed(0)} %, memory ${vm.load.memory_percent.toFixed(0)} %`) : h("span", { class: "bar bar-none" })),
      h("div", { class: "levers" }, h("p", {}, facts.filter(Boolean).join(" · ")), vmLevers(vm, app))));
}

function trouble(faults, app) {
  return h("section", { class: "estate-part", key: "part-trouble" },
    h("details", { data: { testid: "trouble" } }, h("summary", {}, h("h3", {}, "Trouble")),
      h("div", { class: "levers" }, troubleLevers(app),
        faults.length ? h("ul", { class: "faults" }, faults.map((one) => h("li", {}, `next ${one.method}: ${one.fault || one.when}${one.count > 1 ? ` × ${one.count}` : ""}`))) : null,
        faults.length ? h("button", { type: "button", class: "button", on: { click: () => actOn(app, [["faults/clear", {}]]) } }, "Forget faults") : null)));
}
