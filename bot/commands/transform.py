"""Resize a VM, in three forms: `VM cpu=4 memory=8`, the seed's `VM 8192 4`, and `VM TEMPLATE-or-SIZE`."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Reply
from bot.changes import change
from bot.command import Call, Command, Context, UsageError, Words
from bot.lookup import one_template, one_vm
from bot.order import SIZE_OPTIONS, Order, complete, describe, read_order
from operations.model import Scalar
from vsphere.model import Vm

_USAGE: Final = "transform VM cpu=4 memory=8 | VM 8192 4 | VM SIZE-or-TEMPLATE"
_LEAST_MIB: Final = 64
_SEED_NAMES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Transform:
    """The VM and what it shall be; `order.size` may also name a template."""

    vm: str
    order: Order


def parse(words: Words) -> Transform:
    """One of the three forms."""
    vm, *others = values.take_names(words, _USAGE, least=1, most=_SEED_NAMES)
    vm = values.changed_vm(vm, _USAGE)
    if len(others) + 1 == _SEED_NAMES:
        return Transform(vm=vm, order=_seed_order(words, vm, *others))
    like = values.changed_vm(others[0], _USAGE) if others else None
    if like is not None and like.isdigit():
        raise UsageError(f"{like} alone could be memory or vCPUs: say memory={like}m or cpu={like}", usage=_USAGE)
    order = read_order(words, _USAGE, size=like)
    if order.is_empty:
        raise UsageError("it is not said what to change", usage=_USAGE)
    return Transform(vm=vm, order=order)


def _seed_order(words: Words, vm: str, memory: str, cpu: str) -> Order:
    """The seed's form: memory in MB first, then the number of vCPUs."""
    if words.options:
        raise UsageError("two forms are mixed: either 8192 4, or cpu= and memory=", usage=_USAGE)
    memory_mib = values.memory_mib(memory, _USAGE, bare="m")
    cpu_count = values.cpu_count(cpu, _USAGE)
    if memory_mib < _LEAST_MIB:
        fact = f"{memory} MB is no memory for a VM: memory in MB comes first, then vCPUs, as in transform {vm} 8192 4"
        raise UsageError(fact, usage=_USAGE)
    return Order(cpu_count=cpu_count, memory_mib=memory_mib)


def acknowledge(wanted: Transform) -> str:
    """See `Command.acknowledge`."""
    return f"Resizing {wanted.vm}{describe(wanted.order)}…"


def run(wanted: Transform, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    vm = one_vm(wanted.vm, call, context)
    return change("transform", vm, call, context, _arguments(wanted.order, vm, call, context))


def _arguments(order: Order, vm: Vm, call: Call, context: Context) -> dict[str, Scalar]:
    size = context.catalogue.size(order.size) if order.size else None
    if order.size and size is None:
        template = one_template(order.size, vm.ref.vcenter, call, context)
        order = Order(
            cpu_count=order.cpu_count or template.cpu_count, memory_mib=order.memory_mib or template.memory_mib
        )
    arguments = complete(order, size, context.catalogue, _USAGE)
    return {key: value for key, value in arguments.items() if key in {"cpu_count", "memory_mib"}}


COMMAND: Final = Command(
    name="transform",
    usage=_USAGE,
    summary="Resize a VM: vCPUs and memory, or the size of a template.",
    details="Examples: `transform web-01 cpu=4 memory=8` (GB; `memory=8192m` is MB) · "
    "`transform web-01 8192 4` (memory in MB, then vCPUs) · `transform web-01 large` · `transform web-01 tpl-web`. "
    "It asks first where the VM has to restart.",
    aliases=("resize", "scale"),
    options=SIZE_OPTIONS,
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
