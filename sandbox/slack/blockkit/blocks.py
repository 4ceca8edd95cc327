"""Slack's layout blocks: the fields of each, and the relations inside one block."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.charts import CHART
from sandbox.slack.blockkit.elements import (
    ELEMENTS,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    elements,
)
from sandbox.slack.blockkit.objects import (
    BOOL,
    ICON,
    ID,
    RICH_TEXT,
    SLACK_FILE,
    URL,
    plain,
    text,
)
from sandbox.slack.blockkit.shapes import (
    Choice,
    Items,
    Number,
    Object,
    Problem,
    Problems,
    Rule,
    Shape,
    Str,
    Typed,
    not_both,
    one_of,
)

TABLE_CHARACTERS = 10_000
DATA_TABLE_CHARACTERS = 20_000
COLUMNS = 20


def _block(required: dict[str, Shape] | None = None, optional: dict[str, Shape] | None = None, *rules: Rule) -> Object:
    return Object(required=required or {}, optional={"block_id": ID, **(optional or {})}, rules=rules)


def _own_action_ids(value: Mapping[str, Any], at: str) -> Problems:
    seen: set[str] = set()
    for where, element in elements(value):
        action_id = element.get("action_id")
        if action_id is None:
            continue  # Slack makes one up for each.
        if action_id in seen:
            message = f"action_id {action_id} already exists in this block"
            yield Problem(message=message, at=f"{at}/{where}/action_id")
        seen.add(action_id)


def _rectangular(characters: int) -> Rule:
    """A rule: all rows have as many cells, of `characters` in total."""

    def rule(value: Mapping[str, Any], at: str) -> Problems:
        rows = value["rows"]
        if any(len(row) != len(rows[0]) for row in rows):
            yield Problem(message="all rows must have the same number of cells", at=f"{at}/rows")
        if len(value.get("column_settings") or []) > len(rows[0]):
            yield Problem(message="more column settings than columns", at=f"{at}/column_settings")
        if sum(cell_characters(cell) for row in rows for cell in row) > characters:
            yield Problem(message=f"must be less than {characters + 1} characters in total", at=f"{at}/rows")

    return rule


def cell_characters(cell: object) -> int:
    """How many characters a table cell shows."""
    if isinstance(cell, Mapping):
        own = cell.get("text")
        return (len(own) if isinstance(own, str) else 0) + cell_characters(cell.get("elements"))
    return sum(map(cell_characters, cell)) if isinstance(cell, list) else 0


def _container(value: Mapping[str, Any], at: str) -> Problems:
    folds = bool(value.get("is_collapsible"))
    if value.get("default_collapsed") and not folds:
        yield Problem(message="default_collapsed requires is_collapsible", at=f"{at}/default_collapsed")
    if value.get("has_header_divider") and folds:
        message = "has_header_divider is not allowed with is_collapsible"
        yield Problem(message=message, at=f"{at}/has_header_divider")


def _unlike_tasks(value: Mapping[str, Any], at: str) -> Problems:
    ids = [task["task_id"] for task in value["tasks"]]
    for index, task_id in enumerate(ids):
        if task_id in ids[:index]:
            yield Problem(message=f"task_id {task_id} already exists", at=f"{at}/tasks/{index}/task_id")


_RAW_TEXT = Object(required={"text": Str()})
_CELL = Typed(
    {
        "raw_text": _RAW_TEXT,
        "raw_number": Object(required={"value": Number(whole=False)}, optional={"text": Str()}),
        **RICH_TEXT.kinds,
    }
)
_COLUMN = Object(optional={"align": Choice(("left", "center", "right")), "is_wrapped": BOOL})
_SOURCE = Typed({"url": Object(required={"url": URL, "text": Str()})})
_TASK_FIELDS: dict[str, Shape] = {
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": Items(_SOURCE, 0),
}
_TASK: dict[str, Shape] = {
    "task_id": Str(),
    "title": Str(),
    "status": Choice(("pending", "in_progress", "complete", "error")),
}
_PLAN_TASK = Object(required=_TASK, optional={**_TASK_FIELDS, "block_id": ID, "type": Choice(("task_card",))})
_CARD = _block(
    None,
    {
        "hero_image": Typed({"image": IMAGE}),
        "icon": Typed({"image": IMAGE}),
        "slack_icon": ICON,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": Items(ELEMENTS.only("button", "workflow_button"), 1, 3),
    },
    one_of("hero_image", "title", "actions", "body"),
    not_both("icon", "slack_icon"),
    _own_action_ids,
)
_DATA_ROWS = Items(Items(_CELL, 1, COLUMNS), 2, 201)

_PLAIN_BLOCKS: dict[str, Object] = {
    "section": _block(
        None,
        {
            "text": text(3000),
            "fields": Items(text(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": BOOL,
        },
        one_of("text", "fields"),
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block(),
    "context": _block({"elements": Items(Typed({**text().kinds, "image": IMAGE}), 1, 10)}),
    "actions": _block({"elements": Items(IN_ACTIONS, 1, 25)}, None, _own_action_ids),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": BOOL, "dispatch_action": BOOL},
    ),
    "image": _block(
        {"alt_text": Str(2000)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        not_both("image_url", "slack_file"),
        one_of("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT.kinds["rich_text"],
    "table": _block(
        {"rows": Items(Items(_CELL, 1, COLUMNS), 1, 100)},
        {"column_settings": Items(_COLUMN, 0, COLUMNS)},
        _rectangular(TABLE_CHARACTERS),
    ),
    "video": _block(
        {"alt_text": Str(200), "title": plain(200), "thumbnail_url": URL, "video_url": URL},
        {
            "author_name": Str(50),
            "description": plain(200),
            "provider_icon_url": URL,
            "provider_name": Str(50),
            "title_url": URL,
        },
    ),
    "file": _block({"external_id": ID, "source": Choice(("remote",))}),
}

BLOCKS = Typed(
    {
        **_PLAIN_BLOCKS,
        "markdown": _block({"text": Str(12_000)}),
        "alert": _block({"text": text(200)}, {"level": Choice(("default", "info", "warning", "error", "success"))}),
        "card": _CARD,
        "carousel": _block({"elements": Items(Typed({"card": _CARD}), 1, 10)}),
        "container": _block(
            {"child_blocks": Items(Typed(_PLAIN_BLOCKS), 1, 10)},
            {
                "title": plain(150),
                "rich_text_title": RICH_TEXT,
                "subtitle": text(150),
                "icon": Typed({"image": IMAGE}),
                "width": Choice(("narrow", "standard", "wide", "full")),
                "is_collapsible": BOOL,
                "default_collapsed": BOOL,
                "has_header_divider": BOOL,
            },
            one_of("title", "rich_text_title"),
            _container,
        ),
        "context_actions": _block({"elements": Items(IN_CONTEXT_ACTIONS, 1, 5)}, None, _own_action_ids),
        "task_card": _block(_TASK, _TASK_FIELDS),
        "plan": _block({"title": Str(), "tasks": Items(_PLAN_TASK, 1, 50)}, None, _unlike_tasks),
        "data_table": _block(
            {"rows": _DATA_ROWS},
            {"page_size": Number(1, 100), "caption": Str(), "row_header_column_index": Number(0)},
            _rectangular(DATA_TABLE_CHARACTERS),
        ),
        "data_visualization": _block({"title": Str(50), "chart": CHART}),
    }
)
"""Every block that Slack documents for apps that are no agents."""

_ANYWHERE = {
    "actions",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
}
SURFACES: Mapping[str, frozenset[str]] = {
    "message": frozenset(set(BLOCKS.kinds) - {"alert"}),
    "modal": frozenset(_ANYWHERE | {"alert"}),
    "home": frozenset(_ANYWHERE | {"carousel", "container", "data_table", "data_visualization", "table"}),
}
"""Which blocks Slack shows where."""
