"""What takes an operation back, and why some can't be. Pure: the undo itself is an operation like any other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from operations.amounts import memory
from operations.changes.leasing import SET_EXPIRES
from operations.changes.making import OPERATION_ATTRIBUTE
from operations.changes.moving import MOVE
from operations.changes.resizing import RESIZE
from operations.changes.snapshots import TAKE
from operations.errors import NotUndoableError
from operations.leases import EXPIRES
from operations.model import NO_ARGUMENTS, Arguments, Operation
from operations.moments import read_moment
from operations.plans import Spec, specs_of
from operations.recycling import marks_of
from operations.undoable import UNKNOWN, standing
from vsphere.model import PowerState, Snapshot, Vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """The VM that an operation has left, as it is by now."""

    vm: Vm
    in_bin: bool = False
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Inverse:
    """What is asked for to take an operation back."""

    verb: str
    arguments: Arguments = field(default_factory=lambda: NO_ARGUMENTS)


def inverse(operation: Operation, found: Now, now: datetime) -> Inverse:
    """What takes it back, for the VM as it is.

    Raises:
        NotUndoableError: nothing does, the time is over, or the VM is no longer as the operation left it.
    """
    stands = standing(operation, now)
    if stands is None:
        raise NotUndoableError(f"{operation.id} has changed nothing that could be undone")
    row = _ROWS.get(operation.verb)
    if stands.until is None or row is None:
        raise NotUndoableError(f"{operation.id} can't be undone: {stands.reason or UNKNOWN}")
    left = _Left(operation=operation, found=found, specs=_specs(operation), before=_before(operation), now=now)
    differs = row.differs(left)
    if differs:
        raise NotUndoableError(
            f"{found.vm.name} is no longer as {operation.id} left it: {differs}",
            hint="Ask for what you want of it now; see `/iaas show`.",
        )
    return Inverse(verb=row.verb, arguments=row.arguments(left))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Left:
    """What an operation has left, beside what is there by now."""

    operation: Operation
    found: Now
    specs: Mapping[str, Spec]
    before: Mapping[str, Any]
    now: datetime

    @property
    def vm(self) -> Vm:
        return self.found.vm


def _nothing(_left: _Left) -> Arguments:
    return NO_ARGUMENTS


@dataclass(frozen=True, slots=True)
class _Row:
    """One verb's way back."""

    verb: str
    differs: Callable[[_Left], str]
    """What is no longer so, in a few words; empty where all is."""
    arguments: Callable[[_Left], Arguments] = _nothing


def _specs(operation: Operation) -> dict[str, Spec]:
    return {str(one["stage"]): one for one in specs_of(operation.plan)} if operation.plan else {}


def _before(operation: Operation) -> Mapping[str, Any]:
    found = operation.plan.details.get("before") if operation.plan else None
    return found if isinstance(found, Mapping) else {}


def _power(wanted: PowerState) -> Callable[[_Left], str]:
    word = {PowerState.ON: "on", PowerState.OFF: "off", PowerState.SUSPENDED: "suspended"}
    return lambda left: "" if left.vm.power is wanted else f"it is {word[left.vm.power]}"


def _size(left: _Left) -> str:
    spec, vm = left.specs[RESIZE], left.vm
    same = (vm.cpu_count, vm.memory_mib) == (spec["cpu_count"], spec["memory_mib"])
    return "" if same else f"it has {vm.cpu_count} vCPU and {memory(vm.memory_mib)}"


def _binned(left: _Left) -> str:
    marks = marks_of(left.vm)
    if not left.found.in_bin or marks is None:
        return "it is not in the recycle bin"
    return "" if marks.operation_id == left.operation.id else f"{marks.operation_id} put it into the recycle bin since"


def _restored(left: _Left) -> str:
    if left.found.in_bin:
        return "it is in the recycle bin again"
    return "" if left.vm.name == left.operation.vm_name else f"it is called {left.vm.name}"


def _snapshot_stands(left: _Left) -> str:
    ours = any(one.description.endswith(f"operation {left.operation.id}") for one in left.found.snapshots)
    return "" if ours else "its snapshot is gone"


def _place(left: _Left) -> str:
    there = [one.moref for one in left.vm.datastores] == [left.specs[MOVE]["datastore"]]
    return "" if there else "its disks were moved"


def _lease(left: _Left) -> str:
    if left.vm.attributes.get(EXPIRES, "") != left.specs[SET_EXPIRES]["expires"]:
        return "the end of its lease was changed"
    return "" if _former_end(left) > left.now else "the former end of its lease is over by now"


def _former_end(left: _Left) -> datetime:
    return read_moment(str(left.before["expires"]), ZoneInfo("UTC"))


def _made(left: _Left) -> str:
    if left.found.in_bin:
        return "it is in the recycle bin"
    ours = left.vm.attributes.get(OPERATION_ATTRIBUTE) == left.operation.id
    return "" if ours else "it no longer says that this operation made it"


_ROWS: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "poweron": _Row("poweroff", _power(PowerState.ON)),
        "poweroff": _Row("poweron", _power(PowerState.OFF)),
        "nuke": _Row("restore", _binned),
        "restore": _Row("nuke", _restored),
        "transform": _Row(
            "transform",
            _size,
            lambda left: {"cpu_count": left.before["cpu_count"], "memory_mib": left.before["memory_mib"]},
        ),
        "snapshot.create": _Row(
            "snapshot.remove",
            _snapshot_stands,
            lambda left: {"snapshot": left.specs[TAKE]["name"], "taken_by": left.operation.id},
        ),
        "move": _Row("move", _place, lambda left: {"datastore": left.before["datastore"]}),
        "lease.extend": _Row("lease.extend", _lease, lambda left: {"expires": left.before["expires"]}),
        "spawn": _Row("nuke", _made),
        "clone": _Row("nuke", _made),
        "clonetemplate": _Row("nuke", _made),
    }
)
