"""DBOS, and nothing but DBOS: the durable workflow of an operation, its queue, its recovery. Knows no vCenter.

The rules that DBOS does not shout, each held here: a stable executor id; a pinned application version; JSON-like
arguments only; cancelling is ours, never DBOS's (it would free the VM while its step still runs); a workflow is
resumed onto its own queue; DBOS is a singleton of the process, so there is one engine at a time.
"""

import hashlib
import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_error
from dbos._queue import queue_worker_thread
from sqlalchemy.exc import SQLAlchemyError

from operations.bell import Bell
from operations.errors import StoppingError, StorageError

log = structlog.get_logger(__name__)

APPLICATION = "iaas-bot"
APPLICATION_VERSION = "1"
"""Pinned: DBOS recovers and dequeues only what carries its own version, and by default every release had another.

A step that is added or moved goes behind `DBOS.patch(name)`; this constant never changes.
"""
QUEUE = "vmops"
_WORKFLOW = "iaas.operation"
_POOL = 8
_LIVE = ["PENDING", "ENQUEUED", "DELAYED"]
_IDLE_POLL_S = 1.0
"""While nothing happens here the queue is looked at so often: for what other replicas left or have no room for."""
_END_S = 10


class Body(Protocol):
    """What a workflow does. Each method is a step: it may run again, so it looks before it acts, and never raises."""

    def begin(self, operation_id: str) -> int:
        """Take the operation on; the number of stages that there are to run."""

    def stage(self, operation_id: str, index: int) -> bool:
        """Run one stage; whether to go on with the next."""

    def finish(self, operation_id: str) -> None:
        """Bring the operation to its end."""


class Engine:
    """One replica's DBOS."""

    _body: Body | None = None
    _bell: Bell | None = None
    _thread: threading.Thread | None = None
    _active: ClassVar[set[str]] = set()
    """The workflows that run in this process now."""

    def __init__(
        self,
        *,
        database_url: str,
        replica_id: str,
        concurrency: int,
        queue_poll_s: float,
        database: sa.Engine | None = None,
    ) -> None:
        """Take what it needs; nothing is opened yet.

        Args:
            database_url: where DBOS keeps its tables.
            replica_id: unique among replicas, and the same after a restart.
            concurrency: most workflows at once in this process.
            queue_poll_s: seconds between two looks at the queue while something happens.
            database: how to reach it; None lets DBOS do that in its own way.
        """
        self._stranded: set[str] = set()
        self._replica_id = replica_id
        self._concurrency = concurrency
        self._queue_poll_s = queue_poll_s
        self._config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": database_url,
            "system_database_engine": database,
            "sys_db_pool_size": _POOL,
            "application_version": APPLICATION_VERSION,
            "executor_id": replica_id,
            "log_level": "WARNING",
            "enable_otlp": False,
            "serializer": DBOSPortableJSONSerializer(),
        }

    @property
    def is_alone(self) -> bool:
        """Whether no other replica can share this database: SQLite is for one process."""
        return str(self._config["system_database_url"]).startswith("sqlite")

    def launch(self, body: Body) -> None:
        """Start the queue, and recover what this replica left behind.

        The tables of DBOS are made where they are missing; SQLite must be in WAL mode by now.

        Raises:
            StorageError: the database can't be reached.
        """
        if Engine._body is not None:
            raise RuntimeError("another engine runs in this process, and DBOS allows one")
        _quieten()
        Engine._body = body
        try:
            with _told():
                dbos = DBOS(config=self._config)
                # Its own thread for our queue could not be woken; the one that is started below can.
                DBOS.listen_queues([])
                DBOS.launch()
                queue = DBOS.register_queue(
                    QUEUE,
                    partition_concurrency=1,
                    worker_concurrency=self._concurrency,
                    polling_interval_sec=self._queue_poll_s,
                    on_conflict="always_update",
                )
        except BaseException:
            self.destroy()
            raise
        bell = Engine._bell = Bell(idle_s=_IDLE_POLL_S)
        Engine._thread = threading.Thread(
            target=queue_worker_thread, args=(bell, dbos, queue), name=f"queue-{QUEUE}", daemon=True
        )
        Engine._thread.start()

    def destroy(self) -> None:
        """Stop taking work. Steps that run are not interrupted by this: they must have been asked to stop before."""
        if Engine._bell is not None and Engine._thread is not None:
            Engine._bell.set()
            Engine._thread.join(_END_S)
        DBOS.destroy()
        Engine._body = Engine._bell = Engine._thread = None

    def enqueue(self, workflow_id: str, operation_id: str, *, partition: str) -> None:
        """Queue an operation behind all others of its partition; a workflow id that is known already changes nothing.

        Raises:
            StorageError: the database can't be written.
        """
        with _told(), SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=partition):
            DBOS.enqueue_workflow(QUEUE, _run, operation_id)
        _ring()

    def missing(self, workflow_ids: Collection[str]) -> set[str]:
        """Those ids that nothing waits or runs under, be it that they ended or that they never were."""
        if not workflow_ids:
            return set()
        with _told():
            known = DBOS.list_workflows(
                workflow_ids=list(workflow_ids), status=_LIVE, load_input=False, load_output=False
            )
        return set(workflow_ids) - {one.workflow_id for one in known}

    def take_over(self, dead_replica: str) -> list[str]:
        """Queue again what a dead replica was running, for whichever replica is free; the caller holds the lock."""
        with _told():
            left = DBOS.list_workflows(
                status="PENDING", executor_id=dead_replica, queue_name=QUEUE, load_input=False, load_output=False
            )
            for workflow in left:
                # Without its queue's name it would run outside the queue, and two operations on one VM at once.
                DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
        _ring()
        return [workflow.workflow_id for workflow in left]

    def revive(self) -> list[str]:
        """Queue again what this replica has taken and no longer runs, because DBOS could not write its own notes.

        That counts only when it was so at the call before as well: one that is taken begins a moment later.
        """
        with _told():
            mine = DBOS.list_workflows(
                status="PENDING",
                executor_id=self._replica_id,
                queue_name=QUEUE,
                load_input=False,
                load_output=False,
            )
            idle = {one.workflow_id for one in mine} - Engine._active
            lost, self._stranded = sorted(idle & self._stranded), idle
            for workflow in lost:
                DBOS.resume_workflow(workflow, queue_name=QUEUE)
        if lost:
            _ring()
        return lost

    def forget(self, *, older_than: timedelta, now: datetime) -> int:
        """Delete what the engine noted about workflows that ended long ago; how many there were."""
        with _told():
            ended = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                end_time=(now - older_than).astimezone(UTC).isoformat(),
                load_input=False,
                load_output=False,
            )
            if ended:
                DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        return len(ended)


