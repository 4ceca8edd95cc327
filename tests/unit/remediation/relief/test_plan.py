"""The plan for a full datastore: which VMs, where to, in which order, and why not more."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from operations.recycling import BINNED
from remediation.relief.plan import GRAIN_SHARE, Estate, Plan, make_plan
from remediation.relief.reasons import better, blocked
from remediation.settings import ReliefSettings
from tests.unit.remediation.relief.estates import a_vm, an_estate, on, reaching
from tests.unit.remediation.samples import GIB, LAB, datastore
from vsphere.model import Datastore, DiskFacts, Ref, Vm

RULES = ReliefSettings()


def steps(plan: Plan) -> list[tuple[str, str, int]]:
    """VM, target and GiB copied, in order."""
    return [(move.vm.name, move.target.name, move.moves_bytes // GIB) for move in plan.moves]


def reasons(plan: Plan) -> dict[str, str]:
    """Why each VM stays."""
    return {one.vm.name: one.reason for one in plan.excluded}


def test_the_fewest_bytes_that_are_enough_are_moved() -> None:
    plan = make_plan(an_estate({"a": 300, "b": 120, "c": 60, "d": 45}), RULES)

    assert plan.need_bytes == 100 * GIB
    assert steps(plan) == [("c", "gold-2", 60), ("d", "gold-2", 45)]
    assert plan.clears
    assert plan.proven


def test_one_move_is_worth_a_hundredth_more_bytes() -> None:
    plan = make_plan(an_estate({"one": 101, "two": 60, "three": 41}, used_gib=850), RULES)

    assert steps(plan) == [("one", "gold-2", 101)]


def test_a_datastore_at_its_target_needs_nothing() -> None:
    plan = make_plan(an_estate({"a": 300}, used_gib=750), RULES)

    assert (plan.need_bytes, plan.moves, plan.clears, plan.proven) == (0, (), True, True)


def test_a_vm_on_two_datastores_frees_only_what_it_has_on_the_full_one() -> None:
    targets = (datastore("datastore-2", used_gib=200), datastore("datastore-3", used_gib=200))
    hosts = (reaching("host-1", datastore(), targets[0]),)

    plan = make_plan(an_estate({"split": on(110, 0, 400), "whole": 130}, targets=targets, hosts=hosts), RULES)

    assert steps(plan) == [("whole", "gold-2", 130)]


def test_a_vm_goes_to_where_most_of_it_is_already() -> None:
    targets = (datastore("datastore-2", used_gib=100), datastore("datastore-3", used_gib=600))

    plan = make_plan(an_estate({"split": on(110, 0, 400), "whole": 130}, targets=targets), RULES)

    assert steps(plan) == [("split", "gold-3", 110)]
    assert plan.frees_bytes == 110 * GIB


def test_targets_are_filled_together_no_fuller_than_they_may_be() -> None:
    targets = (datastore("datastore-2", used_gib=690), datastore("datastore-3", used_gib=690))

    plan = make_plan(an_estate({"a": 50, "b": 50, "c": 50}, targets=targets), RULES)

    assert plan.clears
    assert {target for _, target, _ in steps(plan)} == {"gold-2", "gold-3"}


def test_each_vm_goes_only_to_what_its_own_host_reaches() -> None:
    full, left, right = datastore(used_gib=850), datastore("datastore-2"), datastore("datastore-3")
    hosts = (reaching("host-1", full, left), reaching("host-2", full, right))
    vms = (a_vm("a", esx="host-1"), a_vm("b", esx="host-2"))

    plan = make_plan(an_estate({"a": 60, "b": 55}, targets=(left, right), vms=vms, hosts=hosts), RULES)

    assert steps(plan) == [("a", "gold-2", 60), ("b", "gold-3", 55)]


def test_what_frees_most_goes_first() -> None:
    plan = make_plan(an_estate({"a": 20, "b": 50, "c": 30}), RULES)

    assert [name for name, _, _ in steps(plan)] == ["b", "c", "a"]


def test_two_vms_of_one_name_are_told_apart() -> None:
    vms = (a_vm("vm-1", name="web"), a_vm("vm-2", name="web"))

    plan = make_plan(an_estate({"vm-1": 60, "vm-2": 60}, vms=vms), RULES)

    assert [move.vm.ref.moref for move in plan.moves] == ["vm-1", "vm-2"]


def test_where_it_can_t_be_cleared_the_plan_comes_as_near_as_can_be() -> None:
    tight = (datastore("datastore-2", used_gib=690),)

    plan = make_plan(an_estate({"a": 70, "b": 58, "c": 40}, targets=tight), RULES)

    assert steps(plan) == [("b", "gold-2", 58)]
    assert plan.missing_bytes == 42 * GIB
    assert reasons(plan) == {"a": "fits on no datastore"}
    assert blocked(plan, target_percent=75) == (
        "gold-1 is 85 % full and needs 100 GB less to be at 75 %, and what can be moved frees 58 GB."
        " Not moved: a (70 GB) fits on no datastore. Targets: gold-2 has room for 60 GB up to 75 % used."
    )


def test_where_nothing_can_be_moved_every_reason_is_told_and_the_longest_list_is_cut() -> None:
    stay = {f"vm-{number}": on(10 * number, has_rdm=True) for number in range(1, 6)}

    plan = make_plan(an_estate(stay, targets=()), RULES)

    assert not plan.moves
    assert blocked(plan, target_percent=75) == (
        "gold-1 is 85 % full and needs 100 GB less to be at 75 %, and no VM on it can be moved."
        " Not moved: vm-5 (50 GB) has a raw device mapping; vm-4 (40 GB) has a raw device mapping;"
        " vm-3 (30 GB) has a raw device mapping; 2 more. Targets: there is no other datastore."
    )


def test_an_empty_datastore_that_is_full_has_a_reason_too() -> None:
    plan = make_plan(an_estate({}, targets=(datastore("datastore-2", accessible=False),)), RULES)

    assert blocked(plan, target_percent=75) == (
        "gold-1 is 85 % full and needs 100 GB less to be at 75 %, and no VM on it can be moved."
        " Targets: gold-2 is not accessible."
    )


def test_a_target_that_no_host_reaches_is_named_with_the_hosts() -> None:
    full, far = datastore(used_gib=850), datastore("datastore-2")
    hosts = (reaching("host-1", full), reaching("host-2", full))
    vms = (a_vm("a", esx="host-1"), a_vm("b", esx="host-2"))

    plan = make_plan(an_estate({"a": 60, "b": 60}, targets=(far,), vms=vms, hosts=hosts), RULES)

    assert [(one.target.name, one.reason) for one in plan.lacks] == [("gold-2", "is not reached by esx-01 and 1 more")]


@pytest.mark.parametrize(
    ("vms", "advice"),
    [
        pytest.param({}, "Enlarge gold-1, or add a datastore of tier gold that its hosts reach.", id="nothing else"),
        pytest.param(
            {"attributes": {BINNED: "yesterday"}}, "Delete for good what is in the recycle bin: 120 GB.", id="bin"
        ),
        pytest.param({"snapshot_count": 4}, "Remove old snapshots: 1 VM with some can't be moved.", id="snapshots"),
    ],
)
def test_what_would_help_is_told(vms: dict[str, Any], advice: str) -> None:
    plan = make_plan(an_estate({"a": 120}, vms=(a_vm("a", **vms),), protected=frozenset({Ref(LAB, "x")})), RULES)

    assert advice in better(replace(plan, moves=()))


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Up to five VMs and three targets, with everything that the rules look at."""
    full = datastore(used_gib=draw(st.integers(760, 990)))
    targets = tuple(
        datastore(
            f"datastore-{number}",
            used_gib=draw(st.integers(400, 760)),
            attributes=draw(st.sampled_from(({"tier": "gold"}, {"tier": "gold"}, {"tier": "silver"}))),
            in_maintenance=draw(st.sampled_from((False, False, False, True))),
        )
        for number in range(2, 2 + draw(st.integers(1, 3)))
    )
    hosts = tuple(
        reaching(f"host-{number}", full, *(one for one in targets if draw(st.integers(0, 3)))) for number in (1, 2)
    )
    vms, disks = [], {}
    for number in range(draw(st.integers(0, 5))):
        vm = a_vm(
            f"vm-{number}",
            esx=draw(st.sampled_from(("host-1", "host-2"))),
            snapshot_count=draw(st.sampled_from((0, 0, 2, 3))),
        )
        parts = [draw(st.integers(10, 150)), *(draw(st.sampled_from((0, 0, 0, 30))) for _ in targets)]
        vms.append(vm)
        disks[vm.ref] = on(*parts, is_linked=draw(st.sampled_from((False, False, False, True))))
    return Estate(
        source=full,
        vms=tuple(vms),
        hosts=hosts,
        datastores=(full, *targets),
        disks=disks,
        protected=frozenset(vm.ref for vm in vms if not draw(st.integers(0, 5))),
        left={vms[0].ref: frozenset({targets[0].ref})} if draw(st.booleans()) and vms else {},
    )


