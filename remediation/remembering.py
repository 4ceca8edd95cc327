"""Values of rows that have not changed since they were read last: most of a history is the same from look to look."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """A row; two rows that are equal mean the same."""

    @property
    def key(self) -> str:
        """Which row it is."""


_Row = TypeVar("_Row", bound=Keyed)
_Value = TypeVar("_Value")


class Remembered(Generic[_Row, _Value]):
    """Reads rows, each again only when it has changed; safe to be asked by many threads. It keeps what it read last."""

    def __init__(self, read: Callable[[_Row], _Value]) -> None:
        self._read = read
        self._known: dict[str, tuple[_Row, _Value]] = {}

    def values(self, rows: Iterable[_Row]) -> list[_Value]:
        """What the rows mean, in their order."""
        before = self._known
        now = {
            row.key: known if (known := before.get(row.key)) and known[0] == row else (row, self._read(row))
            for row in rows
        }
        self._known = now
        return [value for _, value in now.values()]
