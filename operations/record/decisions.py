"""What becomes of an operation that waits for approval: weighed under the row's lock, written whole or not at all."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from operations.approvals import Turn, Weigh
from operations.errors import StaleTransitionError, UnknownOperationError
from operations.model import Operation, State
from operations.record.chain import write_time
from operations.record.database import Database, to_json
from operations.record.journal import Journal, News
from operations.record.notices import Notices
from operations.record.rows import approval_data, read_operation, replanned_row
from operations.record.tables import OPERATION
from operations.states import may_follow
from vsphere.clock import Clock

REMINDER = "approval.reminder"
"""The kind of the notice that tells approvers that somebody waits still."""


class Decisions:
    """The operation table, as far as approvals change it. Of two clicks at once the second sees what the first did."""

    def __init__(
        self, database: Database, *, clock: Clock, notices: Notices, tell: Callable[[Operation], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(clock)
        self._notices = notices
        self._tell = tell

    def turn(self, operation_id: str, weigh: Weigh) -> Operation:
        """Weigh a click, or the time, against the operation as it is now, and write what comes of it.

        Raises:
            NotDecidableError: nothing comes of it.
            UnknownOperationError: there is none of this id.
            StorageError: it can't be written.
        """
        where = OPERATION.c.id == operation_id
        with self._database.writing() as connection:
            row = connection.execute(sa.select(OPERATION).where(where).with_for_update()).mappings().first()
            if row is None:
                raise UnknownOperationError(f"no operation is called {operation_id!r}")
            before = read_operation(row)
            turn = weigh(before)
            connection.execute(sa.update(OPERATION).where(where).values(self._columns(before, turn)))
            self._journal.append(connection, *turn.news, *_ending(before, turn))
            operation = read_operation(connection.execute(sa.select(OPERATION).where(where)).mappings().one())
            if turn.state is not None:
                self._notices.add_ending(connection, operation)
            self._remind(connection, operation, turn.remind)
        self._tell(operation)
        return operation

    def _columns(self, before: Operation, turn: Turn) -> dict[str, Any]:
        columns: dict[str, Any] = {
            "approval": to_json(approval_data(turn.approval)),
            "version": before.version + 1,
        }
        if turn.plan is not None and turn.request is not None:
            columns |= replanned_row(turn.plan, turn.request)
        if turn.state is None:
            return columns
        if not may_follow(before.state, turn.state):
            raise StaleTransitionError(f"{before.id} is {before.state.value}, it can't become {turn.state.value}")
        columns |= {"state": turn.state.value, "text": turn.text, "way_out": turn.way_out}
        if turn.state.is_final:
            columns["finished_at"] = write_time(self._clock.now())
        return columns

    def _remind(self, connection: sa.Connection, operation: Operation, where: tuple[str, ...]) -> None:
        until = operation.expires_at
        for place in where:
            self._notices.add_within(
                connection,
                key=f"approval/{operation.id}/reminder/{place}",
                recipient=place,
                kind=REMINDER,
                data={
                    "operation_id": operation.id,
                    "summary": operation.summary,
                    "asked_by": operation.actor.id,
                    "expires_at": write_time(until) if until else None,
                },
            )


def _ending(before: Operation, turn: Turn) -> tuple[News, ...]:
    """The event of the new state, in the words that other changes of state have."""
    if turn.state is None:
        return ()
    by = turn.approval.decided_by
    actor = by.id if by is not None and turn.state is not State.EXPIRED else "bot"
    data = {"before": before.state.value, "text": turn.text, "way_out": turn.way_out, "task": None}
    return (News(kind=f"operation.{turn.state.value}", actor=actor, operation_id=before.id, data=data),)
