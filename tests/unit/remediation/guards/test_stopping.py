"""A person has stopped automatic changes of one VM, or of one datastore."""

import pytest

from remediation.guards.stopping import StoppedForDatastore, StoppedForVm
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import a_move, case, datastore, facts, history, more_cpu, switch, vm
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


ITS_ALARM = facts(vm=None, datastore=datastore())
WITHOUT_GOLD = history(switches=[switch("datastore/lab/datastore-1")])
OF_DATASTORES = (
    Row(says="not stopped", case=case(facts=ITS_ALARM, recommendation=a_move())),
    Row(
        says="stopped",
        case=case(facts=ITS_ALARM, history=WITHOUT_GOLD, recommendation=a_move()),
        kind=HoldKind.RECOMMEND,
        reason="<@U1> has stopped automatic changes of gold-1.",
    ),
    Row(says="a VM's own alarm", case=case(history=WITHOUT_GOLD, recommendation=a_move())),
    Row(
        says="another datastore",
        case=case(
            facts=facts(vm=None, datastore=datastore("datastore-2")), history=WITHOUT_GOLD, recommendation=a_move()
        ),
    ),
)


@pytest.mark.parametrize("row", OF_DATASTORES, ids=str)
def test_the_alarm_of_a_datastore_that_somebody_has_stopped_brings_recommendations_alone(row: Row) -> None:
    assert_answer(StoppedForDatastore(), row)
