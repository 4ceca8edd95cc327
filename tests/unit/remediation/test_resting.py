"""A VM that its own history holds does not hold the datastore it is on: another one is moved instead."""

from datetime import datetime
from typing import Any

import pytest

from remediation.admission import Admission
from remediation.guards import ALL_GUARDS
from remediation.looking import Looking, Seen
from remediation.matching import DATASTORE
from remediation.model import Facts, History, Outcome, PlaybookName, Remedy, RemedyState, VerdictKind
from remediation.registry import PLAYBOOKS
from remediation.resting import left_lately
from remediation.switches import stop_key
from tests.unit.remediation.relief.estates import SOURCE, a_vm, on, reaching
from tests.unit.remediation.samples import (
    GOLD,
    LAB,
    NOW,
    ago,
    alarm,
    datastore,
    facts,
    history,
    incident,
    playbook,
    remedy,
    settings,
    switch,
)
from vsphere.clock import SystemClock
from vsphere.model import Ref

FULL = datastore(SOURCE, used_gib=860)
BIG, SMALL = a_vm("big"), a_vm("small")
RELIEF = PlaybookName.RELIEVE_DATASTORE
SETTINGS = settings(playbooks=(playbook(RELIEF, alarms=("alarm.DatastoreDiskUsageAlarm",)),))


def full(**changes: Any) -> Facts:
    """`gold-1` is red, and either of two VMs would relieve it; the bigger one just so."""
    roomy = datastore("datastore-2", used_gib=200)
    red = alarm(entity=GOLD, entity_kind=DATASTORE)
    values = {
        "incident": incident(alarm=red, playbook=RELIEF, entity_name="gold-1"),
        "alarm": red,
        "vm": None,
        "host": None,
        "datastore": FULL,
        "datastores": (FULL, roomy),
        "hosts": (reaching("host-1", FULL, roomy),),
        "vms": (BIG, SMALL),
        "disks": {BIG.ref: on(115), SMALL.ref: on(112)},
    }
    return facts(**(values | changes))


def look(past: History) -> Seen:
    """What is decided."""
    return a_looking().judge(full(), past)


def a_looking() -> Looking:
    """As the engine has it."""
    return Looking(settings=SETTINGS, playbooks=PLAYBOOKS, admission=Admission(ALL_GUARDS), clock=SystemClock())


def chosen(seen: Seen) -> str:
    """The VM that would be moved."""
    assert seen.case is not None
    return seen.case.recommendation.vm.name


def moved(vm: str, at: datetime = NOW, **changes: Any) -> Remedy:
    """A move of a VM away from `gold-1` that has succeeded."""
    return remedy(at, **({"playbook": RELIEF, "vm": Ref(LAB, vm), "vm_name": vm, "datastore": GOLD} | changes))


def test_without_a_history_the_move_with_the_fewest_bytes_is_made() -> None:
    seen = look(history())

    assert seen.verdict.kind is VerdictKind.ACT
    assert chosen(seen) == "small"


@pytest.mark.parametrize(
    "past",
    [
        pytest.param(history(moved("small", ago(hours=5))), id="rests after a move"),
        pytest.param(history(moved("small", ago(minutes=50), state=RemedyState.FAILED)), id="rests after a failure"),
        pytest.param(history(moved("small", state=RemedyState.RUNNING, datastore=None)), id="a change is under way"),
        pytest.param(history(switches=(switch(stop_key(SMALL.ref)),)), id="stopped by a person"),
        pytest.param(
            history(*(moved("small", ago(hours=hours), playbook=PlaybookName.ADD_CPU) for hours in (20, 22))),
            id="two changes within a day",
        ),
        pytest.param(
            history(*(moved("small", ago(days=days), outcome=Outcome.NO_EFFECT) for days in (40, 50))),
            id="moved twice in vain",
        ),
    ],
)
def test_a_vm_that_a_guard_rail_holds_is_passed_over_for_the_next_best(past: History) -> None:
    seen = look(past)

    assert seen.verdict.kind is VerdictKind.ACT
    assert chosen(seen) == "big"


def test_where_all_are_held_the_reason_says_by_what() -> None:
    past = history(*(moved(name, ago(hours=2), ended_at=ago(hours=2)) for name in ("big", "small")))

    seen = look(past)

    assert seen.case is None
    assert "big (115 GB) is held: big was changed by relieve-datastore 2 h ago and rests for 6 h" in seen.verdict.reason


def test_a_guard_rail_that_holds_everything_is_told_of_the_best_move() -> None:
    seen = look(history(switches=(switch("pause"),)))

    assert (seen.verdict.kind, seen.verdict.guard) == (VerdictKind.WAIT, "pause")
    assert chosen(seen) == "small"


def test_nothing_is_moved_onto_a_datastore_that_a_person_has_stopped() -> None:
    seen = look(history(switches=(switch("datastore/lab/datastore-2"),)))

    assert seen.case is None
    assert "gold-2 is stopped by a person" in seen.verdict.reason


def test_a_vm_does_not_go_back_to_where_it_was_moved_away_from() -> None:
    from_gold_2 = moved("small", ago(days=20), datastore=Ref(LAB, "datastore-2"))

    assert chosen(look(history(from_gold_2))) == "big"


@pytest.mark.parametrize(
    ("past", "left"),
    [
        pytest.param(moved("small", ago(days=29)), {SMALL.ref: {GOLD}}, id="lately"),
        pytest.param(moved("small", ago(days=31)), {}, id="long ago"),
        pytest.param(moved("small", state=RemedyState.FAILED), {}, id="it failed"),
        pytest.param(moved("small", playbook=PlaybookName.MOVE_VM), {SMALL.ref: {GOLD}}, id="by its own alarm"),
        pytest.param(moved("small", playbook=PlaybookName.ADD_CPU, datastore=None), {}, id="no move"),
    ],
)
def test_what_a_vm_has_left_is_known_from_the_history(past: Remedy, left: dict[Ref, set[Ref]]) -> None:
    assert left_lately(full(), history(past)) == left


def test_what_is_judged_again_is_searched_anew_only_where_its_past_has_changed() -> None:
    looking = a_looking()
    seen = looking.judge(full(), history())

    same = looking.judge_again(seen, history())
    other = looking.judge_again(seen, history(moved("small", state=RemedyState.RUNNING, datastore=None)))

    assert same.case is not None
    assert seen.case is not None
    assert same.case.recommendation is seen.case.recommendation
    assert chosen(other) == "big"


def test_what_is_judged_again_heeds_a_pause_set_meanwhile() -> None:
    looking = a_looking()
    seen = looking.judge(full(), history())

    again = looking.judge_again(seen, history(switches=(switch("pause"),)))

    assert again.verdict.kind is VerdictKind.WAIT
