"""The live card from the first look to the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.views import glyphs
from bot.views.operation import operation_card
from bot.views.words import bar, change, duration
from operations.model import Change, Operation, State
from tests.unit.views.samples import DONE, NOW, OPERATION, PLAN


def _labels(operation: Operation) -> list[str]:
    rows = [block for block in operation_card(operation, NOW).blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row["elements"]]


def _everything(operation: Operation) -> str:
    return str(operation_card(operation, NOW).blocks)


def test_a_running_card_shows_percent_step_and_change() -> None:
    card = operation_card(OPERATION, NOW)

    assert card.text.startswith(":gear: *Resize web-01* · running 42 %")
    assert "2 → 4" in card.text
    assert "step 2 of 3: reconfigure" in str(card.blocks)
    assert "42 %" in str(card.blocks[2])
    assert "<@U0DANA>" in str(card.blocks)


def test_the_steps_of_a_running_operation_show_how_far_it_is() -> None:
    (plan,) = [block for block in operation_card(OPERATION, NOW).blocks if block["type"] == "plan"]

    assert [(step["title"], step["status"]) for step in plan["tasks"]] == [
        ("power off", "complete"),
        ("reconfigure", "in_progress"),
        ("power on", "pending"),
    ]


def test_the_step_that_failed_is_marked() -> None:
    failed = replace(OPERATION, state=State.FAILED, text="No space left on gold-1", way_out="Move a VM away.")
    card = operation_card(failed, NOW)
    (plan,) = [block for block in card.blocks if block["type"] == "plan"]

    assert plan["tasks"][1]["status"] == "error"
    assert card.text.startswith(":x: *Resize web-01* · failed\nNo space left on gold-1\nMove a VM away.")


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.REFUSED, State.EXPIRED, State.UNKNOWN])
def test_what_did_not_come_about_is_shown_as_wanted_and_not_as_done(state: State) -> None:
    card = operation_card(replace(OPERATION, state=state), NOW)

    assert "Wanted: vCPU" in card.text
    assert "Wanted: vCPU" in str(card.blocks)
    assert "Wanted" not in _everything(OPERATION) + _everything(DONE)


def test_a_finished_card_says_how_long_it_took_and_can_not_be_cancelled() -> None:
    assert operation_card(DONE, NOW).text.startswith(
        ":white_check_mark: *Resize web-01* · done in 3 m 10 s\n4 vCPU, 8 GB"
    )
    assert _labels(DONE) == ["Show VM", "Details"]


def test_a_running_card_can_be_cancelled_once() -> None:
    assert _labels(OPERATION) == ["Cancel", "Details"]
    assert _labels(replace(OPERATION, cancel_requested_by="U0DANA")) == ["Details"]


def test_a_binned_vm_is_offered_back_and_a_deleted_one_can_not_be_shown() -> None:
    assert _labels(replace(DONE, verb="nuke")) == ["Restore", "Details"]
    assert _labels(replace(DONE, verb="purge")) == ["Details"]
    assert _labels(replace(DONE, verb="nuke", state=State.FAILED)) == ["Details"]


def test_already_so_is_no_work_done() -> None:
    unchanged = replace(
        DONE, plan=replace(PLAN, unchanged="web-01 has 4 vCPU already"), text="web-01 has 4 vCPU already"
    )

    assert "· nothing to do" in operation_card(unchanged, NOW).text


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_glyph_in_header_and_text(state: State) -> None:
    card = operation_card(replace(OPERATION, state=state), NOW)

    assert card.text.startswith(f"{glyphs.of_state(state)} *Resize web-01* · ")
    assert card.blocks[0]["text"]["text"].startswith(glyphs.of_state(state))


@pytest.mark.parametrize("before", ["", "-", "\N{EN DASH}"])
def test_what_was_not_there_before_has_no_arrow(before: str) -> None:
    assert change(Change(label="vCPU", before=before, after="2")) == "2"


def test_a_percent_beyond_hundred_does_not_break_the_bar() -> None:
    assert bar(140).count("█") == 12
    assert bar(0).count("░") == 12


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.42, "0.4 s"), (12.4, "12 s"), (190, "3 m 10 s"), (7500, "2 h 5 m"), (-3, "0.0 s")]
)
def test_durations_read_like_speech(seconds: float, expected: str) -> None:
    assert duration(timedelta(seconds=seconds)) == expected


def _undoable(operation: Operation = DONE, *, within_s: int | None = 3600) -> Operation:
    details = {} if within_s is None else {"undo_s": within_s}
    assert operation.plan is not None
    return replace(operation, plan=replace(operation.plan, details=details))


def test_a_card_offers_to_undo_while_that_can_be_done_and_says_until_when() -> None:
    card = operation_card(_undoable(), NOW)

    assert _labels(_undoable()) == ["Show VM", "Undo", "Details"]
    assert "undo until <!date^" in str(card.blocks)
    assert "undo R7F3K" in str(card.blocks)


def test_a_card_says_why_it_can_not_be_undone_and_has_no_dead_button() -> None:
    late, never = replace(_undoable(within_s=0), finished_at=NOW - timedelta(1)), replace(_undoable(), verb="reboot")

    assert [_labels(one) for one in (late, never)] == [["Show VM", "Details"]] * 2
    assert "can't be undone: its time for that is over" in str(operation_card(late, NOW).blocks)
    assert "can't be undone: a restart has happened" in str(operation_card(never, NOW).blocks)


def test_a_card_names_what_undoes_it_and_what_it_undoes() -> None:
    undone, undo = replace(_undoable(), undone_by="R8XYZ"), replace(_undoable(), undoes="R6ABC")

    assert _labels(undone) == ["Show VM", "Details"]
    assert "undone by R8XYZ" in str(operation_card(undone, NOW).blocks)
    assert "undoes R6ABC" in str(operation_card(undo, NOW).blocks)


def test_of_what_failed_nothing_is_said_about_undoing() -> None:
    assert "undo" not in str(operation_card(replace(_undoable(), state=State.FAILED), NOW).blocks)