Choice = tuple[tuple[Vm, Datastore], ...]


def may_move(vm: Vm, target: Datastore, estate: Estate) -> bool:
    """The rules once more, written down independently of the planner."""
    disks: DiskFacts = estate.disks[vm.ref]
    host = next(one for one in estate.hosts if one.ref == vm.host)
    tiers = {one.attributes["tier"] for one in estate.datastores if one.ref.moref in disks.bytes_by_datastore}
    return (
        target.ref in host.datastores
        and not target.in_maintenance
        and tiers | {target.attributes["tier"]} == {"gold"}
        and vm.ref not in estate.protected
        and vm.snapshot_count <= 2
        and not disks.is_linked
        and target.ref not in estate.left.get(vm.ref, ())
    )


def copied(choice: Choice, estate: Estate, target: Datastore | None = None) -> int:
    """Bytes copied, in all or to one target."""
    return sum(
        count
        for vm, goes_to in choice
        for moref, count in estate.disks[vm.ref].bytes_by_datastore.items()
        if moref != goes_to.ref.moref and target in (None, goes_to)
    )


def freed(choice: Choice, estate: Estate) -> int:
    """Bytes freed on the source."""
    return sum(estate.disks[vm.ref].bytes_by_datastore[estate.source.ref.moref] for vm, _ in choice)


