"""Why a plan is not enough, and what would help, in sentences for a card. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from operations.recycling import BINNED
from remediation.relief.plan import Plan
from remediation.relief.targets import MIB, TIER, used_percent
from remediation.words import counted, gib, percent

_MOST: Final = 3
"""So many VMs or datastores are named; the rest is counted."""


def blocked(plan: Plan, *, target_percent: float) -> str:
    """Why the plan is not enough: what is missing, which VMs stay and why, what each target lacks."""
    source = plan.source
    can = f"what can be moved frees {_size(plan.frees_bytes)}" if plan.moves else "no VM on it can be moved"
    goal = f"{_size(plan.need_bytes)} less to be at {percent(target_percent)}"
    stays = [f"{one.vm.name} ({_size(one.bytes)}) {one.reason}" for one in plan.excluded]
    targets = [f"{one.target.name} {one.reason}" for one in plan.lacks] or ["there is no other datastore"]
    start = f"{source.name} is {percent(used_percent(source))} full and needs {goal}, and {can}."
    return " ".join([start, *_sentence("Not moved", stays), *_sentence("Targets", targets)])


def better(plan: Plan) -> str:
    """What a person can do about it."""
    return " ".join(_advice(plan))


def _advice(plan: Plan) -> Iterator[str]:
    binned = sum(one.bytes for one in plan.excluded if BINNED in one.vm.attributes)
    if binned:
        yield f"Delete for good what is in the recycle bin: {_size(binned)}."
    snapshots = [one for one in plan.excluded if one.vm.snapshot_count]
    if snapshots:
        yield f"Remove old snapshots: {counted(len(snapshots), 'VM')} with some can't be moved."
    tier = plan.source.attributes.get(TIER, "")
    yield f"Enlarge {plan.source.name}, or add a datastore{f' of tier {tier}' if tier else ''} that its hosts reach."


def _sentence(title: str, parts: Sequence[str]) -> Iterator[str]:
    if parts:
        more = [f"{len(parts) - _MOST} more"] if len(parts) > _MOST else []
        yield f"{title}: {'; '.join([*parts[:_MOST], *more])}."


def _size(count: int) -> str:
    return gib(count / MIB)
