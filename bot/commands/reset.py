"""Reset a VM hard, as with its button; `reboot` is the gentle form."""

from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm

_USAGE: Final = "reset VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return values.changed_vm(name, _USAGE)


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {name} before its reset…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("reset", one_vm(name, call, context), call, context)


COMMAND: Final = Command(
    name="reset",
    usage=_USAGE,
    summary="Reset a VM hard, as with its button.",
    details="Example: `reset web-01`. What the guest has not written is lost, so it asks first; `reboot` is gentle.",
    aliases=("hard-reset", "powercycle"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
