"""Three failures of a playbook in a day bring it back to recommending."""

import pytest

from remediation.guards.breaker import Breaker
from remediation.model import HoldKind, PlaybookName, Remedy, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import ago, case, history, remedy, switch

TRIPPED = "3 changes by add-cpu failed within 24 h."


def failed(*hours: float, playbook: PlaybookName = PlaybookName.ADD_CPU) -> list[Remedy]:
    return [remedy(ago(hours=hour), state=RemedyState.FAILED, playbook=playbook) for hour in hours]


CASES = (
    Row(says="two failures", case=case(history=history(*failed(1, 2)))),
    Row(says="three failures", case=case(history=history(*failed(1, 2, 3))), kind=HoldKind.RECOMMEND, reason=TRIPPED),
    Row(
        says="three failures in just a day",
        case=case(history=history(*failed(1, 2, 25))),
        kind=HoldKind.RECOMMEND,
        reason=TRIPPED,
    ),
    Row(says="three failures in more than a day", case=case(history=history(*failed(1, 2, 25.1)))),
    Row(
        says="three failures last week, since when nobody has rearmed it",
        case=case(history=history(*failed(170, 171, 172))),
        kind=HoldKind.RECOMMEND,
        reason=TRIPPED,
    ),
    Row(
        says="failures of other playbooks",
        case=case(history=history(*failed(1, 2), *failed(1.5, 2.5, playbook=PlaybookName.MOVE_VM))),
    ),
    Row(
        says="successes between",
        case=case(history=history(*failed(1, 2, 3), remedy(ago(hours=1.5)))),
        kind=HoldKind.RECOMMEND,
        reason=TRIPPED,
    ),
    Row(
        says="what was dropped is no failure",
        case=case(history=history(*[remedy(ago(hours=hour), state=RemedyState.DROPPED) for hour in (1, 2, 3)])),
    ),
    Row(
        says="rearmed since then",
        case=case(history=history(*failed(1, 2, 3), switches=[switch("rearm/add-cpu", at=ago(minutes=30))])),
    ),
    Row(
        says="rearmed at the moment of a failure",
        case=case(
            history=history(
                *failed(2, 3),
                remedy(ago(hours=1), ended_at=ago(minutes=30), state=RemedyState.FAILED),
                switches=[switch("rearm/add-cpu", at=ago(minutes=30))],
            )
        ),
    ),
    Row(
        says="one failure of three was at the moment of rearming",
        case=case(
            history=history(
                *failed(1, 2),
                remedy(ago(hours=3), ended_at=ago(hours=2.5), state=RemedyState.FAILED),
                switches=[switch("rearm/add-cpu", at=ago(hours=2.5))],
            )
        ),
    ),
    Row(
        says="failed again after it was rearmed",
        case=case(history=history(*failed(1, 2, 3, 5), switches=[switch("rearm/add-cpu", at=ago(hours=4))])),
        kind=HoldKind.RECOMMEND,
        reason=TRIPPED,
    ),
    Row(
        says="the switch holds without any history",
        case=case(history=history(switches=[switch("breaker/add-cpu", "3 changes failed in May.")])),
        kind=HoldKind.RECOMMEND,
        reason="3 changes failed in May.",
    ),
    Row(
        says="a switch that tells no reason",
        case=case(history=history(switches=[switch("breaker/add-cpu", "on")])),
        kind=HoldKind.RECOMMEND,
        reason="The breaker of add-cpu has tripped.",
    ),
    Row(
        says="a reason without a full stop",
        case=case(history=history(switches=[switch("breaker/add-cpu", "3 changes failed in May")])),
        kind=HoldKind.RECOMMEND,
        reason="3 changes failed in May.",
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_playbook_that_fails_again_and_again_only_recommends(row: Row) -> None:
    assert_answer(Breaker(), row)
