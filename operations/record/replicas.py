"""Signs of life of the replicas, by the database's own clock, and the turn to take over from one that gives none."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.record.database import TAKEOVER_LOCK, Database
from operations.record.tables import REPLICA


class Replicas:
    """The replica table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, replica_id: str) -> None:
        """Give a sign of life."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.writing() as connection:
            now = self._database.seconds(connection)
            statement = insert(REPLICA).values(id=replica_id, seen_at=now)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))

    def silent(self, *, me: str, ttl_s: float) -> list[str]:
        """The other replicas that have given none for `ttl_s`."""
        with self._database.reading() as connection:
            return self._silent(connection, me=me, ttl_s=ttl_s)

    def bury(self, replica_id: str, *, me: str, ttl_s: float, take_over: Callable[[], None]) -> bool:
        """Take over from a silent replica and forget it, while no other replica can do the same.

        Returns:
            False when another was first, or the replica has come back.
        """
        with self._database.reading() as lock:
            if not self._database.try_lock(lock, TAKEOVER_LOCK):
                return False
            if replica_id not in self._silent(lock, me=me, ttl_s=ttl_s):
                return False
            take_over()
            with self._database.writing() as connection:
                connection.execute(sa.delete(REPLICA).where(REPLICA.c.id == replica_id))
        return True

    def _silent(self, connection: sa.Connection, *, me: str, ttl_s: float) -> list[str]:
        oldest = self._database.seconds(connection) - ttl_s
        query = sa.select(REPLICA.c.id).where(REPLICA.c.seen_at < oldest, REPLICA.c.id != me)
        return [str(one) for one in connection.execute(query).scalars()]
