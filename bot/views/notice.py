"""What is told once, by its kind. A new kind is one row of the table and one function from its data to a message."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from bot import telling
from bot.answers import File
from bot.views import approval, incident_notices, life
from bot.views.message import Message
from operations.record.notices import Notice
from remediation import trust

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
        telling.BEGUN: incident_notices.begun,
        telling.COMPARED: incident_notices.compared,
        telling.DECIDED: incident_notices.decided,
        telling.ENDED: incident_notices.ended,
        trust.OFFER: incident_notices.trust,
        telling.STILL_PLANNED: incident_notices.still_planned,
    }
)
PICTURES: Final[Mapping[str, Callable[[Mapping[str, Any]], File | None]]] = MappingProxyType(
    {telling.COMPARED: incident_notices.picture}
)
"""What is sent after the message, drawn when its turn comes."""


def notice_message(notice: Notice, now: datetime) -> Message | None:
    """The message as of `now` (aware); None for a kind that nobody here knows."""
    view = VIEWS.get(notice.kind)
    return None if view is None else view(notice.data, now)
