/* Puts the page together: who one is, where one is, what the server holds, and what happens on a click. */

import { act, fetchState, follow } from "./api.js";
import { confirmDialog, showModals } from "./forms.js";
import { listen, morphChildren } from "./dom.js";
import { foldOthers } from "./menus.js";
import { page } from "./layout.js";
import { startEstate } from "./estate.js";

const HOME = "home";
const TONES = 6;
const NEAR_END_PX = 80;
const root = document.getElementById("app");
const modal = document.getElementById("modal");
const asking = document.getElementById("confirm");

const [, hashUser, hashPlace] = location.hash.split("/");

const app = {
  user: decodeURIComponent(hashUser || "U0DANA"),
  place: decodeURIComponent(hashPlace || ""),
  state: null,
  live: true,
  estate: null,
  appName: "iaas-bot",
  ui: {
    threads: new Set(), dismissed: new Set(), seen: new Map(), drafts: new Map(), history: [], historyAt: 0, pick: 0,
    errors: {}, failure: {}, busy: "", drawer: "", since: Date.now() / 1000 - 5, folded: new Set(),
  },
  render,
  HOME,
};

Object.defineProperty(app, "room", { get: () => app.state.channels.find((one) => one.id === app.place) });
Object.defineProperty(app.ui, "draft", {
  get: () => app.ui.drafts.get(`${app.user}/${app.place}`) ?? "",
  set: (text) => app.ui.drafts.set(`${app.user}/${app.place}`, text),
});

app.act = async (kind, details) => {
  const told = app.state?.notices?.length ?? 0;
  const answer = await act(app.user, kind, details);
  if (kind !== "suggest") await refresh();
  const silent = answer.ok || ["input", "suggest", "submit"].includes(kind);
  // What the server put among its notices is not told twice.
  if (!silent && (app.state?.notices?.length ?? 0) <= told) tell(answer);
  return answer;
};

function tell(answer) {
  const detail = typeof answer.detail === "string" ? answer.detail : answer.error;
  app.ui.local = { ts: String(Date.now() / 1000), kind: "error", text: detail ?? "That did not work." };
  render();
}

app.become = (user) => {
  if (user === app.user) return;
  app.user = user;
  app.ui.local = null;
  connect();
};

app.goto = (place) => {
  app.place = place;
  app.ui.drawer = "";
  app.ui.pick = 0;
  remember();
  if (place === HOME) app.act("open_home", {});
  render({ toEnd: true, focus: "[data-testid=composer]" });
};

app.toggleThread = (ts) => {
  if (!app.ui.threads.delete(ts)) app.ui.threads.add(ts);
  render();
};

app.dismiss = (ts) => {
  app.ui.dismissed.add(ts);
  if (app.ui.local?.ts === ts) app.ui.local = null;
  render();
};

app.drawer = (name) => {
  const opens = app.ui.drawer !== name;
  app.ui.drawer = opens ? name : "";
  const inside = `[data-drawer=${name}] :is(button, input, summary)`;
  render({ focus: opens ? inside : `[data-testid=open-${name}]` });
};

app.closeModal = (cleared) => {
  const view = app.state.modals.at(-1);
  return view && app.act("close", { view_id: view.id, cleared });
};

app.setErrors = (viewId, errors) => {
  app.ui.errors[viewId] = errors;
  render();
};

app.submitModal = async (view, values) => {
  app.ui.busy = view.id;
  delete app.ui.failure[view.id];
  app.setErrors(view.id, {});
  const answer = await app.act("submit", { view_id: view.id, values });
  app.ui.busy = "";
  const errors = answer.errors ?? (answer.detail && typeof answer.detail === "object" ? answer.detail : null);
  if (!answer.ok && errors) app.ui.errors[view.id] = errors;
  else if (!answer.ok) app.ui.failure[view.id] = `We had some trouble connecting. Try again? (${answer.detail ?? answer.error})`;
  render();
};

/** Who wrote a message: a label, whether it is the app, and the tone of the avatar. */
app.who = (message) => {
  const user = app.state.users.find((one) => one.id === message.user);
  if (message.bot || user?.is_bot) return { label: user?.real_name || app.appName, app: true };
  const label = user?.real_name || user?.name || String(message.user ?? "somebody");
  return { label, app: false, tone: app.tone(message.user) };
};

app.tone = (id) => Math.max(0, app.state.users.findIndex((one) => one.id === id)) % TONES;

function blocksContext() {
  const { users, channels, groups = [] } = app.state;
  const named = (list, pick) => (id) => {
    const found = list.find((one) => one.id === id);
    return found && pick(found);
  };
  return {
    users,
    channels,
    act: app.act,
    confirm: (spec) => confirmDialog(asking, spec, blocksContext().names),
    names: {
      user: named(users, (one) => one.name),
      channel: named(channels, (one) => one.name),
      group: named(groups, (one) => one.handle || one.name),
    },
  };
}

/* One fetch at a time; a change that comes meanwhile asks once more. Resolves when the page knows the latest. */
let fetching = null;
let again = false;

function refresh() {
  again = true;
  fetching ??= fetchAll().finally(() => {
    fetching = null;
  });
  return fetching;
}

async function fetchAll() {
  while (again) {
    again = false;
    await load();
  }
}

async function load() {
  const asked = app.user;
  try {
    const state = await fetchState(asked);
    if (asked !== app.user) return void refresh();
    app.state = state;
    app.live = true;
  } catch {
    app.live = false;
  }
  settle();
  render();
}

function settle() {
  if (!app.state) return;
  const { channels, users } = app.state;
  app.appName = app.state.bot?.real_name || users.find((one) => one.is_bot)?.real_name || app.appName;
  const here = app.place === HOME || channels.some((one) => one.id === app.place);
  const direct = app.place.startsWith("D") ? channels.find((one) => one.kind === "im") : null;
  if (!here) app.place = (direct ?? channels.find((one) => one.kind !== "im") ?? channels[0])?.id ?? HOME;
  remember();
}

function remember() {
  history.replaceState(null, "", `#/${app.user}/${app.place}`);
}

let frame = 0;

/** Bring the page up to date at the next frame; `toEnd` scrolls to the newest line, `focus` is a selector. */
function render({ toEnd = false, focus = "" } = {}) {
  app.ui.toEnd ||= toEnd;
  app.ui.focus ||= focus;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(draw);
}

function draw() {
  if (!app.state) {
    root.querySelector(".boot").textContent = app.live ? "Loading the sandbox…" : "The sandbox does not answer.";
    return;
  }
  app.blocks = blocksContext();
  app.nameFacts = JSON.stringify([app.state.users, app.state.channels, app.state.groups]);
  const before = root.querySelector(".timeline");
  const follows = !before || app.ui.toEnd || before.scrollHeight - before.scrollTop - before.clientHeight < NEAR_END_PX;
  morphChildren(root, page(app));
  root.setAttribute("aria-busy", "false");
  const after = root.querySelector(".timeline");
  if (after && follows) after.scrollTop = after.scrollHeight;
  if (app.ui.focus) document.querySelector(app.ui.focus)?.focus();
  Object.assign(app.ui, { toEnd: false, focus: "" });
  showModals(app, modal);
}

let hangUp = () => {};

function connect() {
  hangUp();
  hangUp = follow(app.user, refresh, (alive) => {
    app.live = alive;
    render();
  });
  refresh();
}

for (const part of [root, modal, asking]) listen(part);
modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  app.closeModal(false);
});
document.addEventListener("click", (event) => foldOthers(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.ui.drawer && !modal.open) app.drawer(app.ui.drawer);
});
startEstate(app);
connect();
