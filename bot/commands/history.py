"""What was done: lately, to one VM, or by one person; refusals included."""

import re
from typing import Final

from bot import facts, values
from bot.answers import Answer, Button, Reply, Table
from bot.command import AnsweredError, Call, Command, Context, Words
from bot.lookup import one_seen
from bot.permission import may_follow
from operations.model import Event, Operation, State
from operations.moments import say_past

_USAGE: Final = "history [VM|@user]"
_MOST: Final = 25
_SEARCHED: Final = 500
_ID: Final = re.compile(r"[UW][A-Z0-9]{3,}")


def parse(words: Words) -> str | None:
    """A VM or `@user`; None for everybody's latest."""
    given = values.take_names(words, _USAGE, least=0, most=1)
    return given[0] if given else None


def acknowledge(wanted: str | None) -> str:
    """See `Command.acknowledge`."""
    return f"Looking up what was done: {wanted}…" if wanted else "Looking up what was done…"


def run(wanted: str | None, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    found = _found(wanted, call, context)
    visible = [operation for operation in found if may_follow(operation, call, context)]
    refused = _refused(wanted, call, context)
    title = f"What was done{f': {wanted}' if wanted else ''}"
    if not visible and not refused:
        return Answer(title=title, lines=_nothing(wanted))
    rows = sorted([*map(_row, visible), *map(_refused_row, refused)], key=lambda row: row[0], reverse=True)[:_MOST]
    return Answer(
        title=title,
        table=Table(columns=("When", "Operation", "Who", "What", "How it ended"), rows=tuple(rows)),
        note=f"The latest {_MOST} at most.",
        buttons=tuple(Button(label=f"Status {one.id}", command=f"status {one.id}") for one in visible[:3]),
    )


def _found(wanted: str | None, call: Call, context: Context) -> list[Operation]:
    if wanted is None:
        return list(context.operations.recent(limit=_MOST))
    if not wanted.startswith("@"):
        return _of_vm(wanted, call, context)
    user = wanted.removeprefix("@")
    if _ID.fullmatch(user):
        return list(context.operations.recent(limit=_MOST, actor_id=user))
    # Without a mention there is only the name that was written down then.
    latest = context.operations.recent(limit=_SEARCHED)
    return [one for one in latest if one.actor.name.casefold() == user.casefold()][:_MOST]


def _of_vm(wanted: str, call: Call, context: Context) -> list[Operation]:
    """What was done to the VM, and to those that had its name before: they may be gone, and the record remembers."""
    is_name = not {"/", "@"} & set(wanted)
    named = list(context.operations.recent(limit=_MOST, vm_name=wanted)) if is_name else []
    try:
        vm = one_seen(wanted, call, context)
    except AnsweredError:
        if context.sites.find_vms(wanted) or not any(may_follow(one, call, context) for one in named):
            raise
        return named
    found = {one.id: one for one in (*context.operations.recent(limit=_MOST, vm=vm.ref), *named)}
    return sorted(found.values(), key=lambda one: one.created_at, reverse=True)[:_MOST]


def _nothing(wanted: str | None) -> tuple[str, ...]:
    fact = "Nothing that you may see is on record."
    if wanted is None or not wanted.startswith("@"):
        return (fact,)
    # Whether there is such a person is not known here, and who has asked for what is not told.
    return (
        fact,
        f"If nobody is called {wanted.removeprefix('@')}, check the name; a mention finds people by their id.",
    )


def _refused(wanted: str | None, call: Call, context: Context) -> list[Event]:
    """Refusals of what never became an operation: one's own, and all for whoever looks after others' operations."""
    lately = context.operations.refusals.recent(_SEARCHED)
    about = [one for one in lately if wanted is None or _is_about(one, wanted.casefold())]
    return [one for one in about if context.policy.may_cancel(call.actor, one.actor)][:_MOST]


def _is_about(refusal: Event, wanted: str) -> bool:
    if not wanted.startswith("@"):
        return str(refusal.data.get("subject")).casefold() == wanted
    return wanted.removeprefix("@") in {refusal.actor.casefold(), str(refusal.data.get("name")).casefold()}


def _refused_row(refusal: Event) -> tuple[str, ...]:
    told = refusal.data
    what = f"{told.get('verb')} {told.get('subject') or ''}".strip()
    return (say_past(refusal.at), "-", str(told.get("name")), what, f"refused. {told.get('reason')}".rstrip("."))


def _ended(operation: Operation) -> str:
    """How it ended; what a success has to say is longer than a cell, and stands behind its button."""
    told = facts.progress(operation)
    return told if operation.state is State.SUCCEEDED else f"{told}. {operation.text}".rstrip(". ")


def _row(operation: Operation) -> tuple[str, ...]:
    return (
        say_past(operation.created_at),
        operation.id,
        operation.actor.name,
        operation.summary,
        _ended(operation),
    )


COMMAND: Final = Command(
    name="history",
    usage=_USAGE,
    summary="Show what was done to a VM or by a person.",
    details="Examples: `history` · `history web-01` · `history @dana`.",
    aliases=("log",),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
