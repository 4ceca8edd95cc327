"""Protected VMs."""

import pytest

from remediation.guards.protection import Protected
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import VM, a_move, case, facts
from vsphere.model import Ref

REASON = "web-01 is protected; nobody changes it through the bot, and neither does the bot itself."
CASES = (
    Row(says="not protected", case=case()),
    Row(
        says="protected",
        case=case(facts=facts(protected=frozenset({VM}))),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
    Row(
        says="protected from moves too",
        case=case(facts=facts(vm=None, protected=frozenset({VM})), recommendation=a_move()),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
    Row(says="another VM", case=case(facts=facts(protected=frozenset({Ref("lab", "vm-2")})))),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_protected_vm_is_left_alone(row: Row) -> None:
    assert_answer(Protected(), row)
