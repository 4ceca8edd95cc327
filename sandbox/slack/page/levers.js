/* The levers of the estate pane, each one or two calls at the control door. */

import { pushEstate } from "./api.js";
import { h } from "./dom.js";

const STORAGE = "VM Storage Usage";
const HOT = 95;
const HOT_FOR_MS = 20 * 60 * 1000;
const CALM = 18;
const FULL_SHARE = 0.06;
const ROOMY_SHARE = 0.5;
const METHODS = ["PowerOnVM_Task", "PowerOffVM_Task", "ShutdownGuest", "CreateVM_Task", "CloneVM_Task", "ReconfigVM_Task", "RelocateVM_Task", "Destroy_Task", "CreateSnapshot_Task"];
const FAULTS = ["NoPermission", "NoDiskSpace", "InvalidState", "TaskInProgress", "HostNotConnected", "DuplicateName"];

/** Send calls one after the other, then look at the estate again; what the door refuses is shown. */
export async function actOn(app, calls) {
  app.ui.estateError = "";
  try {
    for (const [path, body] of calls) await pushEstate(path, body);
  } catch (error) {
    app.ui.estateError = `The lever did not move: ${error.message}`;
  }
  await app.lookAtEstate();
  app.render();
}

function lever(label, name, calls, app, style = "") {
  const click = () => actOn(app, typeof calls === "function" ? calls() : calls);
  return h("button", { type: "button", class: `button ${style}`, data: { lever: name }, on: { click } }, label);
}

function alarm(entity, name, status, kind = "vm") {
  return ["alarm", { entity, kind, alarm: name, status }];
}

/* A load as if it had lasted a while: a bot that looks at the last quarter of an hour shall see it. */
function hot(vm, load) {
  const since = new Date(Date.now() - HOT_FOR_MS).toISOString();
  return [["load", { vm: vm.id, at: since, ...load }], ["load", { vm: vm.id, ...load }]];
}

/* The first two levers raise their alarms as vCenter would, after a second of load; a VM that grows clears them again. */
export function vmLevers(vm, app) {
  const on = vm.power === "poweredOn";
  const clear = vm.alarms.map((one) => alarm(vm.id, one.alarm, "green"));
  return h("div", { class: "lever-row" },
    on && lever(`CPU ${HOT} %`, "cpu", () => hot(vm, { cpu_percent: HOT }), app),
    on && lever(`Memory ${HOT} %`, "memory", () => hot(vm, { memory_percent: HOT }), app),
    lever("Storage alarm", "storage", [alarm(vm.id, STORAGE, "red")], app),
    on && lever("Calm", "calm", [["load", { vm: vm.id, cpu_percent: CALM, memory_percent: CALM }]], app),
    vm.alarms.length ? lever("Clear alarms", "clear", clear, app) : null,
    lever(on ? "Pull the plug" : "Power on by hand", "power", [["vm", { vm: vm.id, power: on ? "off" : "on" }]], app));
}

export function fillLevers(store, app) {
  const free = (share) => ["datastore", { datastore: store.name, free_bytes: Math.round(store.capacity_bytes * share) }];
  return h("div", { class: "lever-row" },
    lever("Fill it", "fill", [free(FULL_SHARE)], app),
    lever("Empty it", "empty", [free(ROOMY_SHARE)], app));
}

export function troubleLevers(app) {
  const choose = (label, name, words) =>
    h("select", { class: "select", "aria-label": label, data: { lever: name } }, words.map((word) => h("option", { value: word }, word)));
  const chosen = (name) => document.querySelector(`[data-lever=${name}]`).value;
  return [
    h("div", { class: "lever-row" }, choose("Method", "method", METHODS), choose("Fault", "fault", FAULTS)),
    h("div", { class: "lever-row" },
      lever("Fail the next call", "fail", () => [["fault", { method: chosen("method"), fault: chosen("fault"), count: 1 }]], app, "button-danger"),
      lever("Expire sessions", "expire", [["sessions/expire", {}]], app),
      lever("Cut connections", "cut", [["connections/drop", {}]], app),
      lever("Outage, 20 s", "outage", [["outage", { mode: "refuse", seconds: 20 }]], app)),
  ];
}
