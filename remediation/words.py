"""Names and figures as the reasons and commands of remediation write them. Pure."""

import re
from datetime import timedelta

_MIB_PER_GIB = 1024
_MOST_DIGITS = 4
_PLAIN = re.compile(r"[A-Za-z0-9@/.,+:][A-Za-z0-9@/.,+:_-]*")
"""As `bot.grammar` reads a word without quotes."""


def gib(mib: float) -> str:
    """Memory for people: `5 GB`, `1.5 GB`, `512 MB`."""
    return f"{mib:.0f} MB" if mib < _MIB_PER_GIB else f"{mib / _MIB_PER_GIB:.4g} GB"


def memory_option(mib: int) -> str:
    """Memory as a command takes it: `5` (GB), `5122m`."""
    return f"{mib}m" if mib % _MIB_PER_GIB else str(mib // _MIB_PER_GIB)


def percent(value: float, *, beside: float | None = None) -> str:
    """`96 %`, `1.2 %`: one digit after the point where it is small.

    Args:
        value: the figure.
        beside: a limit that is said with it: so many digits more that the two do not look the same.
    """
    least = 0 if value >= 10 else 1  # noqa: PLR2004  two digits are enough to compare by
    digits = next((one for one in range(least, _MOST_DIGITS) if beside is None or _differ(value, beside, one)), least)
    return f"{value:.{digits}f} %".replace(".0 %", " %")


def _differ(value: float, limit: float, digits: int) -> bool:
    return value == limit or f"{value:.{digits}f}" != f"{limit:.{digits}f}"


def span(length: timedelta) -> str:
    """A length of time in its largest whole units: `30 min`, `1 h`, `1 h 20 min`, `45 s`."""
    seconds = max(round(length.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004  seconds of a minute
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def quoted(name: str) -> str:
    """A name as a command takes it, whatever is in it."""
    if _PLAIN.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def counted(number: int, noun: str) -> str:
    """`1 remedy`, `2 remedies`, `3 hosts`; `vCPU` stays as it is."""
    if number == 1 or noun == "vCPU":
        return f"{number} {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def nth(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `4th`, `11th`."""
    tens, ones = divmod(number % 100, 10)
    return f"{number}{'th' if tens == 1 else {1: 'st', 2: 'nd', 3: 'rd'}.get(ones, 'th')}"
