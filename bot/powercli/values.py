"""Values that flow through a pipeline, and PowerShell's ways of comparing and showing them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Union

from bot.powercli import binding
from bot.powercli.errors import QueryError
from bot.powercli.view import View
from vsphere.clock import Clock

Value = Union[str, int, float, bool, datetime, "Record", tuple[Any, ...], None]


class Env:
    """What a running query needs: the view, the deadline, and look-ups that are done once."""

    def __init__(self, view: View, *, clock: Clock, limit_s: float) -> None:
        self.view = view
        self.now = clock.now()
        self.cache: dict[Any, Any] = {}
        self._clock = clock
        self._limit_s = limit_s
        self._deadline = clock.monotonic() + limit_s

    def tick(self) -> None:
        """Called for each object touched; looks at the clock.

        Raises:
            QueryError: the time is up.
        """
        if self._clock.monotonic() > self._deadline:
            raise QueryError(
                f"The query took longer than {self._limit_s:g} s",
                way_out="Narrow it down early: Get-VM with -Name or -Location, snapshots and events for a few VMs.",
            )

    def once(self, key: Any, make: Callable[[], Any]) -> Any:  # noqa: ANN401  a cache of anything
        """The value made for that key, made at most once."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]


@dataclass(frozen=True, slots=True)
class Property:
    """One property: how it is read, and of which schema its value is, where that has properties itself."""

    name: str
    read: Callable[[Any, Env], Value]
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """What kind of object flows at one point of a pipeline."""

    name: str
    properties: Mapping[str, Property]
    """By name in lower case, in the order in which `*` shows them."""
    default: tuple[str, ...]
    """Columns where the query names none."""
    as_list: bool = False
    label: str = "name"
    """The property that stands for the object where it is a value itself."""

    @classmethod
    def of(
        cls, name: str, properties: tuple[Property, ...], default: str, *, as_list: bool = False, label: str = "name"
    ) -> "Schema":
        """Make one; `default` names columns separated by spaces."""
        return cls(name, {one.name.casefold(): one for one in properties}, tuple(default.split()), as_list, label)


@dataclass(frozen=True, slots=True)
class Record:
    """An object in the pipeline."""

    schema: Schema
    raw: Any
    env: Env

    def get(self, name: str) -> Value:
        """A property's value, the name in any case; None where an earlier Select-Object left it out."""
        found = self.schema.properties.get(name.casefold())
        return None if found is None else found.read(self.raw, self.env)

    def __str__(self) -> str:
        return show(self.get(self.schema.label))


def show(value: Value, *, most: int | None = 4) -> str:
    """The value as PowerShell prints it: True, 4, 1.5, {a, b…}; times in UTC."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, tuple):
        shown = [show(one) for one in value[:most]]
        return "{" + ", ".join(shown) + ("…" if most is not None and len(value) > most else "") + "}"
    return str(value)


def plain(value: Value) -> Value:
    """A record becomes the text that stands for it."""
    return str(value) if isinstance(value, Record) else value


def truth(value: Value) -> bool:
    """PowerShell's idea of true: not null, zero, empty text or empty list."""
    return bool(plain(value)) if not isinstance(value, datetime | Record) else True


def order_key(value: Value) -> tuple[int, Any]:
    """A key to sort by: null first, then numbers, times, and texts without regard to case."""
    value = plain(value)
    if value is None:
        return (0, 0)
    if isinstance(value, bool | int | float):
        return (1, value)
    if isinstance(value, datetime):
        return (2, value)
    return (3, show(value, most=None).casefold())


def order(left: Value, right: Value, *, exact_case: bool) -> int | None:
    """-1, 0 or 1 as left is less than, equal to or greater than right; None where they can't be ordered.

    The type of the left side decides, as in PowerShell.
    """
    left, right = plain(left), plain(right)
    if left is None or right is None:
        return 0 if left is right else (1 if right is None else -1)
    if isinstance(left, bool) or isinstance(right, bool):
        return _sign(truth(left), truth(right))
    if isinstance(left, int | float):
        number = _number(right)
        return None if number is None else _sign(left, number)
    if isinstance(left, datetime):
        moment = _moment(right)
        return None if moment is None else _sign(left, moment)
    first, second = show(left, most=None), show(right, most=None)
    return _sign(first, second) if exact_case else _sign(first.casefold(), second.casefold())


def _number(value: Value) -> int | float | None:
    if isinstance(value, int | float):
        return value
    found = binding.number(value) if isinstance(value, str) else None
    return found if isinstance(found, int | float) else None


def _moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(str(value).removesuffix(" UTC"))
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def _sign(left: Any, right: Any) -> int:  # noqa: ANN401  both of one comparable type
    return int(left > right) - int(left < right)
