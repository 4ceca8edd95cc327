"""A call to Slack that waits for its turn, and the line it waits in. No thread, no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from bot.slack.buckets import Buckets


class Urgency(IntEnum):
    """Who goes first where not all can."""

    FINAL = 0
    """The end of an operation, or an answer that a person waits for."""
    FIRST = 1
    """A new card."""
    EDIT = 2
    """The middle of an operation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request to Slack."""

    method: str
    """A Web API method, `response_url`, or `files`."""
    arguments: Mapping[str, Any]
    channel: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """What is to be sent under a key; a later one under the same key takes its place."""

    key: str
    where: Callable[[], tuple[str, str | None]]
    """Method and channel as they would be now."""
    build: Callable[[], Call | None]
    """The call as of now; None where nothing has to be sent any more. May read a database, but not Slack."""
    sent: Callable[[Mapping[str, Any]], None]
    failed: Callable[[str], None]
    """Told Slack's error where trying again is no use."""
    urgency: Urgency
    not_before: float = 0.0
    tries: int = 0


def fixed(
    key: str,
    call: Call,
    *,
    urgency: Urgency = Urgency.FINAL,
    sent: Callable[[Mapping[str, Any]], None] = lambda _answer: None,
    failed: Callable[[str], None] = lambda _code: None,
) -> Parcel:
    """A parcel whose content does not change while it waits."""
    where = (call.method, call.channel)
    return Parcel(key=key, where=lambda: where, build=lambda: call, sent=sent, failed=failed, urgency=urgency)


_FIRST_WAIT_S: Final = 0.5
_MOST_WAIT_S: Final = 20.0


class Line:
    """Parcels in order of urgency and age, one of a key at a time. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: dict[str, Parcel] = {}
        self._flying: set[str] = set()
        self._buckets = Buckets()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._flying)

    def put(self, parcel: Parcel) -> None:
        """Add it; what waits under its key is replaced, but keeps its place and its wait."""
        old = self._waiting.get(parcel.key)
        if old is not None:
            parcel = replace(
                parcel, not_before=max(parcel.not_before, old.not_before) if old.tries else parcel.not_before
            )
            parcel = replace(parcel, tries=old.tries)
        self._waiting[parcel.key] = parcel

    def take(self, now: float) -> tuple[Parcel | None, float | None]:
        """The next parcel that may leave; otherwise the seconds until one may, or None where none waits."""
        soonest: float | None = None
        for parcel in sorted(self._waiting.values(), key=lambda one: one.urgency):
            if parcel.key in self._flying:
                continue
            wait = self._wait_s(parcel, now)
            if wait <= 0:
                del self._waiting[parcel.key]
                self._flying.add(parcel.key)
                self._buckets.take(*parcel.where(), now)
                return parcel, 0.0
            soonest = wait if soonest is None else min(soonest, wait)
        return None, soonest

    def landed(self, parcel: Parcel) -> None:
        """It is done with, one way or the other."""
        self._flying.discard(parcel.key)

    def again(self, parcel: Parcel, now: float, *, after_s: float | None = None) -> None:
        """Try it again later, longer each time; what has come under its key meanwhile goes instead."""
        self._flying.discard(parcel.key)
        wait_s = min(_FIRST_WAIT_S * 2**parcel.tries, _MOST_WAIT_S) if after_s is None else after_s
        newest = self._waiting.get(parcel.key, parcel)
        self._waiting[parcel.key] = replace(newest, not_before=now + wait_s, tries=parcel.tries + 1)

    def block(self, parcel: Parcel, until: float) -> None:
        """Slack wants nothing of this kind before then."""
        self._buckets.block(*parcel.where(), until)

    def _wait_s(self, parcel: Parcel, now: float) -> float:
        method, channel = parcel.where()
        ready = self._buckets.ready_in_s(method, channel, now, urgent=parcel.urgency is Urgency.FINAL)
        return max(parcel.not_before - now, ready)
