"""How a replica ends: drained in the middle of a task, fenced off, or taken over from."""

import pytest
import sqlalchemy as sa

from operations.errors import StaleTransitionError, StorageError, TakenOverError
from operations.model import State
from operations.record.database import Database
from operations.record.store import Store
from operations.record.tables import OPERATION
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import Lab, eventually
from vsphere.clock import SystemClock


def test_a_drained_replica_leaves_its_task_and_follows_it_after_the_restart(make_lab: MakeLab, sqlite_url: str) -> None:
    first = make_lab(sqlite_url)
    first.prepare("web-01", power="off")
    first.estate.set_task(3.0, "PowerOnVM_Task")
    operation = first.ask("poweron", "web-01")
    first.news.wait(operation.id, lambda one: one.task is not None)
    first.operations.drain(5)
    first.operations.close()

    second = make_lab(sqlite_url)
    ended = second.end(second.operations.get(operation.id))

    assert ended.state is State.SUCCEEDED
    assert second.writes() == ["PowerOnVM_Task"]


def test_a_row_without_a_workflow_is_queued_at_the_next_start(make_lab: MakeLab, sqlite_url: str) -> None:
    first = make_lab(sqlite_url)
    first.prepare("web-cache-01", power="off")
    first.operations._attendant.enqueue = lambda operation: None  # type: ignore[method-assign]  # noqa: ARG005  the crash
    operation = first.ask("poweron", "web-cache-01")
    first.operations.drain(5)
    first.operations.close()

    second = make_lab(sqlite_url)

    assert second.end(second.operations.get(operation.id)).state is State.SUCCEEDED
    assert second.writes() == ["PowerOnVM_Task"]


@pytest.mark.postgres
def test_a_replica_that_can_give_no_sign_of_life_ends_itself(make_lab: MakeLab, postgres_url: str) -> None:
    lab = make_lab(postgres_url, heartbeat_s=1000, replica_ttl_s=0)
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table replica rename to away"))

    lab.operations._attendant.run_once()

    assert "no sign of life" in lab.fenced[0]
    with engine.begin() as connection:
        connection.execute(sa.text("alter table away rename to replica"))
    engine.dispose()


def test_whoever_was_taken_over_from_can_write_no_intent_any_more(lab: Lab) -> None:
    lab.prepare("web-01", power="off")
    lab.estate.set_task(2.0, "PowerOnVM_Task")
    operation = lab.ask("poweron", "web-01")
    lab.news.wait(operation.id, lambda one: one.task is not None)
    database = Database(lab.settings.database_url)
    store = Store(database, clock=SystemClock(), tell=lambda _operation: None)

    store.claim(operation.id, "another")

    with pytest.raises(TakenOverError):
        store.note(operation.id, "stage.sending", {}, runner="lab-1:old")
    database.close()


def test_the_second_mover_loses(lab: Lab) -> None:
    lab.prepare("web-01", power="off")
    ended = lab.do("poweron", "web-01")

    with pytest.raises(StaleTransitionError, match="succeeded"):
        lab.operations._store.move(ended.id, State.FAILED, text="late")


def test_a_database_that_can_not_be_written_takes_no_request_and_sends_nothing(lab: Lab) -> None:
    lab.prepare("web-01", power="off")
    engine = sa.create_engine(lab.settings.database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table event rename to away"))

    with pytest.raises(StorageError) as refused:
        lab.ask("poweron", "web-01")

    with engine.begin() as connection:
        connection.execute(sa.text("alter table away rename to event"))
    engine.dispose()
    assert "Nothing was changed" in refused.value.way_out
    assert lab.writes() == []


@pytest.mark.parametrize("dropped", ["before", "after"])
def test_what_the_bot_ended_over_too_often_sends_nothing_more_and_tells_what_it_did(
    make_lab: MakeLab, sqlite_url: str, dropped: str
) -> None:
    first = make_lab(sqlite_url, settle_grace_s=60)
    first.prepare("web-01", power="off")
    drop = {"before": first.estate.drop_before, "after": first.estate.drop_after}[dropped]
    drop("PowerOnVM_Task")
    first.estate.set_task(5.0, "PowerOnVM_Task")
    operation = first.ask("poweron", "web-01")
    eventually(lambda: "stage.answer_lost" in first.kinds(operation))
    first.operations.drain(5)
    first.operations.close()
    _set_attempts(sqlite_url, operation.id, 25)

    second = make_lab(sqlite_url)
    ended = second.end(second.operations.get(operation.id))

    assert second.writes() == ["PowerOnVM_Task"]
    if dropped == "after":
        assert ended.state is State.SUCCEEDED
    else:
        assert ended.state is State.FAILED
        assert ended.text.endswith("it goes no further. Nothing was changed.")
        assert "the bot's log" in str(ended.way_out)


def test_the_count_of_ends_begins_anew_with_each_stage_and_the_last_word_needs_no_look(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    first = make_lab(sqlite_url)
    first.estate.set_task(5.0, "PowerOnVM_Task")
    operation = first.ask("spawn", name="counted-01", arguments={"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5})
    eventually(lambda: first.operations.get(operation.id).stages_done > 0)
    begun = _attempts(sqlite_url, operation.id)
    first.operations.drain(5)
    first.operations.close()
    _set_attempts(sqlite_url, operation.id, 100)

    second = make_lab(sqlite_url)
    ended = second.end(second.operations.get(operation.id))

    assert begun == 0
    assert (ended.state, ended.text) == (
        State.UNKNOWN,
        "Whether vCenter did it can't be told: the bot has ended 100 times over it.",
    )


def _attempts(url: str, operation_id: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found: int = connection.scalar(sa.select(OPERATION.c.attempts).where(OPERATION.c.id == operation_id)) or 0
    engine.dispose()
    return found


def _set_attempts(url: str, operation_id: str, attempts: int) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(OPERATION).where(OPERATION.c.id == operation_id).values(attempts=attempts))
    engine.dispose()
