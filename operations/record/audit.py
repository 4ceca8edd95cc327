"""The record as an auditor reads it: whether the chain holds, and the events as JSON lines or CSV. Writes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from operations.model import Event
from operations.record.agreement import Agreement
from operations.record.chain import Head, breaks, write_time
from operations.record.database import Database, to_json
from operations.record.incident_agreement import IncidentAgreement
from operations.record.journal import Journal
from operations.record.rows import Row
from operations.record.seals import Seals
from operations.record.tables import DECISION, INCIDENT, OPERATION, REMEDY, SWITCH
from vsphere.clock import Clock

Format = Literal["jsonl", "csv"]
_COLUMNS = ("seq", "at", "operation_id", "kind", "actor", "data", "previous_hash", "hash")
_PAGE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What an auditor finds."""

    problems: list[str]
    """What is wrong, one sentence a place; empty where every event is as it was written, in its place, and every row
    says what its events say."""
    head: Head | None = None
    """The last event of a record that is whole, to be kept elsewhere; None where it is not."""


class Audit:
    """The event table, for reading."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._journal = Journal(clock)

    def verify(self, noted: Head | None = None) -> list[str]:
        """What `look` finds wrong."""
        return self.look(noted).problems

    def look(self, noted: Head | None = None) -> Finding:
        """Walk the whole chain, and hold against it the operations and what remediation has kept.

        Args:
            noted: a head that was kept elsewhere; it must be there still.
        """
        # The service writes on meanwhile, and nobody knows what a hand has put into a column.
        with self._database.as_stored() as connection:
            missing = self._journal.missing(connection)
            if missing is not None:
                return Finding(problems=[missing])
            last_seq, last_hash = self._journal.head(connection)
            seals = Seals()
            agreement, incidents = Agreement(seals), IncidentAgreement(seals)
            with closing(self._journal.all(connection)) as stored:
                events = incidents.reading(agreement.reading(seals.reading(stored)))
                problems = breaks(events, last_seq=last_seq, last_hash=last_hash, noted=noted)
            # By events that can't be trusted nothing can be judged.
            problems = problems or [*_of_operations(connection, agreement), *_of_remediation(connection, incidents)]
            head = None if problems else Head(seq=int(str(last_seq)), hash=str(last_hash))
            return Finding(problems=problems, head=head)

    def export(self, since: datetime | None = None, format: Format = "jsonl") -> Iterator[str]:  # noqa: A002  the word that the command line uses for it
        """The events since a time, one line each, with a header line in CSV."""
        start = None if since is None else write_time(since)
        with self._database.as_stored() as connection, closing(self._journal.all(connection, since=start)) as events:
            if format == "csv":
                yield _csv(_COLUMNS)
            for event in events:
                yield _csv(_cells(event)) if format == "csv" else _json(event)


def _of_operations(connection: sa.Connection, agreement: Agreement) -> list[str]:
    if not sa.inspect(connection).has_table(OPERATION.name):
        return ["the record is not there: the database has no table operation"]
    wanted = sa.select(OPERATION).order_by(OPERATION.c.id).execution_options(yield_per=_PAGE)
    with connection.execute(wanted) as rows:
        return agreement.breaks(rows.mappings())


def _of_remediation(connection: sa.Connection, agreement: IncidentAgreement) -> list[str]:
    return agreement.breaks(
        incidents=_all(connection, INCIDENT),
        remedies=_all(connection, REMEDY),
        switches=_all(connection, SWITCH),
        decisions=_all(connection, DECISION),
    )


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
