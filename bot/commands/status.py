"""What is going on: the person's running operations, or one operation with its record."""

from datetime import datetime
from typing import Final

from bot import facts, values
from bot.answers import Answer, Button, Reply, Table
from bot.command import Call, Command, Context, Words
from bot.deciding import standing
from bot.permission import ensure_may_follow
from operations.model import Event, Operation
from operations.moments import say_past

_USAGE: Final = "status [OP]"
_MOST: Final = 20


def parse(words: Words) -> str | None:
    """The operation's id; None for all that run."""
    given = values.take_names(words, _USAGE, least=0, most=1)
    return given[0].strip("`").upper() if given else None


def acknowledge(operation_id: str | None) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {operation_id}…" if operation_id else "Looking at what is running…"


def run(operation_id: str | None, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    if operation_id is None:
        return _running(call, context)
    operation = context.operations.get(operation_id)
    ensure_may_follow(operation, call, context)
    return _one(operation, context.operations.events(operation_id), context.clock.now())


def _running(call: Call, context: Context) -> Answer:
    mine = context.operations.recent(limit=_MOST, actor_id=call.actor.id)
    running = [operation for operation in mine if not operation.state.is_final]
    if not running:
        last = Button(label="What ran before", command="history")
        return Answer(title="Nothing of yours is running.", buttons=(last,))
    rows = tuple((one.id, one.summary, facts.progress(one), say_past(one.created_at)) for one in running)
    return Answer(
        title=f"{len(running)} running",
        table=Table(columns=("Operation", "What", "How far", "Since"), rows=rows),
        buttons=tuple(Button(label=f"Status {one.id}", command=f"status {one.id}") for one in running[:3]),
    )


def _one(operation: Operation, events: list[Event], now: datetime) -> Answer:
    rows = tuple(
        (f"{event.at:%Y-%m-%d %H:%M:%S} UTC", _happening(event, operation), _by(event, operation)) for event in events
    )
    cancel = Button(label="Cancel", command=f"cancel {operation.id}", style="danger")
    return Answer(
        title=f"{operation.summary}: {facts.progress(operation)}",
        lines=tuple(line for line in (operation.text, operation.way_out) if line),
        fields=(
            ("Operation", operation.id),
            ("Asked by", operation.actor.name),
            ("VM", operation.vm_name or "\u2013"),
            ("Rule", operation.rule or "\u2013"),
            *standing(operation, now),
        ),
        table=Table(columns=("Time", "What happened", "By"), rows=rows) if rows else None,
        buttons=() if operation.state.is_final else (cancel,),
    )


def _happening(event: Event, operation: Operation) -> str:
    """The event in words: `create: sent`, `requested`."""
    subject, _, happened = event.kind.partition(".")
    words = happened.replace("_", " ")
    index = event.data.get("index")
    if subject == "stage" and isinstance(index, int) and index < len(operation.stages):
        return f"{operation.stages[index]}: {words}"
    return words or event.kind


def _by(event: Event, operation: Operation) -> str:
    return operation.actor.name if event.actor == operation.actor.id else event.actor


COMMAND: Final = Command(
    name="status",
    usage=_USAGE,
    summary="Show what is running, or one operation with its record.",
    details="Examples: `status` · `status R7F3K`.",
    aliases=("op", "jobs"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
