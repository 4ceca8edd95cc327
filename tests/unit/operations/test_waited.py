"""What has waited for a yes or for its time, and came to nothing: whoever asked is told of it, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from operations.model import Actor, ActorKind, Approval, Operation, State, Vote
from operations.record.database import Database
from operations.record.journal import News
from operations.record.notices import Notices
from operations.record.store import Store
from tests.unit.bot.desk import database_url
from tests.unit.views.samples import HASH, NOW, OPERATION, REQUEST
from vsphere.clock import SystemClock

ANN = Actor(id="U0ANN", name="ann")
YES = Approval(
    rule="big",
    reason="more than 4 vCPU",
    votes_needed=1,
    groups=("@vm-approvers",),
    users=(),
    channel="",
    votes=(Vote(actor=ANN, at=NOW, plan_hash=HASH),),
    decided_by=ANN,
    decided_at=NOW,
)
LATER = NOW + timedelta(hours=6)
DANA = OPERATION.actor.id
_number = count()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """An empty record."""
    database = Database(database_url())
    yield database
    database.close()


def kept(database: Database, **changes: object) -> tuple[Store, Operation]:
    """An operation that is queued, on record."""
    store = Store(database, clock=SystemClock(), tell=lambda _operation: None)
    number = next(_number)
    queued = replace(OPERATION, id=f"W{number:04}", state=State.QUEUED, task=None, cancel_requested_by=None)
    operation = replace(queued, **changes)  # type: ignore[arg-type]  # a table of overrides
    request = replace(REQUEST, key=f"waited/{number}", actor=operation.actor)
    news = News(kind="operation.requested", actor=DANA, operation_id=operation.id, data={})
    return store, store.add(operation, request, subject=f"vm-{number}", news=news, window_s=0)


def told(database: Database, operation: Operation) -> list[tuple[str, str, bool]]:
    """Whom, of what state, and whether as of something that others had said yes to."""
    unsent = Notices(database, clock=SystemClock()).unsent()
    of_it = [one for one in unsent if one.data["operation_id"] == operation.id]
    return [(one.recipient, str(one.data["state"]), bool(one.data["approved"])) for one in of_it]


@pytest.mark.parametrize(
    "state", [State.FAILED, State.REFUSED, State.EXPIRED, State.UNKNOWN], ids=lambda one: one.value
)
@pytest.mark.parametrize("waited", [{"approval": YES}, {"not_before": LATER}, {"approval": YES, "not_before": LATER}])
def test_an_end_after_waiting_is_told(database: Database, state: State, waited: dict[str, object]) -> None:
    store, operation = kept(database, **waited)
    store.claim(operation.id, "runner")

    store.move(operation.id, state, text="web-01 is gone.", way_out="Ask again.")

    assert told(database, operation) == [(DANA, state.value, "approval" in waited)]


def test_a_success_and_what_never_waited_are_not_told(database: Database) -> None:
    for end, changes in ((State.SUCCEEDED, {"not_before": LATER}), (State.FAILED, {})):
        store, operation = kept(database, **changes)
        store.claim(operation.id, "runner")

        store.move(operation.id, end, text="")

        assert told(database, operation) == []


@pytest.mark.parametrize("waited", [{"approval": YES}, {"not_before": LATER}])
def test_a_cancel_is_told_to_the_asker_unless_it_was_their_own(database: Database, waited: dict[str, object]) -> None:
    store, own = kept(database, **waited)
    _, others = kept(database, **waited)

    store.request_cancel(own.id, DANA)
    store.request_cancel(others.id, ANN.id)

    assert told(database, own) == []
    assert told(database, others) == [(DANA, "cancelled", "approval" in waited)]


def test_nobody_is_told_of_a_playbooks_end(database: Database) -> None:
    playbook = Actor(id="add-cpu", name="add-cpu", kind=ActorKind.REMEDIATION)
    store, operation = kept(database, approval=YES, actor=playbook)
    store.claim(operation.id, "runner")

    store.move(operation.id, State.FAILED, text="")

    assert told(database, operation) == []
