"""How the first version reacted: its figures and its mistakes, as they were."""

import pytest

from remediation.model import PlaybookName
from remediation.simulation.alarms import CPU, MEMORY, STORAGE, Alarm
from remediation.simulation.estate import START, draw, step_time
from remediation.simulation.firstversion import FirstVersion, more_cpus, more_memory
from remediation.simulation.measures import Score
from remediation.simulation.world import Body, World
from vsphere.model import AlarmChange, AlarmStatus


@pytest.mark.parametrize(("has", "asks"), [(1, 2), (3, 4), (4, 4), (8, 4)])
def test_it_asked_for_one_more_vcpu_up_to_four_even_of_a_vm_with_eight(has: int, asks: int) -> None:
    assert more_cpus(has) == asks


@pytest.mark.parametrize(("has", "asks"), [(1024, 2048), (2048, 4096), (3072, 8192), (8192, 8192), (16384, 8192)])
def test_it_asked_for_the_next_power_of_two_up_to_eight_gb(has: int, asks: int) -> None:
    assert more_memory(has) == asks


def red(body: Body, alarm: Alarm) -> AlarmChange:
    return AlarmChange(
        at=START,
        entity=body.machine.ref,
        entity_kind=alarm.kind,
        entity_name=body.machine.name,
        alarm=alarm.ref,
        alarm_name=alarm.name,
        before=AlarmStatus.GREEN,
        after=AlarmStatus.RED,
    )


def first(world: World, *, cpus: int, hot_add: bool = True) -> Body:
    return next(one for one in world.bodies if one.cpus == cpus and one.machine.hot_add is hot_add)


def test_a_vm_over_its_maximum_is_asked_to_shrink_which_vsphere_refuses() -> None:
    world, score = World(draw(weeks=1, vms=60, seed=3)), Score()
    body = first(world, cpus=8)

    FirstVersion(world, score).change(red(body, CPU))

    assert body.cpus == 8
    assert (score.reversals, dict(score.refusals)) == (1, {"nothing can be taken from a running VM": 1})


def test_the_same_tag_again_does_nothing() -> None:
    world, score = World(draw(weeks=1, vms=60, seed=3)), Score()
    seed, body = FirstVersion(world, score), first(world, cpus=2, hot_add=False)

    seed.change(red(body, CPU))
    seed.change(red(body, CPU))

    assert score.actions == {PlaybookName.ADD_CPU: 1}
    assert score.restarts == 1


def test_memory_grows_as_well_and_nothing_else_is_answered() -> None:
    world, score = World(draw(weeks=1, vms=60, seed=3)), Score()
    body = next(one for one in world.bodies if one.memory_mib == 4096 and one.machine.hot_add)
    other = Alarm(ref=CPU.ref, name="Host memory", system_name="", kind=CPU.kind)

    FirstVersion(world, score).change(red(body, MEMORY))
    FirstVersion(world, score).change(red(body, other))

    assert (body.memory_mib, score.actions.total()) == (8192, 1)


def test_storage_goes_to_one_place_until_that_is_full() -> None:
    world, score = World(draw(weeks=1, vms=60, seed=3)), Score()
    seed = FirstVersion(world, score)

    for body in world.bodies:
        seed.change(red(body, STORAGE))
    seed.advance(step_time(50))

    assert {body.store for body in world.bodies} != {0}
    assert score.refusals["the datastore is full"] > 0
    assert world.store_percent(0) <= 100
