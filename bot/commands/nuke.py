"""Put a VM into the recycle bin, from where it is deleted some days later."""

from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_on_its_way

_USAGE: Final = "nuke VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return values.changed_vm(name, _USAGE)


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {name} before it goes to the recycle bin…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("nuke", one_on_its_way(name, call, context), call, context)


COMMAND: Final = Command(
    name="nuke",
    usage=_USAGE,
    summary="Put a VM into the recycle bin, after you have typed its name; some days later it is deleted.",
    details="Example: `nuke test-07`. A window asks for the name; nothing happens before. `restore test-07` brings it "
    "back, `list bin` shows until when.",
    aliases=("delete", "destroy"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
