"""What people do about remedies: cancel, take back, do by hand, plan for later."""

from datetime import timedelta

import pytest

from operations.errors import NotCancellableError
from operations.model import Actor, State
from remediation.model import Mode, Outcome, PlaybookName, RemedyState, Switch, VerdictKind
from remediation.switches import again_key, stop_key
from tests.integration.operations.lab import DANA, HERE, NOBODY
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import Ward, settings_of, waiting


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
