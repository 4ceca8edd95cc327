"""Sends what waits in line, by Slack's limits, from threads of its own; nothing is given up that can still arrive.

429 is waited out, 5xx and lost connections are tried again for ever (longer each time), and what Slack will never
take is logged as an error once and told to whoever sent it.
"""

import threading
from collections.abc import Mapping
from typing import Any, Final

import structlog

from bot.blocks.gate import BlockError
from bot.slack.parcel import Line, Parcel
from bot.slack.web import RateLimitedError, RefusedError, UnreachableError, Web
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_DRAIN_LOOK_S: Final = 0.05
_LOUD_AFTER: Final = 5
"""From so many tries on, a call that does not get through is a warning."""


class Outbox:
    """The only way out, beside modals, whose trigger lives three seconds."""

    def __init__(self, *, web: Web, clock: Clock, threads: int) -> None:
        self._web = web
        self._clock = clock
        self._line = Line()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"slack-sender-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def put(self, parcel: Parcel) -> None:
        """Send it as soon as Slack's limits allow; returns at once."""
        with self._changed:
            self._line.put(parcel)
            self._changed.notify()

    def waiting(self) -> int:
        """How many calls have not arrived yet."""
        with self._changed:
            return len(self._line)

    def close(self, timeout_s: float) -> None:
        """Send what can be sent within `timeout_s`, and end."""
        deadline = self._clock.monotonic() + timeout_s
        with self._changed:
            while not self._closed and len(self._line) and self._clock.monotonic() < deadline:
                self._changed.wait(_DRAIN_LOOK_S)
            left = 0 if self._closed else len(self._line)
            self._closed = True
            self._changed.notify_all()
        if left:
            log.warning("slack.outbox.left", calls=left, hint="Cards are brought up to date after the next start.")
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(1.0)

    def _work(self) -> None:
        while (parcel := self._next()) is not None:
            try:
                self._deliver(parcel)
            except Exception:  # the last resort of the thread: it goes on with the next call
                log.exception("slack.sender.failed", key=parcel.key)
                self._landed(parcel)

    def _next(self) -> Parcel | None:
        with self._changed:
            while not self._closed:
                parcel, wait_s = self._line.take(self._clock.monotonic())
                if parcel is not None:
                    return parcel
                self._changed.wait(wait_s)
        return None

    def _deliver(self, parcel: Parcel) -> None:
        try:
            call = parcel.build()
            answer: Mapping[str, Any] = {} if call is None else self._web.call(call)
        except RateLimitedError as limited:
            log.warning("slack.rate.limited", key=parcel.key, retry_after_s=limited.retry_after_s)
            self._wait_out(parcel, limited.retry_after_s)
        except UnreachableError as away:
            level = log.warning if parcel.tries >= _LOUD_AFTER else log.info
            level("slack.call.postponed", key=parcel.key, tries=parcel.tries + 1, reason=str(away))
            self._again(parcel)
        except (RefusedError, BlockError) as refused:
            log.error("slack.call.refused", key=parcel.key, reason=str(refused))  # noqa: TRY400  the reason says it all
            self._landed(parcel)
            parcel.failed(getattr(refused, "code", "invalid_blocks"))
        else:
            # Before it counts as landed: an address that `sent` keeps must be known to the next of this key.
            try:
                if call is not None:
                    parcel.sent(answer)
            finally:
                self._landed(parcel)

    def _wait_out(self, parcel: Parcel, retry_after_s: float) -> None:
        now = self._clock.monotonic()
        with self._changed:
            self._line.block(parcel, now + retry_after_s)
            self._line.again(parcel, now, after_s=retry_after_s)
            self._changed.notify_all()

    def _again(self, parcel: Parcel) -> None:
        with self._changed:
            self._line.again(parcel, self._clock.monotonic())
            self._changed.notify_all()

    def _landed(self, parcel: Parcel) -> None:
        with self._changed:
            self._line.landed(parcel)
            self._changed.notify_all()
