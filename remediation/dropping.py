"""Why a remedy came to nothing, by the operation behind it: a person's no weighs more than how the world has changed.

Only what somebody has decided, or let pass, speaks against asking again: an alarm that clears by itself while it waits
for a yes says nothing about the next time.
"""

from operations.approvals import has_yes
from operations.model import Operation, State
from remediation.model import Dropped


def why_dropped(operation: Operation) -> Dropped | None:
    """See `Dropped`; None where the operation has not ended, or has ended in another way than by coming to nothing."""
    match operation.state:
        case State.CANCELLED | State.REFUSED if operation.cancel_requested_by is not None or _is_denied(operation):
            return Dropped.NO
        case State.REFUSED if operation.started_at is None:
            return Dropped.REFUSED
        case State.EXPIRED if _ran_out(operation):
            return Dropped.SILENCE
        case State.CANCELLED | State.REFUSED | State.EXPIRED:
            return Dropped.OVERTAKEN
        case _:
            return None


def _is_denied(operation: Operation) -> bool:
    decided_by = operation.approval.decided_by if operation.approval else None
    return decided_by is not None and not has_yes(operation)


def _ran_out(operation: Operation) -> bool:
    """Whether its time was over; else it has expired because the VM is not what was asked about any more."""
    ended_at, limit = operation.finished_at, operation.expires_at
    return ended_at is not None and limit is not None and ended_at >= limit and not has_yes(operation)
