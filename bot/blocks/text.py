"""Foreign text made safe and short: nobody is rung, nothing is cut in the middle of an entity or a token.

The rule for absolute times, so that no card tells two of them in two zones: whoever has a `datetime` at hand in a view
writes it with `when`; everybody else (plans, news, answers, tables) says it in UTC and with its zone, as
`operations.moments` does. All mrkdwn goes through `local_times` on its way out, and so do the cells of tables, so the
reader sees the time of their own zone. Where Slack shows plain text alone (buttons, titles, files, the terminal, logs)
the zone is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.blocks import limits

ELLIPSIS: Final = "…"
NOTHING: Final = "\N{EN DASH}"
"""Stands where a text is empty, because Slack refuses empty texts."""

MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{2,20})>")
"""Slack's token for a person."""
_ESCAPED_MENTION = re.compile(r"&lt;@([UW][A-Z0-9]{2,20})&gt;")
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    r"\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, halves of surrogate pairs, and what turns the direction of a text, breaks its line or is not seen
at all. Joiners stay: scripts and emoji need them."""
_UNFINISHED = re.compile(r"&[a-z]{0,3}$|<[^<>]*$")
_TIME: Final = r"(?<!\d)(\d{4}-\d\d-\d\d \d\d:\d\d)(:\d\d)? UTC\b"
_IN_TEXT = re.compile(rf"`[^`\n]*`|<[^<>]*>|{_TIME}")
"""Code and tokens come first: Slack shows no token in code, and a token holds a time in UTC already."""
_ALONE = re.compile(_TIME)
_CLOCK: Final = "{date_short} {time}"
_CLOCK_SECS: Final = "{date_short} {time_secs}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Time:
    """A time in a text."""

    seconds: int
    """Since 1970."""
    form: str
    """Slack's format."""
    text: str
    """As it was written, for clients that are too old."""


def clean(text: str) -> str:
    """Replace what JSON or Slack can't carry, and what would show a text as another than it is."""
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


def when(moment: datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """Slack's date token: each reader sees local time, and UTC where the client is too old.

    Args:
        moment: Aware.
        form: Slack's format; the usual one reads `today at 10:00`, so no "at" may stand before it.
    """
    return f"<!date^{int(moment.timestamp())}^{form}|{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def local_times(text: str) -> str:
    """Turn each `2026-12-10 09:00 UTC` of a mrkdwn text into the reader's time; what stands in code stays."""
    return _IN_TEXT.sub(_token, text)


def parts(text: str) -> Iterator[str | Time]:
    """A plain text as what stands between such times, and the times; empty for an empty text."""
    done = 0
    for found in _ALONE.finditer(text):
        at = _read(found)
        if at is None:
            continue
        if found.start() > done:
            yield text[done : found.start()]
        yield Time(seconds=int(at.timestamp()), form=_form(found), text=found[0])
        done = found.end()
    if done < len(text):
        yield text[done:]


def code(text: str) -> str:
    """Foreign text between back ticks, in mrkdwn."""
    words = escape(text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}").replace("\n", " ")
    return f"`{clip(words, limits.TEXT // 10)}`" if words.strip() else NOTHING


def _token(found: re.Match[str]) -> str:
    at = _read(found) if found[1] else None
    return found[0] if at is None else f"<!date^{int(at.timestamp())}^{_form(found)}|{found[0]}>"


def _read(found: re.Match[str]) -> datetime | None:
    """The time; None where it is none that Slack takes, though it looks like one."""
    try:
        at = datetime.fromisoformat(f"{found[1]}{found[2] or ''}").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if at.timestamp() >= 0 else None


def _form(found: re.Match[str]) -> str:
    return _CLOCK_SECS if found[2] else _CLOCK
