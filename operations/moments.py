"""Times as custom attributes and sentences hold them: to the minute, in UTC, which is named. Pure.

Whoever looks in vCenter can read the former; of the latter `bot.blocks.text` makes the time of the reader's own zone.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_END_OF_DAY: Final = time(23, 59)
_DATE_LENGTH: Final = len("2026-12-10")
_OUR_WORDS: Final = re.compile(r"(?<=:\d\d) UTC$")
_YEARS: Final = range(1970, 9999)
"""Near the ends of the calendar there is no zone to compute in and no minute to round up to."""


def write_moment(at: datetime) -> str:
    """As an attribute holds it: `2026-12-10T09:00Z`, rounded up, so that nothing ends earlier than was said."""
    return f"{_minute(at):%Y-%m-%dT%H:%MZ}"


def say_moment(at: datetime) -> str:
    """As a sentence holds it: `2026-12-10 09:00 UTC`, rounded up like the attribute."""
    return f"{_minute(at):%Y-%m-%d %H:%M} UTC"


def say_past(at: datetime) -> str:
    """What has been, in the same form, rounded down: nothing was before it was."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def is_never(text: str) -> bool:
    """Whether somebody wrote the last year that there is, which means that it has no end."""
    return text.strip().startswith("9999-")


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """What `write_moment` or `say_moment` wrote, or a person typed in vCenter; a date alone is the end of that day.

    Args:
        text: ISO 8601.
        zone: for what names no zone.

    Raises:
        ValueError: it is no time, or none of the years 1970 to 9998.
    """
    said = _OUR_WORDS.sub("+00:00", text.strip())
    if len(said) == _DATE_LENGTH:
        at = datetime.combine(date.fromisoformat(said), _END_OF_DAY, tzinfo=zone)
    else:
        at = datetime.fromisoformat(said)
    if at.year not in _YEARS:
        raise ValueError(f"{said!r} is too far away")
    # Only the zone's own hours are left to lead out of these years, and the calendar goes on there.
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _minute(at: datetime) -> datetime:
    whole = at.astimezone(UTC).replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
