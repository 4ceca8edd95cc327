"""Create a VM from the size catalogue; without a size, the smallest."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import make
from bot.command import Call, Command, Context, Words
from bot.lookup import vcenter_named
from bot.order import (
    LEASE_OPTION,
    SIZE_OPTIONS,
    Order,
    complete,
    describe,
    named_size,
    read_lease,
    read_order,
    with_lease,
)

_USAGE: Final = "spawn NAME [size=small] [cpu=2] [memory=4] [disk=40] [for=14d]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spawn:
    """The VM to be made."""

    name: str
    vcenter: str | None
    order: Order
    lease_s: int | None = None


def parse(words: Words) -> Spawn:
    """The new name, and the size as a second word or as options."""
    text, *size = values.take_names(words, _USAGE, least=1, most=2)
    name, vcenter = values.new_name(text, _USAGE)
    order = read_order(words, _USAGE, size=size[0] if size else None)
    return Spawn(name=name, vcenter=vcenter, order=order, lease_s=read_lease(words, _USAGE))


def acknowledge(wanted: Spawn) -> str:
    """See `Command.acknowledge`."""
    return f"Creating {wanted.name}{describe(wanted.order)}…"


def run(wanted: Spawn, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    size = named_size(wanted.order, context.catalogue, _USAGE) or context.catalogue.sizes[0]
    arguments = with_lease(complete(wanted.order, size, context.catalogue, _USAGE), wanted.lease_s)
    vcenter = vcenter_named(wanted.vcenter, context)
    return make("spawn", call, context, name=wanted.name, vcenter=vcenter, arguments=arguments)


COMMAND: Final = Command(
    name="spawn",
    usage=_USAGE,
    summary="Create a VM and switch it on; the smallest where no size is given.",
    details="Examples: `spawn web-07` · `spawn web-07 size=large` · `spawn web-07 cpu=2 memory=4 disk=40` · "
    "`spawn web-07 for=14d`, which ends its lease after 14 days. Memory and disk are counted in GB.",
    aliases=("create", "new"),
    options=(*SIZE_OPTIONS, "disk", LEASE_OPTION),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
