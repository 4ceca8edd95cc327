"""What a course of the simulation is judged by."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from remediation.model import PlaybookName
from remediation.simulation.alarms import Alarms
from remediation.simulation.loads import PER_DAY, PER_HOUR
from remediation.simulation.world import FULL, Body, World

_WAITS_PERCENT: Final = 5.0
"""CPU ready per vCPU from which a host has too little (peers' guard-rail table, "Host contention")."""
_WEEK: Final = 7 * PER_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """A change that is sent."""

    playbook: PlaybookName
    shrinks: bool = False
    leaves: int | None = None
    """The datastore that a move leaves."""
    to: int | None = None


@dataclass(slots=True)
class Score:
    """Counts; hours are VM-hours where VMs are counted."""

    actions: Counter[PlaybookName] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    """Changes that vSphere did not take or did not bring to an end, by its reason."""
    repeats: int = 0
    """Changes of a VM within a day of its last one."""
    reversals: int = 0
    """Requests to shrink, and moves back within a week to the datastore that was left."""
    in_storms: int = 0
    """Changes of VMs of a cluster whose VMs were all short for a while, by a host's failure or backups."""
    restarts: int = 0
    """Changes sent that could only be had with a restart."""
    red_steps: int = 0
    red_store_steps: int = 0
    waiting_steps: int = 0
    full_steps: int = 0
    _by_hour: Counter[int] = field(default_factory=Counter)
    most_of_a_vm: int = 0
    """Changes of one VM within a day, at most."""
    _sent: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _left: dict[tuple[str, int], int] = field(default_factory=dict)

    def sent(self, world: World, body: Body, deed: Deed) -> None:
        """A change is sent to vSphere."""
        name, step = body.machine.name, world.step
        self.actions[deed.playbook] += 1
        self._by_hour[step // PER_HOUR] += 1
        self._sent[name].append(step)
        of_a_day = sum(step - other < PER_DAY for other in self._sent[name])
        self.most_of_a_vm = max(self.most_of_a_vm, of_a_day)
        self.repeats += of_a_day > 1
        self.in_storms += any(storm.cluster == body.machine.cluster for storm in world.storms())
        self.reversals += deed.shrinks or (deed.to is not None and self._is_back(name, deed.to, step))
        if deed.leaves is not None and deed.leaves != deed.to:
            self._left[name, deed.leaves] = step
        self.restarts += deed.to is None and not body.machine.hot_add

    def refused(self, reason: str) -> None:
        """VSphere did not take it."""
        self.refusals[reason] += 1

    def step_ended(self, world: World, alarms: Alarms) -> None:
        """Look at the estate once a step."""
        self.red_steps += alarms.red_vms()
        self.red_store_steps += alarms.red_stores()
        waits = {host for host in range(len(world.plan.cores)) if world.ready_percent(host) > _WAITS_PERCENT}
        full = {store for store in range(len(world.used)) if world.store_percent(store) >= FULL}
        if waits or full:
            self.waiting_steps += sum(body.host in waits for body in world.bodies)
            self.full_steps += sum(body.store in full for body in world.bodies)

    @property
    def vms(self) -> int:
        """How many VMs were changed."""
        return len(self._sent)

    @property
    def most_in_an_hour(self) -> int:
        """Changes in the busiest hour."""
        return max(self._by_hour.values(), default=0)

    def _is_back(self, name: str, store: int, step: int) -> bool:
        left = self._left.get((name, store))
        return left is not None and step - left < _WEEK
