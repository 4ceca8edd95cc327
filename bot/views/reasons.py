"""Reasons of remediation on their way to Slack: made safe, and naming none but the people that they are about.

The one home for it: cards of incidents and storms, replies in their threads and questions to owners all ask here.
"""

import re
from collections.abc import Collection
from typing import Final

from bot.blocks.text import clip, escape

_MOST: Final = 400
_SET_BY: Final = re.compile(r"<@([UW][A-Z0-9]{2,20})>(?= has (?:paused|resumed|stopped|started|set|undone) )")
"""How the reasons of switches begin."""
_ID: Final = re.compile(r"[UW][A-Z0-9]{2,20}")


def said(text: str, *, about: Collection[str] = (), people: Collection[str] = (), most: int = _MOST) -> str:
    """A reason in mrkdwn. It names whoever has set a switch, where it begins with that, and those who are given.

    So the name of a VM rings nobody.

    Args:
        text: one sentence or several.
        about: the names of what it is about; a text that begins with one of them begins with no person.
        people: Slack ids of those who had a hand in it, who may be named anywhere.
        most: characters; the rest is cut off.
    """
    short = clip(text, most)
    begin = _SET_BY.match(short)
    rest = 0 if begin is None or any(name and short.startswith(name) for name in about) else begin.end()
    safe = escape(short[rest:])
    for one in filter(_ID.fullmatch, people):
        safe = safe.replace(f"&lt;@{one}&gt;", f"<@{one}>")
    return short[:rest] + safe
