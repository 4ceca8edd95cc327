/* The rich_text block. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { dated, link, mention } from "./inline.js";

const MARKS = [["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"], ["code", "code"]];

const INLINE = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text || part.url),
  emoji: (part) => emoji(part.name) ?? `:${part.name}:`,
  user: (part, names) => mention(`@${names.user(part.user_id) ?? part.user_id}`),
  channel: (part, names) => mention(`#${names.channel(part.channel_id) ?? part.channel_id}`),
  usergroup: (part, names) => mention(`@${names.group?.(part.usergroup_id) ?? part.usergroup_id}`, true),
  broadcast: (part) => mention(`@${part.range}`, true),
  team: (part) => mention(part.team_id),
  color: (part) => h("span", { class: "swatch" }, h("i", { style: { background: part.value } }), part.value),
  date: (part) => dated({ ts: part.timestamp, format: part.format, url: part.url, fallback: part.fallback }),
};

const PARTS = {
  rich_text_section: (part, names) => [h("div", { class: "rich-line" }, line(part.elements, names))],
  rich_text_preformatted: (part, names) => [h("pre", { class: edge(part) }, line(part.elements, names))],
  rich_text_quote: (part, names) => [h("blockquote", { class: edge(part) }, line(part.elements, names))],
  rich_text_list: (part, names) => {
    const style = { "margin-left": `${(part.indent ?? 0) * 20}px` };
    const items = part.elements.map((item) => h("li", {}, line(item.elements, names)));
    const start = part.offset ? part.offset + 1 : undefined;
    return [h(part.style === "ordered" ? "ol" : "ul", { class: edge(part), style, start }, items)];
  },
};


/** The nodes of a rich_text block's elements; `unknown` builds the box for a part we cannot draw. */
export function richText(elements, names, unknown) {
  return elements.flatMap((part) => PARTS[part.type]?.(part, names) ?? [unknown(`rich text part "${part.type}"`, part)]);
}

function line(elements, names) {
  return elements.map((part) => {
    const make = INLINE[part.type];
    return make ? marked(make(part, names), part.style ?? {}) : h("mark", { class: "unknown-inline" }, `?${part.type}?`);
  });
}

function marked(node, style) {
  return MARKS.reduce((inner, [mark, tag]) => (style[mark] ? h(tag, {}, inner) : inner), node);
}

function edge(part) {
  return part.border ? "rich-edge" : "";
}
