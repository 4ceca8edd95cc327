"""Plans: their hash, what voids them, and the pure decisions of resizing."""

import pytest

from operations.changes.power import off_at_last
from operations.changes.resizing import Size, check_size, reasons_to_restart, wanted_size
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Effect, Plan
from operations.plans import PLACE, make_plan, mismatch, specs_of
from operations.record.database import from_json, to_json
from operations.record.rows import _read_plan, plan_data
from operations.settings import Caps
from operations.verbnames import ABOUT_OPERATIONS, CHANGING
from operations.verbs import STAGES, VERBS
from tests.unit.operations.samples import VM_REF, vm
from vsphere.model import PowerState


def plan(**changes: object) -> Plan:
    values: dict[str, object] = {
        "verb": "reset",
        "vm": VM_REF,
        "vm_name": "web-01",
        "summary": "Reset web-01",
        "done": "web-01 was reset.",
        "stages": [{"stage": "reset"}],
        "effect": Effect.RESTART,
        "expects": facts(vm(), "instance_uuid", "name", "power"),
    }
    return make_plan(**(values | changes))  # type: ignore[arg-type]  # a table of overrides


def test_the_same_plan_has_the_same_hash() -> None:
    assert plan().hash == plan().hash


@pytest.mark.parametrize(
    "change",
    [
        {"vm_name": "web-02"},
        {"stages": [{"stage": "power off"}]},
        {"effect": Effect.LOSS},
        {"expects": {}},
    ],
    ids=str,
)
def test_another_plan_has_another_hash(change: dict[str, object]) -> None:
    assert plan(**change).hash != plan().hash


def test_a_warning_alone_does_not_void_a_yes() -> None:
    assert plan(warnings=("It is late.",)).hash == plan().hash


def test_a_guest_that_listens_a_moment_later_does_not_void_a_yes_to_having_it_off() -> None:
    deaf, listening = (plan(stages=off_at_last(vm(tools_running=running))) for running in (False, True))

    assert deaf.hash == listening.hash
    assert [len(specs_of(one)) for one in (deaf, listening)] == [1, 2]


def test_another_host_for_a_new_vm_a_minute_later_does_not_void_the_yes() -> None:
    first, second = (
        plan(stages=[{"stage": "create", "name": "web-07", PLACE: {"host": host}}]) for host in ("host-1", "host-2")
    )

    assert first.hash == second.hash
    assert first.details != second.details


def test_a_plan_comes_back_from_the_record_as_it_was() -> None:
    kept = _read_plan(from_json(to_json(plan_data(plan()))))

    assert plan_data(kept) == plan_data(plan())


def test_what_matters_and_differs_is_named() -> None:
    changed = mismatch(plan(), vm(power=PowerState.OFF))

    assert changed == "web-01 changed after this was planned: its power is off, it was on"
    assert mismatch(plan(), vm(memory_mib=1)) is None


def test_every_verb_of_policy_has_a_row_and_every_row_is_known_to_policy() -> None:
    assert set(VERBS) == CHANGING - ABOUT_OPERATIONS


def test_a_stage_that_waits_can_tell_when_it_is_reached() -> None:
    assert all(stage.lasts for stage in STAGES.values() if stage.waits)


RESTARTS = {
    "grows with hot-add": (vm(), Size(cpu_count=4, memory_mib=8192), 0),
    "shrinks with hot-add": (vm(), Size(cpu_count=1, memory_mib=4096), 1),
    "less memory": (vm(), Size(cpu_count=2, memory_mib=2048), 1),
    "no CPU hot-add": (vm(cpu_hot_add=False), Size(cpu_count=4, memory_mib=4096), 1),
    "no hot-add at all": (vm(cpu_hot_add=False, memory_hot_add=False), Size(cpu_count=4, memory_mib=8192), 2),
    "memory beyond vCenter's limit": (vm(hot_memory_limit_mib=6144), Size(cpu_count=2, memory_mib=8192), 1),
    "memory within vCenter's limit": (vm(hot_memory_limit_mib=8192), Size(cpu_count=2, memory_mib=8192), 0),
    "is off": (vm(power=PowerState.OFF, cpu_hot_add=False), Size(cpu_count=1, memory_mib=1024), 0),
}


@pytest.mark.parametrize(("target", "size", "count"), RESTARTS.values(), ids=RESTARTS.keys())
def test_a_restart_is_needed_for_as_many_reasons_as_there_are(target: object, size: Size, count: int) -> None:
    assert len(reasons_to_restart(target, size)) == count  # type: ignore[arg-type]  # the table's columns


REFUSED = {
    "over the vCPU cap": (vm(), Size(cpu_count=9, memory_mib=4096)),
    "over the memory cap": (vm(), Size(cpu_count=2, memory_mib=65536)),
    "no whole sockets": (vm(cpu_count=4, cores_per_socket=2), Size(cpu_count=5, memory_mib=4096)),
    "no step of 4 MiB": (vm(), Size(cpu_count=2, memory_mib=4097)),
    "suspended": (vm(power=PowerState.SUSPENDED), Size(cpu_count=4, memory_mib=4096)),
}


@pytest.mark.parametrize(("target", "size"), REFUSED.values(), ids=REFUSED.keys())
def test_what_can_not_be_is_refused_with_a_way_out(target: object, size: Size) -> None:
    with pytest.raises(BadRequestError) as refused:
        check_size(target, size, Caps())  # type: ignore[arg-type]  # the table's columns

    assert refused.value.way_out


def test_a_vm_over_the_cap_may_stay_as_it_is() -> None:
    big = vm(cpu_count=12, memory_mib=65536)

    check_size(big, wanted_size(big, None, 65536), Caps())


def test_what_is_not_said_stays() -> None:
    assert wanted_size(vm(), 4, None) == Size(cpu_count=4, memory_mib=4096)
    with pytest.raises(BadRequestError):
        wanted_size(vm(), None, None)
    with pytest.raises(BadRequestError):
        wanted_size(vm(), "4", None)
