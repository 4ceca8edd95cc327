"""Refusals of what never becomes an operation: on record, and no way to fill the disk."""

import json
from dataclasses import replace
from typing import Any

import pytest

from operations.record.refusals import KIND
from tests.integration.commands.conftest import DANA, ROOM, Floor

SAM = replace(DANA, id="U0SAM", name="sam")
GUY = replace(DANA, id="U0GUY", name="guy", is_guest=True)


def _refusals(floor: Floor, actor_id: str) -> list[dict[str, Any]]:
    """What `iaas-bot audit export` tells of somebody's refusals."""
    events = [json.loads(line) for line in floor.operations.audit.export()]
    return [one["data"] for one in events if one["kind"] == KIND and one["actor"] == actor_id]


def test_a_look_that_was_refused_is_on_record_with_who_where_what_and_why(floor: Floor) -> None:
    answer = floor.answer("show fin-app-01", SAM)

    (told,) = _refusals(floor, SAM.id)
    assert told == {
        "actor": "U0SAM",
        "name": "sam",
        "verb": "show",
        "subject": "fin-app-01",
        "channel": "C1",
        "rule": "readers",
        "reason": answer.title,
    }
    assert floor.operations.audit.verify() == []


@pytest.mark.parametrize(
    "line", ["list", "poweron web-06", "help", "invoke get-vm", "frobnicate web-01", "clone"], ids=lambda line: line
)
def test_whatever_a_guest_asks_for_is_on_record(floor: Floor, line: str) -> None:
    guest = replace(GUY, id=f"U0GUY{line.replace(' ', '')}")

    floor.answer(line, guest)

    (told,) = _refusals(floor, guest.id)
    assert (told["verb"], told["rule"]) == (line.split(maxsplit=1)[0], None)
    assert "Guests can't use the bot" in told["reason"]


def test_somebody_elses_operation_is_refused_on_record(floor: Floor) -> None:
    operation = floor.done("reboot fin-app-01")

    floor.answer(f"status {operation.id}", DANA)

    assert [(told["verb"], told["subject"]) for told in _refusals(floor, DANA.id)] == [("status", operation.id)]


def test_the_same_refusal_again_within_a_minute_is_one_row(floor: Floor) -> None:
    again = replace(SAM, id="U0AGAIN")

    for _ in range(5):
        floor.answer("show fin-app-01", again)
    floor.answer("show fin-db-01", again)

    assert [told["subject"] for told in _refusals(floor, again.id)] == ["fin-app-01", "fin-db-01"]


def test_a_flood_of_different_refusals_by_one_person_ends_on_record_and_stops_nobody_else(floor: Floor) -> None:
    flood, other = replace(GUY, id="U0FLOOD"), replace(GUY, id="U0OTHER")

    for number in range(100):
        floor.answer(f"nonsense{number}", flood)
    floor.answer("list", other)

    assert len(_refusals(floor, flood.id)) == 30
    assert len(_refusals(floor, other.id)) == 1


def test_nobody_ends_what_somebody_else_asked_for_and_the_try_is_on_record(floor: Floor) -> None:
    operation = floor.done("reboot fin-app-01")
    other = replace(DANA, id="U0CANCEL")

    answer = floor.answer(f"cancel {operation.id}", other)

    assert (answer.title, answer.lines) == (
        f"{operation.id} was asked for by <@U0ANN>.",
        ("Ask them, or an administrator.",),
    )
    assert [(told["verb"], told["subject"]) for told in _refusals(floor, other.id)] == [("cancel", operation.id)]


def test_somebody_whom_slack_does_not_know_is_on_record_by_id_and_place(floor: Floor) -> None:
    floor.dispatcher.note_unknown("U0WHO", ROOM)

    (told,) = _refusals(floor, "U0WHO")
    assert (told["channel"], told["reason"]) == (ROOM.channel, "Slack does not say who that is, so the answer is no.")


def test_history_shows_ones_own_refused_looks_and_all_of_them_to_an_administrator(floor: Floor) -> None:
    eva = replace(DANA, id="U0EVA", name="eva")
    floor.answer("show fin-app-01", eva)

    own, others, all_of_them = (
        floor.answer("history @eva", eva),
        floor.answer("history @eva", replace(DANA, id="U0FRED", name="fred")),
        floor.answer("history fin-app-01"),
    )

    assert own.table is not None
    assert own.table.rows[0][1:4] == ("-", "eva", "show fin-app-01")
    assert own.table.rows[0][4].startswith("refused. The rule readers does not reach fin-app-01")
    assert (others.table, others.lines[0]) == (None, "Nothing that you may see is on record.")
    assert all_of_them.table is not None
    assert ("-", "eva") in [row[1:3] for row in all_of_them.table.rows]
