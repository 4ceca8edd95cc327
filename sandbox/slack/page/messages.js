/* The timeline of one channel: days, authors, messages, threads, notices that only one person sees. */

import { h, icon, memo } from "./dom.js";
import { renderAttachments, renderBlocks } from "./blocks.js";
import { clock, dayName } from "./dates.js";
import { mrkdwn } from "./inline.js";

const SAME_AUTHOR_S = 300;
const EYE = "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z";
const BUBBLE = "M4 5h16v11H10l-4 4v-4H4z";

/** The timeline's nodes, oldest first. */
export function timeline(app) {
  const all = app.state.messages[app.place] ?? [];
  const top = all.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
  const out = [];
  let before = null;
  for (const one of top) {
    const day = dayName(one.ts);
    if (!before || dayName(before.ts) !== day) out.push(h("p", { class: "day", key: `day-${day}` }, h("span", {}, day)));
    out.push(message(one, app, follows(one, before)));
    const replies = all.filter((other) => other.thread_ts === one.ts && other.ts !== one.ts);
    if (replies.length || app.ui.threads.has(one.ts)) out.push(thread(one, replies, app));
    before = one;
  }
  return out;
}

function follows(one, before) {
  return Boolean(before) && author(one) === author(before) && !one.ephemeral === !before.ephemeral &&
    Number(one.ts) - Number(before.ts) < SAME_AUTHOR_S && !before.reply_count;
}

function author(one) {
  return one.user ?? one.bot?.id ?? one.bot;
}

/** What blocks need to know about where they stand. */
function context(one, app) {
  return { ...app.blocks, scope: `m-${one.ts}`, where: { channel: one.channel ?? app.place, ts: one.ts }, values: one.state?.values };
}

/* Most messages do not change from one look to the next, and drawing them is most of the page's work. */
function message(one, app, joined) {
  const facts = [one, joined, app.user, app.ui.threads.has(one.ts), app.nameFacts];
  return memo("article", `m-${one.ts}`, facts, () => drawMessage(one, app, joined));
}

function drawMessage(one, app, joined) {
  const who = app.who(one);
  const props = {
    class: `message ${joined ? "message-joined" : ""} ${one.ephemeral ? "message-private" : ""}`,
    data: { testid: "message", ts: one.ts, ephemeral: one.ephemeral ? "yes" : undefined },
  };
  return h("article", props,
    joined ? h("span", { class: "gutter-time", "aria-hidden": "true" }, clock(one.ts)) : avatar(who),
    h("div", { class: "message-body" },
      one.ephemeral && !joined && h("p", { class: "only-you" }, icon(EYE), "Only visible to you"),
      !joined && head(who, one),
      content(one, app),
      joined && edited(one),
      tools(one, app)));
}

function head(who, one) {
  return h("p", { class: "message-head" }, h("b", {}, who.label), who.app && h("span", { class: "badge" }, "APP"),
    h("time", { datetime: new Date(Number(one.ts) * 1000).toISOString() }, clock(one.ts)), edited(one));
}

function edited(one) {
  return one.edited ? h("span", { class: "edited", title: "This message was changed after it was sent" }, "(edited)") : null;
}

export function avatar(who) {
  if (who.app) return h("span", { class: "avatar avatar-app", "aria-hidden": "true" }, icon("M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5v.1M7.5 16.5v.1"));
  return h("span", { class: `avatar tone-${who.tone}`, "aria-hidden": "true" }, who.label.slice(0, 1).toUpperCase());
}

function content(one, app) {
  const ctx = context(one, app);
  const blocks = one.blocks?.length ? renderBlocks(one.blocks, ctx) : null;
  const words = blocks ?? (one.text ? h("div", { class: "text" }, mrkdwn(one.text, app.blocks.names)) : null);
  const error = one.error ? h("p", { class: "send-error", role: "alert" }, one.error) : null;
  return [words, renderAttachments(one.attachments, ctx), (one.files ?? []).map(file), error];
}

function file(one) {
  const url = one.permalink ?? one.url_private ?? "";  // url_private wants the bot's token
  const name = one.title || one.name || "file";
  if (/\.(png|jpe?g|gif|svg)$/i.test(one.name ?? "")) {
    return h("figure", { class: "figure", data: { testid: "file" } }, h("figcaption", {}, name), h("img", { class: "picture", src: url, alt: one.alt_txt || name }));
  }
  const size = one.size ? ` · ${Math.max(1, Math.round(one.size / 1024))} kB` : "";
  return h("a", { class: "file-chip", href: url, download: one.name, data: { testid: "file" } }, icon("M6 2h8l5 5v15H6zM14 2v5h5"), `${name}${size}`);
}

function tools(one, app) {
  if (one.ephemeral || one.in_thread) return null;
  const open = app.ui.threads.has(one.ts);
  const label = one.reply_count ? `${one.reply_count} ${one.reply_count === 1 ? "reply" : "replies"}` : "Reply in thread";
  return h("button", {
    type: "button", class: `thread-toggle ${one.reply_count ? "thread-has" : ""}`, "aria-expanded": String(open),
    data: { testid: "thread-toggle", ts: one.ts }, on: { click: () => app.toggleThread(one.ts) },
  }, icon(BUBBLE), open ? "Hide thread" : label);
}

function thread(one, replies, app) {
  const key = `t-${one.ts}`;
  if (!app.ui.threads.has(one.ts)) return h("div", { key, hidden: true });
  const send = async (event, form) => {
    event.preventDefault();
    const box = form.elements.reply;
    const text = box.value.trim();
    if (!text) return;
    const answer = await app.act("message", { channel: one.channel ?? app.place, text, thread_ts: one.ts });
    if (answer.ok) box.value = "";
  };
  return h("div", { class: "thread", key, data: { testid: "thread" } },
    replies.map((reply, index) => message({ ...reply, reply_count: 0, in_thread: true }, app, follows(reply, replies[index - 1]))),
    h("form", { class: "thread-form", key: `f-${one.ts}`, on: { submit: send } },
      h("input", { class: "field", name: "reply", placeholder: "Reply…", "aria-label": "Reply in thread", autocomplete: "off", data: { testid: "thread-input" } }),
      h("button", { class: "button", type: "submit" }, "Send")));
}

/** Slack's own lines for this person: errors of commands and forms. Newest three, until they are put away. */
export function notices(app) {
  const open = (app.state.notices ?? []).filter((one) => !app.ui.dismissed.has(one.ts) && Number(one.ts) >= app.ui.since);
  return h("div", { class: "notices", role: "status", "aria-live": "polite" }, open.slice(-3).map((one) =>
    h("div", { class: `notice notice-${one.kind ?? "error"}`, key: `n-${one.ts}`, data: { testid: "notice" } },
      h("b", {}, "Slackbot"), h("span", { class: "text" }, mrkdwn(one.text ?? "", app.blocks.names)),
      h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", on: { click: () => app.dismiss(one.ts) } }, "×"))));
}
