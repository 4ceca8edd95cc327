/* Menus with more than one choice, and menus whose choices the app gives while one types. */

import { h } from "./dom.js";
import { fire, identity } from "./actions.js";

const PLURALS = { users: ["user", "users"], channels: ["channel", "channels"], conversations: ["conversation", "conversations"] };
const DEBOUNCE_MS = 250;

/** What a select offers: groups of {value, label}, what is chosen at first, and how Slack words a choice. */
export function sourceOf(spec, ctx) {
  const kind = spec.type.replace("multi_", "").replace("_select", "");
  const many = spec.type.startsWith("multi_");
  return kind === "static" ? staticSource(spec, many) : peopleSource(spec, ctx, kind, many);
}

function staticSource(spec, many) {
  const groups = spec.option_groups ?? [{ options: spec.options ?? [] }];
  const all = groups.flatMap((group) => group.options);
  const initial = many ? spec.initial_options ?? [] : [spec.initial_option].filter(Boolean);
  const chosen = (values) => all.filter((option) => values.includes(option.value));
  return {
    groups: groups.map((group) => ({
      label: group.label?.text,
      options: group.options.map((option) => ({ value: option.value, label: option.text.text })),
    })),
    initial: initial.map((option) => option.value),
    state: (values) => (many ? { selected_options: chosen(values) } : { selected_option: chosen(values)[0] ?? null }),
  };
}

function peopleSource(spec, ctx, kind, many) {
  const [one, several] = PLURALS[kind];
  const people = ctx.users.filter((user) => !user.is_bot).map((user) => ({ value: user.id, label: `@${user.real_name || user.name}` }));
  const rooms = ctx.channels.filter((room) => room.kind !== "im").map((room) => ({ value: room.id, label: `#${room.name}` }));
  const options = { users: people, channels: rooms, conversations: [...rooms, ...people] }[kind];
  const initial = many ? spec[`initial_${several}`] ?? [] : [spec[`initial_${one}`]].filter(Boolean);
  return {
    groups: [{ options }],
    initial,
    state: (values) => (many ? { [`selected_${several}`]: values } : { [`selected_${one}`]: values[0] ?? null }),
  };
}

/** A folded list of check boxes; the summary says what is chosen. */
export function multiSelect(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const source = sourceOf(spec, ctx);
  const read = (node) => source.state([...node.querySelectorAll("input:checked")].map((box) => box.value));
  const change = (event, node) => {
    const boxes = [...node.querySelectorAll("input")];
    const count = boxes.filter((box) => box.checked).length;
    if (spec.max_selected_items && count > spec.max_selected_items) event.target.checked = false;
    node.querySelector("summary").textContent = words(boxes.filter((box) => box.checked), spec);
    return fire(spec, block, ctx, read(node), node);
  };
  const box = (option) => h("label", { class: "choice" },
    h("input", { type: "checkbox", value: option.value, checked: source.initial.includes(option.value), data: { label: option.label } }),
    h("span", {}, option.label));
  const lists = source.groups.map((group) => [group.label && h("p", { class: "menu-group" }, group.label), group.options.map(box)]);
  const chosen = source.groups.flatMap((group) => group.options).filter((option) => source.initial.includes(option.value));
  const summary = chosen.map((option) => option.label).join(", ") || spec.placeholder?.text || "Select…";
  return h("details", { ...id, class: "multi", read, on: { change } },
    h("summary", { class: "select", "data-own": true, "aria-label": id["aria-label"] }, summary),
    h("div", { class: "menu" }, lists));
}

function words(boxes, spec) {
  return boxes.map((box) => box.dataset.label).join(", ") || spec.placeholder?.text || "Select…";
}

