"""Where operations are shown, and which version is shown there: so that cards catch up later."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.model import Operation
from operations.record.chain import write_time
from operations.record.database import Database, from_json, to_json
from operations.record.rows import read_operation
from operations.record.tables import CARD, OPERATION
from vsphere.clock import Clock

_LIMIT = 500
_HERE = ""
"""The place of the card where the operation was asked for."""
_PAST = timedelta(hours=24)
"""An operation that ended longer ago interests nobody in a channel any more; `history` has it."""


class Cards:
    """The card table."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def remember(self, operation_id: str, address: Mapping[str, str]) -> None:
        """Write where an operation is shown."""
        self._put(operation_id, {"address": to_json(dict(address))})

    def shown(self, operation_id: str, version: int) -> None:
        """Write that this version can be seen; an older one than is known changes nothing."""
        self._put(operation_id, {"shown_version": version})

    def stale(self) -> list[tuple[Operation, dict[str, str] | None, int]]:
        """Operations whose card is older than they are, oldest first.

        Returns:
            Operation, address (None: never shown), and the version that is shown (0: none).
        """
        shown = sa.func.coalesce(CARD.c.shown_version, 0)
        recent = write_time(self._clock.now() - _PAST)
        query = (
            sa.select(OPERATION, CARD.c.address.label("card_address"), shown.label("card_version"))
            .select_from(
                OPERATION.outerjoin(CARD, sa.and_(CARD.c.operation_id == OPERATION.c.id, CARD.c.place == _HERE))
            )
            .where(shown < OPERATION.c.version)
            .where(sa.or_(OPERATION.c.finished_at.is_(None), OPERATION.c.finished_at > recent))
            .order_by(OPERATION.c.created_at)
            .limit(_LIMIT)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            (
                read_operation(row),
                None if row["card_address"] is None else from_json(row["card_address"]),
                int(row["card_version"]),
            )
            for row in rows
        ]

    def _put(self, operation_id: str, values: Mapping[str, object]) -> None:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = insert(CARD).values({"operation_id": operation_id, "place": _HERE, "shown_version": 0, **values})
        wanted = dict(values)
        if "shown_version" in wanted:
            newer = statement.excluded.shown_version > CARD.c.shown_version
            wanted["shown_version"] = sa.case((newer, statement.excluded.shown_version), else_=CARD.c.shown_version)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["operation_id", "place"], set_=wanted))
