"""What keys and tables must agree on. Reads values as they were written, so that no other mistake hides one here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.config.model import LimitsTable
from bot.config.remediation import ThresholdsTable
from bot.config.table import Span
from remediation.model import Mode

_T = TypeVar("_T")
_NUMBER: Final = TypeAdapter(float)
_SWITCH: Final = TypeAdapter(bool)
_SPAN: Final = TypeAdapter[timedelta](Span)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """Keys that are right each by itself and wrong together."""

    location: tuple[str | int, ...]
    reason: str


def disagreements(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Every one, also where some tables can't be read at all; what can't be read takes no part."""
    yield from _no_default(values)
    yield from _sizes_over_limits(values)
    for key, what in (("rule", "rules"), ("approval", "approvals")):
        yield from _names_twice(values, key, what)
    yield from _nobody(values)
    yield from _leases(values)
    yield from _costs_without_prices(values)
    for found in _in_remediation(_table(values, "remediation")):
        yield Disagreement(location=("remediation", *found.location), reason=found.reason)


def _no_default(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    tables = _by_name(values, "vcenter")
    said = [_read(_SWITCH, table.get("default", False)) for table in tables.values()]
    if len(tables) > 1 and None not in said and said.count(True) != 1:
        reason = f"with several vcenter tables exactly one must say default = true; {said.count(True)} do"
        yield Disagreement(location=("vcenter",), reason=reason)


def _sizes_over_limits(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    given = _table(values, "limits")
    for key, field in LimitsTable.model_fields.items():
        limit = _read(_NUMBER, given.get(key, field.default))
        for name, size in _by_name(values, "size").items():
            wanted = _read(_NUMBER, size.get(key))
            if limit is not None and wanted is not None and wanted > limit:
                reason = f"{wanted:g} is over limits.{key}, which is {limit:g}"
                yield Disagreement(location=("size", name, key), reason=reason)


def _names_twice(values: Mapping[str, Any], key: str, what: str) -> Iterator[Disagreement]:
    seen = set()
    for at, table in _in_order(values, key):
        name = table.get("name")
        if isinstance(name, str) and name in seen:
            yield Disagreement(location=(key, at, "name"), reason=f"two {what} have one name: {name}")
        if isinstance(name, str):
            seen.add(name)


def _nobody(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for key, who in (("rule", "names nobody"), ("approval", "names nobody who may decide")):
        for at, table in _in_order(values, key):
            groups, users = table.get("groups", ()), table.get("users", ())
            if _is_empty(groups) and _is_empty(users):
                yield Disagreement(location=(key, at), reason=f"{who}: give groups or users")
            if key == "approval" and isinstance(groups, Sequence) and "*" in groups:
                yield Disagreement(location=(key, at, "groups"), reason="lets everybody decide: name the groups")


def _leases(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for at, table in _in_order(values, "rule"):
        lease = table.get("lease")
        if not isinstance(lease, Mapping) or "longest" not in lease:
            continue
        longest, default = _read(_SPAN, lease["longest"]), _read(_SPAN, lease.get("default"))
        if "default" not in lease or (longest is not None and default is not None and default > longest):
            reason = "must be given and must not be over longest"
            yield Disagreement(location=("rule", at, "lease", "default"), reason=reason)


def _costs_without_prices(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for at, table in _in_order(values, "approval"):
        if table.get("cost_over") is not None and values.get("prices") is None:
            reason = "there is no [prices] table to count the cost by"
            yield Disagreement(location=("approval", at, "cost_over"), reason=reason)


def _in_remediation(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    for key, what in (("playbook", "playbooks"), ("calendar", "calendars")):
        yield from _names_twice(values, key, what)
    yield from _nobody_says_yes(values)
    yield from _thresholds(_table(values, "thresholds"))


def _nobody_says_yes(values: Mapping[str, Any]) -> Iterator[Disagreement]:
    approvers = _table(values, "approvers")
    if _is_empty(approvers.get("groups", ())) and _is_empty(approvers.get("users", ())):
        for key in ("playbook", "override"):
            for at, table in _in_order(values, key):
                if table.get("mode") == Mode.APPROVE.value:
                    reason = "nobody may say yes: give groups or users in [remediation.approvers]"
                    yield Disagreement(location=(key, at, "mode"), reason=reason)
    if "*" in approvers.get("groups", ()):
        yield Disagreement(location=("approvers", "groups"), reason="lets everybody decide: name the groups")


def _thresholds(thresholds: Mapping[str, Any]) -> Iterator[Disagreement]:
    for what in ("cpu_{}", "memory_{}", "datastore_{}", "vm_storage_{}_gib"):
        keys = [what.format(colour) for colour in ("yellow", "red")]
        yellow, red = (_read(_NUMBER, thresholds.get(key, ThresholdsTable.model_fields[key].default)) for key in keys)
        if yellow is not None and red is not None and yellow >= red:
            reason = f"{yellow:g} is not below {keys[1]}, which is {red:g}"
            yield Disagreement(location=("thresholds", keys[0]), reason=reason)


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key)
    return table if isinstance(table, Mapping) else {}


def _by_name(values: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    return {name: table for name, table in _table(values, key).items() if isinstance(table, Mapping)}


def _in_order(values: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    tables = values.get(key)
    for at, table in enumerate(tables if isinstance(tables, list) else []):
        if isinstance(table, Mapping):
            yield at, table


def _is_empty(value: object) -> bool:
    return isinstance(value, Sequence) and not value


def _read(form: TypeAdapter[_T], value: object) -> _T | None:
    """The value in its form; None where it has not got it, which is told elsewhere."""
    try:
        return form.validate_python(value)
    except ValidationError:
        return None
