"""Lets the writers of one SQLite file take turns within this process.

SQLite itself lets a writer that finds the file locked sleep and try again, for up to 0.1 s at a time and whoever was
first; under load the last one waits for seconds. Whoever writes takes this lock before SQLite's. It only makes the
waiting short and fair: that no two write at once is SQLite's own doing.
"""

import threading
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext

_LONGEST_S: Final = 30
_HELD: Final = "iaas_turn"


class Turns:
    """The lock of one file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def attach(self, engine: sa.Engine) -> None:
        """Give back the turn whenever a connection of this engine goes back to its pool, whatever has happened."""

        @sa.event.listens_for(engine, "checkin")
        def _give_back(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
            info = record.record_info
            if info is not None and info.pop(_HELD, False):
                self._lock.release()

    def attach_to_writes(self, engine: sa.Engine) -> None:
        """The same, and wait for the turn before the first statement that changes something."""
        self.attach(engine)

        @sa.event.listens_for(engine, "before_cursor_execute")
        def _wait(connection: sa.Connection, *call: Any) -> None:  # noqa: ANN401  what SQLAlchemy passes
            context: DefaultExecutionContext | None = call[3]
            if context is not None and (context.isinsert or context.isupdate or context.isdelete):
                self.take(connection)

    def take(self, connection: sa.Connection) -> None:
        """Wait for the turn, unless this connection has it. After half a minute SQLite's own lock has to do."""
        info = connection.connection.record_info
        if info is not None and not info.get(_HELD):
            info[_HELD] = self._lock.acquire(timeout=_LONGEST_S)
