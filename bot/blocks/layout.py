"""Layout blocks, one function each, for those that the bot sends. Texts are clipped here, counts by the gate."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, Literal

from bot.blocks import limits
from bot.blocks.elements import Json, mrkdwn, plain
from bot.blocks.text import MENTION, NOTHING, Time, clip, filled, parts

_MOST_IN_COLUMN: Final = 40
_WORD: Final = 20
"""Letters without a space that a column takes on a phone."""
_NARROW: Final = 30
"""Letters of a cell that need no second line."""
_TOKEN: Final = re.compile(r"<[^<>]*>")
"""What Slack shows as a name or a time, however long it is here."""
Level = Literal["default", "info", "warning", "error", "success"]
Status = Literal["pending", "in_progress", "complete", "error"]


def section(text: str, *, accessory: Json | None = None) -> Json:
    """A paragraph of mrkdwn."""
    block: Json = {"type": "section", "text": mrkdwn(text)}
    return block | ({"accessory": accessory} if accessory else {})


def fields(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Label and value in two columns, as many sections as needed; both are mrkdwn. A long value has its own line."""
    blocks: list[Json] = []
    for is_long, group in groupby(pairs, key=lambda pair: _is_long(_TOKEN.sub("@name", pair[1]))):
        texts = [f"*{label}*\n{value or NOTHING}" for label, value in group]
        step = 1 if is_long else limits.FIELDS
        for at in range(0, len(texts), step):
            cells = [mrkdwn(text, limits.FIELD) for text in texts[at : at + step]]
            blocks.append({"type": "section", "text": cells[0]} if is_long else {"type": "section", "fields": cells})
    return blocks


def _is_long(value: str) -> bool:
    return len(value) > _MOST_IN_COLUMN or max(map(len, value.split()), default=0) > _WORD


def header(text: str) -> Json:
    """A large line of plain text."""
    return {"type": "header", "text": plain(text, limits.HEADER)}


def context(*texts: str) -> Json:
    """A small grey line of mrkdwn parts."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[: limits.CONTEXT]]}


def divider() -> Json:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Json], *, block_id: str | None = None) -> Json:
    """A row of buttons and menus."""
    block: Json = {"type": "actions", "elements": list(elements)}
    return block | ({"block_id": block_id} if block_id else {})


def input_field(label: str, element: Json, *, block_id: str, hint: str = "") -> Json:
    """A labelled field of a modal; errors of a submission name its block_id."""
    block: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, limits.LABEL),
        "element": element,
    }
    return block | ({"hint": plain(hint, limits.LABEL)} if hint else {})


def alert(text: str, level: Level) -> Json:
    """A coloured notice; modals only."""
    return {"type": "alert", "text": mrkdwn(text, limits.ALERT), "level": level}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Json:
    """A table whose first row are the headings; every row has as many cells as `columns`.

    A cell that is nothing but a mention names the person; as tables go to one reader only, it rings nobody. Times
    in a cell are those of the reader's zone.

    See `bot.views.tables` for the cut at Slack's totals.
    """
    lines = [columns, *rows]
    # Without this Slack shows a long cell on one line and cuts off what stands in the columns after it.
    wraps = [{"is_wrapped": max(map(len, column)) > _NARROW} for column in zip(*lines, strict=False)]
    block: Json = {"type": "table", "rows": [[_cell(text) for text in row] for row in lines]}
    return block | ({"column_settings": wraps} if {"is_wrapped": True} in wraps else {})


def preformatted(text: str) -> Json:
    """Text in a fixed-width frame, without any markup: foreign text needs no escape here."""
    elements = [{"type": "text", "text": filled(text, limits.TEXT)}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": elements, "border": 0}]}


def task(task_id: str, title: str, status: Status, *, detail: str = "") -> Json:
    """One step of a plan."""
    step: Json = {"task_id": task_id, "title": filled(title, limits.HEADER), "status": status}
    return step | ({"details": _rich(detail)} if detail else {})


def plan(title: str, tasks: Sequence[Json]) -> Json:
    """The steps of a job with their states; messages only."""
    return {"type": "plan", "title": filled(title, limits.HEADER), "tasks": list(tasks)[: limits.TASKS]}


def container(title: str, children: Sequence[Json]) -> Json:
    """Folded details: a title that opens up to ten plain blocks; messages and Home."""
    return {
        "type": "container",
        "title": plain(title, limits.HEADER),
        "child_blocks": list(children)[: limits.CHILDREN],
        "is_collapsible": True,
        "default_collapsed": True,
    }


def markdown(text: str) -> Json:
    """Long text in standard Markdown; messages only."""
    return {"type": "markdown", "text": filled(text, limits.MARKDOWN)}


def modal(
    title: str,
    blocks: Sequence[Json],
    *,
    callback_id: str,
    close: str = "Close",
    submit: str | None = None,
    metadata: str = "",
) -> Json:
    """A modal view; `submit` labels the button that sends it."""
    view: Json = {
        "type": "modal",
        "title": plain(title, limits.VIEW_TITLE),
        "close": plain(close, limits.VIEW_TITLE),
        "callback_id": callback_id,
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    return view | ({"submit": plain(submit, limits.VIEW_TITLE)} if submit else {})


def home_tab(blocks: Sequence[Json]) -> Json:
    """The Home tab."""
    return {"type": "home", "blocks": list(blocks)}


def _cell(text: str) -> Json:
    person = MENTION.fullmatch(text)
    if person is not None:
        return _rich_cell([{"type": "user", "user_id": person.group(1)}])
    safe = filled(text, limits.FIELD)
    found = list(parts(safe))
    if any(isinstance(part, Time) for part in found):
        return _rich_cell([_leaf(part) for part in found])
    return {"type": "raw_text", "text": safe}


def _leaf(part: str | Time) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "date", "timestamp": part.seconds, "format": part.form, "fallback": part.text}


def _rich_cell(leaves: list[Json]) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaves}]}


def _rich(text: str) -> Json:
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": clip(text, limits.TEXT)}]}
    return {"type": "rich_text", "elements": [line]}
