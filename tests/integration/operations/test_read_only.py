"""A switch to read-only while things wait: nobody's yes is lost to it, and what came to its time is told."""

from datetime import timedelta

import pytest

from operations.errors import NotDecidableError
from operations.model import Operation, State
from operations.policy import Policy
from tests.integration.operations.approving import ANN, BIG, GROWN, approve, deny, lab_with, now
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, RULES, Lab

TONIGHT = timedelta(hours=3)
LOCKED = Policy(RULES, read_only=True)


def restarted(make_lab: MakeLab, before: Lab, policy: Policy | None = None) -> Lab:
    """The same record under another configuration; the clock goes on as it was moved."""
    before.operations.drain(10)
    before.operations.close()
    lab = make_lab(before.settings.database_url, approvals=(BIG,), policy=policy)
    lab.directory.change(ANN)
    lab.clock.move(before.clock.moved)
    return lab


def told(lab: Lab, operation: Operation) -> list[tuple[str, str]]:
    """To whom, and in what state, what is not sent yet."""
    found = [one for one in lab.operations.notices.unsent() if one.data["operation_id"] == operation.id]
    return [(one.recipient, str(one.data["state"])) for one in found]


def test_a_yes_while_the_bot_is_read_only_is_refused_and_the_request_goes_on_waiting(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    first = lab_with(make_lab, sqlite_url, BIG)
    operation = first.ask("transform", "web-01", arguments=GROWN)
    lab = restarted(make_lab, first, LOCKED)

    for said in ({}, {"cpu_count": 3}, {"plan_hash": operation.plan.hash if operation.plan else None}):
        with pytest.raises(NotDecidableError, match="switched to read-only") as refused:
            approve(lab, operation, **said)
        assert "Try again when an administrator has switched that off" in refused.value.way_out
        assert f"{operation.id} goes on waiting until 20" in refused.value.way_out

    assert now(lab, operation) == operation
    (refusal,) = lab.operations.refusals.recent(5)
    assert (refusal.actor, refusal.data["rule"], refusal.data["subject"]) == (ANN.id, "read_only", operation.id)
    again = restarted(make_lab, lab)
    assert approve(again, operation).state is State.QUEUED
    assert again.end(operation).state is State.SUCCEEDED


def test_a_no_is_possible_while_the_bot_is_read_only(make_lab: MakeLab, sqlite_url: str) -> None:
    first = lab_with(make_lab, sqlite_url, BIG)
    operation = first.ask("transform", "web-01", arguments=GROWN)
    lab = restarted(make_lab, first, LOCKED)

    assert deny(lab, operation).state is State.REFUSED


def test_what_comes_to_its_time_while_the_bot_is_read_only_is_refused_and_told_once(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    first = lab_with(make_lab, sqlite_url)
    operation = first.ask("reset", "web-01", not_before=first.clock.now() + TONIGHT)
    lab = restarted(make_lab, first, LOCKED)
    lab.clock.move(TONIGHT)
    lab.operations.sweep()

    ended = lab.end(operation)
    lab.operations.sweep()

    assert (ended.state, lab.writes()) == (State.REFUSED, [])
    assert ended.text == "The bot is switched to read-only, so it changes nothing."
    assert ended.way_out == "Ask again once an administrator has switched that off in its configuration."
    assert told(lab, operation) == [(DANA.id, "refused")]
