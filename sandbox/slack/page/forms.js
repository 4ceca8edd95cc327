/* Modals as a stack of forms in one dialog, and the dialog that asks "are you sure?". */

import { collect } from "./actions.js";
import { renderBlocks } from "./blocks.js";
import { h, morph } from "./dom.js";
import { plainText, textObject } from "./inline.js";

/** Show the person's open modals, the last one on top; those below keep what was typed into them. */
export function showModals(app, dialog) {
  const stack = app.state?.modals ?? [];
  if (!stack.length) {
    if (dialog.open) dialog.close();
    dialog.replaceChildren();
    return;
  }
  const fresh = h("dialog", {}, stack.map((view, index) => form(view, index === stack.length - 1, app, stack.length)));
  const known = dialog.querySelector("form:not([hidden])")?.dataset.viewId;
  const mine = { id: "modal", class: "sheet", "aria-labelledby": "modal-title" };
  for (const [name, value] of Object.entries(mine)) fresh.setAttribute(name, value);
  morph(dialog, fresh);
  if (!dialog.open) dialog.showModal();
  if (known !== stack.at(-1).id) focusFirst(dialog);
}

function focusFirst(dialog) {
  const top = dialog.querySelector("form:not([hidden])");
  const wanted = top.querySelector("[autofocus]") ?? top.querySelector(".sheet-body :is(input, select, textarea):not([disabled])");
  (wanted ?? top.querySelector("[type=submit], .button"))?.focus();
}

function form(view, visible, app, depth) {
  const ctx = {
    ...app.blocks,
    scope: `v-${view.root_view_id ?? ""}-${view.external_id || view.id}`,
    where: { view_id: view.id },
    values: view.state?.values,
    errors: { ...view.errors, ...app.ui.errors[view.id] },
  };
  const busy = app.ui.busy === view.id;
  const failure = app.ui.failure[view.id];
  return h("form", {
    class: "sheet-form", key: view.id, hidden: !visible, novalidate: true, data: { testid: "modal", viewId: view.id },
    on: { submit: (event, node) => submit(event, node, view, app) },
  },
  h("header", { class: "sheet-head" },
    h("h2", { id: visible ? "modal-title" : undefined }, plainText(view.title?.text ?? "")),
    h("button", { type: "button", class: "quiet", "aria-label": "Close", data: { testid: "modal-x" }, on: { click: () => app.closeModal(false) } }, "×")),
  h("div", { class: "sheet-body" },
    failure && h("p", { class: "sheet-failure", role: "alert", data: { testid: "modal-failure" } }, failure),
    renderBlocks(view.blocks, ctx)),
  h("footer", { class: "sheet-foot" },
    depth > 1 && h("button", { type: "button", class: "button button-plain", data: { testid: "modal-close-all" }, on: { click: () => app.closeModal(true) } }, "Close all"),
    h("button", { type: "button", class: "button", data: { testid: "modal-close" }, on: { click: () => app.closeModal(false) } }, view.close?.text ?? "Cancel"),
    view.submit && h("button", { type: "submit", class: "button button-primary", disabled: busy || view.submit_disabled, "aria-busy": busy ? "true" : undefined, data: { testid: "modal-submit" } },
      busy ? "Sending…" : plainText(view.submit.text))));
}

async function submit(event, node, view, app) {
  event.preventDefault();
  const values = collect(node);
  const wrong = complaints(node, view);
  if (Object.keys(wrong).length) {
    app.setErrors(view.id, wrong);
    const first = node.querySelector(`[data-input-block="${CSS.escape(Object.keys(wrong)[0])}"]`);
    first?.querySelector("input, select, textarea, summary")?.focus();
    return;
  }
  await app.submitModal(view, values);
}

/** What Slack's client checks before it sends: required fields, lengths, numbers, addresses. By block id. */
export function complaints(node, view) {
  const wrong = {};
  for (const block of view.blocks.filter((one) => one.type === "input")) {
    const control = node.querySelector(`[data-block-id="${CSS.escape(block.block_id)}"][data-action-id][data-element]`);
    if (!control) continue;
    const told = empty(control._read(control)) ? (block.optional ? "" : "Please complete this required field.") : complaint(control);
    if (told) wrong[block.block_id] = told;
  }
  return wrong;
}

function empty(value) {
  return Object.values(value).every((one) => one === null || one === "" || (Array.isArray(one) && !one.length));
}

function complaint(control) {
  const { validity, value = "", minLength = -1, maxLength = -1 } = control;
  if (validity?.typeMismatch) return control.type === "email" ? "Please enter a valid email address." : "Please enter a valid URL.";
  if (validity?.badInput || validity?.stepMismatch) return "Please enter a number of the right kind.";
  if (validity?.rangeUnderflow) return `Please enter ${control.min} or more.`;
  if (validity?.rangeOverflow) return `Please enter ${control.max} or less.`;
  if (minLength > 0 && value.length < minLength) return `Please enter at least ${minLength} characters.`;
  if (maxLength > 0 && value.length > maxLength) return `Please enter at most ${maxLength} characters.`;
  return "";
}

/** Ask; resolves to true or false. Escape means no. */
export function confirmDialog(dialog, spec, names) {
  return new Promise((resolve) => {
    const answer = (yes) => () => {
      dialog.onclose = null;
      dialog.close();
      resolve(yes);
    };
    const kind = spec.style === "danger" ? "button-danger" : "button-primary";
    const deny = h("button", { type: "button", class: "button", data: { testid: "confirm-no" } }, plainText(spec.deny.text));
    const confirm = h("button", { type: "button", class: `button ${kind}`, data: { testid: "confirm-yes" } }, plainText(spec.confirm.text));
    deny.addEventListener("click", answer(false));
    confirm.addEventListener("click", answer(true));
    dialog.replaceChildren(h("div", { class: "sheet-form", data: { testid: "confirm" } },
      h("header", { class: "sheet-head" }, h("h2", { id: "confirm-title" }, plainText(spec.title.text))),
      h("div", { class: "sheet-body" }, h("div", { class: "text" }, textObject(spec.text, names))),
      h("footer", { class: "sheet-foot" }, deny, confirm)));
    dialog.onclose = () => resolve(false);
    dialog.showModal();
    deny.focus();
  });
}
