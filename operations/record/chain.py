"""The chain of events: what each row's hash is taken of, and how a break is found. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from operations.model import Event
from operations.record.database import to_json

FIRST_HASH = "0" * 64
"""What the first event names as the one before."""


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


def breaks(events: Iterable[Event], *, last_seq: object, last_hash: object) -> list[str]:
    """Every place where the chain does not hold, in words; empty where it does.

    Args:
        events: all of them, by `seq`.
        last_seq: how many there must be, as it is stored.
        last_hash: the hash that the last one must have, as it is stored.
    """
    problems = []
    seq, previous = 0, FIRST_HASH
    for event in events:
        if event.seq <= seq:
            problems.append(f"event {event.seq} is out of its place, after event {seq}")
        elif event.seq != seq + 1:
            problems.append(f"event {seq + 1} is missing before event {event.seq}")
        elif event.previous_hash != previous:
            problems.append(f"event {event.seq} does not follow the event before it")
        if event.hash != hash_of(event):
            problems.append(f"event {event.seq} was changed after it was written")
        seq, previous = event.seq, event.hash
    if seq != last_seq:
        problems.append(f"the record ends with event {seq}, {last_seq} were written")
    elif previous != last_hash:
        problems.append(f"event {seq} is not the one that was written last")
    return problems


def write_time(at: datetime) -> str:
    """A time as the tables hold it: UTC, with microseconds, sortable as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """What `write_time` wrote."""
    return datetime.fromisoformat(text)
