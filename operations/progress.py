"""What happens while a stage is followed: percent to the row once a second at most, a heartbeat, whether to stop."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from operations.errors import OperationsError
from operations.model import Operation
from operations.record.store import Store
from operations.settings import OperationsSettings
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_TELL_S = 1.0
_HEARTBEAT_S = 20.0
"""A card that says nothing for longer than 30 s looks dead."""
_CANCEL_LOOK_S = 2.0
"""Another replica may have taken the person's click, so the row is looked at as well."""


class Progress:
    """One operation's, for as long as one stage is followed. Called from the following thread only; it never raises."""

    def __init__(
        self, store: Store, *, operation_id: str, clock: Clock, is_stopping: Callable[[], bool], is_cancelled: bool
    ) -> None:
        self._store = store
        self._operation_id = operation_id
        self._clock = clock
        self._is_stopping = is_stopping
        self._percent: int | None = None
        self._told: int | None = None
        self._told_at = self._looked_at = clock.monotonic() - _TELL_S
        self.cancel_requested = is_cancelled
        """Whether somebody wants it to stop."""
        self.cancel_sent = False
        """Whether vCenter has been asked to; then the end of the task is waited for."""

    def on_progress(self, percent: int | None) -> None:
        """Take vCenter's percent."""
        self._percent = percent
        self._tell()

    def should_stop(self) -> bool:
        """Whether to stop following: the process ends, or a person wants it. Called several times a second."""
        self._tell()
        return self._is_stopping() or (self._look() and not self.cancel_sent)

    def _tell(self) -> None:
        waited = self._clock.monotonic() - self._told_at
        if waited < _TELL_S or (self._percent == self._told and waited < _HEARTBEAT_S):
            return
        self._told, self._told_at = self._percent, self._clock.monotonic()
        try:
            self._store.progress(self._operation_id, self._percent)
        except OperationsError as error:
            # Only a percent is lost; what matters is written with more patience.
            log.warning("operation.progress.lost", operation_id=self._operation_id, reason=str(error))

    def _look(self) -> bool:
        if self.cancel_requested or self._clock.monotonic() - self._looked_at < _CANCEL_LOOK_S:
            return self.cancel_requested
        self._looked_at = self._clock.monotonic()
        try:
            self.cancel_requested = self._store.get(self._operation_id).cancel_requested_by is not None
        except OperationsError as error:
            log.warning("operation.cancel.unreadable", operation_id=self._operation_id, reason=str(error))
        return self.cancel_requested


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What whoever waits needs: a limit, a clock, the record, and a way to be interrupted."""

    settings: OperationsSettings
    clock: Clock
    operation: Callable[[str], Operation]
    """Reads an operation by its id."""
    progress: Callable[[Operation], Progress]
    rest: Callable[[float], None]
    """Waits so many seconds, and raises `StoppingError` when the process ends."""