def is_allowed(choice: Choice, estate: Estate) -> bool:
    """Whether every move and every target keeps to the rules."""
    source = estate.source
    before = 100 * (1 - source.free_bytes / source.capacity_bytes)
    for target in estate.datastores[1:]:
        used = target.capacity_bytes - target.free_bytes + copied(choice, estate, target)
        too_full = 100 * used / target.capacity_bytes > min(75, before - 5) + 1e-9
        if too_full and any(goes_to == target for _, goes_to in choice):
            return False
    return all(may_move(vm, target, estate) for vm, target in choice)


def every_choice(estate: Estate) -> list[Choice]:
    """All that can be done, allowed or not."""
    targets = [one for one in estate.datastores if one != estate.source]
    ways = product(*([(vm, None), *((vm, target) for target in targets)] for vm in estate.vms))
    return [tuple((vm, target) for vm, target in way if target is not None) for way in ways]


@examples(max_examples=120, deadline=None)
@given(estates())
def test_a_plan_keeps_to_every_rule_and_nothing_that_does_is_better(estate: Estate) -> None:
    plan = make_plan(estate, RULES)

    need = estate.source.capacity_bytes * 25 // 100 - estate.source.free_bytes
    chosen = tuple((move.vm, move.target) for move in plan.moves)
    allowed = [choice for choice in every_choice(estate) if is_allowed(choice, estate)]
    nearest = min(max(need - freed(choice, estate), 0) for choice in allowed)
    fewest = min(copied(choice, estate) for choice in allowed if max(need - freed(choice, estate), 0) == nearest)
    grain = need // GRAIN_SHARE
    assert is_allowed(chosen, estate)
    assert plan.frees_bytes == freed(chosen, estate)
    assert plan.moves_bytes == copied(chosen, estate)
    assert plan.clears == (nearest == 0)
    assert plan.missing_bytes <= nearest + grain
    assert nearest or plan.moves_bytes <= fewest + grain
    assert nearest or plan.lower_bound_bytes <= fewest


@examples(max_examples=60, deadline=None)
@given(estates())
def test_every_single_step_of_a_plan_is_allowed_in_turn(estate: Estate) -> None:
    plan = make_plan(estate, RULES)

    done: list[tuple[Vm, Datastore]] = []
    for move in plan.moves:
        done.append((move.vm, move.target))
        assert is_allowed(tuple(done), estate)


@examples(max_examples=60, deadline=None)
@given(estates())
def test_what_is_not_cleared_has_a_reason_for_every_vm_that_stays_and_every_target(estate: Estate) -> None:
    plan = make_plan(estate, RULES)

    moved = {move.vm.ref for move in plan.moves}
    text = blocked(plan, target_percent=75)
    assert {one.target.ref for one in plan.lacks} == {one.ref for one in estate.datastores if one != estate.source}
    assert all([one.reason for one in plan.excluded] + [one.reason for one in plan.lacks])
    assert not moved & {one.vm.ref for one in plan.excluded}
    assert all(one.vm.name in text for one in plan.excluded[:3])
