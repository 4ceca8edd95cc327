"""Values of the file as they were written, before any is checked: what can't be read takes no part. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.config.table import Spoken

_T = TypeVar("_T")
_NUMBER: Final = TypeAdapter(float)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """Keys that are right each by itself and wrong together."""

    location: tuple[str | int, ...]
    reason: str


def table_at(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The table of this name; an empty one where it is none."""
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def by_name(values: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    """The tables `[key.NAME]`."""
    return {name: table for name, table in table_at(values, key).items() if isinstance(table, Mapping)}


def in_order(values: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The tables `[[key]]`, each with its place."""
    tables = values.get(key)
    for at, table in enumerate(tables if isinstance(tables, list) else []):
        if isinstance(table, Mapping):
            yield at, table


def is_empty(value: object) -> bool:
    """Whether it is a list without anything in it."""
    return isinstance(value, Sequence) and not value


def read(form: TypeAdapter[_T], value: object) -> _T | None:
    """The value in its form; None where it has not got it, which is told elsewhere."""
    try:
        return form.validate_python(value)
    except ValidationError:
        return None


def number(value: object) -> float | None:
    """The value as a number; None where it is none, be it that it could be taken for one."""
    is_none = isinstance(value, bool | str) and not isinstance(value, Spoken)
    return None if is_none else read(_NUMBER, value)


def names_twice(values: Mapping[str, Any], key: str, what: str) -> Iterator[Disagreement]:
    """Tables `[[key]]` that have one name."""
    seen = set()
    for at, table in in_order(values, key):
        name = table.get("name")
        if isinstance(name, str) and name in seen:
            yield Disagreement(location=(key, at, "name"), reason=f"two {what} have one name: {name}")
        if isinstance(name, str):
            seen.add(name)


def too_many_votes(table: Mapping[str, Any], *location: str | int) -> Iterator[Disagreement]:
    """A table that asks for more yeses than there are people it names; how many a group has is not known here."""
    users, votes = table.get("users", ()), number(table.get("votes"))
    if not is_empty(table.get("groups", ())) or not isinstance(users, Sequence) or not users or votes is None:
        return
    if votes > len(set(users)):
        reason = f"{votes:g} must say yes, and no more than {len(set(users))} may"
        yield Disagreement(location=(*location, "votes"), reason=reason)
