"""Snapshots of a VM: create, list, revert to one, remove one."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot import facts, values
from bot.answers import Answer, Button, Reply, Table, Tone
from bot.changes import change
from bot.command import Call, Command, Context, UsageError, Words
from bot.grammar import command_line
from bot.lookup import nearest_names, one_seen, one_vm, reference
from bot.misses import MOST_CHOICES
from operations.moments import say_past
from vsphere.model import Snapshot, Vm

_USAGE: Final = "snapshot VM create|list|revert|remove [NAME]"


class Action(Enum):
    """What to do with snapshots."""

    CREATE = "create"
    LIST = "list"
    REVERT = "revert"
    REMOVE = "remove"


_WORDS: Final = {
    **{action.value: action for action in Action},
    "take": Action.CREATE,
    "new": Action.CREATE,
    "ls": Action.LIST,
    "restore": Action.REVERT,
    "delete": Action.REMOVE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The VM, what to do, and the snapshot's name where one is given."""

    vm: str
    action: Action
    name: str | None


def parse(words: Words) -> Wanted:
    """`VM ACTION [NAME]`, also `ACTION VM [NAME]`; a VM alone lists. The name may be several words."""
    if not words.names:
        raise UsageError("the name is missing", usage=_USAGE)
    first, *others = words.names
    if not others:
        return Wanted(vm=first, action=Action.LIST, name=None)
    second, *rest = others
    if second.casefold() in _WORDS:
        vm, action = first, _WORDS[second.casefold()]
    elif first.casefold() in _WORDS:
        vm, action = second, _WORDS[first.casefold()]
    else:
        raise UsageError(f"{second!r} is nothing to do with snapshots", usage=_USAGE)
    name = " ".join(rest).strip() or None
    if name and len(name) > values.MAX_NAME:
        raise UsageError(f"the snapshot's name has {len(name)} characters; {values.MAX_NAME} are enough", usage=_USAGE)
    if action is not Action.LIST:
        values.changed_vm(vm, _USAGE)
    return Wanted(vm=vm, action=action, name=name)


def acknowledge(wanted: Wanted) -> str:
    """See `Command.acknowledge`."""
    name = f" {wanted.name}" if wanted.name else ""
    match wanted.action:
        case Action.CREATE:
            return f"Taking a snapshot{name} of {wanted.vm}…"
        case Action.LIST:
            return f"Looking at the snapshots of {wanted.vm}…"
        case Action.REVERT:
            return f"Looking at {wanted.vm} before it goes back to a snapshot{name}…"
        case Action.REMOVE:
            return f"Looking at {wanted.vm} before its snapshot{name} is removed…"


def run(wanted: Wanted, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    if wanted.action is Action.LIST:
        vm = one_seen(wanted.vm, call, context, verb="snapshot.list")
        return _listed(vm, context.sites.of(vm.ref).snapshots(vm.ref), context)
    vm = one_vm(wanted.vm, call, context)
    verb = f"snapshot.{wanted.action.value}"
    if wanted.action is Action.CREATE:
        name = wanted.name or f"{call.actor.name} {context.clock.now():%Y-%m-%dT%H:%MZ}"
        return change(verb, vm, call, context, {"snapshot": name})
    chosen = _chosen(wanted, vm, context.sites.of(vm.ref).snapshots(vm.ref), context)
    return chosen if isinstance(chosen, Answer) else change(verb, vm, call, context, {"snapshot": chosen})


def _chosen(wanted: Wanted, vm: Vm, snapshots: list[Snapshot], context: Context) -> str | Answer:
    """The name of the snapshot that is meant, or the answer that lets the person choose."""
    names = list(dict.fromkeys(snapshot.name for snapshot in snapshots))
    if wanted.name in names:
        return wanted.name
    if not names:
        return Answer(title=f"{vm.name} has no snapshots.", tone=Tone.FAILED)
    if wanted.name is None:
        fact, offered = f"Which snapshot of {vm.name}?", names[:MOST_CHOICES]
    else:
        fact, offered = f"{vm.name} has no snapshot {wanted.name}.", nearest_names(wanted.name, names) or names[:3]
    reference_ = reference(vm, context)
    choices = tuple(
        Button(label=name, command=command_line("snapshot", reference_, wanted.action.value, name)) for name in offered
    )
    return Answer(title=fact, lines=("Nothing has been done.",), choices=choices, tone=Tone.QUESTION)


def _listed(vm: Vm, snapshots: list[Snapshot], context: Context) -> Answer:
    create = Button(label="Take one", command=command_line("snapshot", reference(vm, context), "create"))
    if not snapshots:
        return Answer(title=f"{vm.name} has no snapshots.", buttons=(create,))
    now = context.clock.now()
    rows = tuple(
        (
            "  " * snapshot.depth + snapshot.name + (" (current)" if snapshot.is_current else ""),
            say_past(snapshot.created_at),
            facts.length(now - snapshot.created_at),
            snapshot.description,
        )
        for snapshot in snapshots
    )
    return Answer(
        title=f"Snapshots of {vm.name}",
        table=Table(columns=("Name", "Taken", "Age", "Description"), rows=rows),
        note="A snapshot is no backup, and it grows: remove it when it has done its duty.",
        buttons=(create,),
    )


COMMAND: Final = Command(
    name="snapshot",
    usage=_USAGE,
    summary="Take, list, go back to and remove snapshots of a VM.",
    details="Examples: `snapshot web-01 create before update` · `snapshot web-01 list` · "
    "`snapshot web-01 revert before update` · `snapshot web-01 remove before update`.",
    aliases=("snap", "snapshots"),
    needs=("snapshot.create", "snapshot.list", "snapshot.revert", "snapshot.remove"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
