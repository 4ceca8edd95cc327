"""An alarm that somebody has acknowledged."""

import pytest

from remediation.guards.acknowledged import Acknowledged
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import alarm, case, facts, settings

SEEN = facts(alarm=alarm(acknowledged=True, acknowledged_by="CORP\\dana"))
CASES = (
    Row(says="not acknowledged", case=case()),
    Row(says="no longer triggered", case=case(facts=facts(alarm=None))),
    Row(
        says="acknowledged",
        case=case(facts=SEEN),
        kind=HoldKind.NOTHING,
        reason="CORP\\dana has acknowledged the alarm Virtual machine CPU usage in vCenter, so it is left to people.",
    ),
    Row(
        says="acknowledged by nobody knows whom",
        case=case(facts=facts(alarm=alarm(acknowledged=True))),
        kind=HoldKind.NOTHING,
        reason="Somebody has acknowledged the alarm Virtual machine CPU usage in vCenter, so it is left to people.",
    ),
    Row(
        says="acknowledged, but not left alone",
        case=case(facts=SEEN, settings=settings(guards={"leave_acknowledged": False})),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_an_acknowledged_alarm_is_left_to_people(row: Row) -> None:
    assert_answer(Acknowledged(), row)
