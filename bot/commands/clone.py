"""Clone a VM; without a new name, `VM-clone-1` and so on."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import make, same_wish
from bot.command import Call, Command, Context, Words
from bot.lookup import one_vm
from bot.naming import free_clone_name
from bot.order import LEASE_OPTION, read_lease, with_lease

_USAGE: Final = "clone VM [NEWNAME] [for=14d]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clone:
    """What to clone, and what the clone is called; None where the name is to be made."""

    vm: str
    name: str | None
    lease_s: int | None = None


def parse(words: Words) -> Clone:
    """The VM, and the new name where one is given."""
    vm, *new = values.take_names(words, _USAGE, least=1, most=2)
    name = values.new_name(new[0], _USAGE).name if new else None
    return Clone(vm=values.changed_vm(vm, _USAGE), name=name, lease_s=read_lease(words, _USAGE))


def acknowledge(wanted: Clone) -> str:
    """See `Command.acknowledge`."""
    return f"Cloning {wanted.vm} as {wanted.name}…" if wanted.name else f"Cloning {wanted.vm}…"


def run(wanted: Clone, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    source, arguments = one_vm(wanted.vm, call, context), with_lease({}, wanted.lease_s)
    if wanted.name is not None:
        return make("clone", call, context, name=wanted.name, source=source, arguments=arguments, at=1)
    again = same_wish("clone", call, context, source=source)
    name = free_clone_name(source, context)
    return again or make("clone", call, context, name=name, source=source, arguments=arguments)


COMMAND: Final = Command(
    name="clone",
    usage=_USAGE,
    summary="Clone a VM.",
    details="Examples: `clone web-01 web-07` · `clone web-01`, which makes web-01-clone-1 · "
    "`clone web-01 web-07 for=14d`, whose lease ends after 14 days.",
    aliases=("copy", "duplicate"),
    options=(LEASE_OPTION,),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
