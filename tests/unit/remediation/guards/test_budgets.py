"""How often a day, and how often an hour."""

from dataclasses import replace
from datetime import datetime

import pytest

from remediation.guards.budgets import HourlyBudget, VmBudget
from remediation.model import HoldKind, PlaybookName, Remedy, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import ago, ahead, case, history, remedy, settings
from vsphere.model import Ref


def another(number: int, at: datetime) -> Remedy:
    return remedy(at, vm=Ref("lab", f"vm-{number}"))


TWICE = "web-01 has had 2 remedies within 24 h, which is the most."
TEN = [another(number, ago(minutes=50 - number)) for number in range(10)]
CASES = (
    Row(says="once today", case=case(history=history(remedy(ago(hours=3))))),
    Row(
        says="twice today",
        case=case(history=history(remedy(ago(hours=20)), remedy(ago(hours=3)))),
        kind=HoldKind.RECOMMEND,
        reason=TWICE,
        until=ahead(hours=4),
    ),
    Row(says="24 h after the first", case=case(history=history(remedy(ago(hours=24)), remedy(ago(hours=3))))),
    Row(
        says="another playbook and a failure count too",
        case=case(
            history=history(
                remedy(ago(hours=20), playbook=PlaybookName.ADD_MEMORY),
                remedy(ago(hours=3), state=RemedyState.FAILED),
            )
        ),
        kind=HoldKind.RECOMMEND,
        reason=TWICE,
        until=ahead(hours=4),
    ),
    Row(
        says="what was dropped does not count",
        case=case(history=history(remedy(ago(hours=20)), remedy(ago(hours=3), state=RemedyState.DROPPED))),
    ),
    Row(
        says="what waits for a yes does not count",
        case=case(history=history(remedy(ago(hours=20)), remedy(ago(hours=3), state=RemedyState.ASKED))),
    ),
    Row(
        says="what got its yes late counts from then on",
        case=case(history=history(remedy(ago(hours=25), began_at=ago(hours=23)), remedy(ago(hours=3)))),
        kind=HoldKind.RECOMMEND,
        reason=TWICE,
        until=ahead(hours=1),
    ),
    Row(
        says="another VM does not count",
        case=case(history=history(remedy(ago(hours=20)), another(2, ago(hours=3)))),
    ),
    Row(
        says="more than allowed, as after a change of the file",
        case=case(
            history=history(*[remedy(ago(hours=hour)) for hour in (20, 10, 3)]),
            settings=settings(guards={"per_vm_a_day": 1}),
        ),
        kind=HoldKind.RECOMMEND,
        reason="web-01 has had 1 remedy within 24 h, which is the most.",
        until=ahead(hours=21),
    ),
    Row(
        says="none a day",
        case=case(settings=settings(guards={"per_vm_a_day": 0})),
        kind=HoldKind.RECOMMEND,
        reason="web-01 has had 0 remedies within 24 h, which is the most.",
        until=ahead(hours=24),
    ),
)
HOURLY_CASES = (
    Row(says="nine in an hour", case=case(history=history(*TEN[1:]))),
    Row(
        says="ten in an hour, over all VMs",
        case=case(history=history(*TEN)),
        kind=HoldKind.WAIT,
        reason="There were 10 remedies within the last hour, which is the most; in 10 min one more is possible.",
        until=ahead(minutes=10),
    ),
    Row(says="an hour after the first", case=case(history=history(another(1, ago(hours=1)), *TEN[1:]))),
    Row(
        says="those that run count",
        case=case(history=history(*TEN[1:], remedy(ago(minutes=30), state=RemedyState.RUNNING))),
        kind=HoldKind.WAIT,
        reason="There were 10 remedies within the last hour, which is the most; in 11 min one more is possible.",
        until=ahead(minutes=11),
    ),
    Row(
        says="what was dropped does not count",
        case=case(history=history(*TEN[1:], remedy(ago(minutes=30), state=RemedyState.DROPPED))),
    ),
    Row(
        says="ten questions that nobody answers",
        case=case(history=history(*[replace(one, state=RemedyState.ASKED, ended_at=None) for one in TEN])),
    ),
    Row(
        says="what got its yes late counts from then on",
        case=case(history=history(*TEN[1:], remedy(ago(minutes=70), began_at=ago(minutes=45)))),
        kind=HoldKind.WAIT,
        reason="There were 10 remedies within the last hour, which is the most; in 11 min one more is possible.",
        until=ahead(minutes=11),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_vm_that_needs_more_a_day_needs_a_person(row: Row) -> None:
    assert_answer(VmBudget(), row)


@pytest.mark.parametrize("row", HOURLY_CASES, ids=str)
def test_no_more_than_so_many_are_changed_within_any_hour(row: Row) -> None:
    assert_answer(HourlyBudget(), row)
