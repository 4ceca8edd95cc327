"""What vCenter was sent, held against the record: nothing lost, nothing doubled, nothing unasked. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sandbox.vcenter.client import Write
from tests.torture.book import Entry

NEEDED: Final[Mapping[str, tuple[frozenset[str], ...]]] = MappingProxyType(
    {
        verb: tuple(frozenset(one.split("|")) for one in calls.split())
        for verb, calls in {
            "spawn": "CreateVM_Task PowerOnVM_Task",
            "clone": "CloneVM_Task",
            "clonetemplate": "CloneVM_Task PowerOnVM_Task",
            "poweron": "PowerOnVM_Task",
            "poweroff": "ShutdownGuest|PowerOffVM_Task",
            "reboot": "RebootGuest",
            "reset": "ResetVM_Task",
            "transform": "ReconfigVM_Task",
            "move": "RelocateVM_Task",
            "nuke": "Rename_Task MoveIntoFolder_Task",
            "restore": "Rename_Task MoveIntoFolder_Task",
            "purge": "Destroy_Task",
            "lease.extend": "SetField",
            "snapshot.create": "CreateSnapshot_Task",
            "snapshot.revert": "RevertToSnapshot_Task",
            "snapshot.remove": "RemoveSnapshot_Task",
        }.items()
    }
)
"""The calls that a success must have made, each one of those between the bars."""
_ANYBODYS = frozenset({"CreateFolder", "AddCustomFieldDef"})
"""What belongs to no single operation: the bin's folder, the names of the attributes."""
_MAKES = frozenset({"CreateVM_Task", "CloneVM_Task"})
_REPEATABLE = frozenset({"SetField"})
"""The same attribute written again changes nothing."""
DROPPED = "dropped before"
HALF_WAY = "Done before that:"
_TRACELESS = frozenset({"reboot"})
"""What leaves neither a task nor a state: where nothing proves that it arrived, it must not be sent again."""


def complaints(entries: Sequence[Entry], sent: Sequence[Write]) -> Iterator[str]:
    """What is wrong about the writes of operations, oldest first, that have all ended."""
    writes, strays = _by_operation(entries, sent)
    yield from (f"a call that no operation made: {one}" for one in strays)
    for entry in entries:
        yield from _about(entry, writes[entry.id])


def _about(entry: Entry, writes: Sequence[Write]) -> Iterator[str]:
    what, times = f"{entry.id} {entry.verb} ({entry.state})", Counter(write.method for write in writes)
    twice = {method: number for method, number in times.items() if number > 1 and method not in _REPEATABLE}
    if twice:
        yield f"DOUBLED: {what} sent {twice}: {writes}"
    match entry.state:
        case "succeeded":
            if entry.stages and (missing := _missing(entry.verb, times)):
                yield f"LOST: {what} is told as done without {missing}"
        case "unknown":
            if entry.verb not in _TRACELESS or times["RebootGuest"]:
                yield f"UNKNOWN: {what} could have been told: {entry.text} {writes}"
        case _:
            # An order that was lost ends the operation; what went before it is told.
            if writes and HALF_WAY not in entry.text:
                yield f"{what}: {entry.text}; but it wrote {writes}"


def _by_operation(entries: Sequence[Entry], sent: Sequence[Write]) -> tuple[Mapping[str, list[Write]], list[Write]]:
    """The writes that reached vCenter by the operation that they belong to, and those that belong to none."""
    found: dict[str, list[Write]] = defaultdict(list)
    strays = []
    new = {one.name: one for one in entries if one.name}
    for write in sent:
        if write.outcome.startswith(DROPPED):
            continue
        names = (write.argument, write.target_name, write.entity_name)
        making = next((new[name] for name in names if name in new), None)
        # What was made is changed by others later, under the name that it was made with.
        owner = making if write.method in _MAKES else _last_on(entries, write) or making
        if owner is not None:
            found[owner.id].append(write)
        elif write.method not in _ANYBODYS:
            strays.append(write)
    return found, strays


def _last_on(entries: Sequence[Entry], write: Write) -> Entry | None:
    at = write.at.timestamp()
    before = (one for one in reversed(entries) if one.at <= at and not one.name)
    called = {write.entity, write.target}
    # A snapshot is an object of its own, known by its VM's name.
    return next((one for one in before if one.vm in called or (one.vm and one.vm_name == write.entity_name)), None)


def _missing(verb: str, sent: Counter[str]) -> list[str]:
    return ["|".join(sorted(calls)) for calls in NEEDED[verb] if not any(sent[call] for call in calls)]
