"""Block elements: what stands inside a block and can be clicked, chosen or typed in. Texts are clipped here."""

from collections.abc import Iterable
from typing import Any

from bot.blocks import limits
from bot.blocks.text import clip, filled, local_times

Json = dict[str, Any]


def plain(text: str, limit: int = limits.TEXT) -> Json:
    """A plain_text object: no markup, no mention; emoji names show as pictures."""
    return {"type": "plain_text", "text": filled(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = limits.TEXT) -> Json:
    """A mrkdwn object; foreign parts are escaped by the caller. Times are the reader's; nothing is linked by itself."""
    return {"type": "mrkdwn", "text": filled(local_times(text), limit), "verbatim": True}


def button(label: str, *, action_id: str, value: str, style: str = "") -> Json:
    """A button.

    Args:
        label: At most 75 characters are shown.
        action_id: Unique in its block.
        value: What comes back with the click; the gate refuses more than 2000 characters.
        style: ``, `primary` or `danger`.
    """
    element: Json = {
        "type": "button",
        "text": plain(label, limits.BUTTON_TEXT),
        "action_id": action_id,
        "value": value,
    }
    return element | ({"style": style} if style else {})


def option(label: str, value: str) -> Json:
    """One choice of a menu; a value has at most 150 characters."""
    return {"text": plain(label, limits.OPTION_TEXT), "value": value}


def static_select(placeholder: str, options: Iterable[Json], *, action_id: str) -> Json:
    """A menu of at least one and at most 100 options."""
    return {
        "type": "static_select",
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "options": list(options)[: limits.OPTIONS],
        "action_id": action_id,
    }


def number_input(*, action_id: str, is_decimal: bool = False, initial: str = "") -> Json:
    """A number to type in; what it may be is judged by whoever reads it, so that the complaint is in our words."""
    element: Json = {"type": "number_input", "action_id": action_id, "is_decimal_allowed": is_decimal}
    return element | ({"initial_value": initial} if initial else {})


def plain_text_input(*, action_id: str, placeholder: str = "", multiline: bool = False, initial: str = "") -> Json:
    """A line, or several, to type in, with what stands there at first; inside an input block."""
    element: Json = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline}
    element |= {"initial_value": clip(initial, limits.TEXT)} if initial else {}
    return element | ({"placeholder": plain(placeholder, limits.PLACEHOLDER)} if placeholder else {})
