"""What the gate asks of each block and element that the bot sends; a type that is not listed here does not leave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks import limits

Block = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One reason why Slack would refuse a payload."""

    fact: str
    pointer: str
    """JSON pointer into the payload."""


Problems = Iterator[Problem]
Rule = Callable[[Block, str], Problems]


def text(limit: int, *kinds: str) -> Rule:
    """A rule: a text object of one of `kinds` with 1 to `limit` characters."""
    allowed = kinds or ("plain_text", "mrkdwn")

    def rule(value: Block, at: str) -> Problems:
        if value.get("type") not in allowed:
            yield Problem(fact=f"a text of type {value.get('type')!r}", pointer=at)
        yield from length(value.get("text"), limit, f"{at}/text")

    return rule


def length(value: object, limit: int, at: str, *, least: int = 1) -> Problems:
    """A string of `least` to `limit` characters."""
    if not isinstance(value, str):
        yield Problem(fact="no string", pointer=at)
    elif not least <= len(value) <= limit:
        yield Problem(fact=f"{len(value)} characters, allowed are {least} to {limit}", pointer=at)


def count(values: object, limit: int, at: str) -> Problems:
    """A list of 1 to `limit` things."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not 1 <= len(values) <= limit:
        size = len(values) if isinstance(values, Sequence) else "no"
        yield Problem(fact=f"{size} items, allowed are 1 to {limit}", pointer=at)


def each(values: object, rule: Rule, at: str) -> Problems:
    """The rule for every item."""
    for index, value in enumerate(values if isinstance(values, Sequence) else ()):
        yield from rule(value, f"{at}/{index}")


def element(value: Block, at: str) -> Problems:
    """A button, a menu or a text input."""
    rule = _ELEMENTS.get(str(value.get("type")))
    if rule is None:
        yield Problem(fact=f"the element {value.get('type')!r} is not known to the gate", pointer=f"{at}/type")
        return
    yield from length(value.get("action_id"), limits.ID, f"{at}/action_id")
    yield from rule(value, at)


def block(value: Block, at: str) -> Problems:
    """One layout block."""
    rule = BLOCKS.get(str(value.get("type")))
    if rule is None:
        yield Problem(fact=f"the block {value.get('type')!r} is not known to the gate", pointer=f"{at}/type")
        return
    if "block_id" in value:
        yield from length(value["block_id"], limits.ID, f"{at}/block_id")
    yield from rule(value, at)


def _button(value: Block, at: str) -> Problems:
    yield from text(limits.BUTTON_TEXT, "plain_text")(value["text"], f"{at}/text")
    yield from length(value.get("value"), limits.BUTTON_VALUE, f"{at}/value")
    if value.get("style", "primary") not in ("primary", "danger"):
        yield Problem(fact=f"the style {value['style']!r}", pointer=f"{at}/style")


def option(value: Block, at: str) -> Problems:
    """One choice of a menu."""
    yield from text(limits.OPTION_TEXT, "plain_text")(value["text"], f"{at}/text")
    yield from length(value.get("value"), limits.OPTION_VALUE, f"{at}/value")


def _select(value: Block, at: str) -> Problems:
    yield from text(limits.PLACEHOLDER, "plain_text")(value["placeholder"], f"{at}/placeholder")
    yield from count(value.get("options"), limits.OPTIONS, f"{at}/options")
    yield from each(value.get("options"), option, f"{at}/options")


def _typed(value: Block, at: str) -> Problems:
    if "placeholder" in value:
        yield from text(limits.PLACEHOLDER, "plain_text")(value["placeholder"], f"{at}/placeholder")
    if "initial_value" in value:
        yield from length(value["initial_value"], limits.INPUT, f"{at}/initial_value", least=0)


_ELEMENTS: Final[Mapping[str, Rule]] = {
    "button": _button,
    "static_select": _select,
    "plain_text_input": _typed,
    "number_input": _typed,
}


def _section(value: Block, at: str) -> Problems:
    if "text" not in value and "fields" not in value:
        yield Problem(fact="neither text nor fields", pointer=at)
    if "text" in value:
        yield from text(limits.TEXT)(value["text"], f"{at}/text")
    if "fields" in value:
        yield from count(value["fields"], limits.FIELDS, f"{at}/fields")
        yield from each(value["fields"], text(limits.FIELD), f"{at}/fields")
    if "accessory" in value:
        yield from element(value["accessory"], f"{at}/accessory")


def _header(value: Block, at: str) -> Problems:
    yield from text(limits.HEADER, "plain_text")(value["text"], f"{at}/text")


def _context(value: Block, at: str) -> Problems:
    yield from count(value.get("elements"), limits.CONTEXT, f"{at}/elements")
    yield from each(value.get("elements"), text(limits.TEXT), f"{at}/elements")


def _actions(value: Block, at: str) -> Problems:
    yield from count(value.get("elements"), limits.ACTIONS, f"{at}/elements")
    yield from each(value.get("elements"), element, f"{at}/elements")
    ids = [item.get("action_id") for item in value.get("elements", ())]
    for index, action_id in enumerate(ids):
        if action_id in ids[:index]:
            yield Problem(fact=f"the action_id {action_id!r} twice", pointer=f"{at}/elements/{index}/action_id")


def _input(value: Block, at: str) -> Problems:
    yield from text(limits.LABEL, "plain_text")(value["label"], f"{at}/label")
    if "hint" in value:
        yield from text(limits.LABEL, "plain_text")(value["hint"], f"{at}/hint")
    yield from element(value["element"], f"{at}/element")


def _table(value: Block, at: str) -> Problems:
    rows: Sequence[Sequence[Block]] = value.get("rows") or ()
    yield from count(rows, limits.TABLE_ROWS, f"{at}/rows")
    for index, row in enumerate(rows):
        yield from count(row, limits.TABLE_COLUMNS, f"{at}/rows/{index}")
        if len(row) != len(rows[0]):
            yield Problem(fact="not as many cells as the first row", pointer=f"{at}/rows/{index}")
    cells = [_cell_length(cell) for row in rows for cell in row]
    if sum(cells) > limits.TABLE_TEXT or 0 in cells:
        yield Problem(fact=f"{sum(cells)} characters in its cells, or an empty one", pointer=f"{at}/rows")


def _cell_length(cell: Block) -> int:
    """Characters of a cell; what a person or a channel is called in it, Slack counts as one at least."""
    if cell["type"] == "raw_text":
        return len(cell.get("text", ""))
    leaves = [leaf for part in cell["elements"] for leaf in part["elements"]]
    return sum(len(leaf["text"]) if leaf["type"] == "text" else 1 for leaf in leaves)


def _alert(value: Block, at: str) -> Problems:
    yield from text(limits.ALERT)(value["text"], f"{at}/text")


def _markdown(value: Block, at: str) -> Problems:
    yield from length(value.get("text"), limits.MARKDOWN, f"{at}/text")


def _plan(value: Block, at: str) -> Problems:
    yield from length(value.get("title"), limits.HEADER, f"{at}/title")
    yield from count(value.get("tasks"), limits.TASKS, f"{at}/tasks")
    ids = [step.get("task_id") for step in value.get("tasks", ())]
    if len(set(ids)) != len(ids):
        yield Problem(fact="one task_id twice", pointer=f"{at}/tasks")


def _container(value: Block, at: str) -> Problems:
    yield from text(limits.HEADER, "plain_text")(value["title"], f"{at}/title")
    yield from count(value.get("child_blocks"), limits.CHILDREN, f"{at}/child_blocks")
    yield from each(value.get("child_blocks"), block, f"{at}/child_blocks")


def _nothing(_value: Block, _at: str) -> Problems:
    yield from ()


BLOCKS: Final[Mapping[str, Rule]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": _nothing,
    "table": _table,
    "alert": _alert,
    "markdown": _markdown,
    "plan": _plan,
    "container": _container,
    "rich_text": _nothing,
}
