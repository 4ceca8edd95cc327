"""Whether an operation can be undone, as far as it tells by itself: for its card. Pure. See `operations.undoing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from operations.model import Operation, State

NEVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reboot": "a restart has happened",
        "reset": "a restart has happened",
        "snapshot.remove": "a snapshot that is removed is gone",
        "snapshot.revert": "what had happened since the snapshot is gone",
        "purge": "what is deleted is gone",
    }
)
"""Verbs that nothing takes back, and why."""
UNKNOWN: Final = "what it was like before can't be had again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Whether an operation can be undone, as far as it tells by itself."""

    until: datetime | None = None
    """The last moment for it; None where it can't be undone."""
    reason: str = ""
    """Why not, in words that follow "can't be undone:"."""


def standing(operation: Operation, now: datetime) -> Standing | None:
    """Whether it can be undone; None where there is nothing to say: it did nothing, failed, or goes on."""
    plan = operation.plan
    if operation.state is not State.SUCCEEDED or plan is None or plan.unchanged is not None:
        return None
    if operation.verb in NEVER:
        return Standing(reason=NEVER[operation.verb])
    within_s = plan.details.get("undo_s")
    if not isinstance(within_s, int) or operation.finished_at is None:
        return Standing(reason=UNKNOWN)
    until = operation.finished_at + timedelta(seconds=within_s)
    return Standing(until=until) if now <= until else Standing(reason="its time for that is over")
