"""Shut a VM down: the guest in good order, or hard when that is said."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm

_USAGE: Final = "poweroff VM [--hard]"


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerOff:
    """What to switch off, and how."""

    vm: str
    hard: bool


def parse(words: Words) -> PowerOff:
    """The name of the VM, and whether `--hard` was said."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return PowerOff(vm=values.changed_vm(name, _USAGE), hard=words.options.get("hard") == "true")


def acknowledge(wanted: PowerOff) -> str:
    """See `Command.acknowledge`."""
    if wanted.hard:
        return f"Looking at {wanted.vm} before its power is cut…"
    return f"Shutting down {wanted.vm}…"


def run(wanted: PowerOff, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return change("poweroff", one_vm(wanted.vm, call, context), call, context, {"hard": wanted.hard})


COMMAND: Final = Command(
    name="poweroff",
    usage=_USAGE,
    summary="Shut a VM down in good order, or cut its power with --hard.",
    details="Examples: `poweroff web-01` · `poweroff web-01 --hard`, which asks first, "
    "since what the guest has not written is lost.",
    aliases=("power-off", "shutdown", "stop", "off"),
    flags=("hard",),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
