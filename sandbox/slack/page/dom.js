/* Builds DOM nodes and brings an old tree up to date with a new one. Text is only ever set as text. */

const SVG = "http://www.w3.org/2000/svg";
const EVENTS = ["click", "input", "change", "submit", "keydown", "focusin"];

/**
 * Make an element. Props: class, key, data {}, on {}, style {}, read() (what a form element holds), or any attribute.
 * Handlers are found by delegation (see `listen`), so that they survive `morph`.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  append(node, children);
  return node;
}

/**
 * Promise an element: `build` runs only when `facts` differ from those that the node on the page was built from.
 * `facts` must hold all that the outcome depends on.
 */
export function memo(tag, key, facts, build) {
  const node = document.createElement(tag);
  node._key = key;
  node._facts = JSON.stringify(facts);
  node._build = () => Object.assign(build(), { _key: key, _facts: node._facts });
  return node;
}

/* Promises inside a tree that goes onto the page as it is. */
function kept(node) {
  if (node._build) return kept(node._build());
  for (const child of [...node.childNodes]) {
    const real = kept(child);
    if (real !== child) child.replaceWith(real);
  }
  return node;
}

/** Make an SVG element; `children` are further SVG elements. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A 24-unit line icon from path data. */
export function icon(path, label = "") {
  const attributes = { viewBox: "0 0 24 24", class: "icon", "aria-hidden": label ? "false" : "true" };
  if (label) Object.assign(attributes, { role: "img", "aria-label": label });
  return svg("svg", attributes, svg("path", { d: path }));
}

function setProp(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "key") node._key = String(value);
  else if (name === "on") node._on = value;
  else if (name === "read") node._read = value;
  else if (name === "data") Object.assign(node.dataset, clean(value));
  else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
  else if (name === "value") { node.value = value; if (node.nodeName === "INPUT") node.setAttribute("value", value); }
  else if (name === "checked" || name === "selected") { node[name] = true; node.setAttribute(name, ""); }
  else node.setAttribute(name, value === true ? "" : value);
}

function clean(data) {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child);
  }
}

/** Send the events under `root` to the nearest handler that a node was built with. */
export function listen(root) {
  for (const type of EVENTS) {
    root.addEventListener(type, (event) => {
      if (type === "input" || type === "change") event.target._dirty = true;
      for (let node = event.target; node && node !== root.parentNode; node = node.parentNode) {
        if (node._on?.[type]) return node._on[type](event, node);
      }
      return undefined;
    });
  }
}

/** Make `old` look like `fresh` while keeping its nodes: focus, scroll, what was typed and what was unfolded stay. */
export function morph(old, fresh) {
  if (fresh._build) {
    if (old._facts === fresh._facts && old._key === fresh._key) return old;
    return morph(old, fresh._build());
  }
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old._key !== fresh._key) {
    const real = kept(fresh);
    old.replaceWith(real);
    return real;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  for (const own of ["_on", "_read", "_facts"]) old[own] = fresh[own];
  morphAttributes(old, fresh);
  if (!old.hasAttribute("data-own")) morphChildren(old, fresh);
  morphValue(old, fresh);
  return old;
}

/* What the person's own doing put there (an open fold, a grown text box) is not in the fresh tree and stays. */
const KEPT = { DETAILS: ["open"], DIALOG: ["open"], TEXTAREA: ["style"] };

function morphAttributes(old, fresh) {
  const kept = KEPT[old.nodeName] ?? [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (kept.includes(name) || old.getAttribute(name) === value) continue;
    // The page's content policy takes styles from scripts, not from attributes.
    if (name === "style") old.style.cssText = fresh.style.cssText;
    else old.setAttribute(name, value);
  }
}

function morphValue(old, fresh) {
  if (!("value" in old) || old._dirty || old === document.activeElement || old.nodeName === "BUTTON") return;
  if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.checked;
  else if (old.nodeName !== "LI" && old.nodeName !== "OPTION" && old.value !== fresh.value) old.value = fresh.value;
}

/* Old nodes that nothing new matches go first, so that the others need not move (a moved node loses its focus). */
export function morphChildren(old, fresh) {
  const wanted = [...fresh.childNodes];
  const chosen = match([...old.childNodes], wanted);
  const used = new Set(chosen);
  for (const child of [...old.childNodes]) if (!used.has(child)) child.remove();
  let here = old.firstChild;
  wanted.forEach((child, index) => {
    const found = chosen[index];
    if (!found) old.insertBefore(kept(child), here);
    else {
      if (found === here) here = here.nextSibling;
      else old.insertBefore(found, here);
      morph(found, child);
    }
  });
}

function match(have, wanted) {
  const keyed = new Map(have.filter((node) => node._key !== undefined).map((node) => [node._key, node]));
  const loose = have.filter((node) => node._key === undefined);
  return wanted.map((child) => {
    if (child._key !== undefined) {
      const found = keyed.get(child._key);
      keyed.delete(child._key);
      return found?.nodeName === child.nodeName ? found : undefined;
    }
    const at = loose.findIndex((node) => node.nodeName === child.nodeName);
    return at < 0 ? undefined : loose.splice(0, at + 1)[at];
  });
}
