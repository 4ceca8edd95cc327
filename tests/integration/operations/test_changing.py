"""Changes of a VM that is there: transform, move, snapshots. Some are named after bugs of the first demo."""

from dataclasses import replace
from datetime import timedelta

import pytest

from operations.errors import BadRequestError, ConfirmationNeededError
from operations.model import Effect, State
from operations.settings import Caps
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import Lab, eventually
from vsphere.errors import NoSpaceError, NotFoundError


def test_growing_with_hot_add_happens_while_it_runs(lab: Lab) -> None:
    lab.prepare("web-03", power="on", cpu_hot_add=True, memory_hot_add=True, cpus=2, memory_mib=4096)

    ended = lab.end(lab.operations.submit(lab.request("transform", "web-03", arguments={"cpu_count": 3})))

    assert ended.state is State.SUCCEEDED
    assert lab.writes() == ["ReconfigVM_Task"]
    vm = lab.estate.vm("web-03")
    assert (vm.cpus, vm.memory_mib, vm.power) == (3, 4096, "poweredOn")


@pytest.mark.parametrize(
    ("hot_add", "wanted", "why"),
    [
        (True, {"cpu_count": 1}, "a running VM can't shrink"),
        (True, {"memory_mib": 2048}, "a running VM can't shrink"),
        (False, {"cpu_count": 3}, "CPU hot-add is off"),
        (False, {"memory_mib": 6144}, "memory hot-add is off"),
    ],
    ids=["fewer vCPUs", "less memory", "no CPU hot-add", "no memory hot-add"],
)
def test_a_resize_never_restarts_a_vm_without_a_yes(
    lab: Lab,
    hot_add: bool,  # noqa: FBT001  a column of the table above
    wanted: dict[str, int],
    why: str,
) -> None:
    lab.prepare("web-03", power="on", cpu_hot_add=hot_add, memory_hot_add=hot_add, cpus=2, memory_mib=4096)

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("transform", "web-03", arguments=wanted))

    assert asked.value.plan.effect is Effect.RESTART
    assert why in next(note.after for note in asked.value.plan.notes if note.label == "How")
    assert lab.writes() == []


def test_a_resize_with_a_yes_shuts_down_resizes_and_starts_again(lab: Lab) -> None:
    lab.prepare("web-03", power="on", tools_running=True, cpus=2, memory_mib=4096)

    ended = lab.do("transform", "web-03", arguments={"cpu_count": 1, "memory_mib": 2048})

    assert lab.writes() == ["ShutdownGuest", "ReconfigVM_Task", "PowerOnVM_Task"]
    vm = lab.estate.vm("web-03")
    assert (vm.cpus, vm.memory_mib, vm.power) == (1, 2048, "poweredOn")
    assert ended.text == "web-03 has 1 vCPU and 2 GB now."


