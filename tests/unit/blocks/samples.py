"""Payloads for the gate's tests, built with the bot's own builders."""

from typing import Any

from bot.blocks import elements, layout

BUTTON = elements.button("Go", action_id="a", value="v")
FIELD = layout.input_field("Name", elements.plain_text_input(action_id="t", placeholder="web-01"), block_id="b")
MENU = elements.static_select("Choose", [elements.option("One", "1")], action_id="m")


def message(*blocks: dict[str, Any], text: str = "news") -> dict[str, Any]:
    """A message of these blocks."""
    return {"text": text, "blocks": list(blocks)}


def modal(*blocks: dict[str, Any], submit: str | None = "Go") -> dict[str, Any]:
    """A modal of these blocks."""
    return layout.modal("Title", blocks, callback_id="c", submit=submit)


EVERY_MESSAGE_BLOCK = (
    layout.section("text", accessory=BUTTON),
    *layout.fields([("Label", "value"), ("Empty", "")]),
    layout.header("Head"),
    layout.context("small", "print"),
    layout.divider(),
    layout.actions([BUTTON, MENU], block_id="row"),
    layout.table(["Name", "Power"], [["web-01", "on"], ["", "off"], ["web-02", "<@U0DANA>"]]),
    layout.preformatted("PS> get-vm"),
    layout.plan("Steps", [layout.task("1", "create", "complete"), layout.task("2", "on", "error", detail="why")]),
    layout.container("More", [layout.section("folded")]),
    layout.markdown("# long"),
)
NUMBER = layout.input_field("vCPU", elements.number_input(action_id="n", initial="4"), block_id="c")
EVERY_MODAL_BLOCK = (NUMBER, layout.alert("Careful", "error"), layout.section("text"), FIELD, layout.context("note"))
