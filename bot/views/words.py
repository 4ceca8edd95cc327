"""Words for states, effects, durations and people, the same on every card."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, assert_never

from bot.blocks.text import escape, when
from bot.views.reasons import said
from operations.approvals import has_yes, who_decides
from operations.model import Actor, Approval, Change, Effect, Operation, Plan, State
from operations.terms import Window

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_BAR: Final = 12
_NAMED: Final = 3
"""More people than these are only counted."""
_NOTES: Final = 12
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


def outdated(plan: Plan) -> str:
    """What somebody hears first whose yes was to what is no longer so; not escaped, and short enough for an alert."""
    return f"Nothing was done: {plan.vm_name} is no longer what you said yes to."


def person(actor: Actor) -> str:
    """A mention where it is a Slack user, the name otherwise."""
    return f"<@{actor.id}>" if _USER_ID.fullmatch(actor.id) else escape(actor.name)


def person_of(actor_id: str) -> str:
    """The same by the id alone."""
    return f"<@{actor_id}>" if _USER_ID.fullmatch(actor_id) else escape(actor_id)


def named(text: str, operation: Operation) -> str:
    """Foreign text made safe, in which those are named who had a hand in the operation, or in what has held it."""
    decided = operation.approval.decided_by if operation.approval else None
    known = {operation.actor.id, operation.cancel_requested_by or "", decided.id if decided else ""}
    return said(text, about=[operation.vm_name], people=known, most=len(text))


def deciders(approval: Approval) -> str:
    """Who may say yes: groups by their handle, which rings nobody, and people by name where there are few."""
    if len(approval.users) > _NAMED:
        return escape(who_decides(approval))
    return " or ".join([*(f"*{escape(group)}*" for group in approval.groups), *map(person_of, approval.users)])


def notes(value: Plan, *, without: Collection[str] = ()) -> list[str]:
    """What a person decides by beside the plan itself, a line each."""
    return [f"*{escape(one.label)}*  {change(one)}" for one in value.notes[:_NOTES] if one.label not in without]


def state(operation: Operation, took: timedelta | None) -> str:
    """What the header says after the dot."""
    if operation.state is State.RUNNING and operation.percent is not None:
        return f"running {operation.percent} %"
    if operation.state is State.SUCCEEDED:
        return _done(operation, took)
    if operation.state is State.QUEUED and operation.not_before is not None:
        return f"waits until {when(operation.not_before)}"
    if was_denied(operation):
        return "denied"
    return _STATES[operation.state]


def was_denied(operation: Operation) -> bool:
    """Whether an approver has said no; what was refused after their yes is nobody's no."""
    asked = operation.approval
    refused = operation.state is State.REFUSED and asked is not None and asked.decided_by is not None
    return refused and not has_yes(operation)


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


def clock(at: datetime, window: Window) -> str:
    """`22:00 CET`: a button can't show each reader the time of their own zone, so it names its own."""
    return f"{at.astimezone(window.zone):%H:%M %Z}"


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
