"""`spawn`, `clone` and `clonetemplate` as people type them, over the wire."""

from bot.answers import Button
from operations.model import State
from tests.integration.commands.conftest import DANA, Floor


def test_spawn_makes_the_smallest_where_no_size_is_given(floor: Floor) -> None:
    operation = floor.done("spawn new-01")

    vm = floor.estate.vm("new-01")
    assert operation.state is State.SUCCEEDED, operation
    assert (vm.cpus, vm.memory_mib) == (1, 2048)


def test_spawn_makes_the_size_that_is_said(floor: Floor) -> None:
    operation = floor.done("spawn new-02 size=large memory=4")

    vm = floor.estate.vm("new-02")
    assert operation.state is State.SUCCEEDED, operation
    assert (vm.cpus, vm.memory_mib) == (4, 4096)


def test_spawn_of_a_taken_name_offers_a_free_one_and_makes_nothing(floor: Floor) -> None:
    answer = floor.answer("spawn web-01")

    assert answer.buttons == (Button(label="Call it web-07", command="spawn web-07"),)
    assert "web-07" not in [name.rpartition("/")[2] for name in floor.estate.vms()]


def test_the_same_delivery_twice_makes_one_vm(floor: Floor) -> None:
    first = floor.done("spawn new-03", key="trigger-1")
    second = floor.done("spawn new-03", key="trigger-1")

    assert second.id == first.id
    assert [name.rpartition("/")[2] for name in floor.estate.vms()].count("new-03") == 1


def test_clone_makes_its_own_name_where_none_is_given(floor: Floor) -> None:
    first = floor.done("clone web-06")
    second = floor.done("clone web-06", later_s=61)

    assert [first.state, second.state] == [State.SUCCEEDED, State.SUCCEEDED], (first, second)
    assert [first.vm_name, second.vm_name] == ["web-06-clone-1", "web-06-clone-2"]
    assert {floor.estate.vm(name).cpus for name in ("web-06-clone-1", "web-06-clone-2")} == {2}


def test_a_copy_that_is_refused_is_titled_by_what_was_to_be_copied(floor: Floor) -> None:
    refused = floor.done("clone fin-db-01", DANA)

    assert (refused.state, refused.summary) == (State.REFUSED, "clone fin-db-01")


def test_a_second_enter_within_a_minute_makes_no_second_clone(floor: Floor) -> None:
    first = floor.done("clone shop-01")
    second = floor.done("clone shop-01")

    assert second.id == first.id
    assert "shop-01-clone-2" not in [name.rpartition("/")[2] for name in floor.estate.vms()]


def test_a_clone_with_a_name_does_not_stand_for_one_without(floor: Floor) -> None:
    named = floor.done("clone web-cms-01 new-09")
    unnamed = floor.done("clone web-cms-01")

    assert [named.vm_name, unnamed.vm_name] == ["new-09", "web-cms-01-clone-1"]


def test_a_second_enter_within_a_minute_is_not_told_that_the_name_is_taken(floor: Floor) -> None:
    first = floor.done("spawn new-08")
    second = floor.done("spawn new-08")

    assert second.id == first.id


def test_clone_takes_the_name_that_is_given(floor: Floor) -> None:
    operation = floor.done("clone web-06 new-04")

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("new-04").memory_mib == 4096


def test_clonetemplate_deploys_as_large_as_its_template_or_as_said(floor: Floor) -> None:
    plain = floor.done("clonetemplate new-05 debian-12")
    large = floor.done("clonetemplate new-06 debian-12 size=large")

    assert [plain.state, large.state] == [State.SUCCEEDED, State.SUCCEEDED], (plain, large)
    assert [floor.estate.vm(name).cpus for name in ("new-05", "new-06")] == [2, 4]


def test_a_missing_template_is_answered_with_the_nearest(floor: Floor) -> None:
    answer = floor.answer("clonetemplate new-07 debain-12")

    assert answer.buttons[0] == Button(label="debian-12", command="clonetemplate new-07 debian-12")
