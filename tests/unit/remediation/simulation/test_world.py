"""What a simulated estate does: the same for the same seed, and as vSphere would."""

from dataclasses import replace

import pytest

from remediation.simulation.alarms import CPU, STORE, Alarms
from remediation.simulation.estate import HOSTS_PER_CLUSTER, Plan, Storm, draw, step_time
from remediation.simulation.loads import PER_DAY, PER_HOUR, PER_WEEK, Kind
from remediation.simulation.world import RefusedError, World
from vsphere.model import AlarmStatus


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw(weeks=1, vms=60, seed=3)


def test_the_same_seed_draws_the_same_estate_and_another_one_another(plan: Plan) -> None:
    assert draw(weeks=1, vms=60, seed=3) == plan
    assert draw(weeks=1, vms=60, seed=4) != plan


def test_every_kind_of_load_is_there(plan: Plan) -> None:
    assert {machine.demand.kind for machine in plan.machines} == set(Kind)


def test_loads_behave_as_they_are_called() -> None:
    long = draw(weeks=4, vms=60, seed=3)
    by_kind = {machine.demand.kind: machine for machine in long.machines}
    growing, filling = by_kind[Kind.GROWING].demand, by_kind[Kind.FILLING].demand
    leaking, quiet = by_kind[Kind.LEAKING], by_kind[Kind.QUIET]

    grows = max(sum(curve[-PER_DAY:]) / sum(curve[:PER_DAY]) for curve in (growing.cpu, growing.memory))
    assert grows > 1.15
    assert max(leaking.demand.memory) > 0.95 * leaking.size.memory_mib
    assert min(leaking.demand.memory) < 0.6 * leaking.size.memory_mib
    assert filling.bytes_per_step > 20 * quiet.demand.bytes_per_step


def test_a_vm_that_wants_more_than_it_has_is_red_and_one_with_more_is_not() -> None:
    # Its own: what it wants is changed.
    world, alarms = World(draw(weeks=1, vms=10, seed=3)), Alarms()
    world.move_on(1)
    body = world.bodies[0]
    body.machine.demand.cpu[2] = body.cpus * 0.95
    before = alarms.changes(world, step_time(1))

    world.move_on(2)
    reds = [one for one in alarms.changes(world, step_time(2)) if one.entity == body.machine.ref]
    body.cpus *= 2
    world.move_on(2)
    greens = [one for one in alarms.changes(world, step_time(2)) if one.entity == body.machine.ref]

    assert not [one for one in before if one.entity == body.machine.ref]
    assert [(one.alarm, one.after) for one in reds] == [(CPU.ref, AlarmStatus.RED)]
    assert [(one.alarm, one.after) for one in greens] == [(CPU.ref, AlarmStatus.GREEN)]


def test_disks_grow_until_the_datastore_is_full(plan: Plan) -> None:
    world, alarms = World(plan), Alarms()
    world.move_on(1)
    filling = next(one for one in world.bodies if one.machine.demand.kind is Kind.FILLING)
    filling.disk_bytes += plan.stores[filling.store].capacity_bytes
    world.move_on(2)
    full = filling.disk_bytes
    world.move_on(3)

    reds = {one.entity for one in alarms.changes(world, step_time(3)) if one.alarm == STORE.ref}
    assert plan.stores[filling.store].ref in reds
    assert filling.disk_bytes == full


def test_a_host_that_fails_gives_its_vms_to_the_others_and_gets_them_back(plan: Plan) -> None:
    storm = Storm(cluster=0, starts=10, lasts=5, more=0.5, host=2)
    world = World(replace(plan, storms=(storm,)))
    at_home = [body.host for body in world.bodies]

    world.move_on(10)
    during = [body.host for body in world.bodies]
    world.move_on(15)

    assert 2 in at_home
    assert 2 not in during
    assert {host // HOSTS_PER_CLUSTER for host in during} == {0}
    assert [body.host for body in world.bodies] == at_home


def test_a_storm_makes_many_of_a_cluster_want_more_at_once(plan: Plan) -> None:
    backup = next(storm for storm in plan.storms if storm.host is None)
    world = World(plan)

    def red() -> int:
        return sum(body.cpu_percent >= 90 for body in world.bodies)

    world.move_on(backup.starts - 1)
    calm = red()
    world.move_on(backup.starts)

    assert red() >= calm + 5


REFUSED = {
    "less": (True, 1, 4096, "nothing can be taken"),
    "without hot-add": (False, 3, 4096, "it has no hot-add"),
    "beyond what it was booted for": (True, 2, 4096 * 17, "it was booted for"),
}


@pytest.mark.parametrize(("hot_add", "cpus", "memory_mib", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_vsphere_refuses(plan: Plan, hot_add: bool, cpus: int, memory_mib: int, reason: str) -> None:  # noqa: FBT001  a table's column
    world = World(plan)
    body = next(one for one in world.bodies if one.memory_mib == 4096 and one.cpus == 2)
    body.machine = replace(body.machine, hot_add=hot_add)
    world.step = next(step for step in range(PER_WEEK) if not _fails(world, step))

    with pytest.raises(RefusedError, match=reason):
        world.resize(body, cpus=cpus, memory_mib=memory_mib)
    assert (body.cpus, body.memory_mib) == (2, 4096)


def _fails(world: World, step: int) -> bool:
    """Whether that step is one of those in which changes of the first VM fail."""
    probe = World(world.plan)
    probe.step = step
    try:
        for body in probe.bodies:
            probe._try(body)
    except RefusedError:
        return True
    return False


def test_some_changes_fail_the_same_for_whoever_sends_them(plan: Plan) -> None:
    failed = [[step for step in range(PER_HOUR * 4) if _fails(World(plan), step)] for _ in range(2)]

    assert failed[0] == failed[1]
    assert 0 < len(failed[0]) < PER_HOUR * 4
