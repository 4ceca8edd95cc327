"""`transform` in its three forms, and `move`, as people type them, over the wire."""

import pytest

from operations.model import Effect, State
from tests.integration.commands.conftest import Floor


def test_transform_adds_to_a_running_vm_without_a_question(floor: Floor) -> None:
    operation = floor.done("transform lab-k8s-01 cpu=6 memory=12")

    vm = floor.estate.vm("lab-k8s-01")
    assert operation.state is State.SUCCEEDED, operation
    assert (vm.cpus, vm.memory_mib, vm.power) == (6, 12288, "poweredOn")


def test_transform_takes_the_seeds_order_memory_in_mb_then_cpu(floor: Floor) -> None:
    operation = floor.done("transform lab-k8s-02 12288 6")

    vm = floor.estate.vm("lab-k8s-02")
    assert operation.state is State.SUCCEEDED, operation
    assert (vm.cpus, vm.memory_mib) == (6, 12288)


@pytest.mark.parametrize(("like", "cpus"), [("large", 4), ("windows-2022", 4)], ids=["size", "template"])
def test_transform_takes_the_spec_of_a_size_or_template(floor: Floor, like: str, cpus: int) -> None:
    floor.done(f"spawn like-{like} memory=4")

    operation = floor.done(f"transform like-{like} {like}")

    vm = floor.estate.vm(f"like-{like}")
    assert operation.state is State.SUCCEEDED, operation
    assert (vm.cpus, vm.memory_mib) == (cpus, 8192)


def test_transform_asks_where_the_vm_has_to_restart(floor: Floor) -> None:
    ask = floor.asked("transform web-04 cpu=4")

    assert ask.plan.effect is Effect.RESTART


def test_transform_asks_where_memory_grows_beyond_what_the_boot_allows(floor: Floor) -> None:
    floor.done("spawn booted-small memory=2")

    ask = floor.asked("transform booted-small memory=4")

    assert ask.plan.effect is Effect.RESTART


def test_transform_over_the_cap_is_refused_with_the_cap(floor: Floor) -> None:
    assert floor.answer("transform web-01 cpu=64").title == "64 vCPU is over the cap of 8."


def test_move_takes_the_disks_to_the_datastore_that_is_named(floor: Floor) -> None:
    operation = floor.done("move lab-k8s-03 silver-01")

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("lab-k8s-03").datastore == "silver-01"


def test_move_without_a_datastore_takes_one_with_room(floor: Floor) -> None:
    before = floor.estate.vm("lab-build-02").datastore

    operation = floor.done("move lab-build-02")

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("lab-build-02").datastore != before
