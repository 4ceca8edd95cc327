"""Approvals on either database: who may decide, what a click is bound to, two clicks at once, and what time does."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from operations.errors import BadRequestError, NotDecidableError, OperationsError, UncheckedError
from operations.model import Actor, Operation, State
from operations.terms import ApprovalRule
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, ERIK, HERE, Lab, eventually
from vsphere.errors import VsphereError

ANN: Final = Actor(id="U3", name="Ann", groups=frozenset({"vm-approvers"}))
BEA: Final = Actor(id="U4", name="Bea", groups=frozenset({"vm-approvers"}))
BIG: Final = ApprovalRule(
    name="big", verbs=("transform", "spawn"), cpu_over=2, groups=("@vm-approvers",), channel="#vm-approvals"
)
ANY: Final = ApprovalRule(name="any", verbs=("poweroff",), groups=("@vm-approvers",), users=("U2",), votes=1)
TWO: Final = replace(BIG, votes=2)
HALF, WHOLE = timedelta(hours=2), timedelta(hours=4)
GROWN: Final = {"cpu_count": 4, "memory_mib": 4096}


@pytest.fixture
def asked(make_lab: MakeLab, database_url: str) -> Callable[..., tuple[Lab, Operation]]:
    """Starts a replica and asks for a resize that somebody has to agree to."""

    def ask(*rules: ApprovalRule, arguments: dict[str, Any] = GROWN, actor: Actor = DANA) -> tuple[Lab, Operation]:
        lab = lab_with(make_lab, database_url, *(rules or (BIG,)))
        operation = lab.ask("transform", "web-01", arguments=arguments, actor=actor)
        assert operation.state is State.AWAITING_APPROVAL
        return lab, operation

    return ask


def lab_with(make_lab: MakeLab, database_url: str, *rules: ApprovalRule) -> Lab:
    lab = make_lab(database_url, approvals=rules)
    lab.directory.change(ANN)
    lab.directory.change(BEA)
    lab.prepare("web-01", power="on", cpus=2, memory_mib=4096, cpu_hot_add=True, memory_hot_add=True)
    return lab


def approve(lab: Lab, operation: Operation, actor: Actor = ANN, **said: Any) -> Operation:
    return lab.operations.approvals.approve(operation.id, actor, HERE, **said)


def deny(lab: Lab, operation: Operation, actor: Actor = ANN, reason: str = "too expensive") -> Operation:
    return lab.operations.approvals.deny(operation.id, actor, HERE, reason=reason)


def now(lab: Lab, operation: Operation) -> Operation:
    return lab.operations.get(operation.id)


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


def together(*calls: Callable[[], Operation]) -> list[Operation | OperationsError]:
    """All at the same instant, each in a thread of its own."""
    barrier, ends = threading.Barrier(len(calls)), [None] * len(calls)
    found: list[Any] = list(ends)

    def run(at: int, call: Callable[[], Operation]) -> None:
        barrier.wait()
        try:
            found[at] = call()
        except OperationsError as error:
            found[at] = error

    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


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


def test_a_vm_that_was_changed_by_hand_makes_it_void_at_the_click(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()
    lab.estate.set_vm("web-01", memory_mib=8192)

    with pytest.raises(NotDecidableError, match="memory mib is 8192"):
        approve(lab, operation)

    ended = now(lab, operation)
    assert (ended.state, ended.way_out) == (State.EXPIRED, "Ask again, if it is still wanted.")
    assert lab.writes() == []
    assert lab.kinds(operation)[-1] == "operation.expired"


def test_any_change_in_vcenter_makes_it_void_even_where_the_plan_does_not_look_at_it(
    make_lab: MakeLab, database_url: str
) -> None:
    lab = lab_with(make_lab, database_url, ANY)
    operation = lab.ask("poweroff", "web-01")
    lab.estate.set_vm("web-01", cpus=4)

    with pytest.raises(NotDecidableError, match="was changed in vCenter after this was asked for"):
        approve(lab, operation)

    assert now(lab, operation).state is State.EXPIRED


def test_a_vm_that_was_deleted_makes_it_void(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url, approvals=(BIG,))
    lab.directory.change(ANN)
    small = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}
    made = lab.do("spawn", name=f"gone-{database_url[:3]}", arguments=small)
    operation = lab.ask("transform", made.result, arguments={"cpu_count": 4})
    lab.estate.delete_vm(made.vm_name)

    with pytest.raises(NotDecidableError, match="is no longer in vCenter"):
        approve(lab, operation)

    assert now(lab, operation).state is State.EXPIRED


def test_a_vm_that_changes_after_the_yes_is_not_touched_either(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    """Approved, queued for tonight, and changed by hand before the first write."""
    lab, _ = asked()
    tonight = lab.clock.now() + timedelta(hours=1)
    operation = lab.ask("transform", "web-01", arguments={"cpu_count": 6}, not_before=tonight)
    approve(lab, operation)
    lab.estate.set_vm("web-01", memory_mib=6144)

    lab.clock.move(timedelta(hours=1))
    lab.operations.sweep()

    ended = lab.end(now(lab, operation))
    assert ended.state is State.EXPIRED
    assert "memory mib is 6144" in ended.text
    assert lab.writes() == []


def test_a_click_while_vcenter_is_away_decides_nothing(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()
    lab.estate.outage("refuse")

    with pytest.raises(VsphereError):
        approve(lab, operation)

    assert now(lab, operation).version == operation.version
    lab.estate.outage("off")
    eventually(lambda: lab.gateway.health().connected)
    assert approve(lab, operation).state is State.QUEUED


def test_an_approver_may_lower_and_that_is_what_is_done(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(arguments={"cpu_count": 8, "memory_mib": 8192})

    lowered = approve(lab, operation, cpu_count=4)

    assert lowered.state is State.QUEUED
    assert lowered.approval is not None
    assert (lowered.approval.asked, lowered.approval.lowered_by) == ("8 vCPU, 8 GB memory", ANN)
    assert lab.end(lowered).state is State.SUCCEEDED
    assert (lab.gateway.read_vm(lab.vm("web-01").ref).cpu_count, lab.vm("web-01").memory_mib) == (4, 8192)
    assert "approval.lowered" in lab.kinds(operation)
    assert lab.operations.audit.verify() == []


def test_votes_for_more_do_not_count_for_less(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(TWO, arguments={"cpu_count": 8})

    approve(lab, operation, ANN)
    lowered = approve(lab, operation, BEA, cpu_count=4)

    assert lowered.state is State.AWAITING_APPROVAL
    with pytest.raises(NotDecidableError, match="has changed since you looked"):
        approve(lab, operation, ANN, plan_hash=operation.plan.hash if operation.plan else None)
    assert approve(lab, operation, ANN).state is State.QUEUED


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        pytest.param({"cpu_count": 5}, "more than the 4 vCPU", id="more vCPUs"),
        pytest.param({"memory_mib": 8192}, "more than the 4 GB memory", id="more memory"),
        pytest.param({"cpu_count": 1}, "would shrink", id="less than it has"),
        pytest.param({"cpu_count": 2}, "nothing would be left to do", id="what it has"),
    ],
)
def test_lower_is_never_higher_and_never_another_thing(
    asked: Callable[..., tuple[Lab, Operation]], figures: dict[str, Any], words: str
) -> None:
    lab, operation = asked()

    with pytest.raises(BadRequestError, match=words):
        approve(lab, operation, **figures)

    assert now(lab, operation).version == operation.version


def test_two_who_lower_at_once_are_one_after_the_other(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked(TWO, arguments={"cpu_count": 8})

    ends = together(
        lambda: approve(lab, operation, ANN, cpu_count=6), lambda: approve(lab, operation, BEA, cpu_count=4)
    )

    assert sorted(type(one).__name__ for one in ends) == ["NotDecidableError", "Operation"]
    assert now(lab, operation).state is State.AWAITING_APPROVAL


def test_what_nobody_decides_expires_and_the_approvers_are_reminded_once(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()

    lab.operations.sweep()
    assert lab.operations.notices.unsent() == []
    lab.clock.move(HALF)
    for _ in range(3):
        lab.operations.sweep()
    assert sorted(one.recipient for one in lab.operations.notices.unsent()) == ["#vm-approvals", "U3", "U4"]
    lab.clock.move(HALF)
    lab.operations.sweep()

    ended = now(lab, operation)
    assert (ended.state, ended.text) == (
        State.EXPIRED,
        "Nobody decided in time (1 of 1 yes missing). Nothing was done.",
    )
    assert lab.kinds(operation) == ["operation.requested", "approval.reminded", "operation.expired"]
    assert [one.kind for one in lab.operations.notices.unsent()].count("approval.ended") == 1
    assert lab.operations.audit.verify() == []


def test_a_yes_at_the_very_end_is_too_late(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()
    lab.clock.move(WHOLE)

    with pytest.raises(NotDecidableError, match="Nobody decided in time"):
        approve(lab, operation)

    assert now(lab, operation).state is State.EXPIRED
    assert lab.writes() == []


def test_a_clock_that_jumps_an_hour_and_back_reminds_once_and_loses_nothing(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()

    for hours in (1, 1, -1, 1, -2):
        lab.clock.move(timedelta(hours=hours))
        lab.operations.sweep()

    assert lab.kinds(operation).count("approval.reminded") == 1
    assert approve(lab, operation).state is State.QUEUED


def test_the_asker_may_cancel_and_then_nobody_can_approve(asked: Callable[..., tuple[Lab, Operation]]) -> None:
    lab, operation = asked()

    cancelled = lab.operations.cancel(operation.id, DANA)

    assert cancelled.state is State.CANCELLED
    with pytest.raises(NotDecidableError, match="was cancelled"):
        approve(lab, operation)
    assert lab.writes() == []


def test_what_needs_nobodys_yes_can_not_be_approved(make_lab: MakeLab, database_url: str) -> None:
    lab = lab_with(make_lab, database_url, BIG)
    operation = lab.do("transform", "web-01", arguments={"memory_mib": 8192})

    with pytest.raises(NotDecidableError, match="needs nobody's yes"):
        approve(lab, operation)


def test_rules_that_change_while_it_waits_do_not_change_who_decides(make_lab: MakeLab, database_url: str) -> None:
    lab = lab_with(make_lab, database_url, BIG)
    operation = lab.ask("transform", "web-01", arguments=GROWN)
    lab.operations.drain(5)
    lab.operations.close()
    anew = make_lab(database_url, approvals=(replace(BIG, groups=("@others",)),))
    anew.directory.change(ANN)

    assert approve(anew, operation).state is State.QUEUED
    assert anew.end(operation).state is State.SUCCEEDED


def test_what_was_approved_and_not_queued_by_a_crash_is_queued_by_the_attendant(
    asked: Callable[..., tuple[Lab, Operation]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, operation = asked()
    monkeypatch.setattr(lab.operations.approvals, "_enqueue", lambda _operation: None)
    approve(lab, operation)
    assert lab.writes() == []

    lab.operations._attendant._heal(settled=timedelta(seconds=0))

    assert lab.end(operation).state is State.SUCCEEDED


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
