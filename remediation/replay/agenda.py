"""What is due when, in order: looks at incidents, and the further course of remedies."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from remediation.intake import Place


class Kind(Enum):
    """What is to be done."""

    LOOK = "look"
    LINE = "line"
    """There may be room for those that wait for others."""
    ANSWER = "answer"
    """Somebody says yes."""
    END = "end"
    COMPARE = "compare"


class Due(NamedTuple):
    """One entry; entries are compared by time and number, which no two share."""

    at: datetime
    number: int
    """Of entries of one moment the older one comes first."""
    kind: Kind
    about: Place | str
    """An incident's place, or a remedy's key; empty for the line."""


class Agenda:
    """Entries are never taken back; whoever does them knows which are out of date."""

    def __init__(self) -> None:
        self._due: list[Due] = []
        self._count = 0

    def add(self, at: datetime, kind: Kind, about: Place | str) -> int:
        """Note something, and return its number; no other entry has it."""
        self._count += 1
        heapq.heappush(self._due, Due(at, self._count, kind, about))
        return self._count

    def before(self, moment: datetime) -> Iterator[Due]:
        """What is due before it, taken off; what is added meanwhile counts."""
        while self._due and self._due[0].at < moment:
            yield heapq.heappop(self._due)

    def until(self, moment: datetime) -> Iterator[Due]:
        """The same with what is due at that very moment."""
        while self._due and self._due[0].at <= moment:
            yield heapq.heappop(self._due)
