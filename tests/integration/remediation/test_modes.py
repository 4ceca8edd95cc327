"""How far remediation goes: modes, approvals, guard rails and policy, against a real vCenter."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from operations.model import Operation, State
from operations.policy import Policy
from operations.protection import ProtectedRules
from remediation.acting import actor_of
from remediation.model import IncidentState, Mode, PlaybookName, RemedyState, VerdictKind
from tests.integration.operations.approving import ANN, approve, deny
from tests.integration.operations.lab import DANA, RULES, eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.test_faults import together
from tests.integration.remediation.ward import APPROVERS, CPU, MEMORY, Ward, settings_of, waiting
from vsphere.model import AlarmStatus

NEVER_S = 300


def test_recommend_says_what_would_help_and_sends_nothing(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.RECOMMEND))
    ward.small()
    ward.turn_red()

    ward.look()
    ward.look()

    decided = ward.decided()
    assert (decided.verdict, decided.guard, decided.command, decided.summary) == (
        VerdictKind.RECOMMEND,
        "mode",
        "transform web-01 cpu=3",
        "Add 1 vCPU to web-01 (2 → 3)",
    )
    assert ward.writes() == []
    assert len(ward.remediation.recent_decisions(ward.vm("web-01").ref, 5)) == 1


def test_a_yes_lets_the_remedy_run(asked: Ward) -> None:
    operation, remedy = waiting(asked), asked.remedy()
    approval = operation.approval
    assert approval is not None
    assert (approval.rule, approval.channel, approval.groups) == ("remediation", "#vm-alarms", ("@vm-approvers",))
    assert operation.expires_at == operation.created_at + timedelta(minutes=30)
    assert (remedy.state, remedy.mode, asked.writes()) == (RemedyState.ASKED, Mode.APPROVE, [])

    approve(asked, operation, ANN)
    ended = asked.operation()
    asked.look()

    assert ended.state is State.SUCCEEDED
    assert asked.writes() == ["ReconfigVM_Task"]
    assert (asked.remedy().state, asked.remedy().approved_by) == (RemedyState.SUCCEEDED, ("U3",))


def test_what_an_approver_has_lowered_is_told_as_it_was_agreed_and_done(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.APPROVE, approvers=APPROVERS))
    ward.directory.change(ANN)
    ward.small()
    ward.turn_red(alarm=MEMORY)
    ward.look()

    approve(ward, waiting(ward), ANN, memory_mib=5120)
    ward.operation()
    ward.look()

    assert ward.vm("web-01").memory_mib == 5120
    assert ward.remedy().summary == "Add 1 GB of memory to web-01 (4 GB → 5 GB)"


def has_sent(ward: Ward, number: int) -> bool:
    return len(ward.writes("ReconfigVM_Task")) == number


def end_what_runs(ward: Ward, operations: list[Operation]) -> None:
    """Cancel those that vCenter works on."""
    found = [ward.operations.get(one.id) for one in operations]
    for one in found:
        if one.state is State.RUNNING:
            ward.operations.cancel(one.id, DANA)
            ward.end(one)


def test_of_two_that_get_their_yes_at_the_same_moment_the_late_one_waits_for_its_turn_and_has_it(
    make_ward: MakeWard, database_url: str
) -> None:
    ward = make_ward(
        database_url,
        remediation=settings_of(
            Mode.APPROVE, approvers=APPROVERS, guards={"at_once_per_cluster": 1, "storm_vms": 100, "per_hour": 100}
        ),
        heartbeat_s=0.2,
    )
    ward.directory.change(ANN)
    names = ["web-01", "web-02"]
    for name in names:
        ward.small(name)
    ward.estate.set_task(NEVER_S, "ReconfigVM_Task")
    for name in names:
        ward.turn_red(name)
    ward.look()
    asked = [found for one in ward.remedies() if (found := ward.operations.find(one.key)) is not None]
    assert [one.state for one in asked] == [State.AWAITING_APPROVAL] * 2

    together(*(partial(approve, ward, one, ANN) for one in asked))
    running = []
    for number in range(1, len(names) + 1):
        eventually(partial(has_sent, ward, number))
        ward.look()
        running.append([one.state for one in ward.remedies()].count(RemedyState.RUNNING))
        end_what_runs(ward, asked)
        ward.look()

    assert running == [1, 1]
    assert {one.vm_name for one in ward.remedies()} == set(names)
    assert all(one.approved_by == (ANN.id,) for one in ward.remedies())


def test_a_no_is_on_record_and_nobody_is_asked_again_at_once(asked: Ward) -> None:
    deny(asked, waiting(asked), ANN, reason="it is a test")

    asked.look()
    asked.look()

    assert asked.remedy().state is RemedyState.DROPPED
    assert (asked.decided().verdict, asked.decided().guard) == (VerdictKind.WAIT, "cooldown")
    reasons = [one.reason for one in asked.record.decisions(asked.vm("web-01").ref, 5)]
    assert "Denied: it is a test" in reasons


def test_an_alarm_that_clears_takes_its_question_back(asked: Ward) -> None:
    asked.turn_green()

    asked.look()
    asked.look()

    assert (waiting(asked).state, waiting(asked).text) == (
        State.CANCELLED,
        "The alarm has cleared by itself. Nothing was sent.",
    )
    assert asked.record.opened() == []


def test_where_nobody_may_say_yes_it_is_recommended_instead(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.APPROVE))
    ward.small()
    ward.turn_red()

    ward.look()

    assert (ward.decided().verdict, ward.decided().guard) == (VerdictKind.RECOMMEND, "approvers")
    assert ward.remedies() == []


def test_what_would_need_a_restart_is_offered_and_never_done(ward: Ward) -> None:
    vm = ward.small(cpu_hot_add=False)
    ward.turn_red()

    ward.look()
    by_hand = ward.operations.submit(
        ward.request("transform", vm.ref, actor=actor_of(PlaybookName.ADD_CPU), arguments={"cpu_count": 3})
    )

    assert (ward.decided().verdict, ward.decided().guard) == (VerdictKind.WINDOW, "hot-add")
    assert by_hand.state is State.REFUSED
    assert by_hand.text == "web-01 would restart for that, which nobody has agreed to."
    assert ward.writes() == []


def test_read_only_holds_for_remediation_and_why_says_so(make_ward: MakeWard) -> None:
    ward = make_ward(policy=Policy(RULES, read_only=True))
    ward.small()
    ward.turn_red()

    ward.look()
    ward.look()

    assert (ward.writes(), ward.remedies(), ward.operations.recent(5)) == ([], [], [])
    (decided,) = ward.record.decisions(ward.vm("web-01").ref, 5)
    assert (decided.verdict, decided.guard, decided.reason) == (
        VerdictKind.REFUSE,
        "read_only",
        "The bot is switched to read-only, so it changes nothing.",
    )


def test_a_protected_vm_is_shown_and_left_alone(make_ward: MakeWard) -> None:
    ward = make_ward(policy=Policy(RULES, protected=ProtectedRules(names=("web-02",))))
    ward.small("web-02")
    ward.turn_red("web-02")

    ward.look()

    assert (ward.decided("web-02").verdict, ward.decided("web-02").guard) == (VerdictKind.REFUSE, "protected")
    assert (ward.remedies(), ward.writes()) == ([], [])


@pytest.mark.parametrize(
    ("how", "guard"),
    [("acknowledged", "acknowledged"), ("paused", "pause"), ("stopped", "stopped"), ("new", "observe")],
)
def test_what_holds_a_remedy_back_is_lifted_without_another_alarm(make_ward: MakeWard, how: str, guard: str) -> None:
    observe: dict[str, Any] = {"observe_for": timedelta(minutes=10)} if how == "new" else {}
    ward = make_ward(remediation=settings_of(guards=observe))
    vm = ward.small()
    ward.turn_red()
    key = {"paused": "pause", "stopped": f"vm/{vm.ref}"}.get(how)
    if key:
        ward.remediation.switch(key, "on", by="U1")
    if how == "acknowledged":
        ward.estate.acknowledge_alarm("web-01", "alarm.VmCPUUsageAlarm")
        eventually(lambda: all(one.acknowledged for one in ward.gateway.triggered_alarms() or ()))

    ward.look()
    held, before = ward.decided(), ward.writes()
    if key:
        ward.remediation.switch(key, None, by="U1")
    ward.clock.move(timedelta(minutes=11))
    ward.look()

    assert (held.guard, before) == (guard, [])
    if how == "acknowledged":
        assert ward.decided().guard == guard
    else:
        assert ward.operation().state is State.SUCCEEDED


def test_what_stays_red_is_helped_again_when_the_rest_is_over_and_no_more_than_twice_a_day(ward: Ward) -> None:
    ward.small()
    ward.help()
    for _ in range(2):
        ward.clock.move(timedelta(minutes=29))
        ward.look()
        assert ward.decided().guard == "cooldown"
        ward.clock.move(timedelta(minutes=2))
        ward.look()
        eventually(ward.all_ended)
        ward.look()

    assert ward.estate.vm("web-01").cpus == 4
    assert [one.key.rpartition("/")[2] for one in ward.remedies()] == ["0", "1"]
    assert (ward.decided().verdict, ward.decided().guard) == (VerdictKind.RECOMMEND, "vm budget")


def test_two_at_once_run_in_a_cluster_and_the_next_begins_when_one_has_ended(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(guards={"storm_vms": 100}))
    names = ["web-01", "web-02", "web-03"]
    for name in names:
        ward.small(name)
    ward.estate.set_task(0.5, "ReconfigVM_Task")
    for name in names:
        ward.turn_red(name)

    ward.look()
    first = [one.decided.guard for one in ward.record.opened() if one.decided]
    eventually(ward.all_ended)
    ward.look()
    eventually(ward.all_ended)
    ward.look()

    assert sorted(first, key=str) == [None, None, "at once"]
    assert [ward.estate.vm(name).cpus for name in names] == [3, 3, 3]


def test_a_storm_is_one_trouble_and_nothing_is_done(ward: Ward) -> None:
    names = ["web-01", "web-02", "web-03", "web-04", "web-05"]
    for name in names:
        ward.small(name)
    for name in names:
        ward.turn_red(name)

    ward.look()

    opened = ward.record.opened()
    assert {one.decided.guard for one in opened if one.decided} == {"storm"}
    assert len({one.storm for one in opened}) == 1
    assert opened[0].storm is not None
    assert (ward.remedies(), ward.writes()) == ([], [])


def test_a_storm_holds_what_is_acknowledged_protected_and_at_its_cap_as_well(make_ward: MakeWard) -> None:
    ward = make_ward(policy=Policy(RULES, protected=ProtectedRules(names=("web-02",))))
    names = ["web-01", "web-02", "web-03", "web-04", "web-05"]
    for name in names:
        ward.small(name, **({"cpus": 8} if name == "web-03" else {}))
    ward.turn_red("web-03", MEMORY)
    ward.remediation.switch("pause", "on", by="U1")
    ward.look()
    (early,) = ward.record.opened()
    ward.turn_green("web-03", MEMORY)
    ward.look()
    for name in names:
        ward.turn_red(name)
    ward.estate.acknowledge_alarm("web-04", CPU)
    eventually(lambda: any(one.acknowledged for one in ward.gateway.triggered_alarms() or ()))

    ward.look()

    opened = {one.entity_name: one for one in ward.record.opened()}
    assert len({one.storm for one in opened.values()}) == 1
    assert opened["web-01"].storm is not None
    guards = {name: one.decided.guard for name, one in opened.items() if one.decided}
    assert guards == dict.fromkeys(names, "storm") | {"web-04": "acknowledged"}
    over = ward.record.incident(early.id)
    assert over is not None
    assert (over.state, over.storm) == (IncidentState.CLOSED, opened["web-01"].storm)


def test_yellow_is_no_reason_to_act_and_red_again_counts_as_another_time(ward: Ward) -> None:
    ward.small()
    ward.remediation.switch("pause", "on", by="U1")
    ward.turn_red()
    ward.look()
    ward.estate.raise_alarm("web-01", "alarm.VmCPUUsageAlarm", status="yellow")
    eventually(lambda: [one.status for one in ward.gateway.triggered_alarms() or ()] == [AlarmStatus.YELLOW])
    ward.look()
    yellow = ward.decided()
    ward.turn_red()
    eventually(lambda: [one.status for one in ward.gateway.triggered_alarms() or ()] == [AlarmStatus.RED])
    ward.look()

    assert (yellow.verdict, yellow.guard) == (VerdictKind.NOTHING, "red")
    assert ward.decided().guard == "pause"
    assert len(ward.record.history(ward.clock.now()).reddenings) == 2
    assert ward.incident().state is IncidentState.OPEN


def test_an_alarm_that_comes_and_goes_is_one_incident_that_counts_how_often(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.RECOMMEND))
    ward.small()
    other = ward.replica("lab-2")

    for _ in range(4):
        ward.turn_red()
        ward.look()
        other.run_once()
        ward.turn_green()
        ward.look()
        other.run_once()
    ward.turn_red()
    ward.look()

    assert {one.id for one in ward.told} == {ward.incident().id}
    assert (len(ward.incident().reddened), ward.decided().guard) == (4, "flapping")


def test_the_kill_switch_of_the_file_leaves_every_alarm_alone(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(enabled=False))
    ward.small()
    ward.turn_red()

    ward.look()

    assert ward.record.opened() == []
    assert ward.writes() == []
