"""The record as an auditor reads it: whether the chain holds, and the events as JSON lines or CSV. Writes nothing."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from operations.model import Event
from operations.record.chain import breaks, write_time
from operations.record.database import Database, to_json
from operations.record.journal import Journal
from vsphere.clock import Clock

Format = Literal["jsonl", "csv"]
_COLUMNS = ("seq", "at", "operation_id", "kind", "actor", "data", "previous_hash", "hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Audit:
    """The event table, for reading."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._journal = Journal(clock)

    def verify(self) -> list[str]:
        """Walk the whole chain.

        Returns:
            What is wrong, one sentence a place; empty where every event is as it was written, in its place.
        """
        with self._database.reading() as connection:
            missing = self._journal.missing(connection)
            if missing is not None:
                return [missing]
            last_seq, last_hash = self._journal.head(connection)
            return breaks(self._journal.all(connection), last_seq=last_seq, last_hash=last_hash)

    def export(self, since: datetime | None = None, format: Format = "jsonl") -> Iterator[str]:  # noqa: A002  the word that the command line uses for it
        """The events since a time, one line each, with a header line in CSV."""
        with self._database.reading() as connection:
            events = self._journal.all(connection, since=None if since is None else write_time(since))
            if format == "csv":
                yield _csv(_COLUMNS)
            for event in events:
                yield _csv(_cells(event)) if format == "csv" else _json(event)


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
