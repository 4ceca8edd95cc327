"""What Slack counts over a whole message or view: ids, tables, characters, bytes."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack.blockkit.blocks import SURFACES
from sandbox.slack.blockkit.elements import elements
from sandbox.slack.blockkit.shapes import Problem, Problems

MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000
AT_MOST_IN_A_MESSAGE: Mapping[str, int] = {"table": 1, "data_visualization": 2}

_CHILDREN = {"container": "child_blocks", "carousel": "elements"}
Placed = tuple[Mapping[str, Any], str]


def walk(blocks: Sequence[Any], at: str) -> list[Placed]:
    """Every block with its pointer, the children of containers and carousels included."""
    found: list[Placed] = []
    for index, block in enumerate(blocks):
        if isinstance(block, Mapping):
            here = f"{at}/{index}"
            found.append((block, here))
            inner = _CHILDREN.get(str(block.get("type")))
            children = block.get(inner) if inner else None
            found += walk(children, f"{here}/{inner}") if isinstance(children, list) else []
    return found


def surface(blocks: Sequence[Any], name: str, at: str) -> Problems:
    """Blocks that Slack knows but does not show on this surface."""
    known = frozenset[str]().union(*SURFACES.values())
    for index, block in enumerate(blocks):
        kind = block.get("type") if isinstance(block, Mapping) else None
        if isinstance(kind, str) and kind in known - SURFACES[name]:
            yield Problem(message=f"unsupported type: {kind} in a {name}", at=f"{at}/{index}/type")


def block_ids(placed: Sequence[Placed]) -> Problems:
    """A block_id twice in one list of blocks."""
    seen: set[str] = set()
    for block, at in placed:
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            yield Problem(message=f"block_id {block_id} already exists", at=f"{at}/block_id")
        elif isinstance(block_id, str):
            seen.add(block_id)


def counted(placed: Sequence[Placed], at: str) -> Problems:
    """Kinds of blocks of which a message takes only so many, and the markdown total."""
    kinds = Counter(str(block.get("type")) for block, _ in placed)
    for kind, most in AT_MOST_IN_A_MESSAGE.items():
        if kinds[kind] > most:
            yield Problem(message=f"only {most} {kind} block allowed in a message", at=at)
    texts = [block.get("text") for block, _ in placed if block.get("type") == "markdown"]
    if sum(len(text) for text in texts if isinstance(text, str)) > MARKDOWN_CHARACTERS:
        message = f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters in total"
        yield Problem(message=message, at=at)


def one_focus(placed: Sequence[Placed], at: str) -> Problems:
    """More than one element that asks for the focus."""
    if sum(bool(e.get("focus_on_load")) for block, _ in placed for _, e in elements(block)) > 1:
        yield Problem(message="only one element may set focus_on_load", at=at)


def weight(view: Mapping[str, Any], at: str) -> Problems:
    """A view that is too heavy for Slack, in bytes of its JSON."""
    if len(json.dumps(view, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")) > VIEW_BYTES:
        yield Problem(message=f"view must be less than {VIEW_BYTES} bytes", at=at)
