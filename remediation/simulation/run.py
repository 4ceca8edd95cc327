"""The same weeks twice: once with remediation as it is, once with the first version's, side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from remediation.admission import Guard
from remediation.guards import ALL_GUARDS
from remediation.model import Mode, PlaybookName
from remediation.replay.deeds import Pace
from remediation.replay.engine import VirtualEngine
from remediation.settings import SHIPPED_ALARMS, PlaybookSettings, RemediationSettings
from remediation.simulation.alarms import Alarms
from remediation.simulation.estate import Plan, draw, step_time
from remediation.simulation.firstversion import FirstVersion
from remediation.simulation.loads import STEP
from remediation.simulation.measures import Score
from remediation.simulation.values import hosts_of
from remediation.simulation.view import View
from remediation.simulation.watching import Watching
from remediation.simulation.world import Body, World
from vsphere.model import AlarmChange, Host

_MIB_PER_GIB: Final = 1024
_A_MOMENT: Final = timedelta(seconds=1)
_PATIENCE: Final = timedelta(minutes=30)
"""What waits for nothing is looked at so often; the service looks every minute."""


class Reactor(Protocol):
    """Whoever reacts to alarms."""

    def change(self, change: AlarmChange) -> None:
        """An alarm changes."""

    def advance(self, now: datetime) -> None:
        """Time passes."""

    def see(self, hosts: Iterable[Host], now: datetime) -> None:
        """Hosts have failed or come back: so they are now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How it went."""

    score: Score
    cpus_added: int
    gib_added: int
    over_cap: int
    """VMs that were brought above the configured cap."""
    asked: int = 0
    """VMs whose owners are asked for a window."""
    held: Counter[str] = field(default_factory=Counter)
    """By guard rail, how many incidents it decided at some time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Side by side."""

    weeks: int
    vms: int
    seed: int
    ours: Course
    first_version: Course
    nobody: Course
    """Where nobody reacts."""


class Nobody:
    """Reacts to nothing."""

    def change(self, change: AlarmChange) -> None:
        """See `Reactor.change`."""

    def advance(self, now: datetime) -> None:
        """See `Reactor.advance`."""

    def see(self, hosts: Iterable[Host], now: datetime) -> None:
        """See `Reactor.see`."""


def shipped() -> RemediationSettings:
    """The shipped numbers, with every playbook in mode auto."""
    playbooks = tuple(PlaybookSettings(name=name, mode=Mode.AUTO, alarms=SHIPPED_ALARMS[name]) for name in PlaybookName)
    return RemediationSettings(playbooks=playbooks)


def compare(*, weeks: int, vms: int, seed: int, settings: RemediationSettings | None = None) -> Comparison:
    """Simulate weeks with each of them; the same for the same arguments."""
    plan, chosen = draw(weeks=weeks, vms=vms, seed=seed), settings or shipped()
    return Comparison(
        weeks=weeks,
        vms=vms,
        seed=seed,
        ours=ours(plan, chosen),
        first_version=course(plan, FirstVersion, chosen),
        nobody=course(plan, lambda _world, _score: Nobody(), chosen),
    )


def ours(plan: Plan, settings: RemediationSettings, guards: Sequence[Guard] = ALL_GUARDS) -> Course:
    """Remediation, at the simulation's pace."""
    paced, watching = replace(settings, look_every=max(settings.look_every, STEP)), Watching()

    def engine(world: World, score: Score) -> Reactor:
        return VirtualEngine(
            settings=paced,
            guards=guards,
            world=View(world, score),
            witness=watching,
            pace=Pace(verify_after=settings.verify_after, patience=_PATIENCE),
        )

    return replace(course(plan, engine, settings), asked=len(watching.windows), held=watching.held())


def course(plan: Plan, reacts: Callable[[World, Score], Reactor], settings: RemediationSettings) -> Course:
    """Let all steps of a plan pass, with whoever reacts."""
    world, score, alarms = World(plan), Score(), Alarms()
    reactor = reacts(world, score)
    for step in range(1, plan.steps):
        now = step_time(step)
        # What was to end within the step ends before the step is looked at.
        reactor.advance(now - _A_MOMENT)
        down = world.down
        world.move_on(step)
        if world.down != down:
            reactor.see(hosts_of(world), now)
        for change in alarms.changes(world, now):
            reactor.change(change)
        reactor.advance(now)
        score.step_ended(world, alarms)
    grown = [
        (body.cpus - body.machine.size.cpu_count, body.memory_mib - body.machine.size.memory_mib)
        for body in world.bodies
    ]
    return Course(
        score=score,
        cpus_added=sum(cpus for cpus, _ in grown),
        gib_added=sum(mib for _, mib in grown) // _MIB_PER_GIB,
        over_cap=sum(_is_over(body, settings) for body in world.bodies),
    )


def _is_over(body: Body, settings: RemediationSettings) -> bool:
    most_cpus = max(one.max_cpu for one in settings.playbooks)
    most_mib = max(one.max_memory_mib for one in settings.playbooks)
    size = body.machine.size
    return body.cpus > max(most_cpus, size.cpu_count) or body.memory_mib > max(most_mib, size.memory_mib)
