"""What a VM takes up, and what it will after a plan."""

import pytest

from operations.footprint import Footprint, footprint_after, footprint_of, monthly_cost
from operations.model import Plan
from operations.plans import Spec, already_so, make_plan
from operations.terms import Prices
from tests.unit.operations.samples import VM_REF, vm


def plan(*stages: Spec) -> Plan:
    return make_plan(verb="x", vm=VM_REF, vm_name="web-01", summary="Do it", done="Done.", stages=stages)


def test_a_thin_disk_counts_with_all_that_it_may_grow_to() -> None:
    assert footprint_of(vm()) == Footprint(cpu_count=2, memory_mib=4096, disk_gib=40)


@pytest.mark.parametrize(
    ("stage", "after"),
    [
        ({"stage": "reset"}, (2, 4096, 40)),
        ({"stage": "resize", "cpu_count": 4, "memory_mib": 8192}, (4, 8192, 40)),
        ({"stage": "clone", "cpu_count": None, "memory_mib": 8192}, (2, 8192, 40)),
    ],
    ids=["a reset changes nothing", "a resize", "a copy keeps what is not said"],
)
def test_what_the_stages_say_wins_over_what_the_vm_has(stage: Spec, after: tuple[int, int, int]) -> None:
    found = footprint_after(plan(stage), vm())

    assert found == Footprint(cpu_count=after[0], memory_mib=after[1], disk_gib=after[2])


def test_a_new_vm_has_what_the_plan_says_and_without_a_size_nothing_can_be_told() -> None:
    create = {"stage": "create", "cpu_count": 1, "memory_mib": 2048, "disk_gib": 20}

    assert footprint_after(plan(create), None) == Footprint(cpu_count=1, memory_mib=2048, disk_gib=20)
    assert footprint_after(plan({"stage": "reset"}), None) is None


def test_a_plan_with_nothing_to_do_leaves_the_vm_as_it_is() -> None:
    same = already_so(verb="poweron", vm=VM_REF, vm_name="web-01", summary="Power on", words="It is on already.")

    assert footprint_after(same, vm()) == footprint_of(vm())


def test_a_month_costs_all_three_and_half_a_gigabyte_half() -> None:
    prices = Prices(currency="EUR", cpu=8, memory_gib=3, disk_gib=0.1)

    assert monthly_cost(Footprint(cpu_count=2, memory_mib=1536, disk_gib=40), prices) == pytest.approx(16 + 4.5 + 4)
