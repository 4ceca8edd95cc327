"""What goes wrong between an alarm and the end of what is done about it: nothing twice, nothing for nothing."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from operations.model import State
from remediation.model import IncidentState, PlaybookName, RemedyState, VerdictKind
from remediation.record import Change
from remediation.settings import SHIPPED_ALARMS
from tests.integration.operations.lab import eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import Ward, settings_of

STORAGE = SHIPPED_ALARMS[PlaybookName.MOVE_VM][0]
ROOMY = {"per_hour": 100, "at_once_per_cluster": 100, "storm_vms": 100}


def together(*calls: Callable[[], object]) -> None:
    """All at the same instant, each in a thread of its own."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        barrier.wait(30)
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.fixture
def queued(ward: Ward) -> Ward:
    """A remedy of web-01 that waits for what a person does to it, until `release`."""
    ward.small()
    ward.hold()
    ward.turn_red()
    ward.look()
    found = ward.operations.find(ward.remedy().key)
    assert found is not None
    assert found.state is State.QUEUED
    return ward


@pytest.fixture
def full(make_ward: MakeWard) -> Iterator[Ward]:
    """web-01 lies on a datastore that is full, and has to leave it."""
    ward = make_ward(remediation=settings_of(only=[PlaybookName.MOVE_VM]))
    vm = ward.small()
    (source,) = vm.datastores
    before = ward.gateway.inventory.datastore(source)
    assert before is not None
    ward.estate.set_datastore(before.name, free_bytes=10**11)
    eventually(lambda: (one := ward.gateway.inventory.datastore(source)) is not None and one.free_bytes == 10**11)
    ward.estate.raise_alarm("web-01", STORAGE)
    eventually(lambda: any(one.name == STORAGE for one in ward.gateway.triggered_alarms() or ()))
    yield ward
    ward.estate.set_datastore(before.name, free_bytes=before.free_bytes)


def test_what_turned_red_while_the_bot_was_away_is_handled_at_its_start_and_once(ward: Ward) -> None:
    ward.small()
    ward.turn_red(at=ward.clock.now() - timedelta(hours=2))

    ward.replica("before").run_once()
    ward.operation()
    after = ward.replica("after-its-restart")
    after.run_once()
    after.run_once()

    assert ward.writes() == ["ReconfigVM_Task"]
    assert len(ward.remedies()) == 1
    assert ward.clock.now() - ward.incident().opened_at > timedelta(hours=1)


def test_two_replicas_that_see_the_same_alarms_act_once_on_each(make_ward: MakeWard, database_url: str) -> None:
    ward = make_ward(database_url, remediation=settings_of(guards=ROOMY))
    names = ["web-01", "web-02", "web-03", "lab-k8s-01", "lab-k8s-02"]
    for name in names:
        ward.small(name)
    other = ward.replica("lab-2")
    for name in names:
        ward.turn_red(name)

    together(*(replica.run_once for replica in (ward.remediation, other) * 2))
    eventually(lambda: len(ward.remedies()) == len(names))
    eventually(ward.all_ended)
    together(ward.remediation.run_once, other.run_once)

    assert len(ward.record.opened()) == len(names)
    assert ward.writes() == ["ReconfigVM_Task"] * len(names)
    assert {one.state for one in ward.remedies()} == {RemedyState.SUCCEEDED}
    assert ward.operations.audit.verify() == []


def test_an_alarm_that_clears_before_the_write_leaves_vcenter_alone(queued: Ward) -> None:
    incident = queued.incident()
    queued.turn_green()

    queued.release()
    operation = queued.operation()
    queued.look()

    assert (operation.state, operation.text) == (
        State.CANCELLED,
        "The alarm Virtual machine CPU usage on web-01 has cleared by itself. Nothing was sent.",
    )
    assert queued.writes("ReconfigVM_Task") == []
    assert queued.remedy().state is RemedyState.DROPPED
    assert queued.is_over(incident.id)


def test_a_remedy_that_waits_is_withdrawn_by_the_pass_that_sees_the_alarm_clear(queued: Ward) -> None:
    queued.turn_green()

    queued.look()
    withdrawn = queued.operations.get(queued.incident().operation_id or "")
    queued.look()
    queued.release()

    assert withdrawn.state is State.CANCELLED
    assert withdrawn.started_at is None
    assert queued.record.opened() == []


@pytest.mark.parametrize("how", ["acknowledged", "paused", "stopped"])
def test_what_people_do_between_admission_and_write_holds(queued: Ward, how: str) -> None:
    match how:
        case "acknowledged":
            queued.estate.acknowledge_alarm("web-01", "alarm.VmCPUUsageAlarm")
        case "paused":
            queued.remediation.switch("pause", "on", by="U1")
        case _:
            queued.remediation.switch(f"vm/{queued.vm('web-01').ref}", "on", by="U1")

    queued.release()
    operation = queued.operation()
    queued.look()

    assert operation.state in {State.CANCELLED, State.REFUSED}
    assert queued.writes("ReconfigVM_Task") == []
    assert queued.remedy().state is RemedyState.DROPPED
    assert operation.text in {one.reason for one in queued.record.decisions(queued.vm("web-01").ref, 5)}


