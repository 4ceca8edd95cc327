"""The forms of single values: addresses, names, and what rules name. A mistake says what is wrong and what would do."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator
from rapidfuzz import process

from operations.verbnames import CHANGING, OPEN, READING, SWITCHING

_FAMILIES: Final = frozenset({"lease", "snapshot"})
_BY_THE_BOT: Final = frozenset({"purge"})
_CHANGING: Final = frozenset({*CHANGING - _BY_THE_BOT, *_FAMILIES, "*"})
_ALL: Final = frozenset({*_CHANGING, *READING, *SWITCHING, *OPEN, "read", "remediation"})
_LIKENESS_PERCENT: Final = 60
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_CHANNEL: Final = re.compile(r"#?[^\s#@*,.<>]{1,80}")
_CHANNEL_OR_NONE: Final = re.compile(rf"|{_CHANNEL.pattern}")
_PLACE: Final = re.compile(rf"\*|{_CHANNEL.pattern}")
_FOLDER: Final = re.compile(r"\*|[^*]*[^*\s/][^*]*")
_ATTRIBUTE: Final = re.compile(r"|[^=]*[^=\s][^=]*=.*\S.*")
_GROUP: Final = re.compile(r"\*|@?[^\s#@*,]{1,80}")
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_REPLICA: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def _host(text: str) -> str:
    if _HOST.fullmatch(text) or _is_address(text):
        return text
    raise ValueError(f"{text!r} is not a name or address alone: leave out https://, the port and the path")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _api_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise ValueError("http would send the tokens in the clear: write https://")
    if url.scheme not in {"http", "https"} or not url.hostname or not text.endswith("/"):
        raise ValueError(f"{text!r} is no web address that ends in a slash")
    return text


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError(f"{str(path)!r} would depend on where the bot is started: begin with a slash")
    return path


def _some(folders: tuple[str, ...]) -> tuple[str, ...]:
    if not folders:
        raise ValueError("names no folder, so it would hold for nothing: leave it out, and it is all")
    return folders


def _like(form: re.Pattern[str], words: str) -> Callable[[str], str]:
    """A check for one form."""

    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise ValueError(f"{text!r} is {words}")
        return text

    return check


def _one_of(known: frozenset[str]) -> Callable[[str], str]:
    """A check for a word among those that are known; a mistake names the nearest."""

    def check(text: str) -> str:
        word = text.casefold()
        if word in known:
            return word
        if word in _BY_THE_BOT:
            raise ValueError(f"{word} is done by the bot alone, so nobody is given it")
        if word in _ALL:
            raise ValueError(f"{word} changes nothing, so nobody need say yes to it")
        near = process.extractOne(word, sorted(known), score_cutoff=_LIKENESS_PERCENT)
        raise ValueError(f"there is no verb {text!r}{f'; did you mean {near[0]}?' if near else ''}")

    return check


Host = Annotated[str, AfterValidator(_host)]
"""A DNS name or an address, and nothing else."""
ApiUrl = Annotated[str, AfterValidator(_api_url)]
"""`https://…/`; `http://…/` on this machine alone."""
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
"""A path from the root on."""
ReplicaId = Annotated[
    str, AfterValidator(_like(_REPLICA, "not made of letters, digits, dots, hyphens and underscores (at most 63)"))
]
"""A word without spaces or slashes."""
Verbs = tuple[Annotated[str, AfterValidator(_one_of(_ALL))], ...]
"""Verbs, families (`snapshot`), `read`, `*`."""
ChangingVerbs = tuple[Annotated[str, AfterValidator(_one_of(_CHANGING))], ...]
"""Verbs that change something, families, `*`."""
Place = Annotated[
    str, AfterValidator(_like(_PLACE, "no channel: write #name, an id such as C012AB3CD, direct, or * for any"))
]
"""A channel's `#name` or id, `direct` or `*`."""
Channel = Annotated[str, AfterValidator(_like(_CHANNEL, "no channel: write #name or an id such as C012AB3CD"))]
"""A channel's `#name` or id."""
ChannelOrNone = Annotated[
    str, AfterValidator(_like(_CHANNEL_OR_NONE, "no channel: write #name, an id such as C012AB3CD, or nothing"))
]
"""The same, or empty for none."""
Folder = Annotated[str, AfterValidator(_like(_FOLDER, "no folder: give its inventory path, or * for any"))]
"""An inventory path without wildcards, or `*`."""
Folders = Annotated[tuple[Folder, ...], AfterValidator(_some)]
"""One folder at least."""
Attribute = Annotated[str, AfterValidator(_like(_ATTRIBUTE, "no attribute with its value: write env=dev"))]
"""`name=value`, or nothing."""
Group = Annotated[str, AfterValidator(_like(_GROUP, "no user group: write @handle, an id such as S012AB3CD, or *"))]
"""A user group's handle or id, or `*`."""
User = Annotated[str, AfterValidator(_like(_USER, "no user id: write one such as U012AB3CD"))]
"""A person's id."""
