"""The plan that brings a full datastore to its target, or as near as can be, with the reasons for what it leaves out.

Pure. The rules are those of `movers` and `targets`; `solver` chooses. Each move of a plan is safe by itself and in any
order, since targets only fill up within the plan; what frees most goes first, because the alarm is red meanwhile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from remediation.model import NOTHING_HELD, NOWHERE
from remediation.relief.movers import Surroundings, immovable
from remediation.relief.problem import Mover, Problem, Solution
from remediation.relief.solver import solve
from remediation.relief.targets import (
    Lack,
    arriving_bytes,
    leaving_bytes,
    room_bytes,
    room_words,
    too_full,
    unreached,
    unusable,
    used_bytes,
)
from remediation.settings import ReliefSettings
from vsphere.model import Datastore, DiskFacts, Host, Ref, Vm

GRAIN_SHARE: Final = 100
"""Plans that differ by less than this part of what has to be freed are alike, and the one with fewer moves is taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """What a plan is made from."""

    source: Datastore
    """The full datastore."""
    vms: tuple[Vm, ...]
    """All that have files on it."""
    hosts: tuple[Host, ...]
    datastores: tuple[Datastore, ...]
    disks: Mapping[Ref, DiskFacts]
    """Of the VMs; one without is not moved."""
    protected: frozenset[Ref] = field(default_factory=frozenset)
    resting: Mapping[Ref, str] = field(default_factory=lambda: NOTHING_HELD)
    """VMs that a guard rail holds now, with its reason: see `model.Facts`."""
    left: Mapping[Ref, frozenset[Ref]] = field(default_factory=lambda: NOWHERE)
    """By VM, the datastores that it has left lately."""
    stopped: frozenset[Ref] = field(default_factory=frozenset)
    """Datastores that somebody has stopped automatic changes of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One VM to one datastore, with all its files."""

    vm: Vm
    target: Datastore
    moves_bytes: int
    """What is copied."""
    frees_bytes: int
    """On the source; less than is copied where the VM has files elsewhere too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """A VM that stays, and why."""

    vm: Vm
    bytes: int
    """Of it on the source."""
    reason: str
    """Without its name: `is protected`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to move, the first move first."""

    source: Datastore
    moves: tuple[Move, ...]
    need_bytes: int
    """What has to be freed to reach the target; nothing where it is reached."""
    lower_bound_bytes: int
    """No plan that clears it moves fewer."""
    proven: bool
    """Whether no plan is better; else it is only very likely that none is much better."""
    excluded: tuple[Excluded, ...]
    """The VMs that may not be moved, the biggest first."""
    lacks: tuple[Lack, ...]
    """The datastores that take no VM, or no more than the plan sends there; by name."""

    @property
    def frees_bytes(self) -> int:
        """On the source."""
        return sum(move.frees_bytes for move in self.moves)

    @property
    def moves_bytes(self) -> int:
        """Copied in all."""
        return sum(move.moves_bytes for move in self.moves)

    @property
    def missing_bytes(self) -> int:
        """What would still have to be freed after it."""
        return max(self.need_bytes - self.frees_bytes, 0)

    @property
    def clears(self) -> bool:
        """Whether the source is at its target afterwards."""
        return not self.missing_bytes


def make_plan(estate: Estate, settings: ReliefSettings) -> Plan:
    """Choose what brings the source to its target with the fewest bytes moved; the same estate has the same plan."""
    need = needed_bytes(estate.source, settings)
    movable, excluded = _sorted_out(estate, settings)
    vms, movers = _movers(estate, movable, settings)
    rooms = [max(room_bytes(target, estate.source, settings), 0) for target in estate.datastores]
    found = _solved(need, rooms, movers)
    moves = (
        Move(vm=vms[index], target=estate.datastores[room], moves_bytes=mover.costs[room], frees_bytes=mover.frees)
        for index, room in found.answer.items()
        for mover in (movers[index],)
    )
    fitting = {vm.ref for vm in vms}
    stays = [_excluded(vm, estate, "fits on no datastore") for vm in movable if vm.ref not in fitting]
    return Plan(
        source=estate.source,
        moves=tuple(sorted(moves, key=lambda move: (-move.frees_bytes, move.vm.name, move.vm.ref))),
        need_bytes=max(need, 0),
        lower_bound_bytes=found.lower_bound,
        proven=found.proven,
        excluded=tuple(sorted([*excluded, *stays], key=lambda one: (-one.bytes, one.vm.name))),
        lacks=tuple(_lacks(estate, movable, settings)),
    )


def needed_bytes(source: Datastore, settings: ReliefSettings) -> int:
    """What has to be freed to bring it to its target; zero or less where it is there."""
    return used_bytes(source) - int(source.capacity_bytes * settings.target_percent / 100)


def _sorted_out(estate: Estate, settings: ReliefSettings) -> tuple[list[Vm], list[Excluded]]:
    """Those that may be moved, and those that may not."""
    around = Surroundings(
        source=estate.source,
        hosts={one.ref: one for one in estate.hosts},
        datastores={one.ref.moref: one for one in estate.datastores},
        disks=estate.disks,
        settings=settings,
        protected=estate.protected,
        resting=estate.resting,
    )
    reasons = [(vm, immovable(vm, around)) for vm in estate.vms]
    movable = [vm for vm, reason in reasons if reason is None]
    return movable, [_excluded(vm, estate, reason) for vm, reason in reasons if reason is not None]


def _excluded(vm: Vm, estate: Estate, reason: str) -> Excluded:
    disks = estate.disks.get(vm.ref)
    return Excluded(vm=vm, bytes=leaving_bytes(disks, estate.source) if disks else 0, reason=reason)


def _movers(estate: Estate, movable: list[Vm], settings: ReliefSettings) -> tuple[list[Vm], tuple[Mover, ...]]:
    """The VMs that some datastore takes, the one that frees most first, and the same as numbers."""
    hosts = {one.ref: one for one in estate.hosts}
    usable = [
        (room, target)
        for room, target in enumerate(estate.datastores)
        if target.ref != estate.source.ref and unusable(target, estate.source, estate.stopped) is None
    ]
    found = []
    for vm in movable:
        disks, host = estate.disks[vm.ref], hosts.get(vm.host) if vm.host else None
        costs = {
            room: arriving_bytes(disks, target)
            for room, target in usable
            if target.ref not in estate.left.get(vm.ref, ())
            and unreached(target, host) is None
            and too_full(target, estate.source, settings, needs=arriving_bytes(disks, target)) is None
        }
        if costs:
            found.append((vm, Mover(name=vm.name, frees=leaving_bytes(disks, estate.source), costs=costs)))
    found.sort(key=lambda one: (-one[1].frees, one[0].name, one[0].ref))
    return [vm for vm, _ in found], tuple(mover for _, mover in found)


def _solved(need: int, rooms: list[int], movers: tuple[Mover, ...]) -> Solution:
    if need <= 0 or not movers:
        return Solution(answer={}, lower_bound=max(need, 0), proven=True)
    return solve(Problem(need=need, rooms=tuple(rooms), movers=movers, grain=max(need // GRAIN_SHARE, 1)))


def _lacks(estate: Estate, movable: list[Vm], settings: ReliefSettings) -> Iterator[Lack]:
    """Of every other datastore, why it takes nothing, or how much it takes."""
    hosts = {one.ref: one for one in estate.hosts}
    used = sorted({hosts[vm.host] for vm in movable if vm.host in hosts}, key=lambda one: one.name)
    for target in sorted(estate.datastores, key=lambda one: one.name):
        if target.ref == estate.source.ref:
            continue
        reason = (
            unusable(target, estate.source, estate.stopped)
            or _unreached(target, used)
            or room_words(target, estate.source, settings)
        )
        yield Lack(target=target, reason=reason)


def _unreached(target: Datastore, hosts: list[Host]) -> str | None:
    """That none of the VMs' hosts reaches it."""
    if not hosts or any(unreached(target, host) is None for host in hosts):
        return None
    more = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
    return f"{unreached(target, hosts[0])}{more}"
