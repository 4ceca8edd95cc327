"""What a yes is bound to: one definition for every verb, for a click, for tonight's start and for approvers. Pure.

Somebody who says yes has seen a card. The yes is to

1. the plan: what would be done, in which order, to which VM, and what it does to whoever uses it;
2. the words of each line of the card, but of those that change by themselves;
3. the facts of the VM that the lines rest on; and, where it interrupts whoever uses the VM, the run that it interrupts.

All of it is covered by the plan's hash, which a click carries. The facts are compared once more, with the VM as vCenter
has it, right before the first write. What nobody looks at is bound to what its planner expects of the VM, and no more.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from operations.facts import DISK, OWNER, differences, facts
from operations.model import ActorKind, Approval, Effect, Plan, Request
from operations.plans import expected, hashed, making
from vsphere.model import Vm

CHANGING_BY_THEMSELVES: Final = frozenset(
    {"Host after", "Cluster after", "Disk space", "Quota", "Size", "Snapshots", "Lease ends"}
)
"""Lines whose words nobody's yes is bound to: how full the estate is at this moment, how old something is by now."""
RESTS_ON: Final = MappingProxyType(
    {
        "vCPU": ("cpu_count",),
        "Memory": ("memory_mib",),
        "Folder": ("folder",),
        "Datastore": ("datastores",),
        "How": ("power", "cpu_hot_add", "memory_hot_add"),
        "What goes": ("cpu_count", "memory_mib", DISK),
        "Cost a month": ("cpu_count", "memory_mib", DISK),
        "Rule": (OWNER,),
    }
)
"""By a line's label, the facts of the VM that it tells of; of its lease only what is about the lease depends."""
_LOSING: Final = frozenset({"nuke", "snapshot.revert"})
"""Verbs after which a snapshot that came meanwhile is lost too; for others it is a backup that happens to run."""
_KEEPING: Final = frozenset({"transform"})
"""Verbs whose restart is not what they are for: one more meanwhile changes nothing about them."""
_ALWAYS: Final = ("instance_uuid", "name")
_STARTED: Final = "booted_at"
"""Which run of the VM would be interrupted: one that was off and on again may be what somebody has just repaired."""
_LINES: Final = "lines"
_NO_VALUE: Final = " -\N{EN DASH}\N{EM DASH}"


def is_looked_at(plan: Plan, request: Request, approval: Approval | None, *, ask: bool) -> bool:
    """Whether somebody says, or has said, yes to this very plan; the system's own duties ask nobody."""
    if request.actor.kind is ActorKind.SYSTEM or plan.unchanged is not None:
        return False
    return ask or plan.needs_confirmation or request.confirmed is not None or approval is not None


def bound(plan: Plan, vm: Vm | None) -> Plan:
    """The same plan, bound to all that its card shows.

    Args:
        plan: with its notes.
        vm: what it was planned from; None where a VM is made from nothing.
    """
    lines = [*plan.changes, *plan.notes]
    words = {one.label: _words(one.before, one.after) for one in lines if one.label not in CHANGING_BY_THEMSELVES}
    # The lines of a new VM tell of that one; its source is copied as it is by then.
    shown = {} if vm is None or making(plan) else facts(vm, *_names(plan))
    return hashed(replace(plan, details={**plan.details, "expects": {**expected(plan), **shown}, _LINES: words}))


def seen_of(plan: Plan) -> dict[str, object]:
    """What has been seen, JSON-like, as a click carries it: not to decide by, the hash does that, but to tell by."""
    return {"does": plan.summary, "facts": dict(expected(plan)), _LINES: dict(_lines(plan.details))}


def changed_since(seen: Mapping[str, object], plan: Plan) -> str:
    """What is another now than somebody has seen, in one clause or several; never empty."""
    was, lines = seen.get("facts"), _lines(seen)
    told = differences(was, expected(plan)) if isinstance(was, Mapping) else []
    if not told and lines:
        told = _changed_lines(lines, _lines(plan.details))
    does = seen.get("does")
    if not told and does not in {None, plan.summary}:
        told = [f"it would be another thing now: {plan.summary}"]
    return "; ".join(told) or "what would be done is no longer the same"


def _names(plan: Plan) -> tuple[str, ...]:
    shown = [name for line in (*plan.changes, *plan.notes) for name in RESTS_ON.get(line.label, ())]
    lost = ("snapshot_count",) if plan.verb in _LOSING else ()
    return (*_ALWAYS, *_run(plan), *lost, *shown)


def _run(plan: Plan) -> tuple[str, ...]:
    if plan.effect is Effect.NONE:
        return ()
    return ("power",) if plan.verb in _KEEPING else ("power", _STARTED)


def _words(before: str, after: str) -> str:
    return f"{before} → {after}" if before.strip(_NO_VALUE) else after


def _changed_lines(was: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    gone = [f"“{label}” is no longer on the card" for label in was if label not in now]
    return [
        f"“{label}” is {words} now" + (f", it was {was[label]}" if label in was else "")
        for label, words in now.items()
        if was.get(label) != words
    ] + gone


def _lines(data: Mapping[str, object]) -> Mapping[str, object]:
    found = data.get(_LINES)
    return found if isinstance(found, Mapping) else {}
