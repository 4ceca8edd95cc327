"""Take an operation back, by the operation that does the contrary."""

from typing import Final

from bot import values
from bot.about import about
from bot.answers import Reply, Started
from bot.changes import submit
from bot.command import Call, Command, Context, Words
from bot.permission import ensure_may_follow

_USAGE: Final = "undo OP"


def parse(words: Words) -> str:
    """The operation's id."""
    (operation_id,) = values.take_names(words, _USAGE, least=1, most=1)
    return operation_id.upper()


def acknowledge(operation_id: str) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at how to take {operation_id} back…"


def run(operation_id: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    operation = context.operations.get(operation_id)
    ensure_may_follow(operation, call, context)
    known = context.operations.reversing.known(operation.id)
    if known is not None:
        return Started(operation=known)
    with about(operation.id, call, context):
        request = context.operations.reversing.request(
            operation.id, actor=call.actor, origin=call.origin, key=call.key, asked_at=call.asked_at
        )
        return submit(request, context)


COMMAND: Final = Command(
    name="undo",
    usage=_USAGE,
    summary="Take an operation back, for a while after its end.",
    details="Example: `undo R7F3K`. The id stands on the operation's card. A new VM goes to the recycle bin, one that "
    "is there comes back, a size, a place, a lease and a power state go back to what they were; what can't be taken "
    "back says why on its card.",
    aliases=("takeback",),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
