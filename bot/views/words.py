"""Words for states, effects, durations and people, the same on every card."""

import re
from datetime import timedelta
from typing import Final, assert_never

from bot.blocks.text import escape, when
from operations.model import Actor, Change, Effect, Operation, State

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_BAR: Final = 12
_NOT_THERE: Final = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}"})
_TENTHS_BELOW_S: Final = 10
_STATES: Final = {
    State.PROPOSED: "checking",
    State.AWAITING_APPROVAL: "waiting for approval",
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.REFUSED: "refused",
    State.EXPIRED: "expired",
    State.UNKNOWN: "nobody can say yet whether it happened",
}


def person(actor: Actor) -> str:
    """A mention where it is a Slack user, the name otherwise."""
    return f"<@{actor.id}>" if _USER_ID.fullmatch(actor.id) else escape(actor.name)


def state(operation: Operation, took: timedelta | None) -> str:
    """What the header says after the dot."""
    if operation.state is State.RUNNING and operation.percent is not None:
        return f"running {operation.percent} %"
    if operation.state is State.SUCCEEDED:
        return _done(operation, took)
    if operation.state is State.QUEUED and operation.not_before is not None:
        return f"waits until {when(operation.not_before, '{date_short_pretty} at {time}')}"
    return _STATES[operation.state]


def duration(span: timedelta) -> str:
    """`0.4 s`, `12 s`, `3 m 10 s`, `2 h 5 m`."""
    total = max(span.total_seconds(), 0)
    if total < _TENTHS_BELOW_S:
        return f"{total:.1f} s"
    minutes, seconds = divmod(round(total), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} m"
    return f"{minutes} m {seconds} s" if minutes else f"{seconds} s"


def effect(value: Effect) -> str:
    """What the change does to whoever uses the VM."""
    match value:
        case Effect.NONE:
            return "No interruption"
        case Effect.RESTART:
            return "The guest restarts"
        case Effect.STOP:
            return "The guest goes down"
        case Effect.LOSS:
            return "Its data is gone for good"
    assert_never(value)


def change(value: Change) -> str:
    """`2 → 4`, or only the new value where there was none."""
    after = escape(value.after)
    return after if value.before.strip() in _NOT_THERE else f"{escape(value.before)} → {after}"


def bar(percent: int) -> str:
    """A progress bar of twelve parts with the number."""
    full = round(_BAR * min(max(percent, 0), 100) / 100)
    return f"`{'█' * full}{'░' * (_BAR - full)}` {percent} %"


def _done(operation: Operation, took: timedelta | None) -> str:
    if operation.plan is not None and operation.plan.unchanged:
        return "nothing to do"
    return f"done in {duration(took)}" if took is not None else "done"
