"""What Slack would refuse does not leave; the sandbox's judge is the oracle."""

from typing import Any

import pytest

from bot.blocks import elements, layout
from bot.blocks.gate import BlockError, Surface, check, rescue
from sandbox.slack.blockkit import validate_blocks, validate_view
from tests.unit.blocks import samples
from tests.unit.blocks.samples import BUTTON, message, modal

LONG = "x" * 4001
MENU = elements.static_select("Choose", [elements.option("One", "1")], action_id="m")

BROKEN: dict[str, tuple[dict[str, Any], Surface, str]] = {
    "51 blocks": (message(*[layout.divider()] * 51), Surface.MESSAGE, "/blocks"),
    "no text": (message(text=""), Surface.MESSAGE, "/text"),
    "text over 4000": (message(text=LONG), Surface.MESSAGE, "/text"),
    "alert in a message": (message(layout.alert("x", "info")), Surface.MESSAGE, "/blocks/0/type"),
    "table in a modal": (modal(layout.table(["a"], [["b"]])), Surface.MODAL, "/blocks/0/type"),
    "plan on Home": (
        layout.home_tab([layout.plan("p", [layout.task("1", "t", "pending")])]),
        Surface.HOME,
        "/blocks/0/type",
    ),
    "two tables": (message(*[layout.table(["a"], [["b"]])] * 2), Surface.MESSAGE, "/blocks"),
    "ragged table": (message(layout.table(["a", "b"], [["c"]])), Surface.MESSAGE, "/blocks/0/rows/1"),
    "table over 10,000 characters": (
        message(layout.table(["a"], [["x" * 2000]] * 6)),
        Surface.MESSAGE,
        "/blocks/0/rows",
    ),
    "a block_id twice": (
        message(*[layout.actions([BUTTON], block_id="b")] * 2),
        Surface.MESSAGE,
        "/blocks/1/block_id",
    ),
    "an action_id twice": (
        message(layout.actions([BUTTON, BUTTON])),
        Surface.MESSAGE,
        "/blocks/0/elements/1/action_id",
    ),
    "value over 2000": (
        message(layout.actions([{**BUTTON, "value": "v" * 2001}])),
        Surface.MESSAGE,
        "/blocks/0/elements/0/value",
    ),
    "style unknown": (
        message(layout.actions([{**BUTTON, "style": "bogus"}])),
        Surface.MESSAGE,
        "/blocks/0/elements/0/style",
    ),
    "26 buttons": (
        message(layout.actions([{**BUTTON, "action_id": str(at)} for at in range(26)])),
        Surface.MESSAGE,
        "/blocks/0/elements",
    ),
    "menu without options": (
        message(layout.actions([{**MENU, "options": []}])),
        Surface.MESSAGE,
        "/blocks/0/elements/0/options",
    ),
    "option value over 150": (
        message(layout.actions([{**MENU, "options": [elements.option("One", "1" * 151)]}])),
        Surface.MESSAGE,
        "/blocks/0/elements/0/options/0/value",
    ),
    "no task": (message(layout.plan("Steps", [])), Surface.MESSAGE, "/blocks/0/tasks"),
    "a task twice": (
        message(layout.plan("Steps", [layout.task("1", "t", "pending")] * 2)),
        Surface.MESSAGE,
        "/blocks/0/tasks",
    ),
    "empty container": (message(layout.container("t", [])), Surface.MESSAGE, "/blocks/0/child_blocks"),
    "markdown over 12,000 in total": (
        message(*[layout.markdown("x" * 7000)] * 2),
        Surface.MESSAGE,
        "/blocks",
    ),
    "unknown block": (message({"type": "carousel"}), Surface.MESSAGE, "/blocks/0/type"),
    "modal without title": (
        {key: value for key, value in modal(layout.section("x")).items() if key != "title"},
        Surface.MODAL,
        "/title",
    ),
    "field without submit": (modal(samples.FIELD, submit=None), Surface.MODAL, "/submit"),
    "metadata over 3000": (
        {**modal(layout.section("x")), "private_metadata": "m" * 3001},
        Surface.MODAL,
        "/private_metadata",
    ),
    "101 blocks in a modal": (modal(*[layout.divider()] * 101), Surface.MODAL, "/blocks"),
    "empty modal": (modal(), Surface.MODAL, "/blocks"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_slack_would_refuse_is_refused_with_a_pointer(name: str) -> None:
    payload, surface, pointer = BROKEN[name]

    with pytest.raises(BlockError) as refused:
        check(payload, surface)

    assert refused.value.pointer == pointer


@pytest.mark.parametrize("name", [name for name in BROKEN if not name.startswith(("no text", "text over"))])
def test_the_sandbox_refuses_the_same(name: str) -> None:
    payload, surface, _ = BROKEN[name]

    told = validate_blocks(payload["blocks"], "message") if surface is Surface.MESSAGE else validate_view(payload)

    assert told


def test_every_block_we_build_passes_the_gate_and_the_sandbox() -> None:
    payload = message(*samples.EVERY_MESSAGE_BLOCK)
    view = modal(*samples.EVERY_MODAL_BLOCK)

    assert check(payload, Surface.MESSAGE) is payload
    assert check(view, Surface.MODAL) is view
    assert validate_blocks(payload["blocks"], "message") == []
    assert validate_view(view) == []


def test_what_is_no_block_at_all_is_refused_and_not_crashed_on() -> None:
    for nonsense in ([None], [{"type": "section", "text": "bare"}], [{"type": "header"}], 7):
        with pytest.raises(BlockError):
            check({"text": "x", "blocks": nonsense}, Surface.MESSAGE)


def test_an_ack_near_the_frame_limit_of_socket_mode_is_refused() -> None:
    options = [{"text": elements.plain("y" * 70), "value": "v" * 150} for _ in range(100)]

    with pytest.raises(BlockError, match="bytes"):
        check({"options": options}, Surface.ACK)
    check({"options": options[:40]}, Surface.ACK)


def test_a_view_in_an_ack_is_judged_as_a_modal() -> None:
    with pytest.raises(BlockError) as refused:
        check({"response_action": "update", "view": modal()}, Surface.ACK)

    assert refused.value.pointer == "/view/blocks"


def test_a_person_still_gets_the_news_of_a_message_that_slack_would_refuse() -> None:
    payload = message({"type": "carousel"}, text="web-01 is on")

    rescued = rescue(payload, Surface.MESSAGE)

    assert rescued["text"] == "web-01 is on"
    assert validate_blocks(rescued["blocks"], "message") == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_was_rescued_passes_the_gate(name: str) -> None:
    payload, surface, _ = BROKEN[name]

    if "title" not in name and "submit" not in name:
        check(rescue(payload, surface), surface)


def test_an_ack_that_can_not_be_sent_is_sent_empty() -> None:
    assert rescue({"text": LONG}, Surface.ACK) == {}
