"""Which approval rule applies, where cards go, and what a click does to values: all of it pure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from operations import approvals
from operations.approvalrules import Wanted, approval_for, may_ask
from operations.approvals import may_decide, places
from operations.errors import NotDecidableError
from operations.footprint import Footprint
from operations.model import Actor, ActorKind, Effect, Operation, Plan, Request, State
from operations.opening import planned
from operations.plans import make_plan
from operations.policy import Decision
from operations.terms import ApprovalRule, Prices
from tests.unit.operations.samples import HERE, NOW, VM_REF, actor

PRICES = Prices(currency="EUR", cpu=8, memory_gib=3, disk_gib=0.1)
BIG = Footprint(cpu_count=8, memory_mib=32768, disk_gib=500)
SMALL = Footprint(cpu_count=2, memory_mib=4096, disk_gib=40)
RULE = ApprovalRule(name="big", verbs=("transform",), groups=("@vm-approvers",), channel="#vm-approvals")
ANN = replace(actor("U3", "vm-approvers"), name="Ann")


def plan_of(cpu_count: int = 8) -> Plan:
    return make_plan(
        verb="transform",
        vm=VM_REF,
        vm_name="web-01",
        summary="Resize web-01",
        done="done",
        stages=[{"stage": "resize", "cpu_count": cpu_count, "memory_mib": 4096}],
        effect=Effect.NONE,
    )


def request_by(who: Actor, **said: Any) -> Request:
    return Request(verb="transform", actor=who, origin=HERE, key="k", vm=VM_REF, asked_at=NOW, **said)


def wanted(after: Footprint | None = BIG, path: str = "DC/vm/Web", who: Actor | None = None) -> Wanted:
    return Wanted(plan=plan_of(), request=request_by(who or actor(), reason="batch"), path=path, after=after)


@pytest.mark.parametrize(
    ("size", "reason"),
    [({"cpu_count": 8, "memory_mib": 32768}, "more than 4 vCPU"), ({}, None)],
    ids=["of another size", "of the same size"],
)
def test_going_back_to_a_snapshot_is_asked_about_like_the_resize_that_it_is(
    size: dict[str, int], reason: str | None
) -> None:
    revert = make_plan(
        verb="snapshot.revert",
        vm=VM_REF,
        vm_name="web-01",
        summary="Take web-01 back",
        done="done",
        stages=[{"stage": "revert", "snapshot": "snapshot-1", **size}],
    )

    found = approval_for([replace(RULE, cpu_over=4)], replace(wanted(), plan=revert), PRICES)

    assert (found.reason if found else None) == reason
    assert approvals.size_of(revert) == {}


def test_a_rule_for_resizes_may_ask_about_going_back_too() -> None:
    verbs = ("transform", "snapshot.revert", "snapshot.remove")

    assert [may_ask(RULE, verb, "DC/vm/Web") for verb in verbs] == [True, True, False]
    assert not may_ask(replace(RULE, folders=("DC/vm/Lab",)), "snapshot.revert", "DC/vm/Web")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, "every transform", id="no threshold asks always"),
        pytest.param({"cpu_over": 4}, "more than 4 vCPU", id="vCPUs"),
        pytest.param({"cpu_over": 8}, None, id="as many as the threshold"),
        pytest.param({"memory_mib_over": 16384}, "more than 16 GB memory", id="memory"),
        pytest.param({"disk_gib_over": 499}, "more than 499 GB disk", id="disk"),
        pytest.param({"cost_over": 200}, "more than EUR 200 a month", id="cost"),
        pytest.param({"cost_over": 210}, None, id="as dear as the threshold"),
        pytest.param({"cpu_over": 16, "disk_gib_over": 100}, "more than 100 GB disk", id="one of two is enough"),
        pytest.param({"cpu_over": 4, "memory_mib_over": 0}, "more than 4 vCPU, more than 0 GB memory", id="both"),
        pytest.param({"verbs": ("spawn",)}, None, id="another verb"),
        pytest.param({"verbs": ("*",)}, "every transform", id="all verbs"),
        pytest.param({"folders": ("DC/vm/Prod",)}, None, id="another folder"),
        pytest.param({"folders": ("dc/VM/web/",)}, "every transform", id="the folder in other letters"),
        pytest.param({"folders": ("DC/vm/We",)}, None, id="the begin of the folder's name"),
    ],
)
def test_a_rule_asks_for(changes: dict[str, Any], reason: str | None) -> None:
    found = approval_for([replace(RULE, **changes)], wanted(), PRICES)

    assert (found.reason if found else None) == reason


def test_the_first_rule_that_agrees_decides_who_is_asked() -> None:
    rules = [replace(RULE, name="other", verbs=("nuke",)), replace(RULE, votes=2), replace(RULE, name="later")]

    found = approval_for(rules, wanted(), PRICES)

    assert found is not None
    assert (found.rule, found.votes_needed, found.channel, found.why) == ("big", 2, "#vm-approvals", "batch")


def test_a_size_that_can_not_be_told_is_asked_about() -> None:
    found = approval_for([replace(RULE, cpu_over=64)], wanted(after=None), PRICES)

    assert found is not None
    assert found.reason == "its size can't be told"


def test_a_small_change_needs_nobody() -> None:
    assert approval_for([replace(RULE, cpu_over=4, cost_over=100)], wanted(after=SMALL), PRICES) is None


def test_the_systems_own_duties_need_nobody() -> None:
    lease = replace(actor("lease"), kind=ActorKind.SYSTEM)

    assert approval_for([RULE], wanted(who=lease), PRICES) is None


def test_cards_go_to_the_channel_and_to_twenty_people_at_most_and_never_to_the_asker() -> None:
    approval = approval_for([replace(RULE, users=("U3", "U1"))], wanted(), PRICES)
    assert approval is not None

    assert places(approval, ["U4", "U3"], "U1") == ("#vm-approvals", "U3", "U4")
    assert len(places(approval, [f"U1{number:02}" for number in range(50)], "U1")) == 21
    assert places(replace(approval, channel=""), [], "U3") == ("U1",)


@pytest.mark.parametrize(
    ("person", "may"),
    [
        pytest.param(ANN, True, id="in the group"),
        pytest.param(actor("U5"), True, id="named"),
        pytest.param(actor("U6", "vm-admins"), False, id="in another group"),
        pytest.param(replace(ANN, is_guest=True), False, id="a guest"),
        pytest.param(replace(ANN, is_stranger=True), False, id="a stranger"),
        pytest.param(replace(ANN, kind=ActorKind.REMEDIATION), False, id="no person"),
    ],
)
def test_who_may_decide(person: Actor, *, may: bool) -> None:
    assert may_decide(replace(RULE, users=("U5",)), person) is may


def waiting(votes: int = 1) -> Operation:
    approval = approval_for([replace(RULE, votes=votes)], wanted(), PRICES)
    decision = Decision(allowed=True, rule="r", reason="")
    return planned(request_by(actor()), decision, plan_of(), now=NOW, approval=approval, ttl=timedelta(hours=4))


def test_the_last_moment_is_too_late() -> None:
    operation = waiting()
    assert operation.plan is not None
    end = NOW + timedelta(hours=4)

    just_before = approvals.vote(ANN, seen=operation.plan.hash, now=end - timedelta(microseconds=1))(operation)
    at_the_end = approvals.vote(ANN, seen=operation.plan.hash, now=end)(operation)

    assert (just_before.state, at_the_end.state) == (State.QUEUED, State.EXPIRED)


def test_a_lowered_plan_starts_to_count_anew() -> None:
    operation = waiting(votes=2)
    assert operation.plan is not None
    first = approvals.vote(ANN, seen=operation.plan.hash, now=NOW)(operation)
    operation = replace(operation, approval=first.approval)
    less, bea = plan_of(4), replace(ANN, id="U4")

    turn = approvals.lower(bea, seen=plan_of().hash, plan=less, request=request_by(actor()), now=NOW)(operation)

    assert turn.state is None
    assert len(approvals.votes_for(turn.approval, less)) == 1
    assert [one.kind for one in turn.news] == ["approval.lowered", "approval.voted"]
    lowered = replace(operation, approval=turn.approval, plan=less)
    with pytest.raises(NotDecidableError, match="changed since you looked"):
        approvals.vote(replace(ANN, id="U5"), seen=plan_of().hash, now=NOW)(lowered)


def test_a_no_advises_to_ask_for_less_only_where_less_can_be_asked_for() -> None:
    sized = waiting()
    assert sized.plan is not None
    unsized = replace(sized, plan=replace(sized.plan, details={}))

    said = [approvals.deny(ANN, reason="no", now=NOW)(one).way_out for one in (sized, unsized)]

    assert said == ["Ask whoever denied it, or ask for less.", "Ask whoever denied it what they would agree to."]


def test_a_reminder_is_due_once_and_at_half_time() -> None:
    operation, half = waiting(), NOW + timedelta(hours=2)

    with pytest.raises(NotDecidableError):
        approvals.remind((), now=half - timedelta(seconds=1))(operation)
    turn = approvals.remind(("U3",), now=half)(operation)

    assert (turn.approval.reminded, turn.remind, turn.state) == (True, ("U3",), None)
    with pytest.raises(NotDecidableError):
        approvals.remind(("U3",), now=half)(replace(operation, approval=turn.approval))


@pytest.mark.parametrize(
    ("needed", "met"),
    [
        pytest.param({}, True, id="by the same rule"),
        pytest.param({"groups": ("@others",)}, True, id="by the same rule, which names others since"),
        pytest.param({"rule": "fenced"}, True, id="by another rule, of whose people the yes is"),
        pytest.param({"rule": "fenced", "votes_needed": 2}, False, id="by another rule, which wants two"),
        pytest.param({"rule": "fenced", "groups": ("@others",)}, False, id="by another rule, which asks others"),
    ],
)
def test_a_yes_counts_by_its_own_rule_and_by_another_only_where_its_people_gave_it(
    needed: dict[str, Any], *, met: bool
) -> None:
    asked = waiting()
    assert asked.plan is not None
    assert asked.approval is not None
    turn = approvals.vote(ANN, seen=asked.plan.hash, now=NOW)(asked)

    assert approvals.is_met(replace(asked.approval, **needed), replace(asked, approval=turn.approval)) is met
    assert not approvals.is_met(asked.approval, asked)
