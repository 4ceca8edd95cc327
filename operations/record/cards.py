"""Where operations are shown, and which version is shown there: so that cards catch up later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.model import Operation
from operations.record.chain import write_time
from operations.record.database import Database, from_json, to_json
from operations.record.rows import Row, read_operation
from operations.record.tables import CARD, OPERATION
from vsphere.clock import Clock

HERE: Final = ""
"""The place of the card where the operation was asked for."""
SETTLED: Final = 2**31 - 1
"""Instead of a version: this card has shown all that it ever will."""
_LIMIT = 500
_PAST = timedelta(hours=24)
"""An operation that ended longer ago interests nobody in a channel any more; `history` has it."""
_CLAIM = timedelta(seconds=20)
"""Whoever wanted to post a card and has not done so by then is dead, or cut off; another may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One card of an operation, and how far it is."""

    operation: Operation
    place: str
    """Empty for where it was asked; else the channel or the person that is asked to decide."""
    address: Mapping[str, str] | None
    """Channel and time stamp of the message; None where it was never posted."""
    version: int
    """What is shown there; 0 where nothing is."""


class Cards:
    """The card table."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ask(self, operation_id: str, places: Iterable[str]) -> None:
        """Want a card for approvers in these places as well; those that are known change nothing."""
        rows = [{"operation_id": operation_id, "place": place, "shown_version": 0} for place in places]
        if rows:
            with self._database.writing() as connection:
                connection.execute(self._insert(rows).on_conflict_do_nothing())

    def asked(self, operation_id: str) -> list[str]:
        """Where approvers have, or will have, cards of it."""
        query = sa.select(CARD.c.place).where(CARD.c.operation_id == operation_id, CARD.c.place != HERE)
        with self._database.reading() as connection:
            return [str(place) for place in connection.execute(query).scalars()]

    def claim(self, operation_id: str, place: str, by: str) -> bool:
        """Take on to post a card, so that no other replica posts it meanwhile.

        Returns:
            False where another has taken it on, or it is there.
        """
        now = self._clock.now()
        mine = {"claimed_by": by, "claimed_at": write_time(now)}
        free = sa.or_(
            CARD.c.claimed_by.is_(None), CARD.c.claimed_by == by, CARD.c.claimed_at < write_time(now - _CLAIM)
        )
        insert = self._insert([{"operation_id": operation_id, "place": place, "shown_version": 0, **mine}])
        statement = insert.on_conflict_do_update(
            index_elements=["operation_id", "place"], set_=mine, where=sa.and_(CARD.c.address.is_(None), free)
        )
        with self._database.writing() as connection:
            return connection.execute(statement.returning(CARD.c.place)).first() is not None

    def remember(self, operation_id: str, address: Mapping[str, str], place: str = HERE) -> None:
        """Write where an operation is shown."""
        self._put(operation_id, place, {"address": to_json(dict(address))})

    def shown(self, operation_id: str, version: int, place: str = HERE) -> None:
        """Write that this version can be seen; an older one than is known changes nothing."""
        self._put(operation_id, place, {"shown_version": version})

    def of(self, operation_id: str) -> list[Shown]:
        """The cards of one operation that have not shown all yet."""
        this = OPERATION.c.id == operation_id
        with self._database.reading() as connection:
            return [one for query in (_OWN, _ASKED) for one in _read(connection, query.where(this))]

    def stale(self) -> list[Shown]:
        """Cards that are older than their operation, those of the oldest operations first."""
        recent = sa.or_(
            OPERATION.c.finished_at.is_(None), OPERATION.c.finished_at > write_time(self._clock.now() - _PAST)
        )
        with self._database.reading() as connection:
            found = [one for query in (_OWN, _ASKED) for one in _read(connection, query.where(recent).limit(_LIMIT))]
        return sorted(found, key=lambda one: (one.operation.created_at, one.operation.id, one.place))

    def _put(self, operation_id: str, place: str, values: Mapping[str, object]) -> None:
        statement = self._insert([{"operation_id": operation_id, "place": place, "shown_version": 0, **values}])
        wanted = dict(values)
        if "shown_version" in wanted:
            newer = statement.excluded.shown_version > CARD.c.shown_version
            wanted["shown_version"] = sa.case((newer, statement.excluded.shown_version), else_=CARD.c.shown_version)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["operation_id", "place"], set_=wanted))

    def _insert(self, rows: list[dict[str, object]]) -> sqlite.Insert | postgresql.Insert:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        return insert(CARD).values(rows)


def _behind(cards: sa.FromClause) -> sa.Select[Any]:
    """Operations with a card that shows less than there is."""
    shown = sa.func.coalesce(CARD.c.shown_version, 0)
    return (
        sa.select(
            OPERATION,
            sa.func.coalesce(CARD.c.place, HERE).label("card_place"),
            CARD.c.address.label("card_address"),
            shown.label("card_version"),
        )
        .select_from(cards)
        .where(shown < OPERATION.c.version)
        .order_by(OPERATION.c.created_at)
    )


_OWN = _behind(OPERATION.outerjoin(CARD, sa.and_(CARD.c.operation_id == OPERATION.c.id, CARD.c.place == HERE)))
_ASKED = _behind(OPERATION.join(CARD, sa.and_(CARD.c.operation_id == OPERATION.c.id, CARD.c.place != HERE)))


def _read(connection: sa.Connection, query: sa.Select[Any]) -> list[Shown]:
    return [_shown(row) for row in connection.execute(query).mappings()]


def _shown(row: Row) -> Shown:
    return Shown(
        operation=read_operation(row),
        place=row["card_place"],
        address=None if row["card_address"] is None else from_json(row["card_address"]),
        version=int(row["card_version"]),
    )
