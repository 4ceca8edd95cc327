"""Events as rows, and back. What is not stored exactly as it was written is read as what no hash agrees with. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from operations.model import Event
from operations.record.chain import read_time, write_time
from operations.record.database import from_json, to_json
from operations.record.rows import Row

_UNREADABLE: Final = "unreadable"
"""The one key of such data; no event is ever written with it."""


def event_row(event: Event) -> dict[str, Any]:
    """An event as its table holds it, and the only form in which it may hold it."""
    return {
        "seq": event.seq,
        "at": write_time(event.at),
        "operation_id": event.operation_id,
        "kind": event.kind,
        "actor": event.actor,
        "data": to_json(dict(event.data)),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def read_event(row: Row) -> Event:
    """The event of a row; one that was tampered with is read as far as it can be, and never agrees with its hash."""
    place, operation_id = row["seq"], row["operation_id"]
    event = Event(
        seq=place if type(place) is int else 0,
        at=_time(row["at"]),
        operation_id=None if operation_id is None else _text(operation_id),
        kind=_text(row["kind"]),
        actor=_text(row["actor"]),
        data=MappingProxyType(_data(row["data"])),
        previous_hash=_text(row["previous_hash"]),
        hash=_text(row["hash"]),
    )
    if _is_as_written(event, row):
        return event
    return replace(event, data=MappingProxyType({_UNREADABLE: _text(row["data"])}))


def _is_as_written(event: Event, row: Row) -> bool:
    # The hash is of what the text means. Blanks, escapes and keys that come twice mean nothing, yet are a change.
    try:
        return event_row(event) == dict(row)
    except (ValueError, RecursionError):
        # It holds what JSON can't say, such as NaN, which is never written.
        return False


def _text(value: object) -> str:
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else repr(value)


def _time(value: object) -> datetime:
    try:
        at = read_time(_text(value))
        # One that is before the first or after the last in UTC has no form in which it is written.
        write_time(at)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
    return at


def _data(value: object) -> dict[str, Any]:
    text = _text(value)
    try:
        # Bytes that are no text would be read as letters that can't be written.
        data = from_json(text) if text == value else None
    except (ValueError, RecursionError):
        data = None
    return data if isinstance(data, dict) else {_UNREADABLE: text}
