"""Operations as they are found within a transaction: by their id, as the same wish, as one that takes another back."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from operations.errors import UnknownOperationError
from operations.model import Operation, Request, State
from operations.record.chain import write_time
from operations.record.deeds import done_since
from operations.record.rows import Row, fingerprint, read_operation
from operations.record.tables import OPERATION

_DONE = frozenset({State.SUCCEEDED, State.UNKNOWN})
"""How an operation ends that has done something, or may have."""
_TWICE_S = 5.0
"""So long what had nothing to do answers for the same wish: a double Enter. Somebody may have changed the VM since."""
_OPEN = tuple(state.value for state in State if not state.is_final)
_ROW = sa.select(OPERATION).where(OPERATION.c.id == sa.bindparam("wanted"))
_ROW_LOCKED = _ROW.with_for_update()
"""Built once: each step of an operation reads its row so."""


def row_of(connection: sa.Connection, operation_id: str, *, lock: bool = False) -> Row:
    """The row of an operation; locked on PostgreSQL where it is to be changed.

    Raises:
        UnknownOperationError: there is none.
    """
    row = connection.execute(_ROW_LOCKED if lock else _ROW, {"wanted": operation_id}).mappings().first()
    if row is None:
        raise UnknownOperationError(f"no operation is called {operation_id!r}")
    return row


def one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Operation | None:
    """The operation that a condition names; None where there is none."""
    row = connection.execute(sa.select(OPERATION).where(condition)).mappings().first()
    return None if row is None else read_operation(row)


def holding(connection: sa.Connection, since: datetime) -> list[Operation]:
    """See `Store.holding`."""
    # Two queries, each with its index: one with OR would read the whole table while everybody waits.
    conditions = (OPERATION.c.state.in_(_OPEN), OPERATION.c.finished_at >= write_time(since))
    queries = [sa.select(OPERATION).where(condition) for condition in conditions]
    rows = [row for query in queries for row in connection.execute(query).mappings()]
    return [read_operation(row) for row in sorted(rows, key=lambda row: str(row["created_at"]), reverse=True)]


def same(connection: sa.Connection, request: Request, *, subject: str, window_s: float) -> Operation | None:
    """See `Store.same`."""
    known = one(connection, OPERATION.c.key == request.key)
    if known is not None:
        return known
    # Only the latest one counts: on, off and on again within a minute are three wishes.
    query = (
        sa.select(OPERATION)
        .where(OPERATION.c.subject == subject, OPERATION.c.state != State.REFUSED.value)
        .order_by(OPERATION.c.created_at.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None or row["fingerprint"] != fingerprint(request, subject=subject):
        return None
    if row["result"] is not None and _was_binned(connection, row):
        return None
    found = read_operation(row)
    did_nothing = found.plan is not None and found.plan.unchanged is not None
    window = timedelta(seconds=min(window_s, _TWICE_S) if did_nothing else window_s)
    # From both sides: where the clock was set back, a row of before it lies in the future.
    is_near = write_time(request.asked_at - window) <= row["created_at"] <= write_time(request.asked_at + window)
    # What failed may be tried again at once; what is under way is the same wish whatever the clocks say by now.
    return found if (found.state in _DONE and is_near) or not found.state.is_final else None


def undoing(connection: sa.Connection, operation_id: str) -> Operation | None:
    """See `Store.undoing`."""
    by = row_of(connection, operation_id)["undone_by"]
    found = None if by is None else one(connection, OPERATION.c.id == by)
    came_to_nothing = found is not None and found.state.is_final and found.state not in _DONE
    if found is None or came_to_nothing:
        return None
    # What was done to the VM since may be the undo of that undo: then only how the VM is by now can tell.
    return None if found.state.is_final and done_since(connection, found) else found


def _was_binned(connection: sa.Connection, row: Row) -> bool:
    """Whether the VM that an operation made has gone to the recycle bin since, so that it may be made anew."""
    later = sa.select(OPERATION.c.id).where(
        OPERATION.c.vm == row["result"], OPERATION.c.verb == "nuke", OPERATION.c.created_at > row["created_at"]
    )
    return connection.execute(later.limit(1)).first() is not None
