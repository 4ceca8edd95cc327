"""What runs from time to time, by APScheduler, with a store of its own in memory: a shared one runs jobs twice."""

import threading
from collections.abc import Callable
from datetime import UTC
from typing import Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_JOB: Final = "sweep"
_OVERDUE: Final = 3
"""So many intervals without a pass, by a clock that does not jump, mean that the wall clock was set back."""
_END_TIMEOUT_S: Final = 10.0


class Schedule:
    """Calls `sweep` at once and then every `every_s` seconds, one pass at a time."""

    def __init__(self, *, sweep: Callable[[], None], every_s: float, clock: Clock) -> None:
        self._sweep = sweep
        self._every_s = every_s
        self._clock = clock
        self._began_at = clock.monotonic()
        self._idle = threading.Event()
        self._idle.set()
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)}, daemon=True)

    def start(self) -> None:
        """Begin with a pass."""
        # However late a pass is, it runs, once: by default one that is a second late would be left out.
        self._scheduler.add_job(
            self._pass,
            "interval",
            id=_JOB,
            seconds=self._every_s,
            next_run_time=self._clock.now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin no further pass, and wait a while for the one that runs."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if not self._idle.wait(_END_TIMEOUT_S):
            log.warning("schedule.stop.incomplete", timeout_s=_END_TIMEOUT_S)

    def attend(self) -> None:
        """See that the passes go on: when the wall clock is set back an hour, the next one would be an hour off."""
        silent_s = self._clock.monotonic() - self._began_at
        if silent_s > _OVERDUE * self._every_s and self._idle.is_set() and self._scheduler.running:
            log.warning("schedule.overdue", silent_s=round(silent_s))
            self._began_at = self._clock.monotonic()
            self._scheduler.modify_job(_JOB, next_run_time=self._clock.now())

    def _pass(self) -> None:
        self._began_at = self._clock.monotonic()
        self._idle.clear()
        try:
            self._sweep()
        finally:
            self._idle.set()
