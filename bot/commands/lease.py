"""How long a VM lives: shown, and extended."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot import facts, values
from bot.answers import Answer, Button, Reply
from bot.changes import change
from bot.command import Call, Command, Context, UsageError, Words
from bot.grammar import command_line
from bot.lookup import one_seen, one_vm, reference
from operations.leases import EXPIRES, end_of_lease
from operations.moments import say_moment
from vsphere.model import Vm

_USAGE: Final = "lease VM [extend [14d]]"
_FAR: Final = timedelta(days=100)
"""From there on the date says more than a number of days."""
_EXTEND: Final = frozenset({"extend", "renew", "prolong"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The VM, and whether to extend its lease; by how much, where that was said."""

    vm: str
    extend: bool = False
    by: timedelta | None = None


def parse(words: Words) -> Lease:
    """`VM`, `VM extend` or `VM extend 14d`."""
    vm, *rest = values.take_names(words, _USAGE, least=1, most=4)
    vm = values.changed_vm(vm, _USAGE)
    if not rest:
        return Lease(vm=vm)
    act, *length = rest
    if act.casefold() not in _EXTEND:
        raise UsageError(f"{act!r} is nothing to do with a lease", usage=_USAGE)
    by = values.duration(" ".join(length), _USAGE) if length else None
    return Lease(vm=vm, extend=True, by=by)


def acknowledge(wanted: Lease) -> str:
    """See `Command.acknowledge`."""
    if not wanted.extend:
        return f"Looking at the lease of {wanted.vm}…"
    return f"Extending the lease of {wanted.vm}{f' by {facts.length(wanted.by)}' if wanted.by else ''}…"


def run(wanted: Lease, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    if not wanted.extend:
        return _shown(one_seen(wanted.vm, call, context, verb="lease.show"), context)
    arguments = {"extend_s": int(wanted.by.total_seconds())} if wanted.by else {}
    return change("lease.extend", one_vm(wanted.vm, call, context), call, context, arguments)


def _shown(vm: Vm, context: Context) -> Answer:
    try:
        ends = end_of_lease(vm, context.operations.tonight.zone)
    except ValueError:
        line = "That is no time, so nothing happens to it. `lease VM extend` sets it right."
        return Answer(title=f"The lease of {vm.name} says: {vm.attributes[EXPIRES]}", lines=(line,))
    if ends is None:
        return Answer(title=f"{vm.name} has no lease.", lines=("It stays until somebody puts it away.",))
    left = ends - context.clock.now()
    verb = "ends" if left > timedelta(0) else "ended"
    away = f", in {facts.length(left)}" if left > timedelta(0) else f", {facts.length(-left)} ago"
    return Answer(
        title=f"The lease of {vm.name} {verb} at {say_moment(ends)}{away if abs(left) < _FAR else ''}.",
        lines=("Then it is shut down, and some days later it goes to the recycle bin.",),
        buttons=(Button(label="Extend", command=command_line("lease", reference(vm, context), "extend")),),
    )


COMMAND: Final = Command(
    name="lease",
    usage=_USAGE,
    summary="Show how long a VM lives, or extend that.",
    details="Examples: `lease web-01` · `lease web-01 extend 14d` · `lease web-01 extend`, by what is usual here. "
    "At its end a VM is shut down, and some days later it goes to the recycle bin.",
    aliases=("leases",),
    needs=("lease.show", "lease.extend"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
