"""DBOS, and nothing but DBOS: the durable workflow of an operation, its queue, its recovery. Knows no vCenter.

The rules that DBOS does not shout, each held here: a stable executor id; a pinned application version; JSON-like
arguments only; cancelling is ours, never DBOS's (it would free the VM while its step still runs); a workflow is
resumed onto its own queue; DBOS is a singleton of the process, so there is one engine at a time.
"""

import hashlib
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_error
from sqlalchemy.exc import SQLAlchemyError

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
_PATIENCE_S = 20


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

    def __init__(self, *, database_url: str, replica_id: str, concurrency: int, queue_poll_s: float) -> None:
        self._replica_id = replica_id
        self._concurrency = concurrency
        self._queue_poll_s = queue_poll_s
        self._config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": database_url,
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
                DBOS(config=self._config)
                DBOS.launch()
                DBOS.register_queue(
                    QUEUE,
                    partition_concurrency=1,
                    worker_concurrency=self._concurrency,
                    polling_interval_sec=self._queue_poll_s,
                    on_conflict="always_update",
                )
        except BaseException:
            self.destroy()
            raise

    def destroy(self) -> None:
        """Stop taking work. Steps that run are not interrupted by this: they must have been asked to stop before."""
        DBOS.destroy()
        Engine._body = None

    def enqueue(self, workflow_id: str, operation_id: str, *, partition: str) -> None:
        """Queue an operation behind all others of its partition; a workflow id that is known already changes nothing.

        Raises:
            StorageError: the database can't be written.
        """
        with _told(), SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=partition):
            DBOS.enqueue_workflow(QUEUE, _run, operation_id)

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
        return [workflow.workflow_id for workflow in left]

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
    """The same steps in the same order whenever it runs; everything that may differ happens inside a step."""
    body = _current()
    count = DBOS.run_step({"name": "begin"}, body.begin, operation_id)
    for index in range(count):
        if not DBOS.run_step({"name": "stage"}, body.stage, operation_id, index):
            break
    DBOS.run_step({"name": "finish"}, body.finish, operation_id)


def _current() -> Body:
    if Engine._body is None:  # noqa: SLF001  the other half of `Engine`: DBOS wants a function of the module
        raise StoppingError
    return Engine._body  # noqa: SLF001  see above


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, dbos_error.DBOSException) as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError(f"the bot's queue can't be written: {cause}") from error


def _quieten() -> None:
    """Give DBOS's logger a handler, or it adds its own for stderr and cuts itself off from everybody else's."""
    logger = logging.getLogger("dbos")  # noqa: TID251  not to log with, but to tame: structlog renders what arrives
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
