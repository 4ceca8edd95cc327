"""How a typed slash command arrives at the app: escaped, with curly quotes and linked hosts."""

import re
from typing import Final

from sandbox.slack.state import State

_MENTION: Final = re.compile(r"(?<![\w<])([@#])([a-z0-9][\w.-]*)")
# A host has a dot and a last label of letters; what follows $, _, @ or a slash is none.
_HOST: Final = re.compile(r"(?<![\w@/.$<|:\\-])((?:[a-zA-Z0-9][a-zA-Z0-9-]*\.)+[a-zA-Z]+)(?![\w@(-]|\.\w)")
_URL: Final = re.compile(r"https?://[^\s<>|]+")
_NAMED_USER: Final = re.compile(r"<@(\w+)\|[^>]*>")
_DOUBLE: Final = re.compile(r'"([^"]*)"')
_SINGLE: Final = re.compile(r"(?<!\w)'([^']*)'")


def command_text(state: State, typed: str, *, escape_mentions: bool) -> str:
    """Return the text as Slack hands it to the app.

    Args:
        state: for the names behind mentions.
        typed: what the person typed after the command.
        escape_mentions: the manifest's "escape channels, users, and links" switch.
    """
    text = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _DOUBLE.sub("\u201c\\1\u201d", text)
    text = _SINGLE.sub("\u2018\\1\u2019", text)
    if escape_mentions:
        text = _MENTION.sub(lambda found: _mention(state, found), text)
    return _link(text)


def message_text(state: State, typed: str) -> str:
    """Return a message's text as Slack stores it."""
    text = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MENTION.sub(lambda found: _mention(state, found), text)
    # A message names people by id alone; only commands carry the name behind it.
    return _link(_NAMED_USER.sub(r"<@\1>", text), short=True)


def _link(text: str, *, short: bool = False) -> str:
    if _URL.search(text):
        return _URL.sub(lambda found: f"<{found[0]}>", text)
    shown = "<http://{0}>" if short else "<http://{0}|{0}>"
    return _HOST.sub(lambda found: shown.format(found[1]), text)


def _mention(state: State, found: re.Match[str]) -> str:
    sign, name = found[1], found[2]
    if sign == "#":
        channel = state.channel(name)
        return found[0] if channel is None else f"<#{channel.id}|{channel.name}>"
    user = state.user(name)
    if user is not None:
        return f"<@{user.id}|{user.name}>"
    group = next((group for group in state.groups.values() if group.handle == name), None)
    return found[0] if group is None else f"<!subteam^{group.id}|@{group.handle}>"
