/* The frame: banner, people, side bar, the room one is in, the estate. */

import { h, icon } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { estatePane } from "./estate.js";
import { avatar, notices, timeline } from "./messages.js";

const MENU = "M4 7h16M4 12h16M4 17h16";
const SERVERS = "M4 4h16v7H4zM4 13h16v7H4zM7.5 7.5v.1M7.5 16.5v.1M11 7.5h5M11 16.5h5";
const HASH = "M9 4L7 20M17 4l-2 16M4 9h17M3 15h17";
const LOCK = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3";
const HOUSE = "M4 11l8-7 8 7v9h-5v-6h-6v6H4z";

/** The whole page as one element; its children replace those of #app. */
export function page(app) {
  const withEstate = app.estate ? "with-estate" : "";
  return h("div", {},
    banner(app),
    h("div", { class: `frame ${withEstate} ${app.ui.drawer ? `drawer-${app.ui.drawer}` : ""}` },
      sidebar(app),
      room(app),
      app.estate ? estatePane(app) : null,
      app.ui.drawer ? h("button", { type: "button", class: "veil", "aria-label": "Close panel", on: { click: () => app.drawer(app.ui.drawer) } }) : null));
}

function banner(app) {
  const bots = app.state.connections;
  const line = bots ? `${bots} ${bots === 1 ? "connection" : "connections"} from the bot` : "no bot is connected";
  return h("header", { class: "banner" },
    h("p", { class: "banner-words", data: { testid: "banner" } }, h("b", {}, "Sandbox:"), " a stand-in for Slack, not Slack"),
    h("p", { class: `banner-line ${bots && app.live ? "" : "banner-down"}`, role: "status", data: { testid: "connections" } },
      app.live ? line : "the sandbox does not answer"),
    people(app));
}

/* The people one can be. */
function people(app) {
  const all = (app.state.page_people ?? []).map((id) => app.state.users.find((one) => one.id === id)).filter(Boolean);
  return h("div", { class: "people", role: "group", "aria-label": "Be somebody" }, h("span", { class: "people-label" }, "You are"),
    all.map((one) => {
      const mine = one.id === app.user;
      const props = {
        type: "button", class: `person ${mine ? "person-me" : ""}`, title: `${one.real_name}${one.title ? `, ${one.title}` : ""}`, "aria-pressed": String(mine),
        data: { testid: `person-${one.name}`, user: one.id }, on: { click: () => app.become(one.id) },
      };
      return h("button", props, avatar({ label: one.real_name || one.name, tone: app.tone(one.id) }), h("span", {}, one.name));
    }));
}

function sidebar(app) {
  const rooms = app.state.channels.filter((one) => one.kind !== "im");
  const direct = app.state.channels.filter((one) => one.kind === "im");
  return h("nav", { class: "sidebar", "aria-label": "Channels", data: { drawer: "channels", testid: "sidebar" } },
    h("p", { class: "workspace" }, "Sandbox", h("small", {}, app.state.me?.real_name ?? "")),
    h("h2", {}, "Channels"), h("ul", {}, rooms.map((one) => entry(one.id, one.name, one.kind === "private" ? LOCK : HASH, app))),
    h("h2", {}, "Apps"),
    h("ul", {}, entry(app.HOME, `${app.appName} Home`, HOUSE, app),
      direct.map((one) => entry(one.id, app.appName, "M4 5h16v11H10l-4 4v-4H4z", app))));
}

function entry(place, label, path, app) {
  const here = app.place === place;
  const fresh = here ? 0 : unread(place, app);
  const props = {
    type: "button", class: `place ${here ? "place-here" : ""} ${fresh ? "place-fresh" : ""}`, "aria-current": here ? "page" : undefined,
    data: { testid: `place-${place === app.HOME ? "home" : app.state.channels.find((one) => one.id === place)?.kind === "im" ? "app" : label}`, place },
    on: { click: () => app.goto(place) },
  };
  return h("li", { key: place }, h("button", props, icon(path), h("span", {}, label), fresh ? h("span", { class: "count", "aria-label": `${fresh} new` }, fresh) : null));
}

/* What came since one last looked; everything that was there at the first look counts as seen. */
function unread(place, app) {
  const key = `${app.user}/${place}`;
  const list = app.state.messages[place] ?? [];
  const newest = list.at(-1)?.ts ?? "0";
  const seen = app.ui.seen.get(key);
  if (seen === undefined) app.ui.seen.set(key, newest);
  return list.filter((one) => seen !== undefined && one.ts > seen && one.user !== app.user).length;
}

function room(app) {
  const home = app.place === app.HOME;
  const body = home ? homeTab(app) : h("section", { class: "timeline", key: `tl-${app.user}-${app.place}`, tabindex: "0", "aria-label": "Messages", data: { testid: "timeline" } }, opening(app), timeline(app));
  app.ui.seen.set(`${app.user}/${app.place}`, (app.state.messages[app.place] ?? []).at(-1)?.ts ?? "0");
  const shown = { ...app.state, notices: [...(app.state.notices ?? []), app.ui.local].filter(Boolean) };
  return h("main", { class: "room", data: { testid: "room" } },
    roomHead(app, home), body,
    notices({ ...app, state: shown, ui: app.ui }),
    home ? null : composer(app));
}

function roomHead(app, home) {
  const one = app.room;
  const title = home || one.kind === "im" ? app.appName : one.name;
  const tab = (label, place, on) => h("button", { type: "button", class: `tab ${on ? "tab-on" : ""}`, "aria-current": on ? "page" : undefined, on: { click: () => app.goto(place) } }, label);
  const direct = app.state.channels.find((other) => other.kind === "im");
  const tabs = home || one.kind === "im"
    ? h("span", { class: "tabs" }, tab("Home", app.HOME, home), direct && tab("Messages", direct.id, !home))
    : h("span", { class: "topic" }, one.topic ?? "");
  return h("div", { class: "room-head" },
    h("button", { type: "button", class: "quiet only-narrow", "aria-label": "Channels", "aria-expanded": String(app.ui.drawer === "channels"), data: { testid: "open-channels" }, on: { click: () => app.drawer("channels") } }, icon(MENU)),
    h("h1", {}, icon(home || one.kind === "im" ? HOUSE : one.kind === "private" ? LOCK : HASH), title), tabs,
    app.estate && h("button", { type: "button", class: "quiet only-narrow estate-open", "aria-label": "Estate", "aria-expanded": String(app.ui.drawer === "estate"), data: { testid: "open-estate" }, on: { click: () => app.drawer("estate") } }, icon(SERVERS)));
}

function opening(app) {
  const one = app.room;
  if ((app.state.messages[one.id] ?? []).length) return null;
  const name = one.kind === "im" ? app.appName : `#${one.name}`;
  const hint = app.state.commands?.[0]?.command;
  return h("div", { class: "empty", key: "empty" }, h("h2", {}, `This is ${name}`),
    h("p", {}, hint ? ["Type ", h("code", {}, `${hint} help`), " to see what you may do here."] : "Nothing has been said yet."));
}

function homeTab(app) {
  const view = app.state.home;
  const body = view
    ? renderBlocks(view.blocks, { ...app.blocks, scope: `home-${view.id}`, where: { view_id: view.id }, values: view.state?.values })
    : h("div", { class: "empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, "The app has not published its Home for you."));
  return h("section", { class: "timeline home", key: `home-${app.user}`, data: { testid: "home" } }, h("div", { class: "home-page" }, body));
}
