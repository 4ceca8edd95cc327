"""Switch a VM on."""

from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm

_USAGE: Final = "poweron VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return values.changed_vm(name, _USAGE)


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Powering on {name}…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("poweron", one_vm(name, call, context), call, context)


COMMAND: Final = Command(
    name="poweron",
    usage=_USAGE,
    summary="Switch a VM on.",
    details="Example: `poweron web-01`. A VM that is on already stays as it is.",
    aliases=("power-on", "start", "on"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
