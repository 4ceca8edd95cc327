"""Finding elements in blocks, and the state that Slack reports for them under `state.values`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sandbox.slack.model import Json

VALUE_KEY: Final = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
"""Under which key each stateful element's choice stands."""

_INITIAL_KEY: Final = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}
_STATELESS: Final = frozenset({"overflow", "button"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An element with the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        """The id of the block."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """The id of the element."""
        return str(self.element["action_id"])

    @property
    def is_input(self) -> bool:
        """Whether the element stands in an input block."""
        return bool(self.block.get("type") == "input")


def all_elements(blocks: list[Json]) -> Iterator[Found]:
    """Yield every element with an action_id, with the innermost block that has a block_id."""
    for block in blocks:
        yield from _walk(block, block)


def find(blocks: list[Json], action_id: str, block_id: str | None = None) -> Found | None:
    """Return the element with this action_id, in this block when one is named."""
    return next(
        (
            found
            for found in all_elements(blocks)
            if found.action_id == action_id and block_id in {None, "", found.block_id}
        ),
        None,
    )


def initial_state(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of an untouched view or message: initial values where given, else null or empty."""
    values: dict[str, dict[str, Json]] = {}
    for found in all_elements(blocks):
        kind = found.element["type"]
        if kind in VALUE_KEY and kind not in _STATELESS:
            values.setdefault(found.block_id, {})[found.action_id] = initial_value(found.element)
    return values


def initial_value(element: Json) -> Json:
    """Return one element's entry under `state.values` before anybody touched it."""
    kind = str(element["type"])
    key = VALUE_KEY[kind]
    empty: Any = [] if key.endswith("s") and key != "files" else None
    return {"type": kind, key: element.get(_INITIAL_KEY.get(key, ""), empty)}


def option_list(element: Json) -> list[Json]:
    """Return the options an element offers, those in groups included."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group.get("options", []))]


def _walk(node: Any, block: Json) -> Iterator[Found]:  # noqa: ANN401  JSON of any shape
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, block)
    elif isinstance(node, dict):
        inner = node if node.get("block_id") else block
        if node.get("action_id") and node.get("type"):
            yield Found(block=inner, element=node)
        for value in node.values():
            if isinstance(value, list | dict):
                yield from _walk(value, inner)
