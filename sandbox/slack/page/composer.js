/* The line one types into: messages, slash commands with a list of what there is, and what was typed before. */

import { h } from "./dom.js";

/** The composer's nodes. */
export function composer(app) {
  const room = app.room;
  const name = room.kind === "im" ? app.appName : `#${room.name}`;
  const box = h("textarea", {
    class: "composer-box", key: `composer-${app.user}-${app.place}`, value: app.ui.draft, rows: 1, placeholder: `Message ${name}, or type /`,
    "aria-label": `Message ${name}`, "aria-autocomplete": "list", "aria-controls": "commands", spellcheck: "false",
    data: { testid: "composer" },
    on: {
      keydown: (event, node) => key(event, node, app),
      input: (event, node) => { grow(node); app.ui.draft = node.value; app.ui.pick = 0; app.render(); },
    },
  });
  return h("form", { class: "composer", on: { submit: (event, node) => { event.preventDefault(); send(node.querySelector("textarea"), app); } } },
    suggestions(app),
    h("div", { class: "composer-line" }, box,
      h("button", { type: "submit", class: "button button-primary composer-send", "aria-label": "Send", data: { testid: "send" } }, "Send")));
}

/** The commands that what was typed may become. */
export function offered(draft, commands) {
  if (!draft.startsWith("/") || draft.includes("\n")) return [];
  const word = draft.split(" ")[0];
  return commands.filter((one) => (draft.includes(" ") ? one.command === word : one.command.startsWith(word)));
}

function suggestions(app) {
  const list = offered(app.ui.draft, app.state.commands ?? []);
  const whole = app.ui.draft.includes(" ");
  const items = list.map((one, index) =>
    h("button", {
      type: "button", class: `command ${index === app.ui.pick && !whole ? "command-picked" : ""}`, role: "option", id: `command-${index}`,
      "aria-selected": String(index === app.ui.pick && !whole), data: { command: one.command }, on: { click: () => complete(one, app) },
    },
    h("b", {}, one.command), h("span", { class: "command-hint" }, one.usage_hint ?? ""), h("small", {}, one.description ?? "")));
  return h("div", { class: "commands", id: "commands", role: "listbox", "aria-label": "Commands", hidden: !items.length, data: { testid: "commands" } }, items);
}

function complete(one, app) {
  const box = document.querySelector("[data-testid=composer]");
  box.value = `${one.command} `;
  app.ui.draft = box.value;
  app.render();
  box.focus();
}

function key(event, box, app) {
  const list = box.value.includes(" ") ? [] : offered(box.value, app.state.commands ?? []);
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    return send(box, app);
  }
  if (event.key === "Tab" && list.length) {
    event.preventDefault();
    return complete(list[app.ui.pick] ?? list[0], app);
  }
  if (event.key === "Escape") return clear(box, app);
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return arrow(event, box, app, list);
  return undefined;
}

function arrow(event, box, app, list) {
  const step = event.key === "ArrowUp" ? -1 : 1;
  if (list.length > 1) {
    app.ui.pick = (app.ui.pick + step + list.length) % list.length;
  } else if (!box.value || box.value === app.ui.history[app.ui.historyAt]) {
    app.ui.historyAt = Math.min(Math.max(app.ui.historyAt + step, 0), app.ui.history.length);
    box.value = app.ui.history[app.ui.historyAt] ?? "";
    app.ui.draft = box.value;
  } else return;
  event.preventDefault();
  app.render();
}

function clear(box, app) {
  box.value = "";
  app.ui.draft = "";
  grow(box);
  app.render();
}

async function send(box, app) {
  const text = box.value.trim();
  if (!text) return;
  app.ui.history.push(box.value);
  app.ui.historyAt = app.ui.history.length;
  clear(box, app);
  const answer = await app.act(text.startsWith("/") ? "command" : "message", { channel: app.place, text });
  if (!answer.ok && !box.value) {
    box.value = text;
    app.ui.draft = text;
    app.render();
  }
}

function grow(box) {
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${Math.min(box.scrollHeight, 160)}px`);
}