/** A text field that asks the app for choices; one choice, or several as removable chips. */
export function externalSelect(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const many = spec.type.startsWith("multi_");
  const initial = many ? spec.initial_options ?? [] : [spec.initial_option].filter(Boolean);
  const root = h("div", { ...id, class: "external", "data-own": true, "aria-label": undefined });
  root._chosen = initial;
  root._many = many;
  root._read = (node) => (many ? { selected_options: node._chosen } : { selected_option: node._chosen[0] ?? null });
  const input = h("input", {
    class: "field", type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false",
    "aria-label": id["aria-label"], placeholder: spec.placeholder?.text ?? "Type to search…",
    value: many ? "" : initial[0]?.text?.text ?? "", data: { suggest: spec.action_id },
  });
  const list = h("div", { class: "menu", role: "listbox", hidden: true });
  const chips = h("span", { class: "chips" });
  root.append(chips, input, list);
  root._tools = { spec, block, ctx, input, list, chips };
  drawChips(root);
  input._on = {
    input: () => later(root),
    focusin: () => later(root, 0),
    keydown: (event) => steer(event, root),
  };
  return root;
}

function later(root, wait = DEBOUNCE_MS) {
  clearTimeout(root._timer);
  root._timer = setTimeout(() => ask(root), wait);
}

async function ask(root) {
  const { spec, block, ctx, input, list } = root._tools;
  const { value } = input;
  if (value.length < (spec.min_query_length ?? 3)) return fold(root);
  const answer = await ctx.act("suggest", { ...ctx.where, block_id: block.block_id, action_id: spec.action_id, value });
  const groups = answer.option_groups?.length ? answer.option_groups : [{ options: answer.options ?? [] }];
  const offered = groups.flatMap((group) => [
    group.label && h("p", { class: "menu-group" }, group.label.text ?? group.label),
    (group.options ?? []).map((option) => offer(option, root)),
  ]);
  const none = h("p", { class: "menu-none" }, answer.ok === false ? answer.detail ?? answer.error : "No results");
  const found = offered.flat().filter(Boolean);
  list.replaceChildren(...(found.length ? found : [none]));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  return undefined;
}

function offer(option, root) {
  const pick = () => choose(option, root);
  return h("button", { type: "button", class: "menu-item", role: "option", data: { value: option.value }, on: { click: pick } },
    option.text.text, option.description && h("small", {}, option.description.text));
}

function choose(option, root) {
  const { spec, block, ctx, input } = root._tools;
  root._chosen = root._many ? [...root._chosen.filter((one) => one.value !== option.value), option] : [option];
  input.value = root._many ? "" : option.text.text;
  fold(root);
  drawChips(root);
  input.focus();
  clearTimeout(root._timer);
  return fire(spec, block, ctx, root._read(root), root);
}

function drawChips(root) {
  const { spec, block, ctx, chips } = root._tools;
  if (!root._many) return;
  const drop = (option) => () => {
    root._chosen = root._chosen.filter((one) => one !== option);
    drawChips(root);
    return fire(spec, block, ctx, root._read(root), root);
  };
  chips.replaceChildren(...root._chosen.map((option) =>
    h("button", { type: "button", class: "chip", "aria-label": `Remove ${option.text.text}`, on: { click: drop(option) } }, `${option.text.text} ×`)));
}

function fold(root) {
  root._tools.list.hidden = true;
  root._tools.input.setAttribute("aria-expanded", "false");
}

function steer(event, root) {
  const { list, input } = root._tools;
  if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    fold(root);
  }
  if (event.key === "ArrowDown" && !list.hidden) {
    event.preventDefault();
    list.querySelector("button")?.focus();
  }
  if (event.key === "Enter") {
    event.preventDefault();
    if (!list.hidden) list.querySelector("button")?.click();
  }
  if (event.key === "Backspace" && !input.value && root._many) root.querySelector(".chip:last-child")?.click();
}

/** Fold every open menu that was not clicked into. */
export function foldOthers(target) {
  for (const menu of document.querySelectorAll("details.multi[open]")) if (!menu.contains(target)) menu.open = false;
  for (const box of document.querySelectorAll(".external")) if (box._tools && !box.contains(target)) fold(box);
}
