"""The chain of events: what each row's hash is taken of, and how a break is found. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.model import Event
from operations.record.database import to_json

FIRST_HASH = "0" * 64
"""What the first event names as the one before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The last event of a record as somebody has noted it, or as it is now; it vouches for all before it."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def hash_of(event: Event) -> str:
    """SHA-256 over everything of an event but its own hash, which includes the hash of the one before."""
    text = to_json(
        {
            "seq": event.seq,
            "at": write_time(event.at),
            "operation_id": event.operation_id,
            "kind": event.kind,
            "actor": event.actor,
            "data": dict(event.data),
            "previous_hash": event.previous_hash,
        }
    )
    return hashlib.sha256(text.encode()).hexdigest()


def breaks(events: Iterable[Event], *, last_seq: object, last_hash: object, noted: Head | None = None) -> list[str]:
    """Every place where the chain does not hold, in words; empty where it does.

    Args:
        events: all of them, by `seq`.
        last_seq: how many there must be, as it is stored.
        last_hash: the hash that the last one must have, as it is stored.
        noted: the head that was kept elsewhere: who can write here can't forge what it vouches for.
    """
    problems: list[str] = []
    seq, previous = 0, FIRST_HASH
    for event in events:
        problems += _breaks_at(event, seq, previous, noted)
        seq, previous = event.seq, event.hash
    if seq != last_seq:
        problems.append(f"the record ends with event {seq}, {last_seq} were written")
    elif previous != last_hash:
        problems.append(f"event {seq} is not the one that was written last")
    if noted is not None and seq < noted.seq:
        problems.append(f"the record ends with event {seq}, event {noted.seq} was noted")
    return problems


def _breaks_at(event: Event, seq: int, previous: str, noted: Head | None) -> Iterator[str]:
    """What is wrong with an event, by the number and the hash of the one before."""
    if event.seq <= seq:
        yield f"event {event.seq} is out of its place, after event {seq}"
    elif event.seq != seq + 1:
        yield f"event {seq + 1} is missing before event {event.seq}"
    elif event.previous_hash != previous:
        yield f"event {event.seq} does not follow the event before it"
    if event.hash != hash_of(event):
        yield f"event {event.seq} was changed after it was written"
    if noted is not None and event.seq == noted.seq and event.hash != noted.hash:
        yield f"event {event.seq} is not the one that was noted: it, or one before it, was written anew"


def write_time(at: datetime) -> str:
    """A time as the tables hold it: UTC, with microseconds, sortable as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """What `write_time` wrote."""
    return datetime.fromisoformat(text)
