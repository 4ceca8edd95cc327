/* Layout blocks. What this page cannot draw becomes a loud red box: nothing is left out in silence. */

import { h, icon } from "./dom.js";
import { element, picture } from "./elements.js";
import { link, mrkdwn, plainText, textObject } from "./inline.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";

const MARKS = {
  pending: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
  in_progress: "M12 4a8 8 0 0 1 8 8",
  complete: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.2l2.8 2.8L16 9.4",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
};
const STATUS_WORDS = { pending: "to do", in_progress: "in progress", complete: "done", error: "failed" };

const RENDER = {
  section,
  header: (block) => h("h3", { class: "block-header" }, plainText(block.text.text, block.text.emoji !== false)),
  divider: () => h("hr", { class: "block-divider" }),
  context,
  actions: (block, ctx) => h("div", { class: "block-actions" }, block.elements.map((spec) => drawn(spec, block, ctx))),
  input,
  image,
  rich_text: (block, ctx) => h("div", { class: "rich" }, richText(block.elements, ctx.names, unknown)),
  markdown: (block, ctx) => h("div", { class: "markdown" }, markdown(block.text, ctx.names)),
  table,
  data_table: table,
  alert,
  plan,
  task_card: (block, ctx) => h("div", { class: "plan" }, h("ol", { class: "tasks" }, task(block, ctx))),
  container,
  video,
  file: (block) => h("p", { class: "file-chip" }, icon("M6 2h8l5 5v15H6zM14 2v5h5"), `Remote file ${block.external_id}`),
};

/** The nodes of a list of blocks. */
export function renderBlocks(blocks, ctx) {
  return (blocks ?? []).map((block, index) => renderBlock(block, { ...ctx, scope: `${ctx.scope}/${index}` }));
}

function renderBlock(block, ctx) {
  const render = RENDER[block?.type];
  const body = render ? safely(render, block, ctx) : unknown(`block "${block?.type}"`, block);
  const props = { class: `block block-of-${block?.type}`, key: `${ctx.scope}/${block?.block_id ?? ""}`, data: { blockId: block?.block_id } };
  return h("div", props, body);
}

/* The server has judged the block already; a block that still breaks the page must be seen, not swallowed. */
function safely(render, block, ctx) {
  try {
    return render(block, ctx);
  } catch (error) {
    return unknown(`block "${block.type}" (${error.message})`, block);
  }
}

/** The loud box. */
export function unknown(what, value) {
  return h("div", { class: "unknown", role: "alert", data: { testid: "unknown-block" } },
    h("strong", {}, `This page cannot draw the ${what}`), h("pre", {}, JSON.stringify(value, null, 1).slice(0, 600)));
}

function drawn(spec, block, ctx) {
  return element(spec, block, ctx) ?? unknown(`element "${spec?.type}"`, spec);
}

function section(block, ctx) {
  const fields = block.fields && h("dl", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, textObject(field, ctx.names))));
  const words = h("div", { class: "section-words" }, block.text && h("div", { class: "text" }, textObject(block.text, ctx.names)), fields);
  const side = block.accessory && h("div", { class: "section-side" }, drawn(block.accessory, block, ctx));
  return h("div", { class: "section" }, words, side);
}

function context(block, ctx) {
  return h("div", { class: "block-context" }, block.elements.map((one) =>
    one.type === "image" ? picture(one) : h("span", { class: "text" }, textObject(one, ctx.names))));
}

function input(block, ctx) {
  const id = `${ctx.scope}-error`;
  const told = ctx.errors?.[block.block_id];
  const optional = block.optional ? h("span", { class: "optional" }, "optional") : null;
  return h("div", { class: `block-input ${told ? "has-error" : ""}`, data: { inputBlock: block.block_id, optional: block.optional ? "yes" : "no" } },
    h("p", { class: "label" }, plainText(block.label.text), optional),
    drawn(block.element, block, ctx),
    told && h("p", { class: "field-error", id, role: "alert" }, told),
    block.hint && h("p", { class: "hint" }, plainText(block.hint.text)));
}

