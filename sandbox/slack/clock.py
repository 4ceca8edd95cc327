"""The sandbox's one clock: real time plus whatever a test has added.

Rules of seconds and minutes (3 s to answer, 30 min for a response_url, 5 min for the last redelivery) are
measured here, so that a test moves time instead of waiting. Used inside the server's event loop only.
"""

import asyncio
import contextlib
import time
from typing import Any


class Clock:
    """Wall-clock seconds that a test can push forward; never backward."""

    def __init__(self) -> None:
        self._added_s = 0.0
        self._wakers: set[asyncio.Event] = set()
        self._last_ts_us = 0

    def now(self) -> float:
        """Return seconds since 1970, including the seconds that were added."""
        return time.time() + self._added_s  # noqa: TID251  this class is the clock the others are told to take

    def advance(self, seconds: float) -> None:
        """Move time forward and wake every sleeper, which then looks whether its time has come."""
        self._added_s += max(seconds, 0.0)
        for waker in tuple(self._wakers):
            waker.set()

    def ts(self) -> str:
        """Return a message timestamp as Slack writes it; strictly increasing, so it is also an identity."""
        self._last_ts_us = max(int(self.now() * 1_000_000), self._last_ts_us + 1)
        return f"{self._last_ts_us // 1_000_000}.{self._last_ts_us % 1_000_000:06d}"

    async def sleep(self, seconds: float) -> None:
        """Return once that many seconds have gone by on this clock."""
        deadline = self.now() + seconds
        while (rest := deadline - self.now()) > 0:
            waker = asyncio.Event()
            self._wakers.add(waker)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(rest):
                        await waker.wait()
            finally:
                self._wakers.discard(waker)

    async def done_within(self, future: "asyncio.Future[Any]", seconds: float) -> bool:
        """Return True when the future finishes before that many seconds, False otherwise; never cancels it."""
        sleeper = asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait({future, sleeper}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
        return future.done()
