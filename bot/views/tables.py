"""A table cut to what one Slack message shows, with a word about what is missing."""

from collections.abc import Sequence
from typing import Final

from bot.answers import Table
from bot.blocks import limits
from bot.blocks.elements import Json
from bot.blocks.layout import context, table
from bot.blocks.text import NOTHING, filled

CELL: Final = 160
"""Characters of a cell; more is never read in a chat."""


def blocks(value: Table) -> list[Json]:
    """The table, and a line that says how many rows are not shown."""
    columns = _cells(value.columns)
    rows = [_fitted(_cells(row), len(columns)) for row in value.rows]
    shown = _fitting(columns, rows)
    found = [table(columns, shown)] if shown and columns else []
    hidden = len(rows) - len(shown)
    return [*found, context(f"{len(shown)} of {len(rows)} rows shown.")] if hidden else found


def _cells(texts: Sequence[str]) -> list[str]:
    return [filled(text, CELL) for text in texts[: limits.TABLE_COLUMNS]]


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    """As many cells as there are headings: Slack refuses ragged rows."""
    return [*cells[:width], *[NOTHING] * (width - len(cells))]


def _fitting(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    room = limits.TABLE_TEXT - sum(map(len, columns))
    shown: list[Sequence[str]] = []
    for row in rows[: limits.TABLE_ROWS - 1]:
        room -= sum(map(len, row))
        if room < 0:
            break
        shown.append(row)
    return shown
