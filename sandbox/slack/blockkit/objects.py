"""Slack's composition objects: texts, options, confirm dialogs, rich text; with the limits of each.

Figures: Slack's reference pages for Block Kit, as of November 2026.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.shapes import (
    Anything,
    Bool,
    Choice,
    Items,
    Number,
    Object,
    Problem,
    Problems,
    Shape,
    Str,
    Typed,
    not_both,
    one_of,
)

URL = Str(3000)
ID = Str(255)
BOOL = Bool()


def plain(most: int = 3000) -> Typed:
    """A `plain_text` object of at most `most` characters."""
    return Typed({"plain_text": Object(required={"text": Str(most)}, optional={"emoji": BOOL})})


def mrkdwn(most: int = 3000) -> Typed:
    """A `mrkdwn` object of at most `most` characters."""
    return Typed({"mrkdwn": Object(required={"text": Str(most)}, optional={"verbatim": BOOL})})


def text(most: int = 3000) -> Typed:
    """A text object of either kind."""
    return Typed({**plain(most).kinds, **mrkdwn(most).kinds})


CONFIRM = Object(
    required={"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    optional={"style": Choice(("primary", "danger"))},
)

SLACK_FILE = Object(optional={"id": Str(), "url": URL}, rules=(one_of("id", "url"), not_both("id", "url")))

DISPATCH = Object(required={"trigger_actions_on": Items(Choice(("on_enter_pressed", "on_character_entered")), 1, 2)})

FILTER = Object(
    optional={
        "include": Items(Choice(("im", "mpim", "private", "public"))),
        "exclude_external_shared_channels": BOOL,
        "exclude_bot_users": BOOL,
    },
    rules=(one_of("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

TRIGGER = Object(
    required={"url": URL},
    optional={"customizable_input_parameters": Items(Object(required={"name": Str(), "value": Str(least=0)}), 0)},
)
WORKFLOW = Object(required={"trigger": TRIGGER})

ICON = Typed({"icon": Object(required={"name": Str()})})


def option(*, rich: bool = False, linked: bool = False) -> Object:
    """One choice of a menu.

    Args:
        rich: mrkdwn is allowed; Slack takes it in checkboxes and radio buttons alone.
        linked: `url` is allowed; Slack takes it in overflow menus alone.
    """
    words = text(75) if rich else plain(75)
    optional: dict[str, Shape] = {"description": words}
    if linked:
        optional["url"] = URL
    return Object(required={"text": words, "value": Str(150)}, optional=optional)


OPTION_GROUP = Object(required={"label": plain(75), "options": Items(option(), 1, 100)})


def choices_known(value: Mapping[str, Any], at: str) -> Problems:
    """A rule: what is chosen at first is one of the choices."""
    groups = value.get("option_groups") or []
    offered = [o["value"] for o in value.get("options") or []]
    offered += [o["value"] for group in groups for o in group["options"]]
    first = [("initial_option", value["initial_option"])] if value.get("initial_option") else []
    for index, chosen in enumerate(value.get("initial_options") or []):
        first.append((f"initial_options/{index}", chosen))
    for name, chosen in first:
        if chosen["value"] not in offered:
            yield Problem(message="must match one of the provided options", at=f"{at}/{name}")


STYLE = Object(
    optional=dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), BOOL
    )
)

_INLINE = Typed(
    {
        "text": Object(required={"text": Str()}, optional={"style": STYLE}),
        "link": Object(required={"url": URL}, optional={"text": Str(least=0), "unsafe": BOOL, "style": STYLE}),
        "emoji": Object(
            required={"name": Str()},
            optional={"unicode": Str(), "skin_tone": Number(1, 6), "url": URL, "style": STYLE},
        ),
        "channel": Object(required={"channel_id": Str()}, optional={"style": STYLE}),
        "user": Object(required={"user_id": Str()}, optional={"style": STYLE}),
        "usergroup": Object(required={"usergroup_id": Str()}, optional={"style": STYLE}),
        "team": Object(required={"team_id": Str()}, optional={"style": STYLE}),
        "broadcast": Object(required={"range": Choice(("here", "channel", "everyone"))}, optional={"style": STYLE}),
        "color": Object(required={"value": Str(pattern="#[0-9a-fA-F]{6}")}, optional={"style": STYLE}),
        "date": Object(
            required={"timestamp": Number(0), "format": Str()},
            optional={"url": URL, "fallback": Str(), "style": STYLE},
        ),
    }
)

_BORDER = Number(0)
_SECTION = Typed({"rich_text_section": Object(required={"elements": Items(_INLINE, 0)})})

RICH_PARTS = Typed(
    {
        **_SECTION.kinds,
        "rich_text_list": Object(
            required={"style": Choice(("bullet", "ordered")), "elements": Items(_SECTION)},
            optional={"indent": Number(0, 8), "offset": Number(0), "border": _BORDER},
        ),
        "rich_text_preformatted": Object(
            required={"elements": Items(_INLINE.only("text", "link"), 0)},
            optional={"border": _BORDER, "language": Str()},
        ),
        "rich_text_quote": Object(required={"elements": Items(_INLINE, 0)}, optional={"border": _BORDER}),
    }
)
"""What stands directly in a rich_text block."""

RICH_INLINE = _INLINE
"""What stands in a line of rich text."""

RICH_TEXT = Typed({"rich_text": Object(required={"elements": Items(RICH_PARTS)}, optional={"block_id": ID})})

ANY_OBJECT = Anything()
