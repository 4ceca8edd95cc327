"""What a VM looks like in words: the cells of a list, the fields of a card. Pure over the mirror."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.values import gib
from operations.model import Actor, Operation, Origin, State
from operations.moments import read_moment, say_moment
from operations.policy import owner_of
from vsphere.inventory import Inventory
from vsphere.model import PowerState, Ref, Vm

_NOTHING = "\u2013"
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_POWER = {PowerState.ON: "on", PowerState.OFF: "off", PowerState.SUSPENDED: "suspended"}
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))
_GIB = 1024**3


def place(origin: Origin) -> str:
    """Where something was said: `#vm-requests`, `direct message`."""
    if origin.is_direct:
        return "direct message"
    return f"#{origin.channel_name.lstrip('#')}" if origin.channel_name else origin.channel


def power(vm: Vm) -> str:
    """`on`, `off` or `suspended`."""
    return _POWER[vm.power]


def owner(vm: Vm, reader: Actor) -> str:
    """Who owns the VM, as the custom attribute says: a mention of the person, `you`, or the attribute's own words."""
    named = owner_of(vm)
    if named == reader.id:
        return "you"
    return f"<@{named}>" if named and _SLACK_ID.fullmatch(named) else named or _NOTHING


def cells(vm: Vm, reader: Actor) -> tuple[str, ...]:
    """Name, power, vCPUs, memory, address and owner."""
    return (vm.name, power(vm), str(vm.cpu_count), gib(vm.memory_mib), vm.ip_address or _NOTHING, owner(vm, reader))


def card_fields(vm: Vm, inventory: Inventory, reader: Actor, now: datetime) -> tuple[tuple[str, str], ...]:
    """Everything that a person asks of a VM."""
    return (
        ("Power", power(vm)),
        ("Uptime", length(now - vm.booted_at) if vm.booted_at and vm.power is PowerState.ON else _NOTHING),
        ("CPU", f"{vm.cpu_count} vCPU ({_hot_add(vm.cpu_hot_add)})"),
        ("Memory", f"{gib(vm.memory_mib)} ({_hot_add(vm.memory_hot_add)})"),
        ("IP address", vm.ip_address or _NOTHING),
        ("Guest", " · ".join(part for part in (vm.host_name, vm.guest_name) if part) or _NOTHING),
        ("VMware Tools", "running" if vm.tools_running else "not running"),
        ("Owner", owner(vm, reader)),
        ("Host", _name(vm.host, inventory)),
        ("Cluster", _cluster(vm, inventory)),
        ("Folder", inventory.path(vm.folder) if vm.folder else _NOTHING),
        ("Datastores", ", ".join(map(inventory.name, vm.datastores)) or _NOTHING),
        ("Storage", f"{vm.committed_bytes / _GIB:.1f} GB used"),
        ("Snapshots", "some" if vm.snapshot_count else "none"),
    )


def length(span: timedelta) -> str:
    """The two largest parts of a length of time: `3 d 4 h`, `12 min`, `40 s`."""
    seconds = max(0, int(span.total_seconds()))
    parts = []
    for unit, size in _UNITS:
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2]) or f"{seconds} s"


def progress(operation: Operation) -> str:
    """How far an operation is, in a word or two: `running 42 %`, `succeeded in 3 min`."""
    state = operation.state.value.replace("_", " ")
    if operation.state is State.RUNNING and operation.percent is not None:
        return f"{state} {operation.percent} %"
    if operation.state is State.QUEUED and operation.not_before is not None:
        return f"waits until {say_moment(operation.not_before)}"
    if operation.state is State.SUCCEEDED and operation.started_at and operation.finished_at:
        return f"{state} in {length(operation.finished_at - operation.started_at)}"
    return state


def end(text: str, zone: ZoneInfo) -> str:
    """A time that an attribute of a VM holds, in words; as it stands there where it is none."""
    try:
        return say_moment(read_moment(text, zone))
    except ValueError:
        return text


def _hot_add(possible: bool) -> str:  # noqa: FBT001  the one thing it says
    return "hot-add" if possible else "no hot-add"


def _name(ref: Ref | None, inventory: Inventory) -> str:
    return inventory.name(ref) if ref else _NOTHING


def _cluster(vm: Vm, inventory: Inventory) -> str:
    host = inventory.host(vm.host) if vm.host else None
    return _name(host.cluster, inventory) if host else _NOTHING
