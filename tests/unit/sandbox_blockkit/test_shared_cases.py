"""The validator against 100 sound and 106 broken payloads that other people wrote down."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.blockkit import validate_attachments, validate_blocks, validate_message, validate_view
from tests.unit.sandbox_blockkit.payloads import BROKEN, accessory, asked, judge, menu, section, source

SPEC = Path(__file__).parents[2] / "data" / "slack" / "spec"
VALID = {f"{p.parent.name}/{p.stem}": p for p in sorted((SPEC / "fixtures" / "valid").rglob("*.json"))}
ONE_ID_TWICE = {"messages/webhook_message_basic", "messages/webhook_message_delete"}
"""Two blocks of one message share a block_id, which Slack refuses and the list's own tool does not see."""
NOT_JSON: frozenset[str] = frozenset()
"""Broken cases that are about building an object and have no payload. None of the 106 is."""

IN_SECTION = {"button", "checkboxes", "datepicker", "image", "overflow", "radio_buttons", "workflow_button"}
OBJECTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "confirmation_dialogue_basic": lambda o: accessory(
        {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "confirm": o}
    ),
    "conversation_filter_basic": lambda o: accessory({"type": "conversations_select", "filter": o}),
    "dispatch_action_configuration_basic": lambda o: asked({"type": "plain_text_input", "dispatch_action_config": o}),
    "input_parameter_basic": lambda o: _workflow({"url": "https://x", "customizable_input_parameters": [o]}),
    "option_basic": lambda o: menu(options=[o]),
    "option_group_basic": lambda o: menu(option_groups=[o]),
    "option_value_at_limit": lambda o: menu(options=[o]),
    "trigger_basic": lambda o: _workflow(o),  # noqa: PLW0108  the function stands below
    "workflow_basic": lambda o: _workflow(o["trigger"]),
}


@pytest.mark.parametrize("name", sorted(set(VALID) - ONE_ID_TWICE))
def test_a_sound_payload_is_taken_where_slack_shows_it(name: str) -> None:
    problems = _judge_fixture(name, json.loads(VALID[name].read_text()))

    assert problems == []


@pytest.mark.parametrize("name", sorted(ONE_ID_TWICE))
def test_a_shared_payload_with_one_block_id_twice_is_refused_for_that_alone(name: str) -> None:
    message = json.loads(VALID[name].read_text())

    problems = validate_message(message)

    for index, block in enumerate(message["blocks"]):
        block["block_id"] = f"b{index}"
    assert problems == ["block_id fake_block_id already exists [json-pointer:/blocks/1/block_id]"]
    assert validate_message(message) == []


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_payload_at_the_limit_is_taken(case: str) -> None:
    assert judge(BROKEN[case][0]) == []


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_payload_past_the_limit_is_refused_for_one_reason(case: str) -> None:
    problems = judge(BROKEN[case][1])

    assert len({problem.partition(" [json-pointer:/")[0] for problem in problems}) == 1, problems


def test_all_100_sound_and_106_broken_cases_of_the_shared_list_are_covered() -> None:
    listed = {case["id"] for case in json.loads((SPEC / "fixtures/invalid/manifest.json").read_text())["cases"]}

    assert len(VALID) == 100
    assert len(listed) == 106
    assert set(BROKEN) | NOT_JSON == listed
    assert not set(BROKEN) & NOT_JSON


def _judge_fixture(name: str, payload: Any) -> list[str]:
    folder, _, stem = name.partition("/")
    judges: dict[str, Callable[[Any], list[str]]] = {
        "messages": validate_message,
        "attachments": lambda attachment: validate_attachments([attachment]),
        "views": validate_view,
        "blocks": judge,
        "elements": lambda element: judge(_place(element)),
        "objects": lambda thing: judge(OBJECTS.get(stem, lambda text: section(text=text))(thing)),
        "rich_text": lambda part: validate_blocks([_rich(part)], "message"),
    }
    return judges[folder](payload)


def _place(element: dict[str, Any]) -> dict[str, Any]:
    """A block in which Slack shows this element."""
    kind = element["type"]
    if kind == "url":
        return source(element["url"])
    return accessory(element) if kind in IN_SECTION or "select" in kind else asked(element)


def _rich(part: dict[str, Any]) -> dict[str, Any]:
    inline = not part["type"].startswith("rich_text")
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [part]} if inline else part],
    }


def _workflow(trigger: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Run"}
    return accessory({"type": "workflow_button", "text": text, "workflow": {"trigger": trigger}})
