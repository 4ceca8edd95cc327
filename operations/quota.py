"""What an owner has, what operations hold, what a quota leaves. Pure; `accounts` asks it with the live inventory.

A VM in the recycle bin counts with its disks alone: it uses no host any more, but its space is not free yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from operations.footprint import footprint_of
from operations.gates import owner_of
from operations.model import Change, Claim, Operation, State
from operations.recycling import BINNED
from operations.terms import Quota
from vsphere.model import Ref, Vm

_MIB_PER_GIB: Final = 1024
_HOLDS_AT_THE_END: Final = frozenset({State.SUCCEEDED, State.UNKNOWN})
_MOST_NAMED: Final = 5
_WHOLE: Final = MappingProxyType(
    {
        "clone": "A clone is as large as what it is made from.",
        "restore": "It comes back as large as it was.",
        "snapshot.revert": "It goes back to the size that it had then.",
    }
)
"""What has a size that nobody chooses, so that less of it can't be asked for."""
IsBinned = Callable[[Vm], bool]
"""Whether a VM lies in a recycle bin, as the inventory shows it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """So much of everything that a quota counts."""

    vms: int = 0
    cpu_count: int = 0
    memory_mib: int = 0
    disk_gib: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            vms=self.vms + other.vms,
            cpu_count=self.cpu_count + other.cpu_count,
            memory_mib=self.memory_mib + other.memory_mib,
            disk_gib=self.disk_gib + other.disk_gib,
        )

    def beyond(self, other: "Amount") -> "Amount":
        """What this is more than the other, of each; never less than nothing."""
        return Amount(
            vms=max(0, self.vms - other.vms),
            cpu_count=max(0, self.cpu_count - other.cpu_count),
            memory_mib=max(0, self.memory_mib - other.memory_mib),
            disk_gib=max(0, self.disk_gib - other.disk_gib),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """How an owner stands under a quota."""

    quota: Quota
    used: Amount
    """By VMs that vCenter shows as theirs."""
    reserved: Amount
    """By what was asked for and vCenter does not show yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was asked for, as far as it says whether less of it can be had."""

    verb: str
    makes: bool
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One figure of a quota."""

    unit: str
    limit: Callable[[Quota], int | None]
    figure: Callable[[Amount], int]
    grain: int = 1
    """How many of the figure make one of the unit."""

    def say(self, figure: int) -> str:
        return f"{figure / self.grain:g}"

    def say_whole(self, figure: int) -> str:
        return f"{self.say(figure)} {'VM' if figure == 1 and self.unit == 'VMs' else self.unit}"


_DIMENSIONS: Final = (
    _Dimension("VMs", lambda quota: quota.vms, lambda amount: amount.vms),
    _Dimension("vCPU", lambda quota: quota.cpu_count, lambda amount: amount.cpu_count),
    _Dimension("GB memory", lambda quota: quota.memory_mib, lambda amount: amount.memory_mib, _MIB_PER_GIB),
    _Dimension("GB disk", lambda quota: quota.disk_gib, lambda amount: amount.disk_gib),
)


def amount_of(vm: Vm, is_binned: IsBinned) -> Amount:
    """What a VM counts; its marks alone are no proof that it is in the bin."""
    size = footprint_of(vm)
    if vm.attributes.get(BINNED) and is_binned(vm):
        return Amount(disk_gib=size.disk_gib)
    return Amount(vms=1, cpu_count=size.cpu_count, memory_mib=size.memory_mib, disk_gib=size.disk_gib)


def amount_claimed(claim: Claim) -> Amount:
    """What the VM of a claim will count once the operation is done."""
    return Amount(vms=claim.vms, cpu_count=claim.cpu_count, memory_mib=claim.memory_mib, disk_gib=claim.disk_gib)


def step_of(claim: Claim, vm: Vm | None, is_binned: IsBinned) -> Amount:
    """What a claim adds: all of it for a VM that is made, the growth for one that is changed."""
    return amount_claimed(claim).beyond(Amount() if vm is None or claim.makes else amount_of(vm, is_binned))


def total(vms: Iterable[Vm], is_binned: IsBinned) -> Amount:
    """What VMs count together."""
    return sum((amount_of(vm, is_binned) for vm in vms), start=Amount())


def reserved_by(
    owner: str,
    operations: Iterable[Operation],
    *,
    find: Callable[[Ref], Vm | None],
    is_binned: IsBinned,
    is_settled: Callable[[Operation], bool],
) -> Amount:
    """What operations hold for an owner beyond what the mirror shows.

    Args:
        owner: by Slack id.
        operations: all that are open or ended a while ago at most, newest first.
        find: the VM as the mirror has it.
        is_binned: whether a VM lies in a recycle bin.
        is_settled: whether the mirror has certainly heard of all that an operation did that has ended.
    """
    held, told = Amount(), set[Ref]()
    for operation in operations:
        claim = operation.plan.claim if operation.plan else None
        target = operation.vm if claim is None or not claim.makes else operation.result
        # Of what was done to one VM only the latest says how large it is now.
        is_latest = target not in told
        if target is not None and operation.started_at is not None:
            told.add(target)
        if claim is None or claim.owner != owner:
            continue
        if operation.state.is_final and (not is_latest or not _holds(operation, claim) or is_settled(operation)):
            continue
        held += _missing(claim, find(target) if target else None, is_binned)
    return held


