"""A card of one VM or template, with the buttons that fit its state."""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from bot import facts, values
from bot.answers import Answer, Button, Reply
from bot.command import Call, Command, Context, Words
from bot.grammar import command_line
from bot.lookup import inventory_of, one_seen, reference
from operations.leases import EXPIRES
from operations.moments import say_past
from operations.recycling import PURGE
from vsphere.model import PowerState, Vm

_USAGE: Final = "show VM"


def parse(words: Words) -> str:
    """The name of the VM."""
    (name,) = values.take_names(words, _USAGE, least=1, most=1)
    return name


def acknowledge(name: str) -> str:
    """See `Command.acknowledge`."""
    return f"Looking at {name}…"


def run(name: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    vm = one_seen(name, call, context)
    inventory = inventory_of(vm.ref, context)
    is_binned = context.operations.bin.holds(vm)
    zone = context.operations.tonight.zone
    kind = "template" if vm.is_template else "in the recycle bin" if is_binned else facts.power(vm)
    return Answer(
        title=f"{vm.name} ({kind})",
        fields=(
            *facts.card_fields(vm, inventory, call.actor, context.clock.now()),
            *_ends(vm, zone, is_binned=is_binned),
        ),
        note=f"{vm.ref} · as of {say_past(vm.read_at)}",
        buttons=() if vm.is_template else _buttons(vm, reference(vm, context), is_binned=is_binned),
    )


def _ends(vm: Vm, zone: ZoneInfo, *, is_binned: bool) -> Iterator[tuple[str, str]]:
    """What comes to an end by itself, as the VM's attributes say it; only what lies in the bin is ever deleted."""
    for label, attribute in (("Lease ends", EXPIRES), *((("Deleted at", PURGE),) if is_binned else ())):
        text = vm.attributes.get(attribute)
        if text:
            yield label, facts.end(text, zone)


def _buttons(vm: Vm, name: str, *, is_binned: bool) -> tuple[Button, ...]:
    if is_binned:
        return (Button(label="Restore", command=command_line("restore", name), style="primary"),)
    snapshot = Button(label="Snapshot", command=command_line("snapshot", name, "create"))
    if vm.power is not PowerState.ON:
        return (Button(label="Power on", command=command_line("poweron", name), style="primary"), snapshot)
    return (
        Button(label="Restart", command=command_line("reboot", name)),
        Button(label="Shut down", command=command_line("poweroff", name), style="danger"),
        snapshot,
    )


COMMAND: Final = Command(
    name="show",
    usage=_USAGE,
    summary="Show a VM: power, size, address, place, owner.",
    details="Examples: `show web-01` · `show web-01@lab` · `show Datacenter/vm/Web/web-01`.",
    aliases=("get", "info", "describe"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
