"""What was done to a VM since an operation on it, asked of the record itself, so without any limit. It only reads."""

from typing import Final

import sqlalchemy as sa

from operations.model import Operation, State
from operations.record.chain import write_time
from operations.record.database import Database
from operations.record.tables import EVENT, OPERATION

_DONE: Final = tuple(one.value for one in (State.SUCCEEDED, State.UNKNOWN, State.CANCELLED))
"""How what may have done something ends; what has failed has, where a stage of it is done."""
_ENDED: Final = tuple(state.value for state in State if state.is_final)
PURGE: Final = "purge"


class Deeds:
    """What else was done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any_since(self, operation: Operation) -> bool:
        """Whether anything else was done since to the VM of an operation, or is asked for; a purge does not count."""
        with self._database.reading() as connection:
            return done_since(connection, operation, or_waits=True)

    def is_noted(self, operation_id: str, kind: str) -> bool:
        """Whether an event of a kind is on record about an operation."""
        query = sa.select(EVENT.c.seq).where(EVENT.c.operation_id == operation_id, EVENT.c.kind == kind)
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None


def done_since(connection: sa.Connection, operation: Operation, *, or_waits: bool = False) -> bool:
    """Whether another operation has done something to the same VM since this one began."""
    vm, table = str(operation.vm), OPERATION.c
    acted = sa.or_(table.state.in_(_DONE), table.stages_done > 0, table.state == State.RUNNING.value)
    since = sa.and_(table.started_at > write_time(operation.started_at or operation.created_at), acted)
    if or_waits:
        since = sa.or_(since, sa.and_(table.created_at > write_time(operation.created_at), table.state.not_in(_ENDED)))
    query = sa.select(table.id).where(
        sa.or_(table.vm == vm, table.result == vm), table.id != operation.id, table.verb != PURGE, since
    )
    return connection.execute(query.limit(1)).first() is not None
