"""Names for new VMs: which are taken, and which are free. From the mirror, so nothing is sent."""

import re
from collections.abc import Iterator
from itertools import count

from bot.answers import Answer, Button, Tone
from bot.command import Call, Context
from bot.grammar import command_line
from bot.lookup import ensure_ready, inventory_of
from bot.values import MAX_NAME
from vsphere.model import Vm

_TRAILING_NUMBER = re.compile(r"^(.*?)(\d{1,6})$")


def is_taken(name: str, vcenter: str, context: Context) -> bool:
    """Whether a VM or template of the vCenter has the name, in any folder: two of one name are a trap.

    Raises:
        NotReadyError: the inventory has not arrived yet.
    """
    gateway = context.sites.gateway(vcenter)
    ensure_ready([gateway])
    return bool(gateway.inventory.find_vms(name))


def taken(name: str, vcenter: str, call: Call, context: Context, *, at: int) -> Answer:
    """The answer to a name that is taken: the same line with a free one, to be had with one click.

    Args:
        name: of the VM to be made.
        vcenter: where it is to be made.
        call: the line.
        context: where to look.
        at: which of the line's words the name is.
    """
    inventory = context.sites.gateway(vcenter).inventory
    free = next(one for one in _successors(name) if not inventory.find_vms(one))
    names = [*call.words.names]
    names[at] = free + names[at][len(name) :]
    command = command_line(call.words.verb, *names, options=call.words.options)
    return Answer(
        title=f"The name {name} is taken in {vcenter}.",
        lines=("Choose another name, or take the free one below.",),
        buttons=(Button(label=f"Call it {free}", command=command),),
        tone=Tone.FAILED,
    )


def free_clone_name(source: Vm, context: Context) -> str:
    """`web-01-clone-1`, or the first number that is free."""
    inventory = inventory_of(source.ref, context)
    names = (_clone_name(source, number) for number in count(1))
    return next(name for name in names if not inventory.find_vms(name))


def is_clone_name(name: str, source: Vm) -> bool:
    """Whether `free_clone_name` may have made the name for this source."""
    number = name.rpartition("-")[2]
    return number.isdecimal() and name == _clone_name(source, int(number))


def _clone_name(source: Vm, number: int) -> str:
    ending = f"-clone-{number}"
    return source.name[: MAX_NAME - len(ending)] + ending


def _successors(name: str) -> Iterator[str]:
    """`web-07` → `web-08`, `web-09`…; `web` → `web-2`, `web-3`…; within vSphere's limit."""
    found = _TRAILING_NUMBER.match(name)
    stem, digits = (found[1], found[2]) if found else (f"{name}-", "1")
    for number in count(int(digits) + 1):
        ending = str(number).zfill(len(digits))
        yield stem[: MAX_NAME - len(ending)] + ending
