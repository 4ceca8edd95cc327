"""What is looked after from time to time: one pass over all duties. Has no clock and no thread: see `bot.schedule`."""

from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from operations.model import Operation

log = structlog.get_logger(__name__)


class Duty(Protocol):
    """One kind of thing that becomes due: safe to run twice, and in several replicas at once."""

    @property
    def name(self) -> str:
        """One word for the log, such as `due`."""

    def run_once(self) -> None:
        """One pass."""


class Sweeps:
    """All duties. One that fails is logged and tried again with the next pass; it keeps no other from its turn."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._duties = tuple(duties)

    def run_once(self) -> None:
        """One pass over all duties, in their order; it never raises."""
        for duty in self._duties:
            try:
                duty.run_once()
            except Exception:  # whatever ails one of them, the others have their turn
                log.exception("sweep.duty.failed", duty=duty.name)


class DueOperations:
    """See `Duty`: queues what was to begin not before a time that has come."""

    name = "due"

    def __init__(self, *, due: Callable[[], Sequence[Operation]], enqueue: Callable[[Operation], None]) -> None:
        self._due = due
        self._enqueue = enqueue

    def run_once(self) -> None:
        """Queue them; one that is in the queue already stays where it is there."""
        for operation in self._due():
            log.info("operation.due", operation_id=operation.id)
            self._enqueue(operation)