def test_a_scale_up_of_a_vm_over_the_cap_never_asks_for_a_shrink(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = make_lab(sqlite_url, caps=Caps(cpu_count=4, memory_mib=8192))
    lab.prepare("web-03", power="on", cpu_hot_add=True, memory_hot_add=True, cpus=8, memory_mib=16384)

    with pytest.raises(BadRequestError, match="over the limit of 4"):
        lab.ask("transform", "web-03", arguments={"cpu_count": 9})
    kept = lab.ask("transform", "web-03", arguments={"cpu_count": 8, "memory_mib": 16384})

    assert (kept.state, kept.text) == (State.SUCCEEDED, "web-03 has 8 vCPU and 16 GB already.")
    assert lab.writes() == []


def test_vcpus_come_in_whole_sockets(lab: Lab) -> None:
    target = next(
        vm for vm in lab.gateway.inventory.vms() if vm.cores_per_socket == 2 and "iaas.protected" not in vm.attributes
    )

    with pytest.raises(BadRequestError, match="2 cores in a socket"):
        lab.ask("transform", target.ref, arguments={"cpu_count": 5})


def test_a_vm_that_changed_between_plan_and_send_is_left_as_it_is(lab: Lab) -> None:
    lab.prepare("web-03", power="on", cpu_hot_add=True, cpus=2)
    lab.estate.set_task(1.0, "PowerOffVM_Task")
    blocker = lab.ask("poweroff", "web-03", arguments={"hard": True})
    changed = lab.operations.submit(lab.request("transform", "web-03", arguments={"cpu_count": 4}))

    assert lab.end(blocker).state is State.SUCCEEDED
    ended = lab.end(changed)

    assert ended.state is State.FAILED
    assert "its power is off, it was on" in ended.text
    assert lab.writes("ReconfigVM_Task") == []


def test_a_reconfigure_that_loses_the_race_says_so(lab: Lab) -> None:
    lab.prepare("web-03", power="on", cpu_hot_add=True, cpus=2)
    lab.estate.fail_next("ReconfigVM_Task", "ConcurrentAccess")

    ended = lab.end(lab.ask("transform", "web-03", arguments={"cpu_count": 4}))

    assert ended.state is State.FAILED
    assert "changed after the plan was made" in ended.text


def test_move_goes_to_the_datastore_that_is_named(lab: Lab) -> None:
    lab.do("move", "web-04", arguments={"datastore": "GOLD-03"})

    assert lab.estate.vm("web-04").datastore == "gold-03"
    eventually(lambda: lab.gateway.inventory.name(lab.vm("web-04").datastores[0]) == "gold-03")
    again = lab.ask("move", "web-04", arguments={"datastore": "gold-03"})
    assert again.text == "web-04 is on gold-03 already."


def test_move_without_a_name_stays_within_the_tier(lab: Lab) -> None:
    before = lab.estate.vm("web-05").datastore

    lab.do("move", "web-05")

    after = lab.estate.vm("web-05").datastore
    assert after != before
    assert after.partition("-")[0] == before.partition("-")[0]


def test_move_to_a_full_or_unknown_datastore_is_refused(lab: Lab) -> None:
    lab.estate.set_datastore("gold-02", free_bytes=10**9)
    (full,) = [one for one in lab.gateway.inventory.datastores() if one.name == "gold-02"]
    eventually(lambda: _free(lab, full.name) < 10**12)

    with pytest.raises(NoSpaceError, match="gold-02"):
        lab.ask("move", "web-06", arguments={"datastore": "gold-02"})
    with pytest.raises(NotFoundError, match="gold-99"):
        lab.ask("move", "web-06", arguments={"datastore": "gold-99"})

    lab.estate.set_datastore("gold-02", free_bytes=full.free_bytes)
    eventually(lambda: _free(lab, full.name) > 10**12)


def test_two_vms_of_one_name_are_never_both_changed(lab: Lab) -> None:
    twins = lab.gateway.inventory.find_vms("twin-01")
    assert len(twins) == 2

    lab.do("poweroff", twins[0].ref, arguments={"hard": True})

    powers = {lab.estate.vm(twin.ref.moref).power for twin in twins}
    assert powers == {"poweredOff", "poweredOn"}
    assert [one.entity for one in lab.estate.writes()] == [twins[0].ref.moref]


def test_a_wildcard_is_no_vm(lab: Lab) -> None:
    request = replace(lab.request("nuke", "web-06"), vm=None)

    with pytest.raises(BadRequestError, match="needs a VM"):
        lab.operations.submit(request)
    assert lab.writes() == []


def test_a_snapshot_is_taken_gone_back_to_and_removed(lab: Lab) -> None:
    taken = lab.do("snapshot.create", "web-02", arguments={"snapshot": "before update"})
    assert "before update" in lab.estate.vm("web-02").snapshots
    eventually(lambda: lab.vm("web-02").snapshot_count > 0)

    lab.do("snapshot.revert", "web-02", arguments={"snapshot": "before update"})
    lab.do("snapshot.remove", "web-02", arguments={"snapshot": "before update"})

    assert "before update" not in lab.estate.vm("web-02").snapshots
    assert lab.writes() == ["CreateSnapshot_Task", "RevertToSnapshot_Task", "RemoveSnapshot_Task"]
    assert taken.text == "web-02 has the snapshot before update now."


def test_a_snapshot_that_has_gone_meanwhile_is_not_gone_back_to_by_another_of_its_name(lab: Lab) -> None:
    once = {"snapshot": "twin"}
    vm = lab.do("spawn", name="twice-01", arguments={"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}).result
    lab.do("snapshot.create", vm, arguments=once)
    eventually(lambda: lab.vm("twice-01").snapshot_count > 0)
    waiting = lab.ask("snapshot.revert", vm, arguments=once, not_before=lab.clock.now() + timedelta(hours=6))
    lab.do("snapshot.remove", vm, arguments=once)
    lab.do("snapshot.create", vm, arguments=once)
    lab.clock.move(timedelta(hours=6))
    lab.operations.sweep()

    ended = lab.end(waiting)

    assert ended.state is State.FAILED
    assert ended.text == "The snapshot twin of twice-01 that this was about is gone. Nothing was changed."
    assert ended.way_out == "See `/iaas snapshot twice-01 list`."
    assert lab.writes("RevertToSnapshot_Task") == []


@pytest.mark.parametrize("verb", ["snapshot.revert", "snapshot.remove"])
def test_going_back_and_removing_ask_first(lab: Lab, verb: str) -> None:
    target = next(vm for vm in lab.gateway.inventory.vms() if vm.snapshot_count)
    known = lab.gateway.snapshots(target.ref)[0]

    with pytest.raises(ConfirmationNeededError):
        lab.operations.submit(lab.request(verb, target.ref, arguments={"snapshot": known.name}))
    with pytest.raises(NotFoundError, match="no snapshot nonesuch"):
        lab.operations.submit(lab.request(verb, target.ref, arguments={"snapshot": "nonesuch"}))


@pytest.mark.parametrize("answers", [True, False], ids=["vCenter answers", "vCenter does not answer"])
def test_a_plan_that_hurts_says_how_old_the_snapshots_are_where_one_look_tells(
    lab: Lab,
    answers: bool,  # noqa: FBT001  a column of the table above
) -> None:
    for days in (12, 3):
        lab.estate.take_snapshot("web-cms-01", f"{days} days", at=lab.clock.now() - timedelta(days=days))
    eventually(lambda: lab.vm("web-cms-01").snapshot_count > 0)
    count = len(lab.gateway.snapshots(lab.vm("web-cms-01").ref))
    if not answers:
        lab.estate.drop_before("RetrievePropertiesEx")
    lab.estate.reset_calls()

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("nuke", "web-cms-01"))

    (note,) = [one.after for one in asked.value.plan.notes if one.label == "Snapshots"]
    assert note == (f"{count}, the oldest 12 days old" if answers else "it has some")
    assert lab.estate.calls().get("RetrievePropertiesEx") == 1


def test_a_plan_that_nobody_has_to_look_at_costs_no_look_at_snapshots(lab: Lab) -> None:
    lab.estate.take_snapshot("web-cms-01", "one")
    lab.prepare("web-cms-01", power="on", memory_hot_add=True, memory_mib=8192)
    eventually(lambda: lab.vm("web-cms-01").snapshot_count > 0)
    lab.estate.reset_calls()

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("transform", "web-cms-01", arguments={"memory_mib": 9216}), ask=True)

    assert [one.after for one in asked.value.plan.notes if one.label == "Snapshots"] == ["it has some"]
    assert "RetrievePropertiesEx" not in lab.estate.calls()


def test_a_template_is_not_changed(lab: Lab) -> None:
    for verb in ("poweron", "nuke", "transform", "move", "snapshot.create"):
        with pytest.raises(BadRequestError, match="is a template"):
            lab.ask(verb, lab.vm("debian-12").ref, arguments={"cpu_count": 2, "snapshot": "x"})


def _free(lab: Lab, name: str) -> int:
    return next(one.free_bytes for one in lab.gateway.inventory.datastores() if one.name == name)
