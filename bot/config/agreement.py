"""What keys and tables must agree on. Reads values as they were written, so that no other mistake hides one here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from bot.config.model import LimitsTable
from bot.config.remediation_agreement import in_remediation
from bot.config.table import Span
from bot.config.written import (
    Disagreement,
    by_name,
    in_order,
    is_empty,
    names_twice,
    number,
    read,
    table_at,
    too_many_votes,
)

_SWITCH: Final = TypeAdapter(bool)
_SPAN: Final = TypeAdapter[timedelta](Span)


def disagreements(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Every one, also where some tables can't be read at all; what can't be read takes no part."""
    yield from _no_default(values)
    yield from _sizes_over_limits(values)
    for key, what in (("rule", "rules"), ("approval", "approvals")):
        yield from names_twice(values, key, what)
    yield from _nobody(values)
    yield from _leases(values)
    yield from _costs_without_prices(values)
    for found in in_remediation(table_at(values, "remediation"), limits=table_at(values, "limits")):
        yield Disagreement(location=("remediation", *found.location), reason=found.reason)


def _no_default(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    tables = by_name(values, "vcenter")
    said = [read(_SWITCH, table.get("default", False)) for table in tables.values()]
    if len(tables) > 1 and None not in said and said.count(True) != 1:
        reason = f"with several vcenter tables exactly one must say default = true; {said.count(True)} do"
        yield Disagreement(location=("vcenter",), reason=reason)


def _sizes_over_limits(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    given = table_at(values, "limits")
    for key, field in LimitsTable.model_fields.items():
        limit = number(given.get(key, field.default))
        for name, size in by_name(values, "size").items():
            wanted = number(size.get(key))
            if limit is not None and wanted is not None and wanted > limit:
                reason = f"{wanted:g} is over limits.{key}, which is {limit:g}"
                yield Disagreement(location=("size", name, key), reason=reason)


def _nobody(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for key, who in (("rule", "names nobody"), ("approval", "names nobody who may decide")):
        for at, table in in_order(values, key):
            groups, users = table.get("groups", ()), table.get("users", ())
            if is_empty(groups) and is_empty(users):
                yield Disagreement(location=(key, at), reason=f"{who}: give groups or users")
            if key == "approval" and isinstance(groups, Sequence) and "*" in groups:
                yield Disagreement(location=(key, at, "groups"), reason="lets everybody decide: name the groups")
    for at, table in in_order(values, "approval"):
        yield from too_many_votes(table, "approval", at)


def _leases(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for at, table in in_order(values, "rule"):
        lease = table.get("lease")
        if not isinstance(lease, Mapping) or "longest" not in lease:
            continue
        longest, default = read(_SPAN, lease["longest"]), read(_SPAN, lease.get("default"))
        if "default" not in lease or (longest is not None and default is not None and default > longest):
            reason = "must be given and must not be over longest"
            yield Disagreement(location=("rule", at, "lease", "default"), reason=reason)


def _costs_without_prices(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for at, table in in_order(values, "approval"):
        if table.get("cost_over") is not None and values.get("prices") is None:
            reason = "there is no [prices] table to count the cost by"
            yield Disagreement(location=("approval", at, "cost_over"), reason=reason)
