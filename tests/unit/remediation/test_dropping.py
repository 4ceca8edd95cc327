"""Why a remedy came to nothing, by the operation behind it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from operations.model import Actor, Approval, Operation, State, Vote
from remediation.dropping import why_dropped
from remediation.model import Dropped
from tests.unit.remediation.samples import NOW, ago
from tests.unit.views.samples import OPERATION

ANN = Actor(id="U3", name="Ann")
PLAN = OPERATION.plan
assert PLAN is not None
WAITED = Approval(
    rule="remediation",
    reason="every transform",
    votes_needed=1,
    groups=("@vm-approvers",),
    users=(),
    channel="#vm-alarms",
)
DENIED = replace(WAITED, decided_by=ANN, decided_at=ago(minutes=1))
AGREED = replace(DENIED, votes=(Vote(actor=ANN, at=ago(minutes=1), plan_hash=PLAN.hash),))
LATE = {"state": State.EXPIRED, "finished_at": NOW, "expires_at": NOW}
EARLY = {**LATE, "expires_at": NOW + timedelta(minutes=20)}
CASES: dict[str, tuple[dict[str, Any], Dropped | None]] = {
    "done": ({"state": State.SUCCEEDED}, None),
    "failed": ({"state": State.FAILED}, None),
    "somebody knows not": ({"state": State.UNKNOWN}, None),
    "waiting": ({"state": State.AWAITING_APPROVAL, "approval": WAITED}, None),
    "denied": ({"state": State.REFUSED, "approval": DENIED, "started_at": None}, Dropped.NO),
    "cancelled by a person": ({"state": State.CANCELLED, "cancel_requested_by": "U1"}, Dropped.NO),
    "cancelled by a person after a yes": (
        {"state": State.CANCELLED, "approval": AGREED, "cancel_requested_by": "U1"},
        Dropped.NO,
    ),
    "taken back": ({"state": State.CANCELLED, "approval": WAITED}, Dropped.OVERTAKEN),
    "held at the last moment": ({"state": State.CANCELLED, "approval": AGREED}, Dropped.OVERTAKEN),
    "nobody decided": ({**LATE, "approval": WAITED}, Dropped.SILENCE),
    "another VM by now, while it waited": ({**EARLY, "approval": WAITED}, Dropped.OVERTAKEN),
    "another VM by now, after a yes that came late": ({**LATE, "approval": AGREED}, Dropped.OVERTAKEN),
    "refused at the door": ({"state": State.REFUSED, "started_at": None}, Dropped.REFUSED),
    "refused at the last check": ({"state": State.REFUSED, "started_at": ago(minutes=1)}, Dropped.OVERTAKEN),
    "refused at the last check after a yes": (
        {"state": State.REFUSED, "started_at": ago(minutes=1), "approval": AGREED},
        Dropped.OVERTAKEN,
    ),
}


def operation(**changes: Any) -> Operation:
    return replace(OPERATION, **changes)


@pytest.mark.parametrize(("changes", "why"), CASES.values(), ids=CASES)
def test_only_what_somebody_has_decided_or_let_pass_is_a_no(changes: dict[str, Any], why: Dropped | None) -> None:
    assert why_dropped(operation(**changes)) is why
