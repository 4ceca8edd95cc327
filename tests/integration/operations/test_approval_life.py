"""What a yes is bound to, on either database: the VM as it was, the figures, the time; and what outlives a crash."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from operations.errors import BadRequestError, NotDecidableError
from operations.model import Operation, State
from tests.integration.operations.approving import (
    ANN,
    ANY,
    BEA,
    BIG,
    GROWN,
    HALF,
    TWO,
    WHOLE,
    approve,
    asked,
    lab_with,
    now,
    together,
)
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, Lab, eventually
from vsphere.errors import VsphereError

__all__ = ["asked"]


def test_a_vm_that_was_changed_by_hand_makes_it_void_at_the_click(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, operation = asked()
    lab.estate.set_vm("web-01", memory_mib=8192)

    with pytest.raises(NotDecidableError, match="memory is 8 GB, it was 4 GB"):
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
    assert "memory is 6 GB, it was 4 GB" in ended.text
    assert lab.writes() == []


def test_who_loses_the_right_after_the_yes_is_told_that_it_was_refused_at_the_last_check(
    asked: Callable[..., tuple[Lab, Operation]],
) -> None:
    lab, _ = asked()
    tonight = lab.clock.now() + timedelta(hours=1)
    operation = lab.ask("transform", "web-01", arguments={"cpu_count": 6}, not_before=tonight)
    approve(lab, operation)
    lab.directory.change(replace(DANA, groups=frozenset()))

    lab.clock.move(timedelta(hours=1))
    lab.operations.sweep()

    ended = lab.end(now(lab, operation))
    told = [(one.recipient, one.data) for one in lab.operations.notices.unsent() if one.data["approved"]]
    assert (ended.state, lab.writes()) == (State.REFUSED, [])
    assert [(who, data["state"], data["text"]) for who, data in told] == [
        (DANA.id, "queued", ""),
        (DANA.id, "refused", ended.text),
    ]
    with pytest.raises(NotDecidableError, match="has been approved by <@U3> already, and was refused at the last"):
        approve(lab, operation, BEA)


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
    assert (lowered.approval.asked, lowered.approval.lowered_by) == ("8 vCPU", ANN)
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

    # Where the lower figure came first, the other one is higher than what is asked for by then.
    assert sorted(type(one).__name__ for one in ends) in (
        ["NotDecidableError", "Operation"],
        ["BadRequestError", "Operation"],
    )
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
