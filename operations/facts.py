"""Facts of a VM, JSON-like, as a plan holds them: read, compared with what they are by now, told in words. Pure."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from operations.amounts import memory
from operations.gates import OWNER_ATTRIBUTE
from operations.leases import EXPIRES
from vsphere.model import Vm

ATTRIBUTE: Final = "attribute:"
"""Begin of the name of a fact that is a custom attribute."""
OWNER: Final = f"{ATTRIBUTE}{OWNER_ATTRIBUTE}"
LEASE_END: Final = f"{ATTRIBUTE}{EXPIRES}"
DISK: Final = "disk_gib"
"""What its disks may grow to (GiB), rounded up: the one fact that is no field of `Vm`."""
_STARTED: Final = "booted_at"
_LABELS: Final = MappingProxyType(
    {
        "cpu_count": "number of vCPUs",
        "memory_mib": "memory",
        "cores_per_socket": "number of cores in a socket",
        "snapshot_count": "number of snapshots",
        "cpu_hot_add": "CPU hot-add",
        "memory_hot_add": "memory hot-add",
        DISK: "size on disk",
        LEASE_END: "lease end",
    }
)
_WHOLE: Final = MappingProxyType(
    {
        "instance_uuid": "it is another VM",
        "folder": "it lies in another folder",
        "datastores": "its files lie on another datastore",
        OWNER: "it belongs to somebody else",
    }
)
"""Facts whose values tell people nothing."""
_POWER: Final = MappingProxyType({"poweredOn": "on", "poweredOff": "off", "suspended": "suspended"})
_GIB: Final = 1024**3


def facts(vm: Vm, *names: str) -> dict[str, object]:
    """Facts of a VM by name."""
    return {name: fact(vm, name) for name in names}


def fact(vm: Vm, name: str) -> object:
    """One fact: a field of `Vm`, `disk_gib`, or `attribute:NAME` for a custom attribute."""
    if name.startswith(ATTRIBUTE):
        return vm.attributes.get(name.removeprefix(ATTRIBUTE), "")
    value = disk_gib(vm) if name == DISK else getattr(vm, name)
    if isinstance(value, str | int | bool | None):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else getattr(value, "value", str(value))


def disk_gib(vm: Vm) -> int:
    """What a VM's disks may grow to, in GiB, at least 1; a thin disk counts whole."""
    return max(1, math.ceil((vm.committed_bytes + vm.uncommitted_bytes) / _GIB))


def differences(was: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """What is no longer as it was, one clause each: `its memory is 8 GB, it was 4 GB`; what is not told now is left."""
    differ = [name for name, wanted in was.items() if name in now and now[name] != wanted]
    if _STARTED in differ and ("power" in differ or now[_STARTED] is None):
        # That it is off tells more; and of a running VM vCenter may forget it when the VM changes its host.
        differ.remove(_STARTED)
    return [_clause(name, was[name], now[name]) for name in differ]


def _clause(name: str, was: object, now: object) -> str:
    if name in _WHOLE:
        return _WHOLE[name]
    if name == _STARTED:
        return f"it was started at {_moment(now)}"
    label = _LABELS.get(name, name.removeprefix(ATTRIBUTE).replace("_", " "))
    return f"its {label} is {_said(name, now)}, it was {_said(name, was)}"


def _said(name: str, value: object) -> str:
    """A fact's value as people say it."""
    if name == "memory_mib" and isinstance(value, int):
        return memory(value)
    if name == DISK:
        return f"{value} GB"
    if isinstance(value, bool):
        return "on" if value else "off"
    return _POWER.get(str(value), str(value)) if name == "power" else str(value) or "not set"


def _moment(text: object) -> str:
    """To the second: a VM may be off and on again within a minute."""
    return f"{datetime.fromisoformat(str(text)):%Y-%m-%d %H:%M:%S} UTC"
