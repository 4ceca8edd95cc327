"""Stop an operation, as far as vCenter lets it be stopped."""

from typing import Final

from bot import values
from bot.about import about
from bot.answers import Reply, Started
from bot.command import Call, Command, Context, Words
from bot.permission import ensure_may_cancel

_USAGE: Final = "cancel OP"


def parse(words: Words) -> str:
    """The operation's id."""
    (operation_id,) = values.take_names(words, _USAGE, least=1, most=1)
    return operation_id.upper()


def acknowledge(operation_id: str) -> str:
    """See `Command.acknowledge`."""
    return f"Stopping {operation_id}…"


def run(operation_id: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    ensure_may_cancel(context.operations.get(operation_id), call, context)
    with about(operation_id, call, context):
        return Started(operation=context.operations.cancel(operation_id, call.actor), may_repeat=False)


COMMAND: Final = Command(
    name="cancel",
    usage=_USAGE,
    summary="Stop an operation.",
    details="Example: `cancel R7F3K`. The id stands on the operation's card.",
    aliases=("abort",),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