def workflow_id(key: str) -> str:
    """The one workflow of an idempotency key."""
    return f"op-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@DBOS.workflow(name=_WORKFLOW)
def _run(operation_id: str) -> None:
    with _active():
        _steps(_current(), operation_id)
    # What waits for the same VM can begin in a moment.
    _ring()


def _steps(body: Body, operation_id: str) -> None:
    """The same steps in the same order whenever it runs; everything that may differ happens inside a step."""
    count = DBOS.run_step({"name": "begin"}, body.begin, operation_id)
    for index in range(count):
        if not DBOS.run_step({"name": "stage"}, body.stage, operation_id, index):
            break
    DBOS.run_step({"name": "finish"}, body.finish, operation_id)


@contextmanager
def _active() -> Iterator[None]:
    """Tell which workflow runs; one whose notes can't be written is left to `Engine.revive`, not ended for good."""
    workflow = str(DBOS.workflow_id)
    Engine._active.add(workflow)  # noqa: SLF001  as in `_current`
    try:
        yield
    except SQLAlchemyError as error:
        log.error("engine.notes.unwritten", workflow=workflow, reason=_cause(error))  # noqa: TRY400  the cause is all
        raise StoppingError from error
    finally:
        Engine._active.discard(workflow)  # noqa: SLF001  see above


def _current() -> Body:
    if Engine._body is None:  # noqa: SLF001  the other half of `Engine`: DBOS wants a function of the module
        raise StoppingError
    return Engine._body  # noqa: SLF001  see above


def _ring() -> None:
    if Engine._bell is not None:  # noqa: SLF001  as in `_current`
        Engine._bell.ring()  # noqa: SLF001  see above


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, dbos_error.DBOSException) as error:
        raise StorageError(f"the bot's queue can't be written: {_cause(error)}") from error


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _quieten() -> None:
    """Give DBOS's logger a handler, or it adds its own for stderr and cuts itself off from everybody else's."""
    logger = logging.getLogger("dbos")  # noqa: TID251  not to log with, but to tame: structlog renders what arrives
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
