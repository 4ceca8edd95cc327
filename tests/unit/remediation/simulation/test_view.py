"""A simulated estate as remediation sees it, and what comes of its changes there."""

from dataclasses import replace
from datetime import timedelta

from remediation.model import PlaybookName, Recommendation
from remediation.simulation.estate import Plan, draw, step_time
from remediation.simulation.measures import Score
from remediation.simulation.values import datastores_of, vm_of
from remediation.simulation.view import View
from remediation.simulation.world import Body, World
from tests.unit.remediation.samples import incident
from vsphere.model import ConnectionState

PLAN: Plan = draw(weeks=1, vms=60, seed=3)
QUIET = 400
"""A step in which no change of these fails by chance, and no storm is on."""


def made(*, hot_add: bool = True) -> tuple[World, Score, Body]:
    world, score = World(PLAN), Score()
    world.move_on(QUIET)
    body = next(one for one in world.bodies if one.cpus == 2 and one.memory_mib == 4096)
    body.machine = replace(body.machine, hot_add=hot_add)
    return world, score, body


def more_cpu(world: World, body: Body) -> Recommendation:
    return Recommendation(
        playbook=PlaybookName.ADD_CPU,
        verb="transform",
        vm=vm_of(world, body, step_time(world.step)),
        arguments={"cpu_count": 3},
        summary="",
        command="",
    )


def test_a_resize_is_there_once_it_has_ended() -> None:
    world, score, body = made()
    view, found = View(world, score), more_cpu(world, body)

    takes = view.begin(found, step_time(QUIET))
    before = body.cpus
    succeeded = view.finish(found, step_time(QUIET) + takes)

    assert (before, body.cpus, body.memory_mib, succeeded) == (2, 3, 4096, True)
    assert score.actions == {PlaybookName.ADD_CPU: 1}


def test_what_vsphere_refuses_has_failed() -> None:
    world, score, body = made(hot_add=False)
    view, found = View(world, score), more_cpu(world, body)

    view.begin(found, step_time(QUIET))

    assert view.finish(found, step_time(QUIET)) is False
    assert (body.cpus, dict(score.refusals), score.restarts) == (2, {"it has no hot-add": 1}, 1)


def test_a_move_takes_as_long_as_its_bytes_and_frees_what_it_leaves() -> None:
    world, score, body = made()
    left, bytes_before = body.store, list(world.used)
    to = next(one for one in datastores_of(world) if one.ref != PLAN.stores[left].ref)
    found = replace(more_cpu(world, body), playbook=PlaybookName.MOVE_VM, verb="move", arguments={}, target=to)
    view = View(world, score)

    takes = view.begin(found, step_time(QUIET))

    assert view.finish(found, step_time(QUIET) + takes)
    assert PLAN.stores[body.store].ref == to.ref
    assert world.used[left] == bytes_before[left] - body.disk_bytes
    assert takes > timedelta(seconds=body.disk_bytes / (200 * 1024**2))


def test_facts_tell_load_room_and_what_is_short() -> None:
    world, score, body = made()
    about = replace(incident(), alarm=replace(incident().alarm, entity=body.machine.ref))
    world.host_demand[body.host] = world.plan.cores[body.host] * 2.0
    world.down = {(body.host + 1) % 4}

    facts = View(world, score).facts(about, step_time(QUIET))

    assert facts.vm is not None
    assert (facts.vm.name, facts.vm.cpu_count, facts.vms_in_cluster) == (body.machine.name, 2, 60)
    assert len(facts.samples) == len(facts.host_samples) == 45
    assert facts.samples[-1].at == step_time(QUIET)
    assert {round(sample.ready_percent or 0) for sample in facts.samples} == {50}
    assert [host.connection for host in facts.cluster_hosts].count(ConnectionState.NOT_RESPONDING) == 1
    assert facts.disks[body.machine.ref].memory_at_boot_mib == 4096
