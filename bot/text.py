"""Undoes what Slack and phones do to typed text, before it is parsed. Pure; escaping for the way out is the views'."""

import re
from collections.abc import Callable

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None
)
_SPACES = dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000], " ")
_QUOTES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"'),
}
_HYPHENS = dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2212], "-")
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_CHARACTERS: dict[int, str | None] = {**_INVISIBLE, **_SPACES, **_QUOTES, **_HYPHENS, **_FULL_WIDTH}

# A joiner belongs to an emoji where it stands between two characters beyond ASCII; elsewhere it is an accident.
_STRAY_JOINER = re.compile(r"(?:(?<=[\x00-\x7f])|^)[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f]|$)")
_LABELLED = re.compile(r"<(?:https?://|mailto:|tel:)[^<>|\s]*\|([^<>|]+)>")
_BARE_LINK = re.compile(r"<(?:https?://|mailto:|tel:)([^<>|\s]+?)/?>")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_ENTITY = re.compile(r"&(?:amp;)*(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_FENCE = re.compile(r"```\s*(\S.*?)\s*```", re.DOTALL)
# Marks count where they hug whole words: `*web-01*`, but not `a*b*c`. The bound keeps a hostile line cheap.
_MARKED = re.compile(r"(?<!\S)([*_~`])(\S|\S.{0,160}?\S)\1(?!\S)")
_CODE = re.compile(r"\A\s*`(\S|\S.*?\S)`\s*\Z")
_DASH_BEFORE_WORD = re.compile(r"(?<!\S)[\u2013\u2014\u2015]-?(?=[A-Za-z])")


def repair(text: str) -> str:
    """Give back what the person typed: links, mentions, entities, quotes, dashes, marks and odd spaces undone.

    Whole words lose their formatting marks, so a name that begins and ends with `_` has to be quoted.
    A second pass changes nothing.
    """
    return _until_stable(text, _repair_command)


def repair_literal(text: str) -> str:
    """Repair a text whose `*`, `_` and `-` mean something, such as a query: only a code mark round the whole goes."""
    return _until_stable(text, _repair_literal)


def _until_stable(text: str, once: Callable[[str], str]) -> str:
    """Repair again while something changes: entities hide links, links hide marks. Each pass shortens the text."""
    while (repaired := once(text)) != text:
        text = repaired
    return text


def _repair_command(text: str) -> str:
    text = _DASH_BEFORE_WORD.sub("--", _characters_and_links(text))
    text = text.replace("\u2014", "--").replace("\u2015", "--").replace("\u2013", "-")
    text = _FENCE.sub(r"\1", text)
    return _MARKED.sub(r"\2", text).strip()


def _repair_literal(text: str) -> str:
    text = re.sub("[\u2013\u2014\u2015]", "-", _characters_and_links(text))
    text = _FENCE.sub(r"\1", text)
    return _CODE.sub(r"\1", text).strip()


def _characters_and_links(text: str) -> str:
    text = _STRAY_JOINER.sub("", text.translate(_CHARACTERS))
    text = _LABELLED.sub(r"\1", text)
    text = _BARE_LINK.sub(r"\1", text)
    text = _MENTION.sub(r"\1\2", text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text)
