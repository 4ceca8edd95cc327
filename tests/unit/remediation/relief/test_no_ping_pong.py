"""A thousand days of growth: datastores are relieved each time they turn red, and nothing moves to and fro."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from remediation.admission import Admission
from remediation.guards import ALL_GUARDS
from remediation.looking import Looking
from remediation.matching import DATASTORE
from remediation.model import Facts, History, PlaybookName, Recommendation, Remedy, VerdictKind
from remediation.registry import PLAYBOOKS
from remediation.relief.targets import used_percent
from remediation.resting import NO_RETURN
from tests.unit.remediation.relief.estates import a_vm, reaching
from tests.unit.remediation.samples import (
    GIB,
    LAB,
    NOW,
    alarm,
    datastore,
    facts,
    history,
    incident,
    playbook,
    remedy,
    settings,
)
from vsphere.clock import SystemClock
from vsphere.model import Datastore, DiskFacts, Ref

DAYS = 1_000
RED_PERCENT = 85
RELIEF = PlaybookName.RELIEVE_DATASTORE
SETTINGS = settings(playbooks=(playbook(RELIEF, alarms=("alarm.DatastoreDiskUsageAlarm",)),))


@dataclass(slots=True)
class Disk:
    """The files of one VM."""

    store: int
    size: float
    growth: float
    """A day, as a share of its size."""


@dataclass(slots=True)
class World:
    """Six datastores and some sixty VMs that grow, burst, end and are replaced; the whole stays about as full."""

    rng: random.Random
    full: float
    """The share of all space that new VMs are made up to."""
    capacities: list[int] = field(default_factory=list)
    disks: dict[str, Disk] = field(default_factory=dict)
    made: int = 0

    def grow(self) -> None:
        """One day."""
        for name, disk in list(self.disks.items()):
            disk.size *= 1 + disk.growth * self.rng.uniform(0, 2)
            if self.rng.random() < 0.06:
                disk.size *= self.rng.uniform(1, 1.5)
            if disk.size > 350 * GIB or self.rng.random() < 1 / 400:
                del self.disks[name]
        while sum(one.free_bytes for one in self.stores()) < (1 - self.full) * sum(self.capacities):
            del self.disks[self.rng.choice(sorted(self.disks))]
        free = [one.free_bytes for one in self.stores()]
        while sum(free) > (1 - self.full) * sum(self.capacities):
            store, size = self.rng.randrange(len(free)), self.rng.lognormvariate(3.2, 0.9) * GIB
            self.disks[f"vm-{self.made:04}"] = Disk(store, size, self.rng.random() ** 3 * 0.02)
            free[store] -= int(size)
            self.made += 1

    def stores(self) -> list[Datastore]:
        """As they are."""
        used = Counter[int]()
        for disk in self.disks.values():
            used[disk.store] += int(disk.size)
        return [
            datastore(f"datastore-{number + 1}", capacity_bytes=capacity, free_bytes=capacity - used[number])
            for number, capacity in enumerate(self.capacities)
        ]

    def facts(self, number: int, now: datetime) -> Facts:
        """That one of them is red."""
        stores = self.stores()
        names = sorted(name for name, disk in self.disks.items() if disk.store == number)
        red = alarm(entity=stores[number].ref, entity_kind=DATASTORE, triggered_at=now - timedelta(hours=1))
        return facts(
            now=now,
            started_at=NOW - timedelta(days=1),
            incident=incident(alarm=red, playbook=RELIEF, entity_name=stores[number].name),
            alarm=red,
            vm=None,
            host=None,
            datastore=stores[number],
            datastores=tuple(stores),
            hosts=(reaching("host-1", *stores),),
            vms=tuple(a_vm(name) for name in names),
            disks={
                Ref(LAB, name): DiskFacts(bytes_by_datastore={stores[number].ref.moref: int(self.disks[name].size)})
                for name in names
            },
        )


@dataclass(slots=True)
class Course:
    """What has happened."""

    moves: list[Remedy] = field(default_factory=list)
    reddenings: int = 0
    red_days: int = 0

    def past(self, now: datetime) -> History:
        """As far as it is looked back at."""
        return history(*(one for one in self.moves if now - one.at < timedelta(days=30)))

    def returns(self) -> Iterator[timedelta]:
        """How long after it had left a datastore a VM was moved back to it, each time that it was."""
        for number, one in enumerate(self.moves):
            for other in self.moves[:number]:
                if other.vm == one.vm and other.datastore == one.target:
                    yield one.at - other.at


def a_thousand_days(seed: int, *, full: float) -> Course:
    """Whatever is red is looked at every day, with all guard rails."""
    rng = random.Random(seed)  # noqa: S311  an estate is drawn, no secret
    world = World(rng=rng, full=full, capacities=[rng.choice((1000, 1500, 2000)) * GIB for _ in range(6)])
    looking = Looking(settings=SETTINGS, playbooks=PLAYBOOKS, admission=Admission(ALL_GUARDS), clock=SystemClock())
    course, red = Course(), set[int]()
    for day in range(DAYS):
        world.grow()
        now = NOW + timedelta(days=day)
        before, red = red, {number for number, one in enumerate(world.stores()) if used_percent(one) >= RED_PERCENT}
        course.reddenings += len(red - before)
        course.red_days += len(red)
        for number in sorted(red):
            seen = looking.judge(world.facts(number, now), course.past(now))
            if seen.verdict.kind is VerdictKind.ACT and seen.case is not None:
                course.moves.append(_carried_out(world, seen.case.recommendation, now))
    return course


def _carried_out(world: World, move: Recommendation, now: datetime) -> Remedy:
    assert move.target is not None
    disk = world.disks[move.vm.name]
    source, disk.store = disk.store, int(move.target.ref.moref.removeprefix("datastore-")) - 1
    return remedy(
        now,
        playbook=RELIEF,
        vm=move.vm.ref,
        vm_name=move.vm.name,
        datastore=Ref(LAB, f"datastore-{source + 1}"),
        target=move.target.ref,
    )


def test_nothing_moves_to_and_fro_in_a_thousand_days() -> None:
    """Without what the history says, VMs of this estate go back within two days."""
    course = a_thousand_days(seed=0, full=0.7)

    assert len(course.moves) > 300
    assert all(length >= NO_RETURN for length in course.returns())
    assert len(course.moves) <= 1.5 * course.reddenings
    assert max(Counter(one.vm for one in course.moves).values()) <= 5
    assert course.red_days == len(course.moves), "whatever turned red was relieved the same day"
