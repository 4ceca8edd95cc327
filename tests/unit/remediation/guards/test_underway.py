"""One change of a VM at a time."""

import pytest

from remediation.guards.underway import UnderWay
from remediation.model import HoldKind, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import ago, case, history, remedy
from vsphere.model import Ref

CASES = (
    Row(says="nothing", case=case()),
    Row(says="one that has ended", case=case(history=history(remedy(ago(minutes=1))))),
    Row(
        says="one that runs",
        case=case(history=history(remedy(ago(minutes=1), state=RemedyState.RUNNING))),
        kind=HoldKind.WAIT,
        reason="Add 1 vCPU to web-01 (1 → 2) is under way; web-01 gets one change at once.",
    ),
    Row(
        says="one that waits for a yes",
        case=case(history=history(remedy(ago(minutes=1), state=RemedyState.ASKED))),
        kind=HoldKind.WAIT,
        reason="Add 1 vCPU to web-01 (1 → 2) waits for a yes; web-01 gets one change at once.",
    ),
    Row(
        says="one of another VM",
        case=case(history=history(remedy(state=RemedyState.RUNNING, vm=Ref("lab", "vm-2")))),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_two_alarms_of_one_vm_make_one_change_at_once(row: Row) -> None:
    assert_answer(UnderWay(), row)
