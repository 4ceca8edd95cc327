"""Threads for what a listener may not do: everything that touches vCenter, a database or Slack."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

log = structlog.get_logger(__name__)

_TOKEN_BYTES: Final = 3


class Jobs:
    """A pool of daemon-like workers that end with the process."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slack-job")
        self._idle = threading.Condition()
        self._count = 0

    def submit(self, work: Callable[[], None], crashed: Callable[[str], None]) -> None:
        """Run it soon.

        Args:
            work: may take its time.
            crashed: told a short id, under which the log has the details, when `work` raised.
        """
        with self._idle:
            self._count += 1
        self._pool.submit(self._run, work, crashed)

    def close(self, timeout_s: float) -> None:
        """Wait for what was taken, at most `timeout_s`."""
        with self._idle:
            self._idle.wait_for(lambda: self._count == 0, timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: Callable[[], None], crashed: Callable[[str], None]) -> None:
        try:
            work()
        except Exception:  # a person waits: whatever happened, they hear of it
            token = secrets.token_hex(_TOKEN_BYTES).upper()
            log.exception("slack.job.crashed", token=token)
            crashed(token)
        finally:
            with self._idle:
                self._count -= 1
                self._idle.notify_all()