def test_a_vm_that_is_deleted_meanwhile_ends_its_incident(ward: Ward) -> None:
    made = ward.do("spawn", name="short-lived", arguments={"cpu_count": 2, "memory_mib": 2048, "disk_gib": 1})
    assert made.result is not None
    ward.turn_red("short-lived")
    ward.small("web-01")
    ward.remediation.switch("pause", "on", by="U1")
    ward.look()
    incident = ward.incident("short-lived")

    ward.estate.delete_vm("short-lived")
    eventually(lambda: not ward.gateway.inventory.find_vms("short-lived"))
    eventually(lambda: not ward.gateway.triggered_alarms())
    ward.look()

    assert ward.is_over(incident.id)
    assert ward.remedies() == []


def test_a_vm_that_is_deleted_before_the_write_is_a_failure_and_no_more(ward: Ward) -> None:
    made = ward.do("spawn", name="short-lived", arguments={"cpu_count": 2, "memory_mib": 2048, "disk_gib": 1})
    assert made.result is not None
    ward.prepare("short-lived", power="on", cpu_hot_add=True)
    ward.hold("short-lived")
    ward.turn_red("short-lived")
    ward.look()
    incident = ward.incident("short-lived")
    assert incident.state is IncidentState.ACTING

    ward.estate.delete_vm("short-lived")
    ward.release()
    operation = ward.operation()
    ward.look()

    assert "no longer" in operation.text or "cleared" in operation.text
    assert ward.writes("ReconfigVM_Task") == []
    assert ward.is_over(incident.id)


def test_a_remedy_whose_answer_is_lost_on_the_way_is_found_and_not_sent_again(ward: Ward) -> None:
    ward.small()
    ward.estate.drop_after("ReconfigVM_Task")
    ward.turn_red()

    ward.look()
    operation = ward.operation()
    ward.look()

    assert operation.state is State.SUCCEEDED, operation.text
    assert ward.writes("ReconfigVM_Task") == ["ReconfigVM_Task"]
    assert (ward.remedy().state, ward.estate.vm("web-01").cpus) == (RemedyState.SUCCEEDED, 3)


def test_a_move_goes_on_while_vcenter_is_away(full: Ward) -> None:
    ward = full
    ward.estate.set_task(2, "RelocateVM_Task")
    ward.look()
    eventually(lambda: ward.writes("RelocateVM_Task") != [])

    ward.estate.outage("refuse", 1.5)
    operation = ward.operation()
    eventually(lambda: ward.gateway.health().connected)
    ward.look()

    assert operation.state is State.SUCCEEDED, operation.text
    assert ward.writes("RelocateVM_Task") == ["RelocateVM_Task"]
    assert ward.remedy().state is RemedyState.SUCCEEDED


def test_a_move_that_fails_half_way_counts_and_brings_the_longer_rest(full: Ward) -> None:
    ward = full
    ward.estate.fail_next("RelocateVM_Task", "NoDiskSpace", in_task=True)
    ward.look()

    operation = ward.operation()
    ward.look()

    assert operation.state is State.FAILED
    remedy, decided = ward.remedy(), ward.decided()
    assert (remedy.state, remedy.playbook) == (RemedyState.FAILED, PlaybookName.MOVE_VM)
    assert (decided.verdict, decided.guard) == (VerdictKind.WAIT, "cooldown")
    assert remedy.ended_at is not None
    assert ward.incident().look_at == remedy.ended_at + timedelta(minutes=60)


def test_three_failures_bring_a_playbook_back_to_recommending(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(guards=ROOMY))
    ward.estate.fail_next("ReconfigVM_Task", "NoPermission", count=3)
    for name in ("web-01", "web-02", "web-03", "web-04"):
        ward.small(name)
    for name in ("web-01", "web-02", "web-03"):
        ward.turn_red(name)
    ward.look()
    eventually(ward.all_ended)
    ward.look()

    ward.turn_red("web-04")
    ward.look()

    assert [one.state for one in ward.remedies()] == [RemedyState.FAILED] * 3
    assert ward.decided("web-04").verdict is VerdictKind.RECOMMEND
    assert "breaker/add-cpu" in ward.record.switches()


def test_what_was_admitted_and_never_asked_for_is_dropped_once_it_is_certain(ward: Ward) -> None:
    ward.small()
    ward.turn_red()
    ward.look()
    ward.operation()
    ward.look()
    before, now = ward.incident(), ward.clock.now()
    key = f"{before.key}/{before.round}"
    orphan = replace(ward.remedy(), key=key, operation_id=None, state=RemedyState.RUNNING, at=now, ended_at=None)
    after = replace(before, state=IncidentState.ACTING, round=before.round + 1, look_at=None, operation_id=None)
    ward.record.admit(lambda _history: Change(before=before, after=after, remedy=orphan))

    ward.look()
    waiting = ward.incident().state
    ward.clock.move(timedelta(seconds=61))
    ward.look()

    assert waiting is IncidentState.ACTING
    assert [one.state for one in ward.remedies()] == [RemedyState.SUCCEEDED, RemedyState.DROPPED]
    assert ward.incident().state is IncidentState.OPEN


def test_while_the_alarms_cant_be_read_nothing_is_done_and_afterwards_it_is(ward: Ward) -> None:
    ward.small()
    ward.turn_red()
    ward.estate.outage("refuse")

    ward.look()
    opened = ward.record.opened()
    ward.estate.outage("off")
    eventually(lambda: ward.gateway.health().connected)
    eventually(lambda: bool(ward.gateway.read_triggered_alarms()))
    ward.look()

    assert opened == []
    assert ward.operation().state is State.SUCCEEDED
