"""Slack's block elements: which fields each has and where each may stand."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.objects import (
    ANY_OBJECT,
    BOOL,
    CONFIRM,
    DISPATCH,
    FILTER,
    ID,
    OPTION_GROUP,
    SLACK_FILE,
    URL,
    WORKFLOW,
    choices_known,
    option,
    plain,
)
from sandbox.slack.blockkit.shapes import (
    NO_LIMIT,
    Choice,
    Items,
    Number,
    Object,
    Shape,
    Str,
    Typed,
    not_both,
    one_of,
    ordered,
)

_NUMERIC = Str(pattern=r"-?\d+(\.\d+)?")
_COMMON: dict[str, Shape] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": BOOL}
_HINTED: dict[str, Shape] = {**_COMMON, "placeholder": plain(150)}
_MULTI: dict[str, Shape] = {**_HINTED, "max_selected_items": Number(1)}
_TYPED_IN: dict[str, Shape] = {
    "action_id": ID,
    "focus_on_load": BOOL,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
}
_BUTTON: dict[str, Shape] = {
    "action_id": ID,
    "style": Choice(("primary", "danger")),
    "accessibility_label": Str(75),
}
_CHOICE_SOURCE = (not_both("options", "option_groups"), one_of("options", "option_groups"), choices_known)
_IDS = Items(Str(), 0)
_STATIC: dict[str, Shape] = {"options": Items(option(), 1, 100), "option_groups": Items(OPTION_GROUP, 1, 100)}


def _group(most: int, initial: dict[str, Shape], *, rich: bool, linked: bool = False) -> Object:
    """A set of options that is shown whole: checkboxes, radio buttons, overflow."""
    return Object(
        required={"options": Items(option(rich=rich, linked=linked), 1, most)},
        optional={**_COMMON, **initial},
        rules=(choices_known,),
    )


_FEEDBACK = Object(required={"text": plain(75), "value": Str(2000)}, optional={"accessibility_label": Str(75)})

IMAGE = Object(
    required={"alt_text": Str(2000)},
    optional={"image_url": URL, "slack_file": SLACK_FILE},
    rules=(not_both("image_url", "slack_file"), one_of("image_url", "slack_file")),
)

ELEMENTS = Typed(
    {
        "button": Object(
            required={"text": plain(75)},
            optional={
                **_BUTTON,
                "url": URL,
                "value": Str(2000),
                "confirm": CONFIRM,
                "agent_prompt": Str(4000),
                "agent_prompt_display": Str(),
                "visible_to_user_ids": Items(Str(), 1, 10),
            },
        ),
        "workflow_button": Object(required={"text": plain(75), "workflow": WORKFLOW}, optional=_BUTTON),
        "icon_button": Object(
            required={"icon": Str(), "text": plain(75)},
            optional={
                "action_id": ID,
                "value": Str(2000),
                "confirm": CONFIRM,
                "accessibility_label": Str(75),
                "visible_to_user_ids": Items(Str(), 0, 10),
            },
        ),
        "feedback_buttons": Object(
            required={"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
            optional={"action_id": ID},
        ),
        "image": IMAGE,
        "overflow": _group(5, {}, rich=False, linked=True),
        "checkboxes": _group(10, {"initial_options": Items(option(rich=True), 1, 10)}, rich=True),
        "radio_buttons": _group(10, {"initial_option": option(rich=True)}, rich=True),
        "static_select": Object(optional={**_HINTED, **_STATIC, "initial_option": option()}, rules=_CHOICE_SOURCE),
        "multi_static_select": Object(
            optional={**_MULTI, **_STATIC, "initial_options": Items(option(), 1, 100)}, rules=_CHOICE_SOURCE
        ),
        "external_select": Object(optional={**_HINTED, "min_query_length": Number(0), "initial_option": option()}),
        "multi_external_select": Object(
            optional={**_MULTI, "min_query_length": Number(0), "initial_options": Items(option(), 1, 100)}
        ),
        "users_select": Object(optional={**_HINTED, "initial_user": Str()}),
        "multi_users_select": Object(optional={**_MULTI, "initial_users": _IDS}),
        "channels_select": Object(optional={**_HINTED, "initial_channel": Str(), "response_url_enabled": BOOL}),
        "multi_channels_select": Object(optional={**_MULTI, "initial_channels": _IDS}),
        "conversations_select": Object(
            optional={
                **_HINTED,
                "initial_conversation": Str(),
                "response_url_enabled": BOOL,
                "default_to_current_conversation": BOOL,
                "filter": FILTER,
            }
        ),
        "multi_conversations_select": Object(
            optional={
                **_MULTI,
                "initial_conversations": _IDS,
                "default_to_current_conversation": BOOL,
                "filter": FILTER,
            }
        ),
        "datepicker": Object(optional={**_HINTED, "initial_date": Str(pattern=r"\d{4}-\d{2}-\d{2}")}),
        "timepicker": Object(
            optional={**_HINTED, "initial_time": Str(pattern=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Str()}
        ),
        "datetimepicker": Object(optional={**_COMMON, "initial_date_time": Number(1_000_000_000, 9_999_999_999)}),
        "plain_text_input": Object(
            optional={
                **_TYPED_IN,
                "initial_value": Str(3000, least=0),
                "multiline": BOOL,
                "min_length": Number(0, 3000),
                "max_length": Number(1, 3000),
            },
            rules=(ordered("min_length", "max_length"),),
        ),
        "number_input": Object(
            required={"is_decimal_allowed": BOOL},
            optional={
                **_TYPED_IN,
                "initial_value": _NUMERIC,
                "min_value": _NUMERIC,
                "max_value": _NUMERIC,
            },
            rules=(
                ordered("min_value", "max_value"),
                ordered("min_value", "initial_value"),
                ordered("initial_value", "max_value"),
            ),
        ),
        "email_text_input": Object(optional={**_TYPED_IN, "initial_value": Str(NO_LIMIT, least=0)}),
        "url_text_input": Object(optional={**_TYPED_IN, "initial_value": Str(NO_LIMIT, least=0)}),
        "rich_text_input": Object(
            optional={
                **_TYPED_IN,
                "initial_value": ANY_OBJECT,
                "min_lines": Number(1, 100),
                "max_lines": Number(1, 100),
            }
        ),
        "file_input": Object(optional={"action_id": ID, "filetypes": Items(Str()), "max_files": Number(1, 10)}),
    }
)
"""Every element that Slack documents."""

_SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
_PICKERS = (*_SELECTS, *(f"multi_{name}" for name in _SELECTS), "checkboxes", "radio_buttons", "datepicker")

IN_SECTION = ELEMENTS.only(*_PICKERS, "button", "workflow_button", "image", "overflow", "timepicker")
IN_ACTIONS = ELEMENTS.only(*_PICKERS, "button", "workflow_button", "overflow", "timepicker", "datetimepicker")
IN_INPUT = ELEMENTS.without("button", "workflow_button", "icon_button", "feedback_buttons", "image", "overflow")
IN_CONTEXT_ACTIONS = ELEMENTS.only("icon_button", "feedback_buttons")


def elements(block: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The elements of one block, each with its pointer inside the block; [] for what has none."""
    found = [(name, block.get(name)) for name in ("accessory", "element")]
    for name in ("elements", "actions"):
        listed = block.get(name)
        found += [(f"{name}/{index}", e) for index, e in enumerate(listed if isinstance(listed, list) else [])]
    return [(at, element) for at, element in found if isinstance(element, Mapping)]
