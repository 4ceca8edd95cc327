"""Rows of remediation's tables as plain values, and back. What the JSON in them means, nobody here knows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from operations.record.chain import read_time, write_time
from operations.record.database import from_json, to_json
from operations.record.rows import Row

_KEPT: Final = 10_000
"""So many texts: more than a history of 30 days has rows."""
_MAY_LACK: Final = frozenset({"closed_at", "look_at", "ended_at"})
_TIMES: Final = _MAY_LACK | {"at", "opened_at"}
_NO_TIME: Final = "0001-01-01T00:00:00.000000+00:00"
_NO_DATA: Final = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentRow:
    """One row."""

    id: str
    key: str
    version: int
    state: str
    entity: str
    """`VCENTER/MOREF`."""
    opened_at: datetime
    closed_at: datetime | None
    look_at: datetime | None
    operation_id: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class RemedyRow:
    """One row."""

    key: str
    incident_id: str
    operation_id: str | None
    state: str
    at: datetime
    ended_at: datetime | None
    checked: int
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoRow:
    """That somebody takes a remedy back, or has: no row of its own, but what the operations tell."""

    remedy: str
    """Its key."""
    operation_id: str
    """Of the undo."""
    by: str
    """Slack id."""
    at: datetime
    """When it was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchRow:
    """One row."""

    key: str
    value: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRow:
    """One row."""

    incident_id: str
    entity: str
    at: datetime
    data: Mapping[str, Any]


def incident_values(row: IncidentRow) -> dict[str, Any]:
    """An incident as its table holds it."""
    return {
        "id": row.id,
        "key": row.key,
        "version": row.version,
        "state": row.state,
        "entity": row.entity,
        "opened_at": write_time(row.opened_at),
        "closed_at": _time(row.closed_at),
        "look_at": _time(row.look_at),
        "operation_id": row.operation_id,
        "data": to_json(dict(row.data)),
    }


def read_incident(row: Row) -> IncidentRow:
    """What `incident_values` wrote."""
    return IncidentRow(
        id=row["id"],
        key=row["key"],
        version=row["version"],
        state=row["state"],
        entity=row["entity"],
        opened_at=read_time(row["opened_at"]),
        closed_at=_read_time(row["closed_at"]),
        look_at=_read_time(row["look_at"]),
        operation_id=row["operation_id"],
        data=_data(row["data"]),
    )


def remedy_values(row: RemedyRow) -> dict[str, Any]:
    """A remedy as its table holds it."""
    return {
        "key": row.key,
        "incident_id": row.incident_id,
        "operation_id": row.operation_id,
        "state": row.state,
        "at": write_time(row.at),
        "ended_at": _time(row.ended_at),
        "checked": row.checked,
        "data": to_json(dict(row.data)),
    }


def read_remedy(row: Row) -> RemedyRow:
    """What `remedy_values` wrote."""
    return RemedyRow(
        key=row["key"],
        incident_id=row["incident_id"],
        operation_id=row["operation_id"],
        state=row["state"],
        at=read_time(row["at"]),
        ended_at=_read_time(row["ended_at"]),
        checked=row["checked"],
        data=_data(row["data"]),
    )


def decision_values(row: DecisionRow) -> dict[str, Any]:
    """A decision as its table holds it."""
    return {
        "incident_id": row.incident_id,
        "entity": row.entity,
        "at": write_time(row.at),
        "data": to_json(dict(row.data)),
    }


def read_decision(row: Row) -> DecisionRow:
    """What `decision_values` wrote."""
    data = _data(row["data"])
    return DecisionRow(incident_id=row["incident_id"], entity=row["entity"], at=read_time(row["at"]), data=data)


def switch_values(row: SwitchRow) -> dict[str, Any]:
    """A switch as its table holds it."""
    return {"key": row.key, "value": row.value, "by": row.by, "at": write_time(row.at)}


def read_switch(row: Row) -> SwitchRow:
    """What `switch_values` wrote."""
    return SwitchRow(key=row["key"], value=row["value"], by=row["by"], at=read_time(row["at"]))


def readable(row: Row) -> dict[str, Any]:
    """A row that `read_…` can take: for what is not stored as it was written stands what agrees with nothing."""
    return {name: _readable(name, value) for name, value in row.items()}


def _readable(name: str, value: object) -> object:
    if name == "data":
        return value if _is_data(value) else _NO_DATA
    if name not in _TIMES or (value is None and name in _MAY_LACK):
        return value
    return value if _is_time(value) else _NO_TIME


def _is_data(value: object) -> bool:
    try:
        data = from_json(str(value))
        return isinstance(data, dict) and to_json(data) == value
    except (ValueError, RecursionError):
        return False


def _is_time(value: object) -> bool:
    try:
        return write_time(read_time(str(value))) == value
    except (ValueError, OverflowError):
        # No date, or one that is before the first or after the last in UTC.
        return False


@lru_cache(maxsize=_KEPT)
def _data(text: str) -> Mapping[str, Any]:
    """Nobody changes it, so those who read the same text share it, and see at a glance that it is the same."""
    return MappingProxyType(from_json(text))


def _time(at: datetime | None) -> str | None:
    return None if at is None else write_time(at)


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)
