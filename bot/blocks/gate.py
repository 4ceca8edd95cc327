"""The one gate before Slack: everything that leaves is checked here, and what Slack would refuse does not leave.

`check` refuses with a pointer: tests and development want the mistake. `rescue` is for the service: it sends
the same news in plain words instead of nothing, because a person waits for it, and tells the log what was wrong.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import structlog

from bot.blocks import limits, rules
from bot.blocks.layout import section
from bot.blocks.rules import Block, Problem, Problems
from bot.blocks.text import filled

log = structlog.get_logger(__name__)


class Surface(Enum):
    """Where a payload is shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"
    ACK = "ack"
    """What goes back with an acknowledgement: a message, a view, or errors of a form."""


_ANYWHERE: Final = frozenset({"section", "header", "context", "actions", "input", "divider", "rich_text"})
_ALLOWED: Final[Mapping[Surface, frozenset[str]]] = {
    Surface.MESSAGE: _ANYWHERE | {"table", "markdown", "plan", "container"},
    Surface.MODAL: _ANYWHERE | {"alert"},
    Surface.HOME: _ANYWHERE | {"table", "container"},
}
_MOST: Final = {
    Surface.MESSAGE: limits.MESSAGE_BLOCKS,
    Surface.MODAL: limits.VIEW_BLOCKS,
    Surface.HOME: limits.VIEW_BLOCKS,
}


class BlockError(Exception):
    """Slack would refuse the payload; `pointer` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.fact} at {problem.pointer}")
        self.pointer = problem.pointer


def check(payload: Mapping[str, Any], surface: Surface) -> Mapping[str, Any]:
    """Return the payload if Slack takes it.

    Args:
        payload: A message with `text` and maybe `blocks`, a view, or the payload of an ack.
        surface: Where it goes.

    Raises:
        BlockError: the first thing that Slack would refuse.
    """
    try:
        problem = next(_problems(payload, surface), None)
    except (KeyError, TypeError, AttributeError) as error:
        raise BlockError(Problem(fact=f"a part is missing or of the wrong kind: {error!r}", pointer="/")) from error
    if problem is not None:
        raise BlockError(problem)
    return payload


def rescue(payload: Mapping[str, Any], surface: Surface) -> Mapping[str, Any]:
    """Return the payload, or where Slack would refuse it the same news with less; never raises."""
    try:
        return check(payload, surface)
    except BlockError as error:
        log.error("slack.payload.refused", surface=surface.value, reason=str(error))  # noqa: TRY400  a traceback tells nothing more
    return _less(payload, surface)


def _less(payload: Mapping[str, Any], surface: Surface) -> Mapping[str, Any]:
    if surface is Surface.MESSAGE:
        words = filled(str(payload.get("text", "")), limits.MESSAGE_TEXT)
        return {**payload, "text": words, "blocks": [section(words)]}
    if surface is Surface.ACK:
        return {}
    words = "This can't be shown here. The bot's log says why."
    return {**payload, "blocks": [section(words)], "private_metadata": ""}


def _problems(payload: Mapping[str, Any], surface: Surface) -> Problems:
    match surface:
        case Surface.MESSAGE:
            yield from _message(payload)
        case Surface.MODAL | Surface.HOME:
            yield from _view(payload, surface, "")
        case Surface.ACK:
            yield from _ack(payload)


def _message(payload: Mapping[str, Any]) -> Problems:
    yield from rules.length(payload.get("text"), limits.MESSAGE_TEXT, "/text")
    yield from _blocks(payload.get("blocks", ()), Surface.MESSAGE, "/blocks")


def _view(view: Mapping[str, Any], surface: Surface, at: str) -> Problems:
    if view.get("type") != surface.value:
        yield Problem(fact=f"a view of type {view.get('type')!r} as {surface.value}", pointer=f"{at}/type")
    blocks = view.get("blocks", ())
    yield from rules.count(blocks, limits.VIEW_BLOCKS, f"{at}/blocks")
    if surface is Surface.MODAL:
        yield from _modal(view, at)
    yield from rules.length(view.get("private_metadata", ""), limits.METADATA, f"{at}/private_metadata", least=0)
    yield from rules.length(view.get("callback_id", ""), limits.ID, f"{at}/callback_id", least=0)
    yield from _blocks(blocks, surface, f"{at}/blocks")
    if _bytes(view) > limits.VIEW_BYTES:
        yield Problem(fact=f"a view of {_bytes(view)} bytes", pointer=at or "/")


def _modal(view: Mapping[str, Any], at: str) -> Problems:
    for part in ("title", "submit", "close"):
        if part in view:
            yield from rules.text(limits.VIEW_TITLE, "plain_text")(view[part], f"{at}/{part}")
    if "title" not in view:
        yield Problem(fact="a modal without title", pointer=f"{at}/title")
    if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks", ())):
        yield Problem(fact="a modal with a field but no submit", pointer=f"{at}/submit")


def _ack(payload: Mapping[str, Any]) -> Problems:
    if _bytes(payload) > limits.ACK_BYTES:
        yield Problem(fact=f"an ack of {_bytes(payload)} bytes, allowed are {limits.ACK_BYTES}", pointer="/")
    if "view" in payload:
        yield from _view(payload["view"], Surface.MODAL, "/view")
    if "text" in payload:
        yield from _message(payload)
    for block_id, words in payload.get("errors", {}).items():
        yield from rules.length(words, limits.TEXT, f"/errors/{block_id}")


def _blocks(blocks: Sequence[Block], surface: Surface, at: str) -> Problems:
    if len(blocks) > _MOST[surface]:
        yield Problem(fact=f"{len(blocks)} blocks, allowed are {_MOST[surface]}", pointer=at)
    for index, block in enumerate(blocks):
        if block.get("type") not in _ALLOWED[surface]:
            yield Problem(fact=f"no {block.get('type')!r} in a {surface.value}", pointer=f"{at}/{index}/type")
    yield from rules.each(blocks, rules.block, at)
    yield from _totals(list(_walk(blocks, at)), at)


def _totals(placed: Sequence[tuple[Block, str]], at: str) -> Problems:
    seen: set[str] = set()
    for block, pointer in placed:
        block_id = block.get("block_id")
        if block_id in seen:
            yield Problem(fact=f"the block_id {block_id!r} twice", pointer=f"{pointer}/block_id")
        if block_id is not None:
            seen.add(block_id)
    if sum(block.get("type") == "table" for block, _ in placed) > 1:
        yield Problem(fact="more than one table", pointer=at)
    markdown = sum(len(block["text"]) for block, _ in placed if block.get("type") == "markdown")
    if markdown > limits.MARKDOWN:
        yield Problem(fact=f"{markdown} characters of markdown", pointer=at)


def _walk(blocks: Sequence[Block], at: str) -> Iterator[tuple[Block, str]]:
    for index, block in enumerate(blocks):
        yield block, f"{at}/{index}"
        yield from _walk(block.get("child_blocks", ()), f"{at}/{index}/child_blocks")


def _bytes(payload: Mapping[str, Any]) -> int:
    return len(json.dumps(payload).encode())
