"""Signs of life of the replicas, and the turn to take over from one that gives none. No clock that is set decides."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.record.database import TAKEOVER_LOCK, Database
from operations.record.tables import REPLICA
from vsphere.clock import Clock


class Replicas:
    """The replica table."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, tuple[float, float]] = {}
        """By replica: its last sign, and when this one first saw that sign, by the clock that nobody sets."""

    def beat(self, replica_id: str) -> None:
        """Give a sign of life."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.writing() as connection:
            now = self._database.seconds(connection)
            statement = insert(REPLICA).values(id=replica_id, seen_at=now)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))

    def silent(self, *, me: str, ttl_s: float) -> list[str]:
        """The other replicas that have given no new one for `ttl_s`, as far as this process has watched them."""
        with self._database.reading() as connection:
            signs = self._signs(connection)
        now = self._clock.monotonic()
        self._seen = {
            one: self._seen[one] if self._seen.get(one, (None, now))[0] == sign else (sign, now)
            for one, sign in signs.items()
        }
        return sorted(one for one, (_, since) in self._seen.items() if one != me and now - since >= ttl_s)

    def bury(self, replica_id: str, *, take_over: Callable[[], None]) -> bool:
        """Take over from a silent replica and forget it, while no other replica can do the same.

        Returns:
            False when another was first, or the replica has come back.
        """
        with self._database.reading() as lock:
            if not self._database.try_lock(lock, TAKEOVER_LOCK):
                return False
            if self._signs(lock).get(replica_id) != self._seen[replica_id][0]:
                return False
            take_over()
            with self._database.writing() as connection:
                connection.execute(sa.delete(REPLICA).where(REPLICA.c.id == replica_id))
        return True

    def _signs(self, connection: sa.Connection) -> dict[str, float]:
        return {str(row.id): float(row.seen_at) for row in connection.execute(sa.select(REPLICA))}
