"""What may be said with every verb that becomes an operation: why, when, and that one wants to be asked first. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from bot.grammar import UsageError, Words
from operations.terms import Window
from operations.verbnames import INTERRUPTING
from operations.verbs import VERBS
from operations.windows import next_time, tonight

REASON: Final = "reason"
AT: Final = "at"
ASK: Final = "ask"
TONIGHT: Final = "tonight"
MOST_REASON: Final = 300
"""Characters: a card for approvers has room for so many."""
_SAYS_TIME = re.compile(rf"(?<!\S)(?:--?)?{AT}(?:=|\s|$)", re.IGNORECASE)
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """What was said; nothing where nothing was."""

    reason: str | None = None
    at: time | None = None
    """A time of day."""
    is_tonight: bool = False
    """Not before tonight's window opens."""
    ask: bool = False
    """Whether the plan is to be shown first, even where it does not hurt."""

    def not_before(self, window: Window, now: datetime) -> datetime | None:
        """When it may begin (UTC), by the clocks of the window's zone; None for at once."""
        if self.is_tonight:
            return tonight(window, now)
        return None if self.at is None else next_time(self.at, window.zone, now)


def options_of(verbs: Iterable[str]) -> tuple[str, ...]:
    """The options with a value that a command takes beside its own, by the verbs that policy knows it by."""
    known = set(verbs)
    reason = (REASON,) if known & set(VERBS) else ()
    return (*reason, AT) if known & INTERRUPTING else reason


def flags_of(verbs: Iterable[str]) -> tuple[str, ...]:
    """The flags that a command takes beside its own."""
    return (ASK,) if set(verbs) & set(VERBS) else ()


def usage_with_time(usage: str, verbs: Iterable[str], rest: str) -> str:
    """The right form of a command, with the time to begin where the line says one and the command takes it."""
    return f"{usage} [{AT}=22:30]" if AT in options_of(verbs) and _SAYS_TIME.search(rest) else usage


def read_extras(words: Words, usage: str) -> Extras:
    """What the words say beside the verb's own.

    Raises:
        UsageError: no time of day, or a reason that nobody would read.
    """
    reason, at = words.options.get(REASON), words.options.get(AT, "").casefold()
    if reason is not None and len(reason) > MOST_REASON:
        raise UsageError(f"the reason has {len(reason)} characters; {MOST_REASON} are enough", usage=usage)
    return Extras(
        reason=reason,
        at=_time_of_day(at, usage) if at and at != TONIGHT else None,
        is_tonight=at == TONIGHT,
        ask=words.options.get(ASK) == "true",
    )


def _time_of_day(text: str, usage: str) -> time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no time: write at=tonight or at=22:30", usage=usage)
    return time(int(found[1]), int(found[2]))
