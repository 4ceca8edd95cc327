"""What remediation may do by itself, whatever rules say to people; and who may stop it."""

from dataclasses import replace

import pytest

from operations.errors import SilentRestartError
from operations.model import Actor, ActorKind, Effect, Operation, Origin, Plan, Request, State
from operations.opening import refused
from operations.policy import Decision, Policy, Question, Rule
from operations.protection import ProtectedRules
from operations.remedies import ensure_harmless, is_own
from operations.verbnames import CHANGING
from tests.unit.operations.samples import NOW, VM_REF, actor, vm

BOT = Actor(id="add-cpu", name="iaas-bot (add-cpu)", kind=ActorKind.REMEDIATION)
ALARM = Origin(channel="alarm")
ALL = Rule(name="all", groups=("*",), users=("add-cpu",), channels=("*",), verbs=("*",))
PROTECTED = ProtectedRules(names=("web-*",))


def question(verb: str, who: Actor = BOT) -> Question:
    return Question(actor=who, origin=ALARM, verb=verb, vm=vm(), path="DC/vm/web-01")


def request(who: Actor = BOT, confirmed: str | None = None) -> Request:
    return Request(verb="transform", actor=who, origin=ALARM, key="k", vm=VM_REF, confirmed=confirmed, asked_at=NOW)


def plan(effect: Effect) -> Plan:
    hurts = effect is not Effect.NONE
    return Plan(
        verb="transform", vm=VM_REF, vm_name="web-01", summary="s", effect=effect, needs_confirmation=hurts, hash="h"
    )


def operation(who: Actor) -> Operation:
    no = Decision(allowed=False, rule=None, reason="no")
    return replace(refused(request(who), no, vm_name="web-01", now=NOW), state=State.QUEUED)


@pytest.mark.parametrize("verb", ["transform", "move"])
def test_remediation_resizes_and_moves_without_any_rule(verb: str) -> None:
    decision = Policy(()).judge(question(verb))

    assert (decision.allowed, decision.rule, decision.grant) == (True, "remediation", None)


@pytest.mark.parametrize("verb", sorted(CHANGING - {"transform", "move"}))
def test_remediation_does_nothing_else_whatever_a_rule_gives(verb: str) -> None:
    assert not Policy((ALL,)).judge(question(verb)).allowed


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        pytest.param(Policy((ALL,), read_only=True), "read_only", id="read-only"),
        pytest.param(Policy((ALL,), protected=PROTECTED), "protected", id="protected"),
    ],
)
def test_what_holds_for_everybody_holds_for_remediation(policy: Policy, rule: str) -> None:
    decision = policy.judge(question("transform"))

    assert (decision.allowed, decision.rule) == (False, rule)


@pytest.mark.parametrize("effect", [Effect.RESTART, Effect.STOP, Effect.LOSS])
def test_remediation_interrupts_nobody_not_even_with_the_hash_of_the_plan(effect: Effect) -> None:
    for confirmed in (None, "h"):
        with pytest.raises(SilentRestartError, match="web-01 would"):
            ensure_harmless(plan(effect), request(confirmed=confirmed))


def test_a_remedy_that_nobody_notices_and_a_person_who_can_be_asked_go_on() -> None:
    ensure_harmless(plan(Effect.NONE), request())
    ensure_harmless(plan(Effect.RESTART), request(actor("U1")))


@pytest.mark.parametrize(
    ("who", "asked_by", "own"),
    [
        pytest.param(actor("U1"), BOT, True, id="owner"),
        pytest.param(actor("U2"), BOT, False, id="somebody else"),
        pytest.param(actor("U1", is_guest=True), BOT, False, id="owner who is a guest"),
        pytest.param(actor("U1"), actor("U2"), False, id="somebody else's wish"),
        pytest.param(replace(BOT, id="U1"), BOT, False, id="no person"),
    ],
)
def test_the_owner_of_a_vm_may_stop_what_remediation_does_to_it(who: Actor, asked_by: Actor, own: bool) -> None:  # noqa: FBT001  a column of the table
    assert is_own(who, operation(asked_by), vm()) is own
