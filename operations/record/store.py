"""Operations as rows: a change of one is a transaction with its event in it; every transition is compare-and-set."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from operations.errors import StaleTransitionError, TakenOverError, UnknownOperationError
from operations.model import Event, Operation, Request, State
from operations.record.chain import write_time
from operations.record.database import Database, to_json
from operations.record.journal import Journal, News
from operations.record.lookups import holding, one, row_of, same, undoing
from operations.record.notices import Notices
from operations.record.rows import operation_row, read_operation, read_request
from operations.record.tables import OPERATION
from operations.states import may_follow
from vsphere.clock import Clock
from vsphere.model import Ref

Listener = Callable[[Operation], None]
_IN_TURN = (OPERATION.c.not_before, OPERATION.c.created_at, OPERATION.c.id)
"""What is to begin at the same time begins as it was asked for."""


class Room(Protocol):
    """Whether there is room for one more."""

    def since(self) -> datetime:
        """From when on what has ended is asked about as well."""

    def check(self, operations: list[Operation]) -> None:
        """Raise where there is none beside these."""


class Store:
    """The operation table. Whoever wants to hear of new versions gives `tell`, called after the commit."""

    def __init__(self, database: Database, *, clock: Clock, tell: Listener) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(clock)
        self._notices = Notices(database, clock=clock)
        self._tell = tell

    def add(
        self,
        operation: Operation,
        request: Request,
        *,
        subject: str,
        news: News,
        window_s: float,
        room: Room | None = None,
    ) -> Operation:
        """Write a new operation, unless the same key, or the same wish within the window, has one already.

        Args:
            operation: the new one.
            request: what it answers.
            subject: what it works on.
            news: its first event.
            window_s: how long the same wish of the same person counts as one.
            room: asked with all that others hold, while nobody else can write; raises where there is no room.

        Returns:
            The operation that is there now: the new one, or the one that was.
        """
        row = operation_row(operation, request, subject=subject)
        undone = None
        with self._database.writing() as connection:
            if request.undoes is not None:
                # First the row, then the chain, as everybody does: the other way round two could wait for each other.
                row_of(connection, request.undoes, lock=True)
            # The chain's row is the writers' one lock on PostgreSQL, so of two requests at once one sees the other.
            self._journal.lock(connection)
            known = same(connection, request, subject=subject, window_s=window_s)
            known = known or (None if request.undoes is None else undoing(connection, request.undoes))
            if known is not None:
                return known
            if room is not None:
                room.check(holding(connection, room.since()))
            connection.execute(sa.insert(OPERATION).values(row))
            self._journal.append(connection, news)
            if request.undoes is not None and operation.state is not State.REFUSED:
                undone = self._mark_undone(connection, request.undoes, operation)
        self._tell(operation)
        if undone is not None:
            self._tell(undone)
        return operation

    def undoing(self, operation_id: str) -> Operation | None:
        """The operation that takes one back, or did; None where none does, or it came to nothing, or is itself old."""
        with self._database.reading() as connection:
            return undoing(connection, operation_id)

    def same(self, request: Request, *, subject: str, window_s: float) -> Operation | None:
        """The operation that answers this request already; None where there is none."""
        with self._database.reading() as connection:
            return same(connection, request, subject=subject, window_s=window_s)

    def by_key(self, key: str) -> Operation | None:
        """The operation of an idempotency key."""
        with self._database.reading() as connection:
            return one(connection, OPERATION.c.key == key)

    def get(self, operation_id: str) -> Operation:
        """The operation as of now; ids are read in any case.

        Raises:
            UnknownOperationError: there is none.
        """
        with self._database.reading() as connection:
            found = one(connection, OPERATION.c.id == operation_id.strip().upper())
        if found is None:
            raise UnknownOperationError(f"no operation is called {operation_id!r}")
        return found

    def request(self, operation_id: str) -> Request:
        """What was asked for."""
        with self._database.reading() as connection:
            return read_request(row_of(connection, operation_id))

    def subject(self, operation_id: str) -> str:
        """What the operation works on, as the queue's partition knows it."""
        with self._database.reading() as connection:
            return str(row_of(connection, operation_id)["subject"])

    def recent(
        self,
        limit: int,
        *,
        vm: Ref | None = None,
        vm_name: str | None = None,
        actor_id: str | None = None,
        states: Collection[State] | None = None,
        since: datetime | None = None,
    ) -> list[Operation]:
        """The latest operations that agree with everything given, newest first; case does not count in a name."""
        query = sa.select(OPERATION).order_by(OPERATION.c.created_at.desc(), OPERATION.c.id).limit(limit)
        if vm is not None:
            query = query.where(sa.or_(OPERATION.c.vm == str(vm), OPERATION.c.result == str(vm)))
        if vm_name is not None:
            query = query.where(sa.func.lower(OPERATION.c.vm_name) == vm_name.lower())
        if actor_id is not None:
            query = query.where(OPERATION.c.actor_id == actor_id)
        if states is not None:
            query = query.where(OPERATION.c.state.in_([state.value for state in states]))
        if since is not None:
            query = query.where(OPERATION.c.created_at >= write_time(since))
        with self._database.reading() as connection:
            return [read_operation(row) for row in connection.execute(query).mappings()]

    def events(self, operation_id: str) -> list[Event]:
        """Everything on record about an operation, oldest first."""
        with self._database.reading() as connection:
            return self._journal.of(connection, operation_id)

    def has_task(self, task: Ref, *, other_than: str) -> bool:
        """Whether a vCenter task is on record as that of another operation."""
        query = sa.select(OPERATION.c.id).where(OPERATION.c.task == str(task), OPERATION.c.id != other_than)
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def due(self) -> list[Operation]:
        """The queued operations that were to begin not before a time that has come; of those on one VM the first alone.

        The others follow once it runs: the queue keeps no order among what comes in the same millisecond.
        """
        query = sa.select(OPERATION).where(
            OPERATION.c.state == State.QUEUED.value, OPERATION.c.not_before <= self._now()
        )
        with self._database.reading() as connection:
            first: dict[str, Operation] = {}
            for row in connection.execute(query.order_by(*_IN_TURN)).mappings():
                first.setdefault(str(row["subject"]), read_operation(row))
            return list(first.values())

    def holding(self, since: datetime) -> list[Operation]:
        """Every operation that has not ended, or ended since then: what may hold a part of a quota. Newest first."""
        with self._database.reading() as connection:
            return holding(connection, since)

    def unfinished(self) -> list[Operation]:
        """Every operation that is queued or running, oldest first."""
        query = sa.select(OPERATION).where(OPERATION.c.state.in_([State.QUEUED.value, State.RUNNING.value]))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(OPERATION.c.created_at)).mappings()
            return [read_operation(row) for row in rows]

    def claim(self, operation_id: str, runner: str) -> tuple[Operation, int]:
        """Make `runner` the only one that may send for this operation; anyone who ran it before finds out at a write.

        Returns:
            The operation, running unless it had ended before, and how many have run it since its last stage was done,
            this one included.
        """
        with self._database.writing() as connection:
            row = row_of(connection, operation_id, lock=True)
            attempts = int(row["attempts"]) + 1
            state = State(row["state"])
            changes: dict[str, Any] = {"runner": runner, "attempts": attempts}
            if state is State.QUEUED:
                changes |= {"state": State.RUNNING.value, "version": row["version"] + 1, "started_at": self._now()}
            if not state.is_final:
                self._update(connection, operation_id, changes)
                kind = "operation.started" if state is State.QUEUED else "operation.resumed"
                self._journal.append(
                    connection,
                    News(kind=kind, actor="bot", operation_id=operation_id, data={"runner": runner, "run": attempts}),
                )
            operation = read_operation(row_of(connection, operation_id))
        if state is State.QUEUED:
            self._tell(operation)
        return operation, attempts

    def note(
        self, operation_id: str, kind: str, data: Mapping[str, object], *, runner: str | None = None, **changes: object
    ) -> Operation:
        """Write an event about an operation and change columns of it in one transaction.

        Args:
            operation_id: whose.
            kind: of the event, such as `stage.sending`.
            data: of the event, JSON-like.
            runner: who must be the operation's runner still.
            changes: columns that a person may see; with any, the version grows.

        Raises:
            TakenOverError: another replica runs the operation now.
        """
        with self._database.writing() as connection:
            row = row_of(connection, operation_id, lock=True)
            if runner is not None and row["runner"] != runner:
                raise TakenOverError(f"{operation_id} has been taken over by {row['runner']}")
            if changes:
                if "stages_done" in changes:
                    changes["attempts"] = 0
                self._update(connection, operation_id, {**changes, "version": row["version"] + 1})
            self._journal.append(connection, News(kind=kind, actor="bot", operation_id=operation_id, data=data))
            operation = read_operation(row_of(connection, operation_id))
        if changes:
            self._tell(operation)
        return operation

    def progress(self, operation_id: str, percent: int | None) -> None:
        """Write how far the running stage is; no event, since vCenter keeps that record."""
        with self._database.writing() as connection:
            row = row_of(connection, operation_id, lock=True)
            if State(row["state"]) is not State.RUNNING:
                return
            self._update(connection, operation_id, {"percent": percent, "version": row["version"] + 1})
            operation = read_operation(row_of(connection, operation_id))
        self._tell(operation)

    def move(
        self,
        operation_id: str,
        after: State,
        *,
        text: str,
        way_out: str | None = None,
        has_begun: bool = True,
        **changes: object,
    ) -> Operation:
        """Bring an operation into another state, with its event; without `has_begun` only one that runs not yet.

        Raises:
            StaleTransitionError: the state that it is in does not allow that: somebody else was first.
        """
        with self._database.writing() as connection:
            row = row_of(connection, operation_id, lock=True)
            before = State(row["state"])
            if not may_follow(before, after) or (before is State.RUNNING and not has_begun):
                raise StaleTransitionError(f"{operation_id} is {before.value}, it can't become {after.value}")
            changes |= {"state": after.value, "text": text, "way_out": way_out, "version": row["version"] + 1}
            if after.is_final:
                changes |= {"finished_at": self._now(), "stage": None, "percent": None}
            self._update(connection, operation_id, changes)
            data = {"before": before.value, "text": text, "way_out": way_out, "task": row["task"]}
            kind = f"operation.{after.value}"
            self._journal.append(connection, News(kind=kind, actor="bot", operation_id=operation_id, data=data))
            operation = read_operation(row_of(connection, operation_id))
            if after.is_final:
                self._notices.add_ending(connection, operation)
        self._tell(operation)
        return operation

    def request_cancel(self, operation_id: str, actor_id: str) -> Operation:
        """Flag an operation as to be cancelled; one that has not begun is cancelled at once.

        Raises:
            StaleTransitionError: it has ended.
        """
        with self._database.writing() as connection:
            row = row_of(connection, operation_id, lock=True)
            state = State(row["state"])
            if state.is_final:
                raise StaleTransitionError(f"{operation_id} has ended: it is {state.value}")
            changes: dict[str, Any] = {
                "cancel_requested_by": row["cancel_requested_by"] or actor_id,
                "version": row["version"] + 1,
            }
            kinds = ["operation.cancel_requested"]
            if state is not State.RUNNING:
                changes |= {
                    "state": State.CANCELLED.value,
                    "finished_at": self._now(),
                    "text": f"Cancelled by <@{actor_id}> before it began. Nothing was changed.",
                }
                kinds.append("operation.cancelled")
            self._update(connection, operation_id, changes)
            data = {"before": state.value, **({"text": changes["text"]} if "text" in changes else {})}
            news = [News(kind=kind, actor=actor_id, operation_id=operation_id, data=data) for kind in kinds]
            self._journal.append(connection, *news)
            operation = read_operation(row_of(connection, operation_id))
            self._notices.add_ending(connection, operation)
        self._tell(operation)
        return operation

    def _mark_undone(self, connection: sa.Connection, operation_id: str, undo: Operation) -> Operation:
        """Write who takes an operation back. Writers take turns, so that whoever comes second has found the first."""
        row = row_of(connection, operation_id, lock=True)
        self._update(connection, operation_id, {"undone_by": undo.id, "version": row["version"] + 1})
        data = {"undone_by": undo.id}
        news = News(kind="operation.undoing", actor=undo.actor.id, operation_id=operation_id, data=data)
        self._journal.append(connection, news)
        return read_operation(row_of(connection, operation_id))

    def _update(self, connection: sa.Connection, operation_id: str, changes: Mapping[str, Any]) -> None:
        values = {name: to_json(value) if name == "stages" else value for name, value in changes.items()}
        connection.execute(sa.update(OPERATION).where(OPERATION.c.id == operation_id).values(values))

    def _now(self) -> str:
        return write_time(self._clock.now())
