"""The one way to run a query: text in, laid-out result out, within a time and a number of rows."""

import csv
import io
from dataclasses import dataclass

from bot.powercli import layout
from bot.powercli.check import TEXT, after
from bot.powercli.parser import parse
from bot.powercli.pipeline import columns, run_stage
from bot.powercli.syntax import Format, Layout, OutString, Query
from bot.powercli.values import Env, Record, Schema, Value, show
from bot.powercli.view import View
from vsphere.clock import Clock

LIMIT_S = 5.0
"""Longest time of a query (design §9)."""
MAX_ROWS = 200
"""Most rows that are laid out for chat (design §9)."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a query gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """All rows, whole values; `to_csv` writes these."""
    text: str
    """The first rows laid out as PowerShell does; foreign text, to be escaped before Slack sees it."""
    truncated: bool
    """Whether `text` leaves rows out."""
    layout: Layout


def run_query(
    query: Query | str, view: View, *, clock: Clock, limit_s: float = LIMIT_S, max_rows: int = MAX_ROWS
) -> Result:
    """Run a query over what the view shows.

    Args:
        query: the text, or what `parse` made of it.
        view: what the person may see.
        clock: for the deadline.
        limit_s: seconds that it may take.
        max_rows: rows that `Result.text` shows.

    Raises:
        QueryError: it is no query, a name is not there, values don't compare, or the time is up.
        VsphereError: vCenter could not be asked for snapshots or events.
    """
    parsed = parse(query) if isinstance(query, str) else query
    env = Env(view, clock=clock, limit_s=limit_s)
    schema: Schema | None = None
    flowing: Schema | None = None
    records: list[Record] = []
    for stage in parsed.stages:
        records = run_stage(stage, records, flowing, env)
        schema = after(stage, schema)
        flowing = flowing if isinstance(stage, Format | OutString) else schema
    if flowing is None:
        raise AssertionError("a parsed query has a Get stage")
    return _result(parsed, records, flowing, env, max_rows=max_rows)


def to_csv(result: Result) -> bytes:
    """All rows as CSV in UTF-8 with a byte-order mark, so that Excel reads it; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(result.columns)
    writer.writerows([_harmless(value) for value in row] for row in result.rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: str) -> str:
    return "'" + value if value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    return value[:1] == "-" and value[1:].replace(".", "", 1).isdigit()


def _result(query: Query, records: list[Record], schema: Schema, env: Env, *, max_rows: int) -> Result:
    names = columns(query.stages, schema)
    heads = names or ("Value",)
    values = [_values(one, names) for one in records]
    rows = tuple(tuple(show(value, most=None) for value in row) for row in values)
    shown = [tuple(show(value) for value in row) for row in values[:max_rows]]
    numeric = [_is_numeric([row[at] for row in values]) for at in range(len(heads))]
    env.tick()
    wanted = _layout(query, schema)
    return Result(
        columns=heads,
        rows=rows,
        text=_text(query, wanted, heads, shown, numeric=numeric, bare=schema is TEXT),
        truncated=len(records) > max_rows,
        layout=Layout.STRING if isinstance(query.stages[-1], OutString) else wanted,
    )


def _values(record: Record, names: tuple[str, ...]) -> list[Value]:
    record.env.tick()
    return [record.get(name) for name in names] if names else [record.raw]


def _is_numeric(values: list[Value]) -> bool:
    there = [value for value in values if value is not None]
    return bool(there) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in there)


def _layout(query: Query, schema: Schema) -> Layout:
    for stage in query.stages:
        if isinstance(stage, Format):
            return stage.layout
    return Layout.LIST if schema.as_list else Layout.TABLE


def _text(
    query: Query,
    wanted: Layout,
    heads: tuple[str, ...],
    rows: list[tuple[str, ...]],
    *,
    numeric: list[bool],
    bare: bool,
) -> str:
    if not rows:
        return ""
    if bare and not any(isinstance(stage, Format) for stage in query.stages):
        return "\n".join(row[0] for row in rows)
    if wanted is Layout.LIST:
        return layout.as_list(heads, rows)
    hidden = any(isinstance(stage, Format) and stage.hide_headers for stage in query.stages)
    return layout.as_table(heads, rows, numeric=numeric, headers=not hidden)
