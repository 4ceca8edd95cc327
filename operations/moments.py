"""Times as custom attributes and cards hold them: to the minute, readable by whoever looks in vCenter. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_END_OF_DAY: Final = time(23, 59)
_DATE_LENGTH: Final = len("2026-12-10")


def write_moment(at: datetime) -> str:
    """As an attribute holds it: `2026-12-10T09:00Z`, rounded up, so that nothing ends earlier than was said."""
    return f"{_minute(at):%Y-%m-%dT%H:%MZ}"


def say_moment(at: datetime) -> str:
    """As a sentence holds it: `2026-12-10 09:00 UTC`, rounded up like the attribute."""
    return f"{_minute(at):%Y-%m-%d %H:%M} UTC"


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """What `write_moment` wrote, or what a person typed in vCenter; a date alone is the end of that day.

    Args:
        text: ISO 8601.
        zone: for what names no zone.

    Raises:
        ValueError: it is no time.
    """
    said = text.strip()
    if len(said) == _DATE_LENGTH:
        return datetime.combine(date.fromisoformat(said), _END_OF_DAY, tzinfo=zone).astimezone(UTC)
    at = datetime.fromisoformat(said)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _minute(at: datetime) -> datetime:
    whole = at.astimezone(UTC).replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
