/* Slack's mrkdwn and standard markdown, from text to nodes. Nothing that arrives is ever read as HTML. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { worded } from "./dates.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}

export function link(url, label, extra = "") {
  if (!SAFE_LINK.test(url)) return h("span", { class: "dead-link", title: url }, label || url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: extra }, label || url);
}

/*
 * Text between two signs on one line; links and code inside are units, and a sign inside a word is no end.
 * At each place exactly one alternative fits, so that a hostile text cannot make the search explode.
 */
function marked(sign) {
  const link = "<[^<>\\n]*>|<(?![^<>\\n]*>)";
  const code = "`[^`\\n]*`|`(?![^`\\n]*`)";
  const inside = `(?:${link}|${code}|[^${sign}\\n<\`]|${sign}(?=\\w))+?`;
  return new RegExp(`(?<![\\w${sign}])${sign}(?![\\s${sign}])(${inside})(?<!\\s)${sign}(?![\\w${sign}])`, "g");
}

/* Each rule: a pattern, and what to build from its match. `deep` builds the inside of a mark. */
const MRKDWN = [
  [/`([^`\n]+)`/g, (m) => h("code", {}, unescape(m[1]))],
  [/<([^<>\n]+)>/g, (m, names) => token(m[1], names)],
  [marked("\\*"), (m, names, deep) => h("b", {}, deep(m[1]))],
  [marked("_"), (m, names, deep) => h("i", {}, deep(m[1]))],
  [marked("~"), (m, names, deep) => h("s", {}, deep(m[1]))],
  [/:([a-z0-9_+-]+):/g, (m) => emoji(m[1]) ?? m[0]],
  [/(?<![\w/])https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?)\]]/g, (m) => link(unescape(m[0]), unescape(m[0]))],
];

const MARKDOWN = [
  [/`([^`\n]+)`/g, (m) => h("code", {}, m[1])],
  [/!?\[([^\]\n]*)\]\(([^)\s]+)\)/g, (m, names, deep) => link(m[2], deep(m[1]))],
  [/<(https?:[^<>\s]+)>/g, (m) => link(m[1], m[1])],
  [/\*\*(?!\s)([^\n]+?)(?<!\s)\*\*/g, (m, names, deep) => h("b", {}, deep(m[1]))],
  [/(?<!\w)__(?!\s)([^\n]+?)(?<!\s)__(?!\w)/g, (m, names, deep) => h("b", {}, deep(m[1]))],
  [/\*(?![\s*])([^*\n]+?)(?<!\s)\*/g, (m, names, deep) => h("i", {}, deep(m[1]))],
  [/(?<!\w)_(?![\s_])([^_\n]+?)(?<!\s)_(?!\w)/g, (m, names, deep) => h("i", {}, deep(m[1]))],
  [/~~(?!\s)([^\n]+?)(?<!\s)~~/g, (m, names, deep) => h("s", {}, deep(m[1]))],
  [/:([a-z0-9_+-]+):/g, (m) => emoji(m[1]) ?? m[0]],
  [/(?<![\w/])https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?)\]]/g, (m) => link(m[0], m[0])],
];

/* Each rule's next match is kept until the text has gone past it, so that long texts are searched once. */
function inline(text, rules, names, plain) {
  const out = [];
  const next = rules.map(() => undefined);
  let at = 0;
  for (;;) {
    const which = earliest(text, rules, next, at);
    const found = next[which];
    if (!found) break;
    if (found.index > at) out.push(plain(text.slice(at, found.index)));
    const built = rules[which][1](found, names, (inner) => inline(inner, rules, names, plain));
    out.push(typeof built === "string" ? plain(built) : built);
    at = found.index + found[0].length;
  }
  if (at < text.length) out.push(plain(text.slice(at)));
  return out.flat();
}

/* The rule that matches first from `at` on; a rule that no longer matches holds null. */
function earliest(text, rules, next, at) {
  let best = 0;
  rules.forEach(([pattern], index) => {
    if (next[index] === undefined || next[index]?.index < at) {
      pattern.lastIndex = at;
      next[index] = pattern.exec(text);
    }
    if ((next[index]?.index ?? Infinity) < (next[best]?.index ?? Infinity)) best = index;
  });
  return best;
}

/** What stands between < and > in mrkdwn. */
function token(body, names) {
  const bar = body.indexOf("|");
  const [target, label] = bar < 0 ? [body, ""] : [body.slice(0, bar), unescape(body.slice(bar + 1))];
  if (target.startsWith("@")) return mention(`@${names.user(target.slice(1)) ?? (label || target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) ?? (label || target.slice(1))}`);
  if (target.startsWith("!")) return special(target.slice(1), label, names);
  return link(unescape(target), label || unescape(target).replace(/^mailto:/, ""));
}

function special(body, label, names) {
  const [kind, first, second, url] = body.split("^");
  if (kind === "date") return dated({ ts: Number(first), format: second ?? "", url, fallback: label });
  if (kind === "subteam") return mention(label || `@${names.group?.(first) ?? first}`, true);
  if (["here", "channel", "everyone"].includes(kind)) return mention(`@${kind}`, true);
  return mention(label || `<!${body}>`);
}

/** A date in the reader's own words, with the exact moment on hover. */
export function dated({ ts, format, url, fallback }) {
  const moment = new Date(ts * 1000);
  if (Number.isNaN(moment.getTime())) return h("span", {}, fallback || format);
  const node = h("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, worded(moment, format));
  return url ? link(url, node) : node;
}

/** A mention; `rings` marks one that would notify many people. */
export function mention(text, rings = false) {
  const title = rings ? "This would notify everybody it names" : undefined;
  return h("span", { class: rings ? "mention mention-rings" : "mention", title }, text);
}

/** The nodes of a mrkdwn text: fences, quotes, lines, and what stands in them. */
export function mrkdwn(text, names) {
  const deep = (line) => inline(line, MRKDWN, names, unescape);
  return text.split(/```/).flatMap((part, index, all) => {
    const fenced = index % 2 === 1 && index < all.length - 1;
    if (fenced) return [h("pre", {}, unescape(part.replace(/^\n/, "").replace(/\n$/, "")))];
    const whole = index % 2 === 1 ? `\`\`\`${part}` : part;
    return quoted(index > 0 ? whole.replace(/^\n/, "") : whole, deep);
  });
}

function quoted(text, deep) {
  const out = [];
  let quote = null;
  for (const line of text.split("\n")) {
    const inside = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (inside) {
      if (!quote) out.push((quote = h("blockquote", {})));
      else quote.append(h("br"));
      quote.append(...deep(inside[1]));
    } else {
      if (out.length && !quote) out.push(h("br"));
      quote = null;
      out.push(...deep(line));
      if (!line) out.push("");
    }
  }
  return out;
}

/** A plain_text object: emoji names are drawn unless it says no, line breaks are kept by the style. */
export function plainText(text, withEmoji = true) {
  const rules = withEmoji ? [[/:([a-z0-9_+-]+):/g, (m) => emoji(m[1]) ?? m[0]]] : [];
  return inline(text, rules, null, (part) => part);
}

/** A text object of either kind. */
export function textObject(object, names) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "", names) : plainText(object.text ?? "", object.emoji !== false);
}

export function markdownInline(text, names) {
  return inline(text, MARKDOWN, names, (part) => part);
}
