"""The alarm as it is now."""

import pytest

from remediation.guards.redness import StillRed
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import alarm, case, facts
from vsphere.model import AlarmStatus

CLEARED = "The alarm Virtual machine CPU usage on web-01 has cleared by itself."
CASES = (
    Row(says="red", case=case()),
    Row(says="no longer triggered", case=case(facts=facts(alarm=None)), kind=HoldKind.NOTHING, reason=CLEARED),
    Row(
        says="green",
        case=case(facts=facts(alarm=alarm(status=AlarmStatus.GREEN))),
        kind=HoldKind.NOTHING,
        reason=CLEARED,
    ),
    Row(
        says="yellow",
        case=case(facts=facts(alarm=alarm(status=AlarmStatus.YELLOW))),
        kind=HoldKind.NOTHING,
        reason="The alarm Virtual machine CPU usage on web-01 is yellow, and only red ones are acted upon.",
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_only_what_is_still_red_is_acted_upon(row: Row) -> None:
    assert_answer(StillRed(), row)
