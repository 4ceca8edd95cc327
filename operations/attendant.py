"""What a replica does beside its work: signs of life, taking over from the dead, healing what a crash left behind."""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from operations.engine import Engine, workflow_id
from operations.errors import OperationsError, StaleTransitionError, StorageError
from operations.model import Operation, State
from operations.record.replicas import Replicas
from operations.record.store import Store
from operations.settings import OperationsSettings
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_SETTLED = timedelta(seconds=10)
"""A row that is younger may be on its way into the queue just now."""
_FORGET_EVERY_S = 3600


class Attendant:
    """One thread. `run_once` is one pass, and what tests call."""

    def __init__(
        self,
        *,
        settings: OperationsSettings,
        clock: Clock,
        engine: Engine,
        store: Store,
        replicas: Replicas,
        enqueue: Callable[[Operation], None],
        waits: Callable[[Operation], str | None],
        on_fenced: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._engine = engine
        self._store = store
        self._replicas = replicas
        self._enqueue = enqueue
        self._waits = waits
        self._on_fenced = on_fenced
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._attend, name="operations-attendant", daemon=True)
        self._beaten_at = clock.monotonic()
        self._forgotten_at = clock.monotonic()

    def start(self) -> None:
        """Give the first sign of life, heal, and go on doing so in the background.

        Raises:
            StorageError: the database can't be written.
        """
        self._beat()
        self._heal(settled=timedelta(0))
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def enqueue(self, operation: Operation) -> None:
        """Queue an operation that is on record, once it is its turn; where that fails, a later pass does it."""
        try:
            why = self._waits(operation)
            if why is None:
                self._enqueue(operation)
            else:
                log.info("operation.turn.awaited", operation_id=operation.id, reason=why)
        except StorageError as error:
            log.warning("operation.enqueue.delayed", operation_id=operation.id, reason=str(error))

    def enqueue_due(self, operation: Operation) -> None:
        """The same, unless its time has not come: then a sweep does it when it has."""
        if not self._is_early(operation):
            self.enqueue(operation)

    def run_once(self) -> None:
        """Give a sign of life, take over from the dead, revive, heal, and forget what is old."""
        try:
            self._beat()
            for dead in self._replicas.silent(me=self._settings.replica_id, ttl_s=self._settings.replica_ttl_s):
                self._take_over(dead)
            self._revive()
            self._heal(settled=_SETTLED)
            self._forget()
        except OperationsError as error:
            log.warning("operations.attendant.failed", reason=str(error))
        silent_s = self._clock.monotonic() - self._beaten_at
        if silent_s > self._settings.replica_ttl_s and not self._engine.is_alone:
            # Others take this replica for dead by now and run its work, so it must not go on.
            self._on_fenced(f"no sign of life could be written for {silent_s:.0f} s")

    def _attend(self) -> None:
        while not self._stop.wait(self._settings.heartbeat_s):
            self.run_once()

    def _beat(self) -> None:
        self._replicas.beat(self._settings.replica_id)
        self._beaten_at = self._clock.monotonic()

    def _take_over(self, dead: str) -> None:
        def resume() -> None:
            resumed = self._engine.take_over(dead)
            log.warning("operations.replica.taken_over", dead=dead, workflows=len(resumed))

        self._replicas.bury(dead, take_over=resume)

    def _revive(self) -> None:
        lost = self._engine.revive()
        if lost:
            log.warning("operations.workflows.revived", workflows=len(lost))

    def _heal(self, *, settled: timedelta) -> None:
        """Queue what a crash left on record only, and close what the engine has lost."""
        oldest = self._clock.now() - settled
        due = {one.id for one in self._store.due()}
        rows = {
            workflow_id(self._store.request(one.id).key): one
            for one in self._store.unfinished()
            if one.created_at <= oldest and (one.not_before is None or one.state is State.RUNNING or one.id in due)
        }
        for lost in self._engine.missing(rows):
            operation = self._store.get(rows[lost].id)
            if operation.state is State.QUEUED:
                # Left by a crash, or waiting for its turn.
                self.enqueue(operation)
            elif operation.state is State.RUNNING:
                self._close(operation)

    def _is_early(self, operation: Operation) -> bool:
        """Whether it is on record only because its time has not come; see `operations.sweeps.DueOperations`."""
        return operation.not_before is not None and operation.not_before > self._clock.now()

    def _close(self, operation: Operation) -> None:
        """The engine has ended its workflow and the row is open still: nobody will ever finish it."""
        try:
            self._store.move(
                operation.id,
                State.UNKNOWN,
                text="The bot lost track of this operation.",
                way_out=f"Look at {operation.vm_name} in vCenter, and tell an administrator.",
            )
        except StaleTransitionError as error:
            log.info("operation.closed.meanwhile", operation_id=operation.id, reason=str(error))

    def _forget(self) -> None:
        if self._clock.monotonic() - self._forgotten_at < _FORGET_EVERY_S:
            return
        self._forgotten_at = self._clock.monotonic()
        kept = timedelta(days=self._settings.kept_workflows_days)
        count = self._engine.forget(older_than=kept, now=self._clock.now())
        log.info("operations.workflows.forgotten", count=count)
