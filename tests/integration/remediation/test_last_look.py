"""What has changed since somebody was asked holds a remedy although they say yes; and a no is told from a change."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from operations.model import Operation, State
from remediation.model import Dropped, Mode, PlaybookName, RemedyState, VerdictKind
from remediation.settings import Calendar
from remediation.switches import mode_key
from sandbox.vcenter import Estate
from tests.integration.operations.approving import ANN, approve
from tests.integration.operations.lab import eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import APPROVERS, CPU, MEMORY, Ward, settings_of

SETTINGS: Final = settings_of(Mode.APPROVE, approvers=APPROVERS)
OTHERS: Final = ("web-02", "web-03", "web-04", "web-05")


@pytest.fixture
def estate() -> Iterator[Estate]:
    """One of its own, since loads and attributes stay."""
    with Estate.start() as estate:
        yield estate


def ask(ward: Ward) -> Operation:
    """A remedy of web-01 that waits for a yes."""
    ward.directory.change(ANN)
    ward.small()
    ward.turn_red()
    ward.look()
    found = waiting(ward)
    assert found.state is State.AWAITING_APPROVAL
    return found


def waiting(ward: Ward) -> Operation:
    found = ward.operations.find(ward.remedies()[-1].key)
    assert found is not None
    return found


def turn_off(ward: Ward) -> None:
    ward.remediation.switch(mode_key(PlaybookName.ADD_CPU), "off", by="U2")


def say_off(ward: Ward) -> None:
    ward.estate.set_vm("web-01", custom={"iaas.auto": "off"})


def lower_the_cap(ward: Ward) -> None:
    ward.estate.set_vm("web-01", custom={"iaas.max-cpu": "2"})


def crowd_the_host(ward: Ward) -> None:
    ward.estate.set_load("web-01", ready_percent=20, costop_percent=9, at=ward.clock.now() - timedelta(minutes=20))


def fill_the_host(ward: Ward) -> None:
    host = ward.estate.vm("web-01").host
    ward.estate.set_load(host=host, cpu_percent=99, at=ward.clock.now() - timedelta(minutes=20))
    inventory = ward.gateway.inventory
    eventually(
        lambda: any(
            one.name == host and one.cpu_used_mhz > 0.9 * one.cpu_cores * one.cpu_mhz_per_core
            for one in inventory.hosts()
        )
    )


def storm(ward: Ward) -> None:
    for name in OTHERS:
        ward.small(name)
        ward.turn_red(name)
    ward.look()


def freeze(ward: Ward) -> None:
    now = ward.clock.now()
    begins, ends = (now - timedelta(minutes=1)).time(), (now + timedelta(hours=1)).time()
    calendar = Calendar(name="quarter-end", kind="freeze", start=begins, end=ends, zone=ZoneInfo("UTC"))
    ward.heed(replace(SETTINGS, calendars=(calendar,)))


def restart_with_mode_off(ward: Ward) -> None:
    ward.heed(settings_of(Mode.OFF, approvers=APPROVERS))


def restart_and_watch(ward: Ward) -> None:
    ward.heed(settings_of(Mode.APPROVE, approvers=APPROVERS, guards={"observe_for": timedelta(minutes=10)}))


CHANGES: Final[dict[str, tuple[Callable[[Ward], None], str]]] = {
    "its mode is off": (turn_off, "<@U2> has set add-cpu to mode off."),
    "its owner wants it left alone": (say_off, "web-01 asks by its attribute iaas.auto = off to be left alone."),
    "its cap is lower": (lower_the_cap, "web-01 has 2 vCPU, and its attribute iaas.max-cpu is 2."),
    "it waits for its host": (crowd_the_host, "More would make it worse: web-01 waits "),
    "its host is full": (fill_the_host, "More would make it worse: esx-"),
    "many are red": (storm, "5 VMs of cluster "),
    "changes are frozen": (freeze, "quarter-end freezes changes "),
    "the file says off": (restart_with_mode_off, "add-cpu is in mode off by the configuration."),
    "the bot only looks on": (restart_and_watch, "The bot has watched for "),
}


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=CHANGES)
def test_a_yes_is_held_against_all_that_is_so_by_now(
    make_ward: MakeWard, change: Callable[[Ward], None], why: str
) -> None:
    ward = make_ward(remediation=SETTINGS)
    asked = ask(ward)

    change(ward)
    approve(ward, asked, ANN)
    eventually(lambda: ward.operations.get(asked.id).state.is_final)
    ended = ward.operations.get(asked.id)
    ward.look()

    assert ended.text.startswith(why)
    assert ended.text.endswith(" Nothing was sent.")
    assert ended.state is State.CANCELLED
    assert ward.writes("ReconfigVM_Task") == []
    remedy = next(one for one in ward.remedies() if one.operation_id == asked.id)
    assert (remedy.state, remedy.dropped) == (RemedyState.DROPPED, Dropped.OVERTAKEN)
    reasons = [one.reason for one in ward.record.decisions(ward.vm("web-01").ref, 5)]
    assert ended.text in reasons
    assert not any("rests for" in one for one in reasons)


def test_what_waits_for_a_yes_is_taken_back_once_its_mode_is_off(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=SETTINGS)
    asked = ask(ward)

    ward.look()
    before = ward.operations.get(asked.id)
    turn_off(ward)
    ward.look()
    after = ward.operations.get(asked.id)

    assert before.state is State.AWAITING_APPROVAL
    assert (after.state, after.text) == (State.CANCELLED, "<@U2> has set add-cpu to mode off. Nothing was sent.")
    assert (ward.remedy().state, ward.remedy().dropped) == (RemedyState.DROPPED, Dropped.OVERTAKEN)
    assert (ward.decided().verdict, ward.decided().guard) == (VerdictKind.NOTHING, "mode")


def test_what_passes_takes_no_question_back_and_the_yes_is_asked_for_again_when_it_is_over(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=SETTINGS)
    asked = ask(ward)
    freeze(ward)
    ward.look()
    still_waits = ward.operations.get(asked.id).state

    approve(ward, asked, ANN)
    eventually(lambda: ward.operations.get(asked.id).state.is_final)
    ward.look()

    assert still_waits is State.AWAITING_APPROVAL
    # The engine of this test knows of no freeze, as one that has seen its end.
    assert [one.state for one in ward.remedies()] == [RemedyState.DROPPED, RemedyState.ASKED]
    ward.heed(SETTINGS)
    again = waiting(ward)
    approve(ward, again, ANN)
    eventually(lambda: ward.operations.get(again.id).state.is_final)
    assert ward.writes("ReconfigVM_Task") == ["ReconfigVM_Task"]


def test_an_alarm_that_clears_while_it_waits_for_a_yes_brings_no_rest(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=SETTINGS)
    ask(ward)
    ward.turn_green()
    ward.look()
    ward.look()
    cleared = ward.remedy()

    ward.turn_red()
    ward.look()

    assert (cleared.state, cleared.dropped) == (RemedyState.DROPPED, Dropped.OVERTAKEN)
    assert waiting(ward).state is State.AWAITING_APPROVAL
    assert ward.decided().verdict is VerdictKind.ASK


def test_whoever_acknowledges_the_alarm_and_says_yes_has_it_done(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=SETTINGS)
    asked = ask(ward)
    ward.estate.acknowledge_alarm("web-01", CPU)

    approve(ward, asked, ANN)

    eventually(lambda: ward.operations.get(asked.id).state.is_final)
    assert ward.operations.get(asked.id).state is State.SUCCEEDED


def test_less_than_was_asked_for_is_done_as_the_approver_wants_it(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=SETTINGS)
    ward.directory.change(ANN)
    ward.small()
    ward.turn_red("web-01", MEMORY)
    ward.look()
    asked = waiting(ward)

    approve(ward, asked, ANN, memory_mib=5120)

    eventually(lambda: ward.operations.get(asked.id).state.is_final)
    assert ward.estate.vm("web-01").memory_mib == 5120


def test_what_waits_for_its_turn_by_itself_is_asked_for_once_its_mode_wants_a_yes(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(Mode.AUTO, approvers=APPROVERS))
    ward.directory.change(ANN)
    ward.small()
    ward.hold()
    ward.turn_red()
    ward.look()
    ward.remediation.switch(mode_key(PlaybookName.ADD_CPU), "approve", by="U2")

    ward.release()
    held = ward.operation()
    ward.look()

    assert (held.state, held.text) == (State.CANCELLED, "add-cpu needs a yes by now. Nothing was sent.")
    assert ward.writes("ReconfigVM_Task") == []
    assert [one.state for one in ward.remedies()] == [RemedyState.DROPPED, RemedyState.ASKED]


def test_what_somebody_else_has_changed_meanwhile_trips_no_breaker(make_ward: MakeWard) -> None:
    ward = make_ward(
        remediation=settings_of(guards={"storm_vms": 100, "at_once_per_cluster": 100, "breaker_failures": 1})
    )
    ward.small()
    ward.estate.fail_next("ReconfigVM_Task", "ConcurrentAccess")
    ward.turn_red()

    ward.look()
    first = ward.operation()
    ward.look()
    eventually(ward.all_ended)

    assert (first.state, "ConcurrentAccess" in first.text) == (State.CANCELLED, True)
    assert [one.dropped for one in ward.remedies()] == [Dropped.OVERTAKEN, None]
    assert not any(key.startswith("breaker/") for key in ward.record.switches())
    assert ward.estate.vm("web-01").cpus == 3
