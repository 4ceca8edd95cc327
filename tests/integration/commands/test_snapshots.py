"""`snapshot` as people type it, over the wire."""

from operations.model import Effect, State
from tests.integration.commands.conftest import Floor


def names(floor: Floor, vm: str) -> list[str]:
    table = floor.answer(f"snapshot {vm} list").table
    return [row[0].strip().removesuffix(" (current)") for row in table.rows] if table else []


def test_snapshots_are_taken_listed_gone_back_to_and_removed(floor: Floor) -> None:
    taken = floor.done("snapshot lab-win-01 create before update")
    assert (taken.state, names(floor, "lab-win-01")) == (State.SUCCEEDED, ["before update"])

    ask = floor.asked("snapshot lab-win-01 revert before update")
    assert ask.plan.effect in {Effect.LOSS, Effect.STOP, Effect.RESTART}
    assert floor.confirm(ask).state is State.SUCCEEDED

    removed = floor.done("snapshot lab-win-01 remove before update")
    assert (removed.state, names(floor, "lab-win-01")) == (State.SUCCEEDED, [])


def test_going_back_says_before_and_afterwards_that_a_running_vm_ends_up_off(floor: Floor) -> None:
    floor.done("snapshot lab-build-02 create before update")
    ran = floor.estate.vm("lab-build-02").power

    ask = floor.asked("snapshot lab-build-02 revert before update")
    end = floor.confirm(ask)

    assert (ran, floor.estate.vm("lab-build-02").power) == ("poweredOn", "poweredOff")
    assert any("lab-build-02 will be off afterwards" in warning for warning in ask.plan.warnings)
    assert "it is off: `/iaas poweron lab-build-02` switches it on" in end.text


def test_a_snapshot_list_shows_the_tree_with_ages(floor: Floor) -> None:
    table = floor.answer("snapshot pay-test-01").table

    assert table is not None
    assert [(row[0], row[2].split()[0]) for row in table.rows] == [
        ("before-patch", "6"),
        ("  after-patch (current)", "5"),
    ]


def test_a_snapshot_without_a_name_is_called_after_the_person_and_the_time(floor: Floor) -> None:
    floor.done("snapshot lab-scratch-01 create")

    assert names(floor, "lab-scratch-01")[0].startswith("ann 20")


def test_a_slip_in_a_snapshots_name_is_a_choice_and_nothing_is_done(floor: Floor) -> None:
    answer = floor.answer("snapshot pay-test-01 revert befor-patch")

    assert answer.choices[0].command == "snapshot pay-test-01 revert before-patch"
    assert names(floor, "pay-test-01") == ["before-patch", "after-patch"]


def test_remove_without_a_name_asks_which(floor: Floor) -> None:
    answer = floor.answer("snapshot pay-test-01 remove")

    assert [choice.label for choice in answer.choices] == ["before-patch", "after-patch"]
