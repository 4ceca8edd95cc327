"""Foreign text made safe and short: nobody is rung, nothing is cut in the middle of an entity or a token."""

import re
from datetime import datetime
from typing import Final

from bot.blocks import limits

ELLIPSIS: Final = "…"
NOTHING: Final = "\N{EN DASH}"
"""Stands where a text is empty, because Slack refuses empty texts."""

MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{2,20})>")
"""Slack's token for a person."""
_ESCAPED_MENTION = re.compile(r"&lt;@([UW][A-Z0-9]{2,20})&gt;")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_UNFINISHED = re.compile(r"&[a-z]{0,3}$|<[^<>]*$")


def clean(text: str) -> str:
    """Replace what JSON or Slack can't carry: control characters and halves of surrogate pairs."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def escape(text: str) -> str:
    """Make foreign text literal in mrkdwn: `<!channel>` becomes words and rings nobody."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_for_one(text: str) -> str:
    """As `escape`, but people are named: only for what one person sees, where a mention rings nobody."""
    return _ESCAPED_MENTION.sub(r"<@\1>", escape(text))


def clip(text: str, limit: int) -> str:
    """Cut to `limit` characters, an ellipsis at the end; never inside `&amp;` or `<!date^…>`."""
    if len(text) <= limit:
        return text
    return _UNFINISHED.sub("", text[: limit - 1]) + ELLIPSIS


def filled(text: str, limit: int) -> str:
    """The text, clipped, or a dash where there is none to see."""
    return clip(clean(text), limit) if text.strip() else NOTHING


def when(moment: datetime, form: str = "{time}") -> str:
    """Slack's date token: each reader sees local time, and UTC where the client is too old.

    Args:
        moment: Aware.
        form: Slack's format, for example `{date_short_pretty} {time}`.
    """
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%Y-%m-%d %H:%M} UTC>"


def code(text: str) -> str:
    """Foreign text between back ticks, in mrkdwn."""
    words = escape(text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}").replace("\n", " ")
    return f"`{clip(words, limits.TEXT // 10)}`" if words.strip() else NOTHING
