"""What is told once, by its kind. A new kind is one row of the table and one function from its data to a message."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from bot.views import approval, life
from bot.views.message import Message
from operations.record.notices import Notice

View = Callable[[Mapping[str, Any], datetime], Message]

VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        "approval.ended": approval.ended,
        "approval.reminder": approval.reminder,
        "bin.on": life.bin_on,
        "bin.put": life.bin_put,
        "bin.unreadable": life.bin_unreadable,
        "lease.ended": life.lease_ended,
        "lease.ends": life.lease_ends,
        "lease.kept": life.lease_kept,
        "lease.unreadable": life.lease_unreadable,
    }
)


def notice_message(notice: Notice, now: datetime) -> Message | None:
    """The message as of `now` (aware); None for a kind that nobody here knows."""
    view = VIEWS.get(notice.kind)
    return None if view is None else view(notice.data, now)
