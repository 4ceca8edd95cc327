"""Lays a result out as PowerShell does: aligned lists and tables in plain text. Pure."""

from collections.abc import Sequence

_WIDEST = 80
"""Characters of a table cell; the list and the CSV file have the whole value."""
_UNPRINTABLE = dict.fromkeys((*range(32), 127, 133, 8232, 8233), " ")


def as_list(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`Name : value` lines, aligned, with an empty line between objects."""
    width = max((len(column) for column in columns), default=0)
    blocks = (
        "\n".join(
            f"{column:<{width}} : {_one_line(value)}".rstrip() for column, value in zip(columns, row, strict=True)
        )
        for row in rows
    )
    return "\n\n".join(blocks)


def as_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Sequence[bool], headers: bool = True
) -> str:
    """Columns under underlined headings; numbers stand on the right."""
    cells = [[_clip(_one_line(value)) for value in row] for row in rows]
    head = [list(columns), ["-" * len(column) for column in columns]] if headers else []
    widths = [max((len(row[at]) for row in (*head, *cells)), default=0) for at in range(len(columns))]
    lines = []
    for row in (*head, *cells):
        parts = [
            value.rjust(width) if right else value.ljust(width)
            for value, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append(" ".join(parts).rstrip())
    return "\n".join(lines)


def _one_line(value: str) -> str:
    return value.translate(_UNPRINTABLE)


def _clip(value: str) -> str:
    return value if len(value) <= _WIDEST else value[: _WIDEST - 1] + "…"
