"""The record as an auditor reads it: whether the chain holds, and the events as JSON lines or CSV. Writes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from operations.model import Event
from operations.record.agreement import COLUMNS, Agreement
from operations.record.chain import breaks, write_time
from operations.record.database import Database, to_json
from operations.record.incident_agreement import IncidentAgreement
from operations.record.incident_rows import (
    IncidentRow,
    RemedyRow,
    SwitchRow,
    read_incident,
    read_remedy,
    read_switch,
    readable,
)
from operations.record.journal import Journal
from operations.record.rows import Row
from operations.record.tables import INCIDENT, OPERATION, REMEDY, SWITCH
from vsphere.clock import Clock

Format = Literal["jsonl", "csv"]
_COLUMNS = ("seq", "at", "operation_id", "kind", "actor", "data", "previous_hash", "hash")
_PAGE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Audit:
    """The event table, for reading."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._journal = Journal(clock)

    def verify(self) -> list[str]:
        """Walk the whole chain, and hold the operations against it.

        Returns:
            What is wrong, one sentence a place; empty where every event is as it was written, in its place, and every
            operation says what its events say.
        """
        # The service writes on meanwhile, and nobody knows what a hand has put into a column.
        with self._database.as_stored() as connection:
            missing = self._journal.missing(connection)
            if missing is not None:
                return [missing]
            last_seq, last_hash = self._journal.head(connection)
            agreement, incidents = Agreement(), IncidentAgreement()
            with closing(self._journal.all(connection)) as stored:
                events = incidents.reading(agreement.reading(stored))
                problems = breaks(events, last_seq=last_seq, last_hash=last_hash)
            if problems:
                # By events that can't be trusted no operation can be judged.
                return problems
            if not sa.inspect(connection).has_table(OPERATION.name):
                return ["the record is not there: the database has no table operation"]
            wanted = sa.select(*(OPERATION.c[name] for name in COLUMNS)).order_by(OPERATION.c.id)
            rows = connection.execution_options(yield_per=_PAGE).execute(wanted)
            return [*agreement.breaks(rows.mappings()), *incidents.breaks(*_of_remediation(connection))]

    def export(self, since: datetime | None = None, format: Format = "jsonl") -> Iterator[str]:  # noqa: A002  the word that the command line uses for it
        """The events since a time, one line each, with a header line in CSV."""
        start = None if since is None else write_time(since)
        with self._database.as_stored() as connection, closing(self._journal.all(connection, since=start)) as events:
            if format == "csv":
                yield _csv(_COLUMNS)
            for event in events:
                yield _csv(_cells(event)) if format == "csv" else _json(event)


def _of_remediation(
    connection: sa.Connection,
) -> tuple[Iterator[IncidentRow], Iterator[RemedyRow], Iterator[SwitchRow]]:
    incidents, remedies, switches = (map(readable, _all(connection, table)) for table in (INCIDENT, REMEDY, SWITCH))
    return map(read_incident, incidents), map(read_remedy, remedies), map(read_switch, switches)


def _all(connection: sa.Connection, table: sa.Table) -> Iterable[Row]:
    """Every row. A database that no newer version has been started on has not got the table yet."""
    if not sa.inspect(connection).has_table(table.name):
        return ()
    return connection.execute(sa.select(table)).mappings()


def _json(event: Event) -> str:
    return to_json(dict(zip(_COLUMNS, (*_plain(event)[:5], dict(event.data), *_plain(event)[6:]), strict=True)))


def _cells(event: Event) -> tuple[str, ...]:
    # A spreadsheet would run a cell that begins like a formula.
    return tuple(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in map(str, _plain(event)))


def _plain(event: Event) -> tuple[object, ...]:
    return (
        event.seq,
        write_time(event.at),
        event.operation_id or "",
        event.kind,
        event.actor,
        to_json(dict(event.data)),
        event.previous_hash,
        event.hash,
    )


def _csv(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
