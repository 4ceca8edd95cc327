"""Remembers what was delivered lately, so that the same thing delivered twice happens once. In memory, bounded."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

from bot.slack.envelope import Json
from vsphere.clock import Clock

KEEP_S: Final = 900.0
"""Slack's last retry of an event comes five minutes after the first try."""
MOST: Final = 50_000


class Once:
    """Ack payloads by key: a second delivery is answered as the first was, and does nothing else."""

    def __init__(self, *, clock: Clock, keep_s: float = KEEP_S, most: int = MOST) -> None:
        self._clock = clock
        self._keep_s = keep_s
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Json]] = OrderedDict()

    def answer(self, keys: Iterable[str], take: Callable[[], Json]) -> Json:
        """The payload of the first delivery under any of the keys; `take` makes it and must be quick."""
        wanted = tuple(keys)
        with self._lock:
            now = self._clock.monotonic()
            self._forget(now)
            for key in wanted:
                if key in self._known:
                    return self._known[key][1]
            payload = take()
            for key in wanted:
                self._known[key] = (now, payload)
            return payload

    def _forget(self, now: float) -> None:
        while self._known:
            at, _ = next(iter(self._known.values()))
            if now - at <= self._keep_s and len(self._known) <= self._most:
                return
            self._known.popitem(last=False)
