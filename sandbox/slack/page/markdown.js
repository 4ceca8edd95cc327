/* The `markdown` block: headings, lists, tables, fences, quotes; what Slack's own reader takes. */

import { h } from "./dom.js";
import { markdownInline } from "./inline.js";

/** The nodes of a standard markdown text. */
export function markdown(text, names) {
  const lines = text.split("\n");
  const out = [];
  while (lines.length) out.push(...take(lines, names));
  return out;
}

function take(lines, names) {
  const line = lines[0];
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (!line.trim()) {
    lines.shift();
    return [];
  }
  if (/^```/.test(line)) return [fence(lines)];
  if (heading) {
    lines.shift();
    return [h(`h${Math.min(heading[1].length + 2, 6)}`, {}, markdownInline(heading[2], names))];
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
    lines.shift();
    return [h("hr")];
  }
  if (/^>/.test(line)) return [quote(lines, names)];
  if (ITEM.test(line)) return [list(lines, names)];
  if (line.includes("|") && /^\s*\|?[\s:|-]+-[\s:|-]*$/.test(lines[1] ?? "")) return [table(lines, names)];
  return [paragraph(lines, names)];
}

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

function fence(lines) {
  lines.shift();
  const body = [];
  while (lines.length && !/^```/.test(lines[0])) body.push(lines.shift());
  lines.shift();
  return h("pre", {}, body.join("\n"));
}

function quote(lines, names) {
  const body = [];
  while (lines.length && /^>/.test(lines[0])) body.push(lines.shift().replace(/^> ?/, ""));
  return h("blockquote", {}, markdown(body.join("\n"), names));
}

function list(lines, names) {
  const [, indent, mark] = ITEM.exec(lines[0]);
  const node = h(/\d/.test(mark) ? "ol" : "ul", {});
  while (lines.length) {
    const found = ITEM.exec(lines[0]);
    const other = found && found[1].length === indent.length && /\d/.test(found[2]) !== /\d/.test(mark);
    if (!found || other || found[1].length < indent.length) break;
    if (found[1].length > indent.length) node.lastChild.append(list(lines, names));
    else {
      node.append(item(found[3], names));
      lines.shift();
    }
  }
  return node;
}

function item(text, names) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, markdownInline(text, names));
  const done = task[1] !== " ";
  return h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: done }), markdownInline(task[2], names));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function table(lines, names) {
  const head = cells(lines.shift());
  lines.shift();
  const rows = [];
  while (lines.length && lines[0].includes("|")) rows.push(cells(lines.shift()));
  const row = (tag, values) => h("tr", {}, values.map((value) => h(tag, {}, markdownInline(value, names))));
  return h("div", { class: "table-scroll" },
    h("table", {}, h("thead", {}, row("th", head)), h("tbody", {}, rows.map((values) => row("td", values)))));
}

function paragraph(lines, names) {
  const body = [lines.shift()];
  while (lines.length && lines[0].trim() && !/^(#{1,6}\s|```|>)/.test(lines[0]) && !ITEM.test(lines[0])) {
    body.push(lines.shift());
  }
  return h("p", {}, body.flatMap((line, index) => (index ? [h("br")] : []).concat(markdownInline(line, names))));
}
