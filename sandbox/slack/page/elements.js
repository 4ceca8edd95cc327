/* Block elements as real form controls. Each stateful one has `_read`, which gives what Slack's state would hold. */

import { h } from "./dom.js";
import { plainText, textObject } from "./inline.js";
import { fire, identity, remember } from "./actions.js";
import { externalSelect, multiSelect, sourceOf } from "./menus.js";

const RENDER = {
  button,
  workflow_button: button,
  image: picture,
  overflow,
  static_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  external_select: externalSelect,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  multi_channels_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_external_select: externalSelect,
  checkboxes: choices,
  radio_buttons: choices,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  plain_text_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  number_input: typed,
};

/** The node of one element, or null when this page cannot draw its type. */
export function element(spec, block, ctx) {
  const render = RENDER[spec?.type];
  return render ? render(held(spec, block, ctx), block, ctx) : null;
}

/* The element with what this person chose before in place of what the app chose for them. */
function held(spec, block, ctx) {
  const kept = ctx.values?.[block.block_id]?.[spec.action_id];
  if (!kept || spec.type === "button" || spec.type === "overflow") return spec;
  const initial = Object.entries(kept)
    .filter(([name]) => name !== "type")
    .map(([name, value]) => [name === "value" ? "initial_value" : name.replace("selected_", "initial_"), value ?? undefined]);
  return { ...spec, ...Object.fromEntries(initial) };
}

function button(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const props = {
    ...id,
    type: "button",
    class: `button ${spec.style ? `button-${spec.style}` : ""}`,
    data: { ...id.data, value: spec.value },
    "aria-label": spec.accessibility_label,
    on: { click: (event, node) => press(spec, block, ctx, node) },
  };
  const arrow = spec.url ? h("span", { class: "button-out", "aria-hidden": "true" }, "↗") : null;
  return h("button", props, plainText(spec.text?.text ?? "", spec.text?.emoji !== false), arrow);
}

async function press(spec, block, ctx, node) {
  if (spec.url && /^https?:/.test(spec.url)) window.open(spec.url, "_blank", "noopener");
  const payload = { value: spec.value };
  await fire(spec, block, ctx, payload, node);
}

/** An image of this server or in the page; the sandbox fetches nothing from elsewhere, so others show their words. */
export function picture(spec) {
  const address = spec.image_url ?? spec.slack_file?.url ?? "";
  const local = address.startsWith("data:image/") || (address && new URL(address, location.href).origin === location.origin);
  if (local) return h("img", { class: "picture", src: address, alt: spec.alt_text ?? "", loading: "lazy" });
  return h("span", { class: "picture picture-away", role: "img", title: address || spec.slack_file?.id }, spec.alt_text || "image");
}

function overflow(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const change = async (event, node) => {
    const option = spec.options[node.selectedIndex - 1];
    node.selectedIndex = 0;
    node._dirty = false;
    if (option.url && /^https?:/.test(option.url)) window.open(option.url, "_blank", "noopener");
    await fire(spec, block, ctx, { selected_option: option }, node);
  };
  return h("select", { ...id, class: "overflow", "aria-label": "More actions", on: { change } },
    h("option", { value: "", hidden: true, selected: true }, "⋯"),
    spec.options.map((option) => h("option", { value: option.value }, option.text.text)));
}

function select(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const source = sourceOf(spec, ctx);
  const none = h("option", { value: "" }, spec.placeholder?.text ?? "Select…");
  const first = source.initial[0] ?? "";
  const option = (one) => h("option", { value: one.value, selected: one.value === first }, one.label);
  const list = source.groups.map((group) =>
    group.label ? h("optgroup", { label: group.label }, group.options.map(option)) : group.options.map(option));
  const read = (node) => source.state(node.value ? [node.value] : []);
  const change = (event, node) => fire(spec, block, ctx, read(node), node);
  return h("select", { ...id, class: "select", read, on: { change }, value: first }, none, list);
}

function choices(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const single = spec.type === "radio_buttons";
  const initial = (single ? [spec.initial_option] : spec.initial_options ?? []).filter(Boolean).map((o) => o.value);
  const read = (node) => {
    const boxes = [...node.querySelectorAll("input")];
    const picked = spec.options.filter((option, index) => boxes[index].checked);
    return single ? { selected_option: picked[0] ?? null } : { selected_options: picked };
  };
  const change = (event, node) => fire(spec, block, ctx, read(node), node);
  return h("fieldset", { ...id, class: "choices", read, on: { change } },
    spec.options.map((option) => choice(option, { single, name: id.key, checked: initial.includes(option.value), ctx })));
}

function choice(option, { single, name, checked, ctx }) {
  const box = h("input", { type: single ? "radio" : "checkbox", name, value: option.value, checked, data: { value: option.value } });
  const words = h("span", {}, textObject(option.text, ctx.names),
    option.description && h("small", {}, textObject(option.description, ctx.names)));
  return h("label", { class: "choice" }, box, words);
}

const PICKERS = {
  datepicker: { type: "date", initial: (spec) => spec.initial_date, read: (value) => ({ selected_date: value || null }) },
  timepicker: { type: "time", initial: (spec) => spec.initial_time, read: (value) => ({ selected_time: value || null }) },
  datetimepicker: {
    type: "datetime-local",
    initial: (spec) => spec.initial_date_time && localMinute(new Date(spec.initial_date_time * 1000)),
    read: (value) => ({ selected_date_time: value ? Math.floor(new Date(value).getTime() / 1000) : null }),
  },
};

function localMinute(at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function picker(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const kind = PICKERS[spec.type];
  const read = (node) => kind.read(node.value);
  const change = (event, node) => fire(spec, block, ctx, read(node), node);
  return h("input", { ...id, class: "field field-short", type: kind.type, value: kind.initial(spec) ?? "", read, on: { change } });
}

const FIELD_TYPES = { email_text_input: "email", url_text_input: "url" };

function typed(spec, block, ctx) {
  const id = identity(spec, block, ctx);
  const read = (node) => ({ value: node.value === "" ? null : node.value });
  const when = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatches = block.type !== "input" || block.dispatch_action;
  const send = (event, node) => fire(spec, block, ctx, read(node), node);
  const enter = (event, node) => {
    if (event.key !== "Enter" || spec.multiline) return undefined;
    event.preventDefault();
    return send(event, node);
  };
  const on = {
    change: (event, node) => remember(spec, block, ctx, read(node)),
    input: dispatches && when.includes("on_character_entered") ? send : undefined,
    keydown: dispatches && when.includes("on_enter_pressed") ? enter : undefined,
  };
  const props = {
    ...id,
    class: "field",
    placeholder: spec.placeholder?.text,
    minlength: spec.min_length || undefined,
    maxlength: spec.max_length,
    value: spec.initial_value ?? "",
    autofocus: spec.focus_on_load,
    read,
    on,
  };
  if (spec.multiline) return h("textarea", { ...props, rows: 4 });
  if (spec.type !== "number_input") return h("input", { ...props, type: FIELD_TYPES[spec.type] ?? "text", autocomplete: "off" });
  const step = spec.is_decimal_allowed ? "any" : "1";
  return h("input", { ...props, type: "number", min: spec.min_value, max: spec.max_value, step, inputmode: "decimal" });
}