function image(block, ctx) {
  return h("figure", { class: "figure" },
    block.title && h("figcaption", {}, plainText(block.title.text)), picture(block, ctx));
}

function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const cell = (tag) => (value, column) => {
    const { align, is_wrapped: wrapped } = settings[column] ?? {};
    const number = value.type === "raw_number" && !align ? "align-right" : "";
    return h(tag, { class: `align-${align ?? "left"} ${number} ${wrapped ? "wraps" : ""}` }, cellBody(value, ctx));
  };
  const [head, ...rows] = block.rows;
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" },
    h("table", {}, block.caption && h("caption", {}, block.caption),
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td")))))));
}

function cellBody(value, ctx) {
  if (value.type === "rich_text") return richText(value.elements, ctx.names, unknown);
  if (value.type === "raw_number") return value.text ?? String(value.value);
  return value.type === "raw_text" ? plainText(value.text) : unknown(`table cell "${value.type}"`, value);
}

const ALERT_ICONS = {
  default: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v.2",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v.2",
  warning: "M12 3l10 18H2zM12 9v6M12 18v.2",
  error: "M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8zM12 7v6M12 16.5v.2",
  success: MARKS.complete,
};

function alert(block, ctx) {
  const level = block.level ?? "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    icon(ALERT_ICONS[level] ?? ALERT_ICONS.default), h("div", { class: "text" }, textObject(block.text, ctx.names)));
}

function plan(block, ctx) {
  const done = block.tasks.filter((one) => one.status === "complete").length;
  return h("div", { class: "plan" },
    h("p", { class: "plan-title" }, plainText(block.title), h("span", { class: "plan-count" }, `${done} of ${block.tasks.length}`)),
    h("ol", { class: "tasks" }, block.tasks.map((one) => task(one, ctx))));
}

function task(one, ctx) {
  const rich = (value) => value && h("div", { class: "rich task-more" }, richText(value.elements, ctx.names, unknown));
  const sources = one.sources?.length && h("p", { class: "task-sources" }, one.sources.map((source) => link(source.url, source.text)));
  return h("li", { class: `task-of-${one.status}`, data: { taskId: one.task_id, status: one.status } },
    icon(MARKS[one.status] ?? MARKS.pending, STATUS_WORDS[one.status] ?? one.status),
    h("div", {}, h("span", { class: "task-title" }, plainText(one.title)), rich(one.details), rich(one.output), sources));
}

function container(block, ctx) {
  const title = block.rich_text_title ? richText(block.rich_text_title.elements, ctx.names, unknown) : plainText(block.title.text);
  const head = [block.icon && picture(block.icon), h("span", { class: "container-title" }, title),
    block.subtitle && h("span", { class: "container-sub" }, textObject(block.subtitle, ctx.names))];
  const body = h("div", { class: "container-body" }, renderBlocks(block.child_blocks, ctx));
  if (!block.is_collapsible) return h("div", { class: "container" }, h("p", { class: "container-head" }, head), body);
  return h("details", { class: "container", open: !block.default_collapsed }, h("summary", { class: "container-head" }, head), body);
}

function video(block) {
  return h("figure", { class: "figure video" },
    h("figcaption", {}, block.title_url ? link(block.title_url, block.title.text) : plainText(block.title.text)),
    block.description && h("p", { class: "hint" }, plainText(block.description.text)),
    h("p", {}, link(block.video_url, `▶ ${block.alt_text}`)));
}

/** A message's legacy attachments: a coloured edge, their texts and their blocks. */
export function renderAttachments(attachments, ctx) {
  return (attachments ?? []).map((one, index) => {
    const colour = /^#?[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color.replace("#", "")}` : "";
    const words = [one.pretext, one.title, one.text ?? (one.blocks ? "" : one.fallback)].filter(Boolean);
    return h("div", { class: "attachment", style: colour ? { "--edge": colour } : {} },
      words.map((text) => h("div", { class: "text" }, mrkdwn(text, ctx.names))),
      renderBlocks(one.blocks, { ...ctx, scope: `${ctx.scope}/a${index}` }));
  });
}
