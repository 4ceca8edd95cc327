"""Appends events to the chain, inside the transaction of what they tell. There is no other way to write one."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from operations.model import Event
from operations.record.chain import hash_of
from operations.record.event_rows import event_row, read_event
from operations.record.seals import SEALS, Name, named, seals_of
from operations.record.tables import CHAIN, EVENT
from vsphere.clock import Clock

_PAGE = 500
_CHAIN_ID = 1
_LATELY = 20_000
"""Events: there is no index by kind, and nobody reads further back than this in a chat."""


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """An event that is yet to be written."""

    kind: str
    actor: str
    data: Mapping[str, object]
    operation_id: str | None = None


class Journal:
    """The event table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def lock(self, connection: sa.Connection) -> None:
        """Let nobody else append until the transaction ends."""
        connection.execute(sa.select(CHAIN.c.seq).with_for_update())

    def append(self, connection: sa.Connection, *news: News) -> None:
        """Write events in order, after what they tell: each is given the seals of the rows that it is about.

        The chain's row stays locked until the transaction ends, so writers take turns.
        """
        seals = seals_of(connection, {name for one in news for name in named(one)})
        head = connection.execute(sa.select(CHAIN.c.seq, CHAIN.c.hash).with_for_update()).one()
        seq, previous = int(head.seq), str(head.hash)
        rows = []
        for one in news:
            seq += 1
            event = Event(
                seq=seq,
                at=self._clock.now(),
                operation_id=one.operation_id,
                kind=one.kind,
                actor=one.actor,
                data=_sealed(one, seals),
                previous_hash=previous,
                hash="",
            )
            previous = hash_of(event)
            rows.append(event_row(replace(event, hash=previous)))
        if rows:
            connection.execute(sa.insert(EVENT), rows)
        connection.execute(sa.update(CHAIN).values(seq=seq, hash=previous))

    def of(self, connection: sa.Connection, operation_id: str) -> list[Event]:
        """Everything that was written about an operation, oldest first."""
        query = sa.select(EVENT).where(EVENT.c.operation_id == operation_id).order_by(EVENT.c.seq)
        return [read_event(row) for row in connection.execute(query).mappings()]

    def latest(self, connection: sa.Connection, kind: str, limit: int) -> list[Event]:
        """The latest events of a kind, newest first, of those that were written lately."""
        last = sa.select(CHAIN.c.seq).scalar_subquery()
        query = sa.select(EVENT).where(EVENT.c.seq > last - _LATELY, EVENT.c.kind == kind)
        rows = connection.execute(query.order_by(EVENT.c.seq.desc()).limit(limit)).mappings()
        return [read_event(row) for row in rows]

    def all(self, connection: sa.Connection, *, since: str | None = None) -> Generator[Event]:
        """Every row that there is, or since a time, by its number, be it one that no event could have.

        Close it where it is not read to its end, before the connection: PostgreSQL holds the rows of it meanwhile.
        """
        query = sa.select(EVENT).order_by(EVENT.c.seq).execution_options(yield_per=_PAGE)
        if since is not None:
            query = query.where(EVENT.c.at >= since)
        with connection.execute(query) as rows:
            yield from map(read_event, rows.mappings())

    def head(self, connection: sa.Connection) -> tuple[object, object]:
        """Number and hash of the last event that was written, as they are stored."""
        row = connection.execute(sa.select(CHAIN.c.seq, CHAIN.c.hash)).one()
        return row.seq, row.hash

    def missing(self, connection: sa.Connection) -> str | None:
        """What of the record is not there at all, in words; None where events and their end are."""
        known = sa.inspect(connection)
        gone = [table.name for table in (EVENT, CHAIN) if not known.has_table(table.name)]
        if gone:
            return f"the record is not there: the database has no table {' and no table '.join(gone)}"
        ends = connection.execute(sa.select(CHAIN.c.id)).scalars().all()
        if not ends:
            return "the end of the record was removed: nothing tells any more how many events were written"
        return (
            None if ends == [_CHAIN_ID] else "the end of the record was changed: it is told in one row, not in others"
        )


def _sealed(news: News, seals: Mapping[Name, str]) -> Mapping[str, object]:
    of = {name[0]: seals[name] for name in named(news) if name in seals}
    return {**news.data, SEALS: of} if of else news.data
