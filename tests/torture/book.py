"""What the bot has on record, read beside it: its operations, as rows of its own database. Writes nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from operations.record.chain import read_time, write_time
from operations.record.tables import EVENT, OPERATION
from tests.acceptance.service.desk import FINAL
from tests.torture.asks import IDS, Ask

_CLOCKS = timedelta(seconds=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An operation."""

    id: str
    verb: str
    state: str
    actor: str
    vm: str
    """The id of the VM that it changes, as in vm-100007; empty for one to be made."""
    vm_name: str
    name: str
    """The name of the VM to be."""
    stages: tuple[str, ...]
    text: str
    undoes: str
    """The operation that it takes back; empty where it takes none back."""
    at: float
    """When it was asked for, in seconds since 1970."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in FINAL


class Book:
    """The operations of one database."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    def all(self) -> list[Entry]:
        """Every operation, oldest first."""
        return self._read(sa.select(OPERATION).order_by(OPERATION.c.created_at))

    def resumed(self) -> int:
        """How many were taken up again after a kill."""
        query = sa.select(sa.func.count(EVENT.c.operation_id.distinct())).where(EVENT.c.kind == "operation.resumed")
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def of(self, ask: Ask) -> Entry | None:
        """The operation that answers an ask, if it came that far."""
        lately = OPERATION.c.created_at >= write_time(ask.typed_at - _CLOCKS)
        found = self._read(sa.select(OPERATION).where(lately, OPERATION.c.verb == ask.verb))
        vm = ask.slot.id if ask.slot else ""
        theirs = [one for one in found if one.actor == IDS[ask.who] and one.undoes == ask.undoes]
        mine = [one for one in theirs if ask.new in {"", one.name}]
        return next((one for one in mine if ask.new or one.vm == vm), None)

    def _read(self, query: sa.Select[Any]) -> list[Entry]:
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        id=row["id"],
        verb=row["verb"],
        state=row["state"],
        actor=row["actor_id"],
        vm=(row["vm"] or "").rpartition("/")[2],
        vm_name=row["vm_name"],
        name=json.loads(row["request"])["name"] or "",
        stages=tuple(json.loads(row["stages"])),
        text=row["text"],
        undoes=row["undoes"] or "",
        at=read_time(row["created_at"]).timestamp(),
    )
