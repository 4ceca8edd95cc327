"""Delete a VM with its disks."""

from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm

_USAGE: Final = "nuke VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return values.changed_vm(name, _USAGE)


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {name} before it is deleted…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("nuke", one_vm(name, call, context), call, context)


COMMAND: Final = Command(
    name="nuke",
    usage=_USAGE,
    summary="Delete a VM with its disks, after you have typed its name.",
    details="Example: `nuke test-07`. A window asks for the name; nothing is deleted before.",
    aliases=("delete", "destroy"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
