"""What a person decides by, beside the plan itself: short lines of what is left, what it costs, who is asked. Pure.

The lines come from the mirror, or from what was read for them. Which of them a yes is bound to is told in
`operations.seen`. What is not known has no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from operations import amounts
from operations.changes.resizing import RESIZE, Size, reasons_to_restart
from operations.changes.stage import Asking
from operations.footprint import Footprint, footprint_after, footprint_of, monthly_cost
from operations.headroom import Estate, room_lines
from operations.leases import EXPIRES
from operations.model import Approval, Change, Plan
from operations.moments import read_moment, say_moment
from operations.plans import end_of, making, specs_of
from operations.policy import Decision
from operations.terms import Prices
from vsphere.model import PowerState, Snapshot, Vm

WITH_SNAPSHOTS = frozenset({"transform", "nuke", "move", "snapshot.create"})
"""Verbs for which snapshots are worth a look first."""
_GONE = MappingProxyType({"nuke": "nothing once it is deleted for good", "purge": "nothing"})
"""Verbs after which the VM costs nothing, sooner or later, and which of the two."""
_GIB = 1024**3
_MOST_VALUE = 60
_MOST_REASONS = 44
_HOURS_BELOW = 48
"""So many hours say more than the days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What the gates said of the request."""

    decision: Decision
    approval: Approval | None = None
    """Whose yes it needs; None where nobody has to be asked."""
    quota: tuple[Change, ...] = ()
    """What is left of the owner's quota; empty where there is none."""
    snapshots: tuple[Snapshot, ...] | None = None
    """As vCenter has them; None where it was not asked, or did not answer."""


def with_notes(plan: Plan, asking: Asking, judged: Judged) -> Plan:
    """The same plan with its notes; one that has nothing to do stays without."""
    if plan.unchanged is not None:
        return plan
    lines = tuple(replace(one, after=_clip(one.after)) for one in _notes(plan, asking, judged))
    return replace(plan, notes=lines)


def _notes(plan: Plan, asking: Asking, judged: Judged) -> Iterator[Change]:
    vm, after = asking.vm, footprint_after(plan, asking.vm)
    estate = Estate(vcenter=asking.gateway.name, inventory=asking.gateway.inventory)
    yield from _how(plan, vm)
    yield from _size(plan, vm)
    yield from room_lines(plan, estate, vm=vm, after=after)
    yield from _snapshots(plan, asking, judged.snapshots)
    yield from judged.quota
    yield from _lease(plan, vm, asking)
    if asking.settings.prices is not None:
        yield from _cost(plan, _before(plan, vm), after, asking.settings.prices)
    yield from _yes(judged.approval)
    if judged.decision.rule:
        yield Change(label="Rule", before="", after=judged.decision.rule)


def _how(plan: Plan, vm: Vm | None) -> Iterator[Change]:
    """Hot or with a restart, and why."""
    spec = next((one for one in specs_of(plan) if one["stage"] == RESIZE), None)
    if spec is None or vm is None:
        return
    cold = reasons_to_restart(vm, Size(cpu_count=spec["cpu_count"], memory_mib=spec["memory_mib"]))
    if cold:
        yield Change(label="How", before="", after=f"with a restart: {_joined(cold)}")
    elif vm.power is PowerState.ON:
        yield Change(label="How", before="", after="while it runs: hot-add is on")
    else:
        yield Change(label="How", before="", after="at once: it is not running")


def _size(plan: Plan, vm: Vm | None) -> Iterator[Change]:
    """How much is to be copied, which a running VM changes from one minute to the next; or what will be gone."""
    if vm is None:
        return
    if plan.verb == "move":
        yield Change(label="Size", before="", after=f"{vm.committed_bytes / _GIB:.1f} GB")
    if plan.verb in _GONE:
        size = footprint_of(vm)
        memory = f"{amounts.memory(size.memory_mib)} memory"
        yield Change(
            label="What goes", before="", after=f"{size.cpu_count} vCPU, {memory}, {size.disk_gib} GB of disks"
        )


def _joined(reasons: tuple[str, ...]) -> str:
    """All of them where a line has room, else the first, which alone is reason enough."""
    words = " and ".join(reasons).replace(" hot-add is off and memory hot-add is off", " and memory hot-add are off")
    return words if len(words) <= _MOST_REASONS else reasons[0]


def _snapshots(plan: Plan, asking: Asking, found: tuple[Snapshot, ...] | None) -> Iterator[Change]:
    """How many, and how old the oldest is; the mirror alone knows whether there are any."""
    if asking.vm is None or plan.verb not in WITH_SNAPSHOTS:
        return
    if found:
        age = _age(asking.request.asked_at - min(one.created_at for one in found))
        told = f"1, {age}" if len(found) == 1 else f"{len(found)}, the oldest {age}"
    else:
        told = "none" if found is not None or not asking.vm.snapshot_count else "it has some"
    yield Change(label="Snapshots", before="", after=told)


def _age(span: timedelta) -> str:
    """`12 days old`, `5 hours old`, `less than an hour old`."""
    hours = span // timedelta(hours=1)
    if hours < 1:
        return "less than an hour old"
    count, unit = (span.days, "day") if hours >= _HOURS_BELOW else (hours, "hour")
    return f"{count} {unit}{'s' if count > 1 else ''} old"


def _lease(plan: Plan, vm: Vm | None, asking: Asking) -> Iterator[Change]:
    """When the lease ends: of a new VM as if it began now, of another as the plan or the VM itself says it."""
    zone = asking.settings.tonight.zone
    makes = making(plan) is not None
    said = next((spec["expires"] for spec in specs_of(plan) if spec.get("expires")), None)
    text = said if said or makes or vm is None else vm.attributes.get(EXPIRES)
    ends = _read(str(text), zone) if text else end_of(plan, asking.request.asked_at)
    if ends is not None and plan.verb not in _GONE:
        yield Change(label="Lease ends", before="", after=say_moment(ends))


def _before(plan: Plan, vm: Vm | None) -> Footprint | None:
    """What the VM takes up now; None for one that is yet to be made."""
    return None if vm is None or making(plan) else footprint_of(vm)


def _cost(plan: Plan, before: Footprint | None, after: Footprint | None, prices: Prices) -> Iterator[Change]:
    now = None if before is None else monthly_cost(before, prices)
    then = 0 if plan.verb in _GONE else None if after is None else monthly_cost(after, prices)
    if then is not None and now != then:
        told = "" if now is None else _money(now, prices)
        yield Change(label="Cost a month", before=told, after=_money(then, prices) if then else _GONE[plan.verb])


def _money(amount: float, prices: Prices) -> str:
    return f"{prices.currency} {amount:,.2f}"


def _yes(approval: Approval | None) -> Iterator[Change]:
    if approval is None:
        return
    # People are not named here, because a name on a card rings them; the card for approvers does that.
    people = [f"{len(approval.users)} more" if approval.groups else "those named"] if approval.users else []
    who = " or ".join([*approval.groups, *people])
    asked = f"{approval.votes_needed} from {who}"
    # The first of several reasons is reason enough.
    told = (f"{asked}: {approval.reason}", f"{asked}: {approval.reason.partition(',')[0]}", asked)
    yield Change(label="Needs a yes", before="", after=next((one for one in told if len(one) <= _MOST_VALUE), asked))


def _read(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return read_moment(text, zone)
    except ValueError:
        return None


def _clip(text: str) -> str:
    return text if len(text) <= _MOST_VALUE else f"{text[: _MOST_VALUE - 1]}…"
