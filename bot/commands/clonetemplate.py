"""Deploy a VM from a template, with the template's size where none is given."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import make
from bot.command import Call, Command, Context, Words
from bot.lookup import one_template
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

_USAGE: Final = "clonetemplate NEWNAME TEMPLATE [size=small] [cpu=2] [memory=4] [for=14d]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deploy:
    """The VM to be made, and of what."""

    name: str
    vcenter: str | None
    template: str
    order: Order
    lease_s: int | None = None


def parse(words: Words) -> Deploy:
    """The new name first, then the template, as the seed had it."""
    text, template = values.take_names(words, _USAGE, least=2, most=2)
    name, vcenter = values.new_name(text, _USAGE)
    template = values.changed_vm(template, _USAGE)
    order, lease_s = read_order(words, _USAGE), read_lease(words, _USAGE)
    return Deploy(name=name, vcenter=vcenter, template=template, order=order, lease_s=lease_s)


def acknowledge(wanted: Deploy) -> str:
    """See `Command.acknowledge`."""
    return f"Deploying {wanted.name} from {wanted.template}{describe(wanted.order)}…"


def run(wanted: Deploy, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    size = named_size(wanted.order, context.catalogue, _USAGE)
    arguments = with_lease(complete(wanted.order, size, context.catalogue, _USAGE), wanted.lease_s)
    # The disks of a template stay as they are, so a size says nothing about them here.
    arguments.pop("disk_gib", None)
    template = one_template(wanted.template, wanted.vcenter, call, context)
    return make("clonetemplate", call, context, name=wanted.name, source=template, arguments=arguments)


COMMAND: Final = Command(
    name="clonetemplate",
    usage=_USAGE,
    summary="Deploy a VM from a template and switch it on.",
    details="Examples: `clonetemplate web-07 tpl-debian-12` · `clonetemplate web-07 tpl-debian-12 size=large "
    "for=14d`. "
    "Without a size the VM is as large as its template.",
    aliases=("clone-template", "deploy"),
    options=(*SIZE_OPTIONS, LEASE_OPTION),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
