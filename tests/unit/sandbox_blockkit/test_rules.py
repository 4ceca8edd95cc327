"""What Slack refuses beyond the shared list: surfaces, names, doubles, totals."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.blockkit import (
    Surface,
    validate_attachments,
    validate_blocks,
    validate_message,
    validate_view,
)
from sandbox.slack.blockkit.blocks import BLOCKS, SURFACES
from tests.unit.sandbox_blockkit.payloads import (
    BROKEN,
    asked,
    container,
    menu,
    modal,
    mrkdwn,
    option,
    plain,
    raw,
    section,
    table,
    x,
)

ASK = asked({"type": "plain_text_input"})
MARKDOWN = {"type": "markdown", "text": x(6001)}
BUTTON = {"type": "button", "action_id": "same", "text": plain()}

REFUSED: dict[str, tuple[Any, Surface, str]] = {
    "an unknown block": (
        [{"type": "sektion"}],
        "message",
        "unsupported type: sektion [json-pointer:/blocks/0/type]",
    ),
    "an unknown element": (
        [section(accessory={"type": "knob"})],
        "message",
        "unsupported type: knob [json-pointer:/blocks/0/accessory/type]",
    ),
    "a block without a type": (
        [{"text": "x"}],
        "message",
        "missing required field: type [json-pointer:/blocks/0]",
    ),
    "a null block": ([None], "message", "must provide an object [json-pointer:/blocks/0]"),
    "an unknown field": (
        [section(colour="red")],
        "message",
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "mrkdwn in a header": (
        [{"type": "header", "text": mrkdwn()}],
        "message",
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "a bogus button style": (
        [section(accessory={**BUTTON, "style": "bogus"})],
        "message",
        "must be one of: primary, danger [json-pointer:/blocks/0/accessory/style]",
    ),
    "a menu without options": (
        [menu()],
        "message",
        "must define one of: options, option_groups [json-pointer:/blocks/0/accessory]",
    ),
    "a choice that is not offered": (
        [menu(options=[option(1)], initial_option=option(2))],
        "message",
        "must match one of the provided options [json-pointer:/blocks/0/accessory/initial_option]",
    ),
    "one action_id twice in a block": (
        [{"type": "actions", "elements": [BUTTON, BUTTON]}],
        "message",
        "action_id same already exists in this block [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "one block_id twice": (
        [section(block_id="b"), section(block_id="b")],
        "message",
        "block_id b already exists [json-pointer:/blocks/1/block_id]",
    ),
    "one block_id twice, once inside a container": (
        [section(block_id="b"), container(child_blocks=[section(block_id="b")])],
        "message",
        "block_id b already exists [json-pointer:/blocks/1/child_blocks/0/block_id]",
    ),
    "51 blocks in a message": (
        [section()] * 51,
        "message",
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
    "101 blocks in Home": (
        [section()] * 101,
        "home",
        "no more than 100 items allowed [json-pointer:/blocks]",
    ),
    "two tables in a message": (
        [table([[raw()]]), table([[raw()]])],
        "message",
        "only 1 table block allowed in a message [json-pointer:/blocks]",
    ),
    "12,002 characters of markdown in two blocks": (
        [MARKDOWN, MARKDOWN],
        "message",
        "markdown must be less than 12001 characters in total [json-pointer:/blocks]",
    ),
    "10,001 characters in a table": (
        [table([[raw(x(10_001))]])],
        "message",
        "must be less than 10001 characters in total [json-pointer:/blocks/0/rows]",
    ),
    "21 columns": (
        [table([[raw()] * 21])],
        "message",
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    "two elements that want the focus": (
        [asked({"type": "plain_text_input", "focus_on_load": True})] * 2,
        "modal",
        "only one element may set focus_on_load [json-pointer:/blocks]",
    ),
    "an alert in a message": (
        [{"type": "alert", "text": mrkdwn()}],
        "message",
        "unsupported type: alert in a message [json-pointer:/blocks/0/type]",
    ),
    "markdown in a modal": (
        [{"type": "markdown", "text": "x"}],
        "modal",
        "unsupported type: markdown in a modal [json-pointer:/blocks/0/type]",
    ),
    "a folded container that cannot fold": (
        [container(default_collapsed=True)],
        "message",
        "default_collapsed requires is_collapsible [json-pointer:/blocks/0/default_collapsed]",
    ),
    "a number where text belongs": (
        [section(text=mrkdwn(text=5))],  # type: ignore[arg-type]  # the mistake under test
        "message",
        "must provide a string [json-pointer:/blocks/0/text/text]",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_slack_would_refuse(name: str) -> None:
    blocks, surface, told = REFUSED[name]

    assert validate_blocks(blocks, surface) == [told]


VIEWS: dict[str, tuple[Any, str]] = {
    "a modal without a title": (
        {"type": "modal", "blocks": [section()]},
        "missing required field: title [json-pointer:/view]",
    ),
    "an input without a submit": (
        {"type": "modal", "title": plain(), "blocks": [ASK]},
        "missing required field: submit [json-pointer:/view]",
    ),
    "a Home with a title": (
        {"type": "home", "title": plain(), "blocks": [section()]},
        "invalid additional property: title [json-pointer:/view]",
    ),
    "a view of no kind": (
        {"type": "panel", "blocks": [section()]},
        "unsupported type: panel [json-pointer:/view/type]",
    ),
    "no view": (None, "must provide an object [json-pointer:/view]"),
    "250 kB": (
        modal(blocks=[section(text=mrkdwn(x(2900))) for _ in range(100)]),
        "view must be less than 250000 bytes [json-pointer:/view]",
    ),
    "a long external_id": (
        modal(external_id=x(256)),
        "must be less than 256 characters [json-pointer:/view/external_id]",
    ),
    "a table in a modal": (
        modal(blocks=[table([[raw()]])]),
        "unsupported type: table in a modal [json-pointer:/view/blocks/0/type]",
    ),
}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_slack_would_refuse_the_view(name: str) -> None:
    view, told = VIEWS[name]

    assert validate_view(view) == [told]


def test_a_table_in_the_blocks_and_one_in_an_attachment_are_two() -> None:
    one = table([[raw()]])

    problems = validate_message({"blocks": [one], "attachments": [{"blocks": [one]}]})

    assert problems == ["only 1 table block allowed in a message [json-pointer:/blocks]"]


def test_101_attachments_are_refused() -> None:
    assert validate_attachments([{"text": "x"}] * 101) == ["no more than 100 items allowed [json-pointer:/attachments]"]


def test_an_alert_inside_an_attachment_is_refused_with_its_place() -> None:
    problems = validate_attachments([{"blocks": [{"type": "alert", "text": mrkdwn()}]}])

    assert problems == ["unsupported type: alert in a message [json-pointer:/attachments/0/blocks/0/type]"]


def test_an_empty_message_is_taken_and_an_empty_home_is_not() -> None:
    assert validate_blocks([], "message") == []
    assert validate_blocks([], "home") == ["no fewer than 1 items allowed [json-pointer:/blocks]"]


SOUND = [sound for sound, _ in BROKEN.values() if sound["type"] in BLOCKS.kinds]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(SOUND), st.sampled_from(["message", "modal", "home"]))
def test_a_sound_block_is_refused_exactly_where_slack_does_not_show_it(block: Any, surface: Surface) -> None:
    problems = validate_blocks([block], surface)

    assert bool(problems) == (block["type"] not in SURFACES[surface])


@given(ANY_JSON, st.sampled_from(["message", "modal", "home"]))
def test_whatever_is_sent_the_answer_is_a_list_and_never_a_crash(junk: Any, surface: Surface) -> None:
    assert isinstance(validate_blocks([junk], surface), list)
    assert validate_blocks(junk, surface) or junk in ([], None)
    assert validate_view(junk)


@given(st.sampled_from(SOUND), st.data())
def test_a_sound_block_with_one_value_replaced_by_junk_never_crashes(block: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(block)))
    junk = data.draw(ANY_JSON)

    assert isinstance(validate_blocks([{**block, name: junk}], "message"), list)


@given(st.sampled_from(SOUND), st.text(min_size=1).map(lambda name: f"_{name}"))
def test_an_unknown_name_is_always_refused(block: Any, name: str) -> None:
    problems = validate_blocks([{**block, name: 1}], "message")

    assert f"invalid additional property: {name} [json-pointer:/blocks/0]" in problems


@given(st.text(min_size=1, max_size=3100))
def test_length_is_counted_in_code_points(text: str) -> None:
    problems = validate_blocks([section(text=mrkdwn(text))], "message")

    assert bool(problems) == (len(text) > 3000)


def test_the_judge_shares_nothing_with_those_it_judges() -> None:
    sources = sorted((Path(__file__).parents[3] / "sandbox" / "slack" / "blockkit").glob("*.py"))
    trees = [ast.parse(source.read_text()) for source in sources]
    nodes = [node for tree in trees for node in ast.walk(tree)]

    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}

    own = {name for name in imported if name.startswith("sandbox.slack.blockkit")}
    assert len(sources) > 5
    assert {name.partition(".")[0] for name in imported - own} <= sys.stdlib_module_names
