"""What all tables of the configuration share: frozen models, and the kinds of values that several of them hold."""

import re
from datetime import time, timedelta
from types import NoneType
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

_SPAN = re.compile(r"([0-9]{1,6})([wdhm])")
_WAIT = re.compile(r"([0-9]{1,6})([wdhms])")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_MOST = timedelta(days=3650)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Spoken(str):
    """What an environment variable says: variables have no other form than text, TOML has."""

    __slots__ = ()


class Table(BaseModel):
    """A TOML table: frozen, and a key that it does not know is a mistake, not a wish.

    Switches and numbers are written as such: "no" would be taken for false, and true for 1.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, strict=False, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: object, info: ValidationInfo) -> object:
        kinds = _kinds(cls.model_fields[info.field_name].annotation) if info.field_name else frozenset()
        if isinstance(value, Spoken):
            return value
        if kinds == {bool} and not isinstance(value, bool):
            raise ValueError(f"{_shown(value)} is no switch: write true or false, without quotes")
        if kinds and kinds <= _NUMBERS and (isinstance(value, bool | str)):
            raise ValueError(f"{_shown(value)} is no number: write one, without quotes")
        return value


_NUMBERS: Final = frozenset({int, float})


def _kinds(annotation: Any) -> frozenset[Any]:  # noqa: ANN401  an annotation has no narrower type
    """The types that a key may have, but for being left out."""
    return frozenset(get_args(annotation) or (annotation,)) - {NoneType}


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Name = Annotated[str, AfterValidator(_not_empty)]
Patterns = tuple[Name, ...]


def _span(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError("no length of time: write 30m, 4h, 14d or 2w")
    return _bounded(found)


def _wait(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _WAIT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("no length of time: write 0s, 20s, 30m, 4h or 14d")
    return _bounded(found)


def _bounded(found: re.Match[str]) -> timedelta:
    """What was written; a date that lies so far ahead could not even be reckoned."""
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > _MOST:
        raise ValueError(f"is too long: {_MOST.days}d is the most")
    return length


def _length(value: object) -> object:
    if isinstance(value, timedelta) or (isinstance(value, str) and _WAIT.fullmatch(value) and _wait(value)):
        return _wait(value)
    raise ValueError("no length of time: write 20s, 30m, 4h or 14d; none at all would switch it off")


def between(least: str, most: str) -> AfterValidator:
    """Bounds of a length of time as they would be written: `between("1m", "30d")`."""
    shortest, longest = _wait(least), _wait(most)

    def check(length: timedelta) -> timedelta:
        if length < shortest:
            raise ValueError(f"is too short: {least} is the least")
        if length > longest:
            raise ValueError(f"is too long: {most} is the most")
        return length

    return AfterValidator(check)


def _time_of_day(value: object) -> object:
    # A number would be taken for seconds after midnight, and an offset would quarrel with the zone.
    found = _on_a_clock(value) if isinstance(value, str) else value
    if not isinstance(found, time) or found.tzinfo is not None:
        raise ValueError(f"{value!r} is no time of day: write 22:00")
    return found


def _on_a_clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        return None


Span = Annotated[timedelta, BeforeValidator(_span)]
"""A length of time: `30m`, `4h`, `14d`, `2w`."""
Wait = Annotated[timedelta, BeforeValidator(_wait)]
"""A length of time that may be of seconds, or none at all: `0s`, `20s`, `30m`, `4h`."""
Length = Annotated[timedelta, BeforeValidator(_length)]
"""The same where none at all would make it meaningless: `20s`, `30m`, `4h`."""
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
"""What a clock shows: `22:00`."""
