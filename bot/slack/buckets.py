"""Slack's rate limits as token buckets, kept a little below what Slack allows. No thread, no clock of its own."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """What one method may do in a window."""

    burst: float
    per_s: float


PER_CHANNEL: Final = Limit(burst=2, per_s=0.66)
"""One message a second a channel, with short bursts: at most three in any three seconds."""
EDITS: Final = Limit(burst=10, per_s=40 / 60)
"""chat.update, tier 3: fifty in any minute, for the whole app."""
TIER_4: Final = Limit(burst=20, per_s=80 / 60)
TIER_3: Final = Limit(burst=10, per_s=40 / 60)
FREE: Final = Limit(burst=100, per_s=100)
"""response_url: no tier, five uses of each."""

METHODS: Final = {
    "chat.postMessage": FREE,
    "chat.update": EDITS,
    "chat.postEphemeral": TIER_4,
    "conversations.open": TIER_3,
    "views.publish": TIER_4,
    "response_url": FREE,
    "files": TIER_4,
}
RESERVE: Final = 3.0
"""Tokens that only urgent calls may take: the end of an operation is told before the middle of another."""


class Bucket:
    """Tokens that come back with time."""

    def __init__(self, limit: Limit, now: float) -> None:
        self._limit = limit
        self._tokens = limit.burst
        self._at = now

    def ready_in_s(self, now: float, *, reserve: float = 0.0) -> float:
        """Seconds until a token may be taken; zero for at once."""
        self._fill(now)
        missing = 1 + min(reserve, self._limit.burst - 1) - self._tokens
        return max(0.0, missing / self._limit.per_s)

    def take(self, now: float) -> None:
        """Take one, which `ready_in_s` has allowed."""
        self._fill(now)
        self._tokens -= 1

    def _fill(self, now: float) -> None:
        self._tokens = min(self._limit.burst, self._tokens + (now - self._at) * self._limit.per_s)
        self._at = now


class Buckets:
    """One bucket a method, and one a channel for new messages."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._blocked_until: dict[str, float] = {}

    def ready_in_s(self, method: str, channel: str | None, now: float, *, urgent: bool) -> float:
        """Seconds until a call may go out."""
        blocked = max(self._blocked_until.get(key, now) for key in (method, f"{method} {channel}"))
        reserve = 0.0 if urgent else RESERVE
        waits = [blocked - now, self._of(method, now).ready_in_s(now, reserve=reserve)]
        if _is_new_message(method) and channel is not None:
            waits.append(self._of(f"channel {channel}", now).ready_in_s(now))
        return max(waits)

    def take(self, method: str, channel: str | None, now: float) -> None:
        """Count a call that goes out now."""
        self._of(method, now).take(now)
        if _is_new_message(method) and channel is not None:
            self._of(f"channel {channel}", now).take(now)

    def block(self, method: str, channel: str | None, until: float) -> None:
        """Slack said 429: nothing of this kind goes out before then."""
        key = f"{method} {channel}" if _is_new_message(method) else method
        self._blocked_until[key] = max(until, self._blocked_until.get(key, until))

    def _of(self, key: str, now: float) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(METHODS.get(key, PER_CHANNEL if key.startswith("channel ") else TIER_3), now)
        return self._buckets[key]


def _is_new_message(method: str) -> bool:
    return method == "chat.postMessage"
