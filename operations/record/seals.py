"""A seal is a short hash of a row. Each event carries those of the rows that it tells of, as they are after the change.

So `audit verify` finds an edit of any column, whatever else the events tell. A column that a later version adds must be
empty in rows from before, or free here, for their seals to hold.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

import sqlalchemy as sa

from operations.model import Event, State
from operations.record.database import to_json
from operations.record.rows import Row
from operations.record.tables import INCIDENT, OPERATION, REMEDY, SWITCH

FREE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        OPERATION.name: {
            "version": "grows with the progress, of which vCenter keeps the record; sealed unless the operation runs",
            "percent": "is the progress; sealed unless the operation runs",
        },
        INCIDENT.name: {
            "version": "grows with each comparison of a remedy too, so that the card is drawn anew",
            "look_at": "is set at each look",
            "claimed_by": "is who looks right now",
            "claimed_at": "is since when",
        },
        REMEDY.name: {},
        SWITCH.name: {},
    }
)
"""The columns that change without an event, by table, and why."""
SEALS: Final = "seals"
"""Under this an event's data has the seals, by table."""
_KEYS: Final = tuple(
    (column, sa.select(column.table).where(column.in_(sa.bindparam("keys", expanding=True))))
    for column in (OPERATION.c.id, INCIDENT.c.id, REMEDY.c.key, SWITCH.c.key)
)
"""How rows are looked up, built once: each writer waits for it."""
_LETTERS: Final = 24
"""Of SHA-256 in hex: 96 bits, more than anybody can try."""
_NEVER_WRITTEN: Final = ""
Name = tuple[str, str]
"""A row: its table, and its id or key."""


class Telling(Protocol):
    """An event, or one that is yet to be written."""

    @property
    def kind(self) -> str:
        """What has happened."""

    @property
    def operation_id(self) -> str | None:
        """The operation that it is about."""

    @property
    def data(self) -> Mapping[str, object]:
        """What is told of it."""


class Seals:
    """Takes the events one by one, then says of each row whether it is as the last of its events has sealed it."""

    def __init__(self) -> None:
        self._last: dict[Name, object] = {}

    def reading(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each remembered on its way."""
        for event in events:
            seals = event.data.get(SEALS)
            for name in named(event):
                # Where a version that knew no seals has written last, nothing can be said.
                self._last[name] = seals.get(name[0]) if isinstance(seals, Mapping) else None
            yield event

    def is_broken(self, table: str, key: object, row: Row) -> bool:
        """Whether a row was edited; no where its last event has no seal."""
        told = self._last.get((table, str(key)))
        return told is not None and told != seal(table, row)


def named(telling: Telling) -> list[Name]:
    """The rows that an event tells of."""
    if telling.operation_id is not None:
        return [(OPERATION.name, telling.operation_id)]
    match telling.kind.partition(".")[0]:
        case "incident":
            tables: tuple[str, ...] = (INCIDENT.name,)
        case "remedy":
            tables = (INCIDENT.name, REMEDY.name)
        case "switch":
            tables = (SWITCH.name,)
        case _:
            tables = ()
    return [(table, str(telling.data.get(table))) for table in tables]


def seals_of(connection: sa.Connection, names: Collection[Name]) -> dict[Name, str]:
    """The seals of rows as they are now in this transaction; those that are not there have none."""
    found: dict[Name, str] = {}
    for column, query in _KEYS:
        table = column.table.name
        keys = [key for name, key in names if name == table]
        if keys:
            rows = connection.execute(query, {"keys": keys}).mappings()
            found |= {(table, str(row[column.name])): seal(table, row) for row in rows}
    return found


def seal(table: str, row: Row) -> str:
    """The seal of a row as it is stored."""
    left_out = _left_out(table, row)
    said = {name: value for name, value in row.items() if value is not None and name not in left_out}
    try:
        text = to_json(said)
    except (TypeError, ValueError):
        # Bytes for text, or a number without an end.
        return _NEVER_WRITTEN
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:_LETTERS]


def _left_out(table: str, row: Row) -> Mapping[str, Any]:
    if table == OPERATION.name and row["state"] != State.RUNNING.value:
        return {}
    return FREE[table]
