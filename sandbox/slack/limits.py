"""Slack's rate limits: how many calls of a method a minute, and one message a second into a channel.

Source: the tiers of the method reference; the burst allowed within a channel is a cautious reading of "short bursts".
"""

from collections import deque
from collections.abc import Callable
from typing import Final

PER_MINUTE: Final = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": 600}
_WINDOW_S: Final = 60.0
_CHANNEL_WINDOW_S: Final = 1.0
_CHANNEL_BURST: Final = 3


class RateLimiter:
    """Counts calls in a sliding window; asks nobody to wait itself."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._calls: dict[str, deque[float]] = {}

    def retry_after_s(self, method: str, tier: str | None, channel: str | None) -> int | None:
        """Count one call; return the seconds to wait when it is one too many, else None."""
        wait_s = self._over(f"method {method}", PER_MINUTE.get(tier or "t5", PER_MINUTE["t5"]), _WINDOW_S)
        if wait_s is None and channel is not None:
            # A short burst passes, but over its length the channel still gets one message a second.
            wait_s = self._over(f"channel {channel}", _CHANNEL_BURST, _CHANNEL_BURST * _CHANNEL_WINDOW_S)
        return wait_s

    def _over(self, key: str, allowed: int, window_s: float) -> int | None:
        now = self._now()
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - window_s:
            calls.popleft()
        if len(calls) >= allowed:
            return max(1, int(calls[0] + window_s - now + 0.999))
        calls.append(now)
        return None
