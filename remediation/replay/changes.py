"""Alarm changes as JSON lines, one a line, so that a history can be kept, carried elsewhere and replayed there.

    {"at": "2026-11-02T09:14:03+00:00", "entity": "lab/vm-23", "kind": "VirtualMachine", "name": "web-01",
     "alarm": "lab/alarm-6", "alarm_name": "VM CPU usage", "system_name": "alarm.VmCPUUsageAlarm",
     "from": "green", "to": "red"}

All keys are needed but `system_name`; times name their zone; the oldest line stands first.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from vsphere.model import AlarmChange, AlarmStatus, Ref

_KEYS: Final = ("at", "entity", "kind", "name", "alarm", "alarm_name", "from", "to")
_MAY: Final = frozenset({*_KEYS, "system_name"})
_FIRST, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Guard rails look days back and ahead, which neither the first nor the last day of all time has."""
_MOST_TOLD: Final = 60
"""Characters of what a line says."""
_STATUSES: Final = ", ".join(status.value for status in AlarmStatus)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """A line that says nothing that could be replayed."""

    number: int
    """The first line is 1."""
    reason: str


def to_line(change: AlarmChange) -> str:
    """One change as a line, without its end."""
    return json.dumps(
        {
            "at": change.at.astimezone(UTC).isoformat(),
            "entity": str(change.entity),
            "kind": change.entity_kind,
            "name": change.entity_name,
            "alarm": str(change.alarm),
            "alarm_name": change.alarm_name,
            "system_name": change.alarm_system_name,
            "from": change.before.value,
            "to": change.after.value,
        },
        ensure_ascii=False,
    )


def from_line(line: str) -> AlarmChange:
    """The change that a line tells.

    Raises:
        ValueError: it tells none; the message says why.
    """
    row = _row(line)
    at = _time(row["at"])
    return AlarmChange(
        at=at,
        entity=_ref(row["entity"]),
        entity_kind=row["kind"],
        entity_name=row["name"],
        alarm=_ref(row["alarm"]),
        alarm_name=row["alarm_name"],
        alarm_system_name=row.get("system_name", ""),
        before=_status(row["from"]),
        after=_status(row["to"]),
    )


def read_file(file: Path) -> Iterator[AlarmChange | BadLine]:
    """What the lines of a file tell; see `read_lines`. What is no UTF-8 makes its own line bad, and no other.

    Raises:
        OSError: it can't be read.
    """
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        yield from read_lines(lines)


def read_lines(lines: Iterable[str]) -> Iterator[AlarmChange | BadLine]:
    """What the lines tell, one after the other; empty lines are nothing.

    A line that is older than the one before it is bad, because what was decided by then can't be taken back.
    """
    newest: datetime | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            change = from_line(line)
        except ValueError as error:
            yield BadLine(number=number, reason=str(error))
            continue
        if newest is not None and change.at < newest:
            yield BadLine(number=number, reason="older than the line before it; sort the file by its times")
            continue
        newest = change.at
        yield change


def _row(line: str) -> dict[str, str]:
    row = _object(line)
    missing = [key for key in _KEYS if key not in row]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    unknown = sorted(row.keys() - _MAY)
    if unknown:
        raise ValueError(f"{_told(', '.join(unknown))}: unknown key")
    odd = [key for key, value in row.items() if not isinstance(value, str)]
    if odd:
        raise ValueError(f"{', '.join(odd)}: expected a string")
    broken = [key for key, value in row.items() if not _is_text(value)]
    if broken:
        raise ValueError(f"{', '.join(broken)}: no text that could be written")
    return row


def _object(line: str) -> dict[str, str]:
    """What JSON makes of it; whether its values are strings is still to be seen."""
    if not _is_text(line):
        raise ValueError("no UTF-8")
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from None
    except RecursionError:
        raise ValueError("no JSON: nested too deeply") from None
    if not isinstance(row, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  a mistake in the line, not of the caller
    return row


def _is_text(value: str) -> bool:
    """Whether it can be written: half a character, as of a byte that is no UTF-8, can't be."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(value: str) -> str:
    """What a line says, as far as it is told again."""
    clipped = value if len(value) < _MOST_TOLD else f"{value[: _MOST_TOLD - 1]}…"
    return clipped.encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=100_000)
def _ref(text: str) -> Ref:
    """One value for each object, since few objects have many changes."""
    try:
        return Ref.parse(text)
    except ValueError:
        raise ValueError(f"{_told(text)!r} is not VCENTER/MOREF") from None


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"at: {_told(text)!r} is no time such as 2026-11-02T09:14:03+00:00") from None
    if at.tzinfo is None:
        raise ValueError(f"at: {text!r} names no zone; write +00:00 for UTC")
    if not _FIRST <= at < _END:
        raise ValueError(f"at: {text!r} is before 2000, when there was no vCenter, or after 2199")
    return at.astimezone(UTC)


def _status(text: str) -> AlarmStatus:
    try:
        return AlarmStatus(text)
    except ValueError:
        raise ValueError(f"{_told(text)!r} is no status; there are {_STATUSES}") from None
