"""A person has stopped automatic changes of one VM."""

import pytest

from remediation.guards.stopping import StoppedForVm
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import a_move, case, history, more_cpu, switch, vm
from vsphere.model import Ref

STOPPED = history(switches=[switch("vm/lab/vm-1")])
REASON = "<@U1> has stopped automatic changes of web-01."
CASES = (
    Row(says="not stopped", case=case()),
    Row(says="stopped", case=case(history=STOPPED), kind=HoldKind.RECOMMEND, reason=REASON),
    Row(
        says="stopped for moves too",
        case=case(history=STOPPED, recommendation=a_move()),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="the VM of the same id in another vCenter",
        case=case(history=STOPPED, recommendation=more_cpu(vm(ref=Ref("other", "vm-1")))),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_vm_that_somebody_has_stopped_gets_recommendations_alone(row: Row) -> None:
    assert_answer(StoppedForVm(), row)
