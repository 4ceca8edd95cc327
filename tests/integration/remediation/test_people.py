"""What people do about remedies: cancel, take back, do by hand, plan for later."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from operations.errors import NotCancellableError
from operations.model import Actor, Operation, State
from remediation.model import Mode, Outcome, PlaybookName, RemedyState, Switch, VerdictKind
from remediation.switches import again_key, stop_key
from tests.integration.operations.approving import ANN, approve
from tests.integration.operations.lab import DANA, HERE, NOBODY, eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import APPROVERS, Ward, settings_of, waiting

NO_REST = {"cooldown": timedelta(0)}


def take_back(ward: Ward, operation: Operation, not_before: datetime | None = None) -> Operation:
    """Ask for the undo of a remedy, now or for later."""
    request = ward.operations.reversing.request(
        operation.id, actor=DANA, origin=HERE, key=f"undo-{operation.id}", asked_at=ward.clock.now()
    )
    return ward.ask_for(replace(request, not_before=not_before))


def test_the_owner_may_stop_a_remedy_that_nobody_else_without_a_rule_may(asked: Ward) -> None:
    operation = waiting(asked)
    somebody = Actor(id="U8", name="Sam")
    with pytest.raises(NotCancellableError):
        asked.operations.cancel(operation.id, somebody)

    asked.prepare("web-01", custom={"iaas.owner": NOBODY.id})
    asked.operations.cancel(operation.id, NOBODY)
    asked.look()

    assert waiting(asked).state is State.CANCELLED
    assert asked.remedy().state is RemedyState.DROPPED
    assert asked.writes("ReconfigVM_Task") == []


def test_a_person_may_take_a_remedy_back(ward: Ward) -> None:
    ward.small()
    operation = ward.help()

    request = ward.operations.reversing.request(
        operation.id, actor=DANA, origin=HERE, key="undo", asked_at=ward.clock.now()
    )
    undone = ward.end(ward.ask_for(request))

    assert (undone.state, undone.undoes) == (State.SUCCEEDED, operation.id)
    assert ward.estate.vm("web-01").cpus == 2


def test_what_somebody_has_undone_is_not_compared_and_counts_for_nothing(ward: Ward) -> None:
    ward.small()
    operation = ward.help()
    ward.turn_green()
    request = ward.operations.reversing.request(
        operation.id, actor=DANA, origin=HERE, key="undo-uncompared", asked_at=ward.clock.now()
    )
    ward.end(ward.ask_for(request))

    ward.look()
    at_once = ward.remedy()
    ward.clock.move(timedelta(minutes=31))
    ward.look()

    assert (at_once.outcome, at_once.checked, at_once.after["undone_by"]) == (Outcome.UNKNOWN, 2, DANA.id)
    assert ward.remedy() == at_once


def test_what_a_person_does_as_it_is_recommended_is_compared_like_a_remedy(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.RECOMMEND))
    vm = ward.small()
    ward.turn_red()
    ward.look()
    assert ward.decided().command == "transform web-01 cpu=3"

    done = ward.end(ward.ask("transform", "web-01", arguments={"cpu_count": 3}))
    ward.look()
    remedy = ward.remedy()
    ward.clock.move(timedelta(minutes=14))
    ward.look()

    assert (remedy.operation_id, remedy.mode, remedy.approved_by) == (done.id, Mode.RECOMMEND, (DANA.id,))
    assert (remedy.state, remedy.vm, remedy.playbook) == (RemedyState.SUCCEEDED, vm.ref, PlaybookName.ADD_CPU)
    assert (remedy.before["cpu_count"], "cpu_p95" in remedy.before) == (2, True)
    # The clock has moved and vCenter has not, so that it has no figures after it.
    assert (ward.remedy().checked, ward.remedy().outcome) == (1, Outcome.UNKNOWN)
    assert ward.decided().guard == "cooldown"


def test_a_restart_that_somebody_plans_waits_as_a_remedy_that_outlives_its_alarm_and_is_theirs(
    make_ward: MakeWard,
) -> None:
    ward = make_ward(remediation=settings_of(Mode.AUTO))
    ward.small(cpu_hot_add=False)
    ward.turn_red()
    ward.look()
    incident = ward.incident()
    assert ward.decided().verdict is VerdictKind.WINDOW

    tonight = ward.clock.now() + timedelta(hours=6)
    planned = ward.ask("transform", "web-01", arguments={"cpu_count": 3}, not_before=tonight)
    ward.look()
    ward.remediation.switch("mode/add-cpu", "recommend", by="U1")
    ward.look()
    assert (ward.remedy().operation_id, ward.remedy().state) == (planned.id, RemedyState.ASKED)
    assert "is planned for later" in ward.decided().reason
    ward.turn_green()
    ward.look()
    assert ward.is_over(incident.id)
    assert (ward.remedy().state, ward.operations.get(planned.id).state) == (RemedyState.ASKED, State.QUEUED)

    ward.operations.cancel(planned.id, DANA)
    ward.look()

    assert (ward.remedy().state, ward.told[-1].id, ward.writes()) == (RemedyState.DROPPED, incident.id, [])


def test_what_a_person_does_otherwise_is_no_remedy(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.RECOMMEND))
    ward.small()
    ward.turn_red()
    ward.look()

    ward.end(ward.ask("transform", "web-01", arguments={"cpu_count": 4}))
    ward.look()

    assert ward.remedies() == []


def test_whoever_takes_a_remedy_back_stops_it_for_that_vm_until_somebody_starts_it_again(ward: Ward) -> None:
    vm = ward.small()
    operation = ward.help()
    request = ward.operations.reversing.request(
        operation.id, actor=DANA, origin=HERE, key="undo-and-stop", asked_at=ward.clock.now()
    )
    ward.end(ward.ask_for(request))
    stop, again = stop_key(vm.ref), again_key(vm.ref)

    ward.look()
    stopped_by = ward.record.switches()[stop].by
    ward.record.switch(None, key=stop, by=DANA.id)
    ward.record.switch(Switch(key=again, value="on", by=DANA.id, at=ward.clock.now()), key=again)
    ward.look()

    assert stopped_by == DANA.id
    assert stop not in ward.record.switches()


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.APPROVE], ids=["by itself", "after a yes"])
def test_what_somebody_has_undone_is_not_done_again_nor_asked_for_by_the_first_pass_that_sees_its_alarm(
    make_ward: MakeWard, mode: Mode
) -> None:
    ward = make_ward(remediation=settings_of(mode, approvers=APPROVERS, guards=NO_REST))
    ward.directory.change(ANN)
    ward.small()
    ward.turn_red()
    ward.look()
    if mode is Mode.APPROVE:
        approve(ward, waiting(ward), ANN)
    operation = ward.operation()
    ward.turn_green()
    ward.look()
    undone = ward.end(take_back(ward, operation))
    sent = ward.writes("ReconfigVM_Task")
    ward.turn_red()

    ward.look()

    assert (undone.state, ward.estate.vm("web-01").cpus) == (State.SUCCEEDED, 2)
    assert (len(ward.remedies()), ward.writes("ReconfigVM_Task")) == (1, sent)
    assert ward.decided().verdict is VerdictKind.RECOMMEND
    assert ward.decided().reason == f"<@{DANA.id}> has stopped automatic changes of web-01."


def test_an_undo_that_only_waits_holds_a_remedy_that_was_admitted_before_it(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(guards=NO_REST))
    ward.small()
    ward.turn_red()
    ward.look()
    first = ward.operation()
    ward.turn_green()
    ward.look()
    ward.hold()
    sent = ward.writes("ReconfigVM_Task")
    ward.turn_red()
    ward.look()
    second = ward.operations.find(ward.remedies()[-1].key)
    assert second is not None
    assert (len(ward.remedies()), second.state) == (2, State.QUEUED)

    undo = take_back(ward, first, ward.clock.now() + timedelta(hours=6))
    ward.release()
    eventually(lambda: ward.operations.get(second.id).state.is_final)

    ended = ward.operations.get(second.id)
    assert ward.operations.get(undo.id).state is State.QUEUED
    assert (ended.state, ended.text) == (
        State.CANCELLED,
        f"<@{DANA.id}> has undone a change of web-01 by add-cpu. Nothing was sent.",
    )
    assert ward.writes("ReconfigVM_Task") == sent


def test_an_undo_after_the_last_comparison_is_told_and_the_remedy_counts_for_nothing(ward: Ward) -> None:
    ward.small()
    operation = ward.help()
    ward.turn_green()
    ward.look()
    ward.clock.move(timedelta(minutes=34))
    ward.look()
    compared = ward.remedy()
    assert compared.checked == 2

    ward.end(take_back(ward, operation))
    ward.look()
    told = ward.remedy()
    ward.look()

    assert (told.outcome, told.checked, told.after["undone_by"]) == (Outcome.UNKNOWN, 3, DANA.id)
    assert ward.told[-1].id == told.incident_id
    assert ward.remedy() == told
