"""The state machine of an operation: which state may follow which. Pure."""

from types import MappingProxyType
from typing import Final

from operations.model import State

FOLLOWS: Final = MappingProxyType(
    {
        State.PROPOSED: frozenset(
            {State.AWAITING_APPROVAL, State.QUEUED, State.REFUSED, State.CANCELLED, State.EXPIRED}
        ),
        State.AWAITING_APPROVAL: frozenset({State.QUEUED, State.REFUSED, State.CANCELLED, State.EXPIRED}),
        State.QUEUED: frozenset({State.RUNNING, State.CANCELLED, State.EXPIRED, State.UNKNOWN}),
        State.RUNNING: frozenset(
            {State.SUCCEEDED, State.FAILED, State.CANCELLED, State.REFUSED, State.EXPIRED, State.UNKNOWN}
        ),
    }
)
"""A final state is followed by nothing."""


def may_follow(before: State, after: State) -> bool:
    """Whether an operation may go from one state to the other."""
    return after in FOLLOWS.get(before, frozenset())
