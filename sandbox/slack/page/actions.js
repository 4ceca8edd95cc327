/* From a control to the server: who it is, whether to ask first, what to send. */

/** The props that every control carries: its key for re-rendering and its ids for tests and people's scripts. */
export function identity(spec, block, ctx) {
  return {
    key: `${ctx.scope}/${block.block_id ?? ""}/${spec.action_id ?? ""}/${spec.type}`,
    data: { blockId: block.block_id, actionId: spec.action_id, element: spec.type },
    "aria-label": block.type === "input" ? block.label?.text : spec.placeholder?.text ?? spec.action_id,
    "aria-required": block.type === "input" && !block.optional ? "true" : undefined,
  };
}

/**
 * Tell the server what was done with a control. In an input block that does not dispatch, nothing leaves until
 * the form is submitted, as in Slack. A confirm dialog is asked first; "no" puts nothing on the wire.
 */
export async function fire(spec, block, ctx, payload, node) {
  if (block.type === "input" && !block.dispatch_action) return remember(spec, block, ctx, payload);
  if (spec.confirm && !(await ctx.confirm(spec.confirm))) return undefined;
  node.setAttribute("aria-busy", "true");
  try {
    return await ctx.act("click", {
      ...ctx.where,
      block_id: block.block_id,
      action_id: spec.action_id,
      type: spec.type,
      ...payload,
      ...(spec.confirm ? { confirmed: true } : {}),
    });
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/* Slack's client keeps what was typed and sends it along with the next action; so the server is told at once. */
export function remember(spec, block, ctx, payload) {
  const details = { ...ctx.where, block_id: block.block_id, action_id: spec.action_id, type: spec.type, ...payload };
  return ctx.act("input", details);
}

/** What every control under `root` holds, by block and action, each with its type. */
export function collect(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-action-id][data-element]")) {
    if (!node._read) continue;
    const { blockId, actionId, element } = node.dataset;
    (values[blockId] ??= {})[actionId] = { type: element, ...node._read(node) };
  }
  return values;
}
