"""Restart a VM's guest in good order; `reset` is the hard form."""

from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm

_USAGE: Final = "reboot VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return values.changed_vm(name, _USAGE)


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Restarting {name} in good order…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("reboot", one_vm(name, call, context), call, context)


COMMAND: Final = Command(
    name="reboot",
    usage=_USAGE,
    summary="Restart a VM's guest in good order.",
    details="Example: `reboot web-01`. It needs VMware Tools in the guest; without them, `reset` is the hard form.",
    aliases=("restart",),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
