"""What all tables of the configuration share: frozen models, and the kinds of values that several of them hold."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_SPAN = re.compile(r"([0-9]{1,6})([wdhm])")
_WAIT = re.compile(r"([0-9]{1,6})([wdhms])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Table(BaseModel):
    """A TOML table: frozen, and a key that it does not know is a mistake, not a wish."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, strict=False, allow_inf_nan=False
    )


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
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _wait(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    found = _WAIT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("no length of time: write 0s, 20s, 30m, 4h or 14d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]
"""A length of time: `30m`, `4h`, `14d`, `2w`."""
Wait = Annotated[timedelta, BeforeValidator(_wait)]
"""A length of time that may be of seconds, or none at all: `0s`, `20s`, `30m`, `4h`."""
