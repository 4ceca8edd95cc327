"""Remediation's memory: incidents, remedies, switches and decisions as rows, each change whole or not at all.

Whatever is counted is counted from these rows under the lock that all writers share, so two replicas can't both find
room for the last one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.model import State
from operations.record.chain import read_time, write_time
from operations.record.database import Database
from operations.record.incident_rows import (
    DecisionRow,
    IncidentRow,
    RemedyRow,
    SwitchRow,
    UndoRow,
    decision_values,
    incident_values,
    read_decision,
    read_incident,
    read_remedy,
    read_switch,
    remedy_values,
    switch_values,
)
from operations.record.journal import Journal, News
from operations.record.tables import DECISION, INCIDENT, OPERATION, REMEDY, SWITCH
from vsphere.clock import Clock

CLOSED: Final = "closed"
_CLAIM: Final = timedelta(seconds=30)
"""Whoever looks at an incident and has not said what came of it by then is dead; another may look."""
_IN_VAIN: Final = (State.REFUSED.value, State.FAILED.value, State.CANCELLED.value, State.EXPIRED.value)
"""An undo that ended like that has taken nothing back."""


_CHANGE: Final = (
    sa.update(INCIDENT)
    .where(INCIDENT.c.id == sa.bindparam("known_id"), INCIDENT.c.version == sa.bindparam("known_version"))
    .values({column.name: sa.bindparam(column.name) for column in INCIDENT.columns})
)
"""Of one row that nobody has changed meanwhile; compiled once, since one pass may change hundreds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What the guard rails look back at, oldest first."""

    remedies: tuple[RemedyRow, ...]
    incidents: tuple[IncidentRow, ...]
    """Opened since, or not over by then."""
    switches: tuple[SwitchRow, ...]
    undone: tuple[UndoRow, ...] = ()
    """Of these remedies, those that somebody takes back, be it that this waits or is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What becomes of an incident; written whole or not at all."""

    before: IncidentRow
    """As it was read: another version by now, and nothing is written."""
    after: IncidentRow
    remedy: RemedyRow | None = None
    """A new one, or one that has come further."""
    decision: DecisionRow | None = None
    news: tuple[News, ...] = ()


Weigh = Callable[[Past], Turn | None]
"""Asked while nobody else can write; None leaves everything as it is. It must be quick and ask nobody."""


class Incidents:
    """The four tables."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(clock)

    def open(self, incidents: Sequence[tuple[IncidentRow, News]]) -> list[IncidentRow]:
        """Put new incidents on record, each with its event.

        Returns:
            Those that are new; whose key is known already is left out.
        """
        if not incidents:
            return []
        with self._database.writing() as connection:
            self._journal.lock(connection)
            kept = self._insert(connection, INCIDENT, [incident_values(row) for row, _ in incidents])
            new = [(row, news) for row, news in incidents if row.key in kept]
            if new:
                self._journal.append(connection, *(news for _, news in new))
        return [row for row, _ in new]

    def opened(self) -> list[IncidentRow]:
        """All that are not closed, oldest first."""
        query = sa.select(INCIDENT).where(INCIDENT.c.state != CLOSED)
        with self._database.reading() as connection:
            return _incidents(connection, query.order_by(INCIDENT.c.opened_at, INCIDENT.c.id))

    def lately(self, since: datetime) -> list[IncidentRow]:
        """All that are not closed, and those that were closed since; oldest first."""
        query = sa.select(INCIDENT).where(sa.or_(INCIDENT.c.state != CLOSED, INCIDENT.c.closed_at >= write_time(since)))
        with self._database.reading() as connection:
            return _incidents(connection, query.order_by(INCIDENT.c.opened_at, INCIDENT.c.id))

    def get(self, incident_id: str) -> IncidentRow | None:
        """One by its id, in any case; None where there is none."""
        query = sa.select(INCIDENT).where(INCIDENT.c.id == incident_id.strip().upper())
        with self._database.reading() as connection:
            return next(iter(_incidents(connection, query)), None)

    def keys(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that have an incident, closed or not."""
        query = sa.select(INCIDENT.c.key).where(INCIDENT.c.key.in_(list(keys)))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def claim(self, incident_ids: Collection[str], by: str) -> list[IncidentRow]:
        """Take on to look at open incidents, so that no other replica looks meanwhile; those that were free."""
        now = self._clock.now()
        free = sa.or_(
            INCIDENT.c.claimed_by.is_(None),
            INCIDENT.c.claimed_by == by,
            INCIDENT.c.claimed_at < write_time(now - _CLAIM),
        )
        wanted = sa.and_(INCIDENT.c.id.in_(list(incident_ids)), INCIDENT.c.state != CLOSED, free)
        statement = sa.update(INCIDENT).where(wanted).values(claimed_by=by, claimed_at=write_time(now))
        with self._database.writing() as connection:
            rows = connection.execute(statement.returning(INCIDENT)).mappings().all()
        return sorted(map(read_incident, rows), key=lambda row: (row.opened_at, row.id))

    def save(self, turns: Iterable[Turn]) -> list[IncidentRow]:
        """Write what became of incidents, all in one transaction.

        Returns:
            Those that were written: one that somebody else has changed since it was read is left as it is.
        """
        turns = list(turns)
        if not turns:
            return []
        with self._database.writing() as connection:
            self._journal.lock(connection)
            written = [turn for turn in turns if self._write(connection, turn)]
            self._tell(connection, written)
        return [turn.after for turn in written]

    def admit(self, weigh: Weigh, *, remedies_since: datetime, incidents_since: datetime) -> IncidentRow | None:
        """Weigh an incident against all that has happened, while nobody else can write, and write what comes of it.

        Args:
            weigh: is asked once.
            remedies_since: how far it looks back at remedies.
            incidents_since: the same at incidents.

        Returns:
            The incident as it was written; None where nothing was, because nothing came of it or somebody else was
            first.
        """
        with self._database.writing() as connection:
            # The chain's row is the writers' one lock on PostgreSQL, so of two admissions at once one sees the other.
            self._journal.lock(connection)
            turn = weigh(self._past(connection, remedies_since=remedies_since, incidents_since=incidents_since))
            if turn is None or not self._write(connection, turn):
                return None
            self._tell(connection, [turn])
        return turn.after

    def past(self, *, remedies_since: datetime, incidents_since: datetime) -> Past:
        """What the guard rails look back at."""
        with self._database.reading() as connection:
            return self._past(connection, remedies_since=remedies_since, incidents_since=incidents_since)

    def undone(self, remedies_since: datetime) -> tuple[UndoRow, ...]:
        """Of the remedies since then, those that somebody takes back, be it that this waits or is done."""
        with self._database.reading() as connection:
            return _undone(connection, write_time(remedies_since))

    def remedies(
        self, *, incident_id: str | None = None, states: Collection[str] = (), checked_below: int | None = None
    ) -> list[RemedyRow]:
        """Those that agree with everything given, oldest first."""
        query = sa.select(REMEDY).order_by(REMEDY.c.at, REMEDY.c.key)
        if incident_id is not None:
            query = query.where(REMEDY.c.incident_id == incident_id)
        if states:
            query = query.where(REMEDY.c.state.in_(list(states)))
        if checked_below is not None:
            query = query.where(REMEDY.c.checked < checked_below)
        with self._database.reading() as connection:
            return [read_remedy(row) for row in connection.execute(query).mappings()]

    def compare(self, remedy: RemedyRow, news: News, *, was: int) -> bool:
        """Write what a comparison found, and let the incident's card tell it.

        Args:
            remedy: as it is now.
            news: the event.
            was: how many comparisons there were before; where there are more by now, nothing is written.
        """
        where = sa.and_(REMEDY.c.key == remedy.key, REMEDY.c.checked == was)
        with self._database.writing() as connection:
            self._journal.lock(connection)
            changed = connection.execute(sa.update(REMEDY).where(where).values(remedy_values(remedy))).rowcount == 1
            if changed:
                told = sa.update(INCIDENT).where(INCIDENT.c.id == remedy.incident_id)
                connection.execute(told.values(version=INCIDENT.c.version + 1))
                self._journal.append(connection, news)
        return changed

    def switches(self) -> list[SwitchRow]:
        """All that are set."""
        with self._database.reading() as connection:
            return _switches(connection)

    def switch(self, key: str, row: SwitchRow | None, news: News) -> None:
        """Set a switch, or take it away."""
        with self._database.writing() as connection:
            self._journal.lock(connection)
            connection.execute(sa.delete(SWITCH).where(SWITCH.c.key == key))
            if row is not None:
                connection.execute(sa.insert(SWITCH).values(switch_values(row)))
            self._journal.append(connection, news)

    def decisions(self, entity: str | None, limit: int) -> list[DecisionRow]:
        """The latest about a VM or datastore, or about anything, newest first."""
        query = sa.select(DECISION).order_by(DECISION.c.at.desc(), DECISION.c.id.desc())
        if entity is not None:
            query = query.where(DECISION.c.entity == entity)
        with self._database.reading() as connection:
            return [read_decision(row) for row in connection.execute(query.limit(limit)).mappings()]

    def _past(self, connection: sa.Connection, *, remedies_since: datetime, incidents_since: datetime) -> Past:
        remedies = (
            sa.select(REMEDY).where(REMEDY.c.at >= write_time(remedies_since)).order_by(REMEDY.c.at, REMEDY.c.key)
        )
        since = write_time(incidents_since)
        # What was opened long ago may have turned red again a moment ago.
        recent = sa.or_(INCIDENT.c.opened_at >= since, INCIDENT.c.state != CLOSED, INCIDENT.c.closed_at >= since)
        incidents = sa.select(INCIDENT).where(recent)
        return Past(
            remedies=tuple(read_remedy(row) for row in connection.execute(remedies).mappings()),
            incidents=tuple(_incidents(connection, incidents.order_by(INCIDENT.c.opened_at, INCIDENT.c.id))),
            switches=tuple(_switches(connection)),
            undone=_undone(connection, write_time(remedies_since)),
        )

    def _write(self, connection: sa.Connection, turn: Turn) -> bool:
        values = incident_values(turn.after) | {"claimed_by": None, "claimed_at": None}
        known = {"known_id": turn.before.id, "known_version": turn.before.version}
        if connection.execute(_CHANGE, values | known).rowcount != 1:
            return False
        if turn.remedy is not None:
            self._put_remedy(connection, turn.remedy)
        return True

    def _tell(self, connection: sa.Connection, turns: Sequence[Turn]) -> None:
        """Write the decisions and the events of what has been written."""
        decisions = [decision_values(turn.decision) for turn in turns if turn.decision is not None]
        news = [one for turn in turns for one in turn.news or _change(turn)]
        if decisions:
            connection.execute(sa.insert(DECISION), decisions)
        if news:
            self._journal.append(connection, *news)

    def _put_remedy(self, connection: sa.Connection, remedy: RemedyRow) -> None:
        values = remedy_values(remedy)
        if not self._insert(connection, REMEDY, [values]):
            connection.execute(sa.update(REMEDY).where(REMEDY.c.key == remedy.key).values(values))

    def _insert(self, connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> set[str]:
        """Write rows but for those whose key is known; the keys of those that were written."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = insert(table).values(list(rows)).on_conflict_do_nothing(index_elements=["key"])
        return set(connection.execute(statement.returning(table.c.key)).scalars())


def _change(turn: Turn) -> tuple[News, ...]:
    """The event of a change that has no words of its own, so that no row changes without one."""
    if turn.after.version == turn.before.version:
        return ()
    return (News(kind="incident.changed", actor="bot", data={"incident": turn.after.id}),)


def _incidents(connection: sa.Connection, query: sa.Select[Any]) -> list[IncidentRow]:
    return [read_incident(row) for row in connection.execute(query).mappings()]


def _undone(connection: sa.Connection, since: str) -> tuple[UndoRow, ...]:
    """What the operations say of the remedies since then; read where those are read, so that none slips between."""
    undo = OPERATION.alias("undo")
    query = (
        sa.select(REMEDY.c.key, undo.c.id, undo.c.actor_id, undo.c.created_at)
        .join(OPERATION, OPERATION.c.id == REMEDY.c.operation_id)
        .join(undo, undo.c.id == OPERATION.c.undone_by)
        .where(REMEDY.c.at >= since, undo.c.state.not_in(_IN_VAIN))
        .order_by(undo.c.created_at, REMEDY.c.key)
    )
    return tuple(
        UndoRow(remedy=key, operation_id=undo_id, by=by, at=read_time(at))
        for key, undo_id, by, at in connection.execute(query)
    )


def _switches(connection: sa.Connection) -> list[SwitchRow]:
    rows = connection.execute(sa.select(SWITCH).order_by(SWITCH.c.key)).mappings()
    return [read_switch(row) for row in rows]
