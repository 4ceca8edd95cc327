"""Move a VM's disks to another datastore."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_datastore, one_vm

_USAGE: Final = "move VM [DATASTORE]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What to move, and where to; None lets the bot choose."""

    vm: str
    datastore: str | None


def parse(words: Words) -> Move:
    """The VM, and the datastore where one is given."""
    vm, *target = values.take_names(words, _USAGE, least=1, most=2)
    datastore = values.changed_vm(target[0], _USAGE) if target else None
    return Move(vm=values.changed_vm(vm, _USAGE), datastore=datastore)


def acknowledge(wanted: Move) -> str:
    """See `Command.acknowledge`."""
    return f"Moving {wanted.vm} to {wanted.datastore or 'the datastore with most room'}…"


def run(wanted: Move, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    vm = one_vm(wanted.vm, call, context)
    datastore = one_datastore(wanted.datastore, vm, call, context) if wanted.datastore else None
    return change("move", vm, call, context, {"datastore": datastore})


COMMAND: Final = Command(
    name="move",
    usage=_USAGE,
    summary="Move a VM's disks to another datastore while it runs.",
    details="Examples: `move web-01 gold-02` · `move web-01`, which takes the datastore with most room.",
    aliases=("mv", "relocate"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
