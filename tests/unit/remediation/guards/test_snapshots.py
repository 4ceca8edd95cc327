"""Snapshots of a VM that would be moved."""

import pytest

from remediation.guards.snapshots import Snapshots
from remediation.model import HoldKind
from remediation.settings import ReliefSettings
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import a_move, case, more_cpu, settings, vm

CASES = (
    Row(says="two", case=case(recommendation=a_move(vm(snapshot_count=2)))),
    Row(
        says="three",
        case=case(recommendation=a_move(vm(snapshot_count=3))),
        kind=HoldKind.REFUSE,
        reason="web-01 has 3 snapshots, and a VM with more than 2 is not moved.",
    ),
    Row(
        says="one where none is allowed",
        case=case(
            recommendation=a_move(vm(snapshot_count=1)), settings=settings(relief=ReliefSettings(most_snapshots=0))
        ),
        kind=HoldKind.REFUSE,
        reason="web-01 has 1 snapshot, and a VM with more than 0 is not moved.",
    ),
    Row(says="more CPU is no move", case=case(recommendation=more_cpu(vm(snapshot_count=9)))),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_vm_with_many_snapshots_is_not_moved(row: Row) -> None:
    assert_answer(Snapshots(), row)