def exceeded(balance: Balance, step: Amount) -> list[str]:
    """Each limit that a step would break, in words: `5 VMs: 4 used, 1 reserved, 1 asked for`."""
    found = []
    for one in _DIMENSIONS:
        limit, asked = one.limit(balance.quota), one.figure(step)
        used, reserved = one.figure(balance.used), one.figure(balance.reserved)
        if limit is not None and asked > 0 and used + reserved + asked > limit:
            held = f", {one.say(reserved)} reserved by what is under way" if reserved else ""
            found.append(f"{one.say_whole(limit)}: {one.say(used)} used{held}, {one.say(asked)} asked for")
    return found


def way_out(balance: Balance, step: Amount, wish: Wish, others: Iterable[Vm]) -> str:
    """What can be done about it: a smaller one where one can be had, which VMs count, whom to ask.

    Args:
        balance: how the owner stands.
        step: what does not fit.
        wish: what was asked for.
        others: the owner's VMs that could be given back, so without the one that is changed.
    """
    advice = [_less(balance, step, wish), _back(balance, step, others)]
    said = [one for one in advice if one]
    return " ".join([*said, f"{'Or ask' if said else 'Ask'} an administrator for more."])


def _less(balance: Balance, step: Amount, wish: Wish) -> str:
    if wish.verb in _WHOLE:
        return _WHOLE[wish.verb]
    smaller = [
        one.say_whole(left)
        for one in _DIMENSIONS[1:]
        if (left := _left(one, balance)) is not None and 0 < left < one.figure(step)
    ]
    full = any(_left(one, balance) == 0 and one.figure(step) for one in _DIMENSIONS)
    if full or not smaller:
        return "An undo takes all of it back." if wish.is_undo else ""
    would_do = f"{' and '.join(smaller)}{'' if wish.makes else ' more'} would do."
    if wish.is_undo:
        return f"An undo takes all of it back; ask for a part of it with `/iaas transform`: {would_do}"
    return f"Ask for less: {would_do}"


def _back(balance: Balance, step: Amount, others: Iterable[Vm]) -> str:
    names = sorted(vm.name for vm in others)
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    left = _left(_DIMENSIONS[-1], balance)
    late = " Disks count until a VM is deleted for good." if left is not None and left < step.disk_gib else ""
    return f"Give one back with `/iaas nuke`: {', '.join(names[:_MOST_NAMED])}{more}.{late}"


def lines(balance: Balance, step: Amount) -> tuple[Change, ...]:
    """The note of a plan: how much of each limit is taken once it is done; nothing where no limit is touched."""
    taken = balance.used + balance.reserved + step
    told = [
        f"{one.say(one.figure(taken))}/{one.say_whole(limit)}"
        for one in _DIMENSIONS
        if (limit := one.limit(balance.quota)) is not None and one.figure(step) > 0
    ]
    return (Change(label="Quota", before="", after=", ".join(told)),) if told else ()


def statement(balance: Balance) -> str:
    """How an owner stands, limit by limit: `3 of 5 VMs, 6 of 16 vCPU (2 reserved)`."""
    told = []
    for one in _DIMENSIONS:
        limit, reserved = one.limit(balance.quota), one.figure(balance.reserved)
        if limit is not None:
            held = f" ({one.say(reserved)} reserved)" if reserved else ""
            told.append(f"{one.say(one.figure(balance.used) + reserved)} of {one.say_whole(limit)}{held}")
    return ", ".join(told) or "no limit"


def _holds(operation: Operation, claim: Claim) -> bool:
    """Whether an operation that has ended left something behind that counts."""
    if operation.started_at is None:
        return False
    return operation.state in _HOLDS_AT_THE_END or (claim.makes and operation.result is not None)


def _missing(claim: Claim, vm: Vm | None, is_binned: IsBinned) -> Amount:
    """What of a claim the mirror does not show yet; a VM that shows an owner counts for that owner already."""
    shown = vm is not None and owner_of(vm) is not None
    if claim.makes:
        return Amount() if shown else amount_claimed(claim)
    return amount_claimed(claim).beyond(amount_of(vm, is_binned) if vm is not None and shown else Amount())


def _left(one: _Dimension, balance: Balance) -> int | None:
    limit = one.limit(balance.quota)
    return None if limit is None else max(0, limit - one.figure(balance.used) - one.figure(balance.reserved))
