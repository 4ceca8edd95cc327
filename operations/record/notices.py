"""What is to be told to somebody once: kept until it has arrived, in order, whichever replica tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.approvals import has_yes
from operations.model import ActorKind, Operation, State
from operations.record.chain import read_time, write_time
from operations.record.database import Database, from_json, to_json
from operations.record.rows import Row
from operations.record.tables import NOTICE
from vsphere.clock import Clock

ENDED = "approval.ended"
"""The kind of the notice that tells the asker what was decided, and what came of what had waited."""
_LIMIT = 200
_CLAIM = timedelta(seconds=60)
"""Whoever has taken it on and not told it by then is dead, or cut off from Slack; another may try."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One thing to be told."""

    key: str
    """What makes it once: `lease/vc1/vm-12/2026-12-10T09:00Z/1d`."""
    recipient: str
    """Slack id of a person, the name or id of a channel, or the thread of a card: `incident:I7F3K`."""
    kind: str
    """Which view tells it."""
    data: Mapping[str, object]
    """What the view needs, JSON-like."""
    created_at: datetime


class Notices:
    """The notice table."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]) -> bool:
        """Keep something to be told; a key that is known already changes nothing.

        Args:
            key: what makes it once.
            recipient: see `Notice`; None where it is told already, and then it never will be again.
            kind: which view tells it.
            data: what the view needs, JSON-like.

        Returns:
            Whether it is new.

        Raises:
            StorageError: it can't be written.
        """
        with self._database.writing() as connection:
            return self.add_within(connection, key=key, recipient=recipient, kind=kind, data=data)

    def add_within(
        self, connection: sa.Connection, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]
    ) -> bool:
        """See `add`, inside the transaction of what it tells of; without a recipient it is kept and told to nobody."""
        now = write_time(self._clock.now())
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = {
            "key": key,
            "created_at": now,
            "recipient": recipient or "",
            "kind": kind,
            "data": to_json(dict(data)),
            "sent_at": None if recipient else now,
        }
        statement = insert(NOTICE).values(row).on_conflict_do_nothing(index_elements=["key"])
        return connection.execute(statement.returning(NOTICE.c.key)).first() is not None

    def add_ending(self, connection: sa.Connection, operation: Operation) -> None:
        """Tell whoever asked what was decided, or that it came to nothing after it had waited.

        They have long looked away, and their card changes in silence. What they see happen, and what they have ended
        themselves, they are not told.
        """
        if not _is_unseen(operation):
            return
        by = operation.approval.decided_by if operation.approval else None
        approved = has_yes(operation)
        begins_at = operation.not_before if operation.approval is None else None
        self.add_within(
            connection,
            key=f"approval/{operation.id}/{operation.state.value if approved else 'ended'}",
            # Nobody reads what is told to a playbook; the card of its incident tells people.
            recipient=operation.actor.id if operation.actor.kind is ActorKind.PERSON else None,
            kind=ENDED,
            data={
                "operation_id": operation.id,
                "summary": operation.summary,
                "state": operation.state.value,
                "by": by.id if by else None,
                "approved": approved,
                "begins_at": write_time(begins_at) if begins_at else None,
                "text": operation.text,
                "way_out": operation.way_out,
            },
        )

    def unsent(self) -> list[Notice]:
        """What has not been told yet, oldest first."""
        query = sa.select(NOTICE).where(NOTICE.c.sent_at.is_(None)).order_by(NOTICE.c.created_at, NOTICE.c.key)
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(query.limit(_LIMIT)).mappings()]

    def claim(self, key: str) -> bool:
        """Take it on, so that no other replica tells it meanwhile; False where another has it, or it is told."""
        now = self._clock.now()
        free = sa.or_(NOTICE.c.claimed_at.is_(None), NOTICE.c.claimed_at < write_time(now - _CLAIM))
        statement = sa.update(NOTICE).where(NOTICE.c.key == key, NOTICE.c.sent_at.is_(None), free)
        with self._database.writing() as connection:
            return connection.execute(statement.values(claimed_at=write_time(now))).rowcount == 1

    def sent(self, key: str) -> None:
        """Write that it has arrived, or never will."""
        statement = sa.update(NOTICE).where(NOTICE.c.key == key, NOTICE.c.sent_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(statement.values(sent_at=write_time(self._clock.now())))


def _is_unseen(operation: Operation) -> bool:
    """Whether it has waited for a yes or its time, and there is news that the asker would not expect."""
    waited = operation.approval is not None or operation.not_before is not None
    by_asker = operation.state is State.CANCELLED and operation.cancel_requested_by == operation.actor.id
    decided = operation.state is State.QUEUED and operation.approval is not None
    failed = operation.state.is_final and operation.state is not State.SUCCEEDED
    return waited and (decided or failed) and not by_asker


def _read(row: Row) -> Notice:
    return Notice(
        key=row["key"],
        recipient=row["recipient"],
        kind=row["kind"],
        data=from_json(row["data"]),
        created_at=read_time(row["created_at"]),
    )
