"""A person has undone what the bot did to a VM, or is about to."""

from dataclasses import replace

import pytest

from remediation.guards.taken_back import TakenBack
from remediation.model import HoldKind, Mode, PlaybookName, RemedyState
from remediation.switches import again_key
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import VM, a_move, ago, case, history, remedy, switch, undoing
from vsphere.model import Ref

DONE = remedy(ago(hours=2), key="done")
A_VM = case().recommendation.vm
GROWN = replace(DONE, before={"cpu_count": float(A_VM.cpu_count)})
UNDONE = {"done": undoing(ago(minutes=5))}
REASON = "<@U2> has undone a change of web-01 by add-cpu."
BEFORE, AFTER = switch(again_key(VM), at=ago(hours=1)), switch(again_key(VM), at=ago(minutes=1))
CASES = (
    Row(says="nobody undoes it", case=case(history=history(DONE))),
    Row(
        says="somebody undoes it",
        case=case(history=history(DONE, undone=UNDONE)),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="it holds for every playbook",
        case=case(history=history(DONE, undone=UNDONE), recommendation=a_move()),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="in mode approve nobody is asked either",
        case=case(history=history(DONE, undone=UNDONE), mode=Mode.APPROVE),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="what was done and undone 29 days ago",
        case=case(history=history(remedy(ago(days=29), key="done"), undone={"done": undoing(ago(days=29))})),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="the latest of two that are undone is told",
        case=case(
            history=history(
                DONE,
                remedy(ago(hours=1), key="later", playbook=PlaybookName.ADD_MEMORY),
                undone=UNDONE | {"later": undoing(ago(minutes=1), by="U3")},
            )
        ),
        kind=HoldKind.RECOMMEND,
        reason="<@U3> has undone a change of web-01 by add-memory.",
    ),
    Row(
        says="somebody had started the VM before that",
        case=case(history=history(DONE, undone=UNDONE, switches=[BEFORE])),
        kind=HoldKind.RECOMMEND,
        reason=REASON,
    ),
    Row(
        says="somebody has started the VM again since",
        case=case(history=history(DONE, undone=UNDONE, switches=[AFTER])),
    ),
    Row(
        says="another VM's was undone",
        case=case(history=history(remedy(ago(hours=2), key="done", vm=Ref("lab", "vm-2")), undone=UNDONE)),
    ),
    Row(
        says="the VM of the same id in another vCenter",
        case=case(history=history(remedy(ago(hours=2), key="done", vm=Ref("other", "vm-1")), undone=UNDONE)),
    ),
    Row(
        says="it has what it was given",
        case=case(history=history(replace(DONE, before={"cpu_count": 1.0, "memory_mib": 1024.0}))),
    ),
    Row(
        says="somebody has taken the vCPU back in another way",
        case=case(history=history(GROWN)),
        kind=HoldKind.RECOMMEND,
        reason="Somebody has taken back from web-01 what add-cpu gave it.",
    ),
    Row(
        says="or the memory",
        case=case(
            history=history(
                replace(GROWN, playbook=PlaybookName.ADD_MEMORY, before={"memory_mib": float(A_VM.memory_mib)})
            )
        ),
        kind=HoldKind.RECOMMEND,
        reason="Somebody has taken back from web-01 what add-memory gave it.",
    ),
    Row(
        says="and has started the VM again since",
        case=case(history=history(GROWN, switches=[AFTER])),
    ),
    Row(
        says="it never got it",
        case=case(history=history(replace(GROWN, state=RemedyState.FAILED))),
    ),
    Row(
        says="it was a person's own change",
        case=case(history=history(replace(GROWN, mode=Mode.RECOMMEND))),
    ),
    Row(
        says="what a person had done by hand was undone",
        case=case(history=history(remedy(ago(hours=2), key="done", mode=Mode.RECOMMEND), undone=UNDONE)),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_vm_whose_remedy_somebody_takes_back_gets_recommendations_alone(row: Row) -> None:
    assert_answer(TakenBack(), row)
