"""Approvals on either database: who may decide, what counts as a yes, two clicks at once, and who is asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from operations.errors import BadRequestError, NotDecidableError, UncheckedError
from operations.model import Actor, Operation, State
from tests.integration.operations.approving import (
    ANN,
    BEA,
    BIG,
    GROWN,
    TWO,
    approve,
    asked,
    deny,
    lab_with,
    now,
    together,
)
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, ERIK, Lab

__all__ = ["asked"]


def test_what_is_approved_is_done_and_all_of_it_is_on_record(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()
    assert lab.writes() == []

    approved = approve(lab, operation, plan_hash=operation.plan.hash[:16] if operation.plan else None)

    assert (approved.state, approved.approval and approved.approval.decided_by) == (State.QUEUED, ANN)
    assert lab.end(approved).state is State.SUCCEEDED
    assert lab.writes("ReconfigVM_Task") == ["ReconfigVM_Task"]
    assert lab.kinds(operation)[:3] == ["operation.requested", "approval.voted", "operation.queued"]
    assert [one.actor for one in lab.operations.events(operation.id)][:3] == ["U1", "U3", "U3"]
    assert lab.operations.audit.verify() == []
    assert [(one.recipient, one.data["state"], one.data["by"]) for one in lab.operations.notices.unsent()] == [
        ("U1", "queued", "U3")
    ]


def test_what_is_denied_is_never_done_and_says_why(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()

    denied = deny(lab, operation, reason="  too\nexpensive ")

    assert (denied.state, denied.text) == (State.REFUSED, "Denied: too expensive")
    assert denied.finished_at is not None
    assert lab.writes() == []
    assert lab.kinds(operation) == ["operation.requested", "approval.denied", "operation.refused"]
    with pytest.raises(NotDecidableError, match=r"denied by <@U3> already"):
        approve(lab, operation, BEA)


def test_a_no_without_a_reason_decides_nothing(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()

    with pytest.raises(BadRequestError, match="needs a reason"):
        deny(lab, operation, reason="  ")

    assert now(lab, operation).state is State.AWAITING_APPROVAL


@pytest.mark.parametrize("where", ["in no group", "in the approvers' group"])
def test_the_asker_never_decides(asked: Callable[..., tuple[Lab, Operation]], where: str) -> None:
    lab, operation = asked()
    if where != "in no group":
        lab.directory.change(replace(DANA, groups=frozenset({"vm-admins", "vm-approvers"})))

    for act in (approve, deny):
        with pytest.raises(NotDecidableError, match="you asked for"):
            act(lab, operation, DANA)

    assert now(lab, operation).version == operation.version


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(ERIK, id="an administrator who is no approver"),
        pytest.param(replace(ANN, is_guest=True), id="a guest in the group"),
        pytest.param(replace(ANN, is_stranger=True), id="a stranger in the group"),
    ],
)
def test_nobody_else_decides_and_the_try_is_on_record(
    asked: Callable[..., tuple[Lab, Operation]], person: Actor
) -> None:
    lab, operation = asked()
    lab.directory.change(person)

    with pytest.raises(NotDecidableError, match="you are none of them"):
        approve(lab, operation, person)

    assert now(lab, operation).version == operation.version
    assert any(
        f'"subject":"{operation.id}"' in line and "request.refused" in line for line in lab.operations.audit.export()
    )


def test_who_has_left_the_group_since_the_card_came_decides_nothing(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()
    lab.directory.change(replace(ANN, groups=frozenset()))

    # As the command was read: with the groups of a minute ago.
    with pytest.raises(NotDecidableError, match="you are none of them"):
        approve(lab, operation, ANN)

    assert now(lab, operation).state is State.AWAITING_APPROVAL


def test_a_click_while_slack_does_not_tell_who_one_is_loses_nothing(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()
    lab.directory.is_away = True

    with pytest.raises(UncheckedError, match="could not be checked"):
        approve(lab, operation)

    assert now(lab, operation) == operation
    lab.directory.is_away = False
    assert approve(lab, operation).state is State.QUEUED


def test_two_yes_are_two_people(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(TWO)

    first = approve(lab, operation, ANN)
    with pytest.raises(NotDecidableError, match="you have said yes"):
        approve(lab, operation, ANN)

    assert (first.state, now(lab, operation).version) == (State.AWAITING_APPROVAL, first.version)
    assert approve(lab, operation, BEA).state is State.QUEUED
    assert lab.end(operation).state is State.SUCCEEDED


def test_two_approvers_at_the_same_instant_decide_once(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()

    ends = together(lambda: approve(lab, operation, ANN), lambda: approve(lab, operation, BEA))

    assert sorted(type(one).__name__ for one in ends) == ["NotDecidableError", "Operation"]
    assert lab.end(operation).state is State.SUCCEEDED
    assert lab.writes("ReconfigVM_Task") == ["ReconfigVM_Task"]
    assert lab.kinds(operation).count("operation.queued") == 1


def test_two_yes_at_the_same_instant_are_both_counted(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(TWO)

    together(lambda: approve(lab, operation, ANN), lambda: approve(lab, operation, BEA))

    ended = lab.end(now(lab, operation))
    assert ended.state is State.SUCCEEDED
    assert ended.approval is not None
    assert {one.actor.id for one in ended.approval.votes} == {"U3", "U4"}


def test_yes_and_no_at_once_are_one_of_the_two(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()

    ends = together(lambda: approve(lab, operation, ANN), lambda: deny(lab, operation, BEA))

    (winner,) = [one for one in ends if isinstance(one, Operation)]
    ended = lab.end(now(lab, operation))
    assert ended.state is (State.SUCCEEDED if winner.state is State.QUEUED else State.REFUSED)
    assert len(lab.writes("ReconfigVM_Task")) == (1 if ended.state is State.SUCCEEDED else 0)


def test_one_persons_two_clicks_at_once_are_one_vote(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(TWO)

    together(*[lambda: approve(lab, operation, ANN)] * 4)

    waiting = now(lab, operation)
    assert waiting.state is State.AWAITING_APPROVAL
    assert waiting.approval is not None
    assert len(waiting.approval.votes) == 1


@pytest.mark.parametrize("forged", ["0" * 64, "", "abc", "f" * 16])
def test_a_button_with_a_forged_hash_decides_nothing(asked: Callable[..., tuple[Lab, Operation]], forged: str) -> None:
    lab, operation = asked()

    with pytest.raises(NotDecidableError, match="has changed since you looked"):
        approve(lab, operation, plan_hash=forged)

    assert now(lab, operation).version == operation.version


def test_the_hash_of_another_operation_decides_nothing(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()
    other = lab.ask("spawn", name="big-1", arguments={"cpu_count": 4, "memory_mib": 1024, "disk_gib": 5})
    assert other.plan is not None

    with pytest.raises(NotDecidableError, match="has changed since you looked"):
        approve(lab, operation, plan_hash=other.plan.hash)

    assert [now(lab, one).state for one in (operation, other)] == [State.AWAITING_APPROVAL] * 2


def test_what_needs_nobodys_yes_can_not_be_approved(make_lab: MakeLab, database_url: str) -> None:
    lab = lab_with(make_lab, database_url, BIG)
    operation = lab.do("transform", "web-01", arguments={"memory_mib": 8192})

    with pytest.raises(NotDecidableError, match="needs nobody's yes"):
        approve(lab, operation)


def test_approvers_are_asked_in_their_channel_and_each_by_name_but_not_the_asker(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked(replace(BIG, users=("U1", "U2")))

    assert set(lab.operations.cards.asked(operation.id)) == {"#vm-approvals", "U2", "U3", "U4"}


def test_approvers_who_could_not_be_found_are_asked_by_the_next_pass(make_lab: MakeLab, database_url: str) -> None:
    lab = lab_with(make_lab, database_url, BIG)
    lab.directory.is_away = True
    operation = lab.ask("transform", "web-01", arguments=GROWN)
    assert lab.operations.cards.asked(operation.id) == ["#vm-approvals"]

    lab.directory.is_away = False
    lab.operations.sweep()

    assert set(lab.operations.cards.asked(operation.id)) == {"#vm-approvals", "U3", "U4"}


def test_a_crowd_of_approvers_gets_twenty_cards(make_lab: MakeLab, database_url: str) -> None:
    lab = lab_with(make_lab, database_url, BIG)
    for number in range(40):
        lab.directory.change(replace(ANN, id=f"U1{number:03}"))
    operation = lab.ask("transform", "web-01", arguments=GROWN)

    assert len(lab.operations.cards.asked(operation.id)) == 21


def test_everybody_sees_what_waits_for_them(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()
    approvals = lab.operations.approvals

    assert [one.id for one in approvals.waiting(ANN).to_decide] == [operation.id]
    assert [one.id for one in approvals.waiting(DANA).own] == [operation.id]
    assert not approvals.waiting(DANA).to_decide
    assert not approvals.waiting(ERIK).to_decide
    assert approvals.verbs_of(ANN) == {"approve", "deny", "pending"}
    assert approvals.verbs_of(DANA) == {"pending"}
    assert approvals.verbs_of(ERIK) == frozenset()
