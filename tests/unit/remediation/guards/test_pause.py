"""A person has paused remediation."""

import pytest

from remediation.guards.pause import Paused
from remediation.model import HoldKind
from remediation.switches import pause_value
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import NOW, ago, ahead, case, history, switch

CASES = (
    Row(says="no pause", case=case()),
    Row(
        says="until it is resumed",
        case=case(history=history(switches=[switch("pause", pause_value(None, ""))])),
        kind=HoldKind.WAIT,
        reason="<@U1> has paused remediation until somebody resumes it.",
    ),
    Row(
        says="for two hours, with a reason",
        case=case(history=history(switches=[switch("pause", pause_value(ahead(minutes=80), "storage work"))])),
        kind=HoldKind.WAIT,
        reason="<@U1> has paused remediation for another 1 h 20 min: storage work.",
        until=ahead(minutes=80),
    ),
    Row(
        says="whose time is over",
        case=case(history=history(switches=[switch("pause", pause_value(NOW, "storage work"), at=ago(hours=2))])),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_pause_holds_everything_until_it_ends(row: Row) -> None:
    assert_answer(Paused(), row)
