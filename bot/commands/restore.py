"""Bring a VM back from the recycle bin: name, folder and power as they were."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, Words
from bot.lookup import one_binned

_USAGE: Final = "restore VM|OP [as=NEWNAME]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Restore:
    """What to bring back, and under which name; None for its own."""

    what: str
    name: str | None


def parse(words: Words) -> Restore:
    """The VM's name of before, or the operation that put it there."""
    (what,) = values.take_names(words, _USAGE, least=1, most=1)
    name = values.new_name(words.options["as"], _USAGE).name if "as" in words.options else None
    return Restore(what=values.changed_vm(what, _USAGE), name=name)


def acknowledge(wanted: Restore) -> str:
    """See `Command.acknowledge`."""
    return f"Bringing {wanted.what} back{f' as {wanted.name}' if wanted.name else ''}…"


def run(wanted: Restore, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    vm = one_binned(wanted.what, call, context)
    return change("restore", vm, call, context, {"as": wanted.name} if wanted.name else {})


COMMAND: Final = Command(
    name="restore",
    usage=_USAGE,
    summary="Bring a VM back from the recycle bin.",
    details="Examples: `restore test-07` · `restore R7F3K`, by the operation that put it there · "
    "`restore test-07 as=test-07-old`, where the name is taken by now. `list bin` shows what is there.",
    aliases=("undelete", "unbin"),
    options=("as",),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
