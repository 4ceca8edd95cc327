"""What is relied on in DBOS without being promised there: each edge has its test."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from operations.engine import APPLICATION_VERSION, QUEUE, Engine, workflow_id
from operations.errors import StoppingError, StorageError
from operations.record.database import Database
from vsphere.clock import SystemClock


class Toy:
    """A body that writes down what it is told to do."""

    def __init__(self, stage: Callable[[str, int], bool] = lambda _id, _index: True) -> None:
        self.calls: list[tuple[str, str]] = []
        self.finished = threading.Event()
        self._stage = stage

    def begin(self, operation_id: str) -> int:
        """See `Body.begin`."""
        self.calls.append((operation_id, "begin"))
        return 2

    def stage(self, operation_id: str, index: int) -> bool:
        """See `Body.stage`."""
        self.calls.append((operation_id, f"stage {index}"))
        return self._stage(operation_id, index)

    def finish(self, operation_id: str) -> None:
        """See `Body.finish`."""
        self.calls.append((operation_id, "finish"))
        self.finished.set()


def launched(path: Path, body: Toy, replica_id: str = "one", queue_poll_s: float = 0.03) -> Engine:
    """A running engine over one SQLite file that is in WAL mode already."""
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    engine = Engine(database_url=f"sqlite:///{path}", replica_id=replica_id, concurrency=4, queue_poll_s=queue_poll_s)
    engine.launch(body)
    return engine


def test_a_workflow_that_stops_is_left_pending_and_done_steps_are_not_repeated(tmp_path: Path) -> None:
    stopped = threading.Event()

    def stop_at_the_second(_operation_id: str, index: int) -> bool:
        if index == 1:
            stopped.set()
            raise StoppingError
        return True

    first = launched(tmp_path / "db", Toy(stop_at_the_second))
    first.enqueue(workflow_id("k"), "A", partition="p")
    assert stopped.wait(10)
    first.destroy()
    body = Toy()
    second = launched(tmp_path / "db", body)

    assert body.finished.wait(10)
    second.destroy()
    assert body.calls == [("A", "stage 1"), ("A", "finish")]


def test_the_same_workflow_id_runs_once(tmp_path: Path) -> None:
    body = Toy()
    engine = launched(tmp_path / "db", body)
    for _ in range(3):
        engine.enqueue(workflow_id("k"), "A", partition="p")

    assert body.finished.wait(10)
    engine.enqueue(workflow_id("k"), "A", partition="p")
    engine.destroy()
    assert [step for _, step in body.calls] == ["begin", "stage 0", "stage 1", "finish"]


def test_what_is_queued_here_begins_at_once_however_seldom_the_queue_is_looked_at(tmp_path: Path) -> None:
    body, clock = Toy(), SystemClock()
    engine = launched(tmp_path / "db", body, queue_poll_s=20)

    began = clock.monotonic()
    engine.enqueue(workflow_id("k"), "A", partition="p")

    assert body.finished.wait(10)
    assert clock.monotonic() - began < 5
    engine.destroy()


def test_one_partition_runs_one_at_a_time_and_others_go_on(tmp_path: Path) -> None:
    release, busy = threading.Event(), threading.Event()
    running: list[str] = []

    def hold(operation_id: str, index: int) -> bool:
        running.append(operation_id)
        if operation_id == "A" and index == 0:
            busy.set()
            release.wait(10)
        return True

    body = Toy(hold)
    engine = launched(tmp_path / "db", body)
    engine.enqueue(workflow_id("a"), "A", partition="vm-1")
    assert busy.wait(10)
    engine.enqueue(workflow_id("b"), "B", partition="vm-1")
    engine.enqueue(workflow_id("c"), "C", partition="vm-2")

    assert body.finished.wait(10)
    assert "B" not in running
    release.set()
    threads_done = threading.Event()
    while not threads_done.wait(0.05) and ("B", "finish") not in body.calls:
        pass
    engine.destroy()
    assert body.calls.index(("A", "finish")) < body.calls.index(("B", "begin"))


def test_work_of_another_replica_is_taken_over_onto_its_own_queue(tmp_path: Path) -> None:
    def stop(_operation_id: str, _index: int) -> bool:
        raise StoppingError

    dead = launched(tmp_path / "db", Toy(stop), replica_id="dead")
    dead.enqueue(workflow_id("k"), "A", partition="p")
    url = f"sqlite:///{tmp_path / 'db'}"
    _until(url, "select count(*) from workflow_status where status = 'PENDING'", 1)
    dead.destroy()
    body = Toy()
    alive = launched(tmp_path / "db", body, replica_id="alive")

    assert not body.finished.wait(0.5)
    assert alive.take_over("dead") == [workflow_id("k")]
    assert body.finished.wait(10)
    alive.destroy()
    rows = _rows(url, "select queue_name, queue_partition_key, application_version from workflow_status")
    assert rows == [(QUEUE, "p", APPLICATION_VERSION)]


def test_sqlite_stays_in_wal_mode_under_the_engine(tmp_path: Path) -> None:
    launched(tmp_path / "db", Toy()).destroy()

    assert _rows(f"sqlite:///{tmp_path / 'db'}", "pragma journal_mode") == [("wal",)]


def test_nothing_is_pickled_into_the_database(tmp_path: Path) -> None:
    body = Toy()
    engine = launched(tmp_path / "db", body)
    engine.enqueue(workflow_id("k"), "A", partition="p")
    assert body.finished.wait(10)
    engine.destroy()

    kinds = _rows(f"sqlite:///{tmp_path / 'db'}", "select distinct serialization from workflow_status")
    assert kinds == [("portable_json",)]


def test_a_database_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'db'}")

    with pytest.raises(StorageError, match="can't be written"):
        database.migrate()


def test_one_process_has_one_engine(tmp_path: Path) -> None:
    engine = launched(tmp_path / "db", Toy())

    with pytest.raises(RuntimeError, match="another engine"):
        launched(tmp_path / "other", Toy())
    engine.destroy()


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return found


def _until(url: str, query: str, wanted: int) -> None:
    rest = threading.Event()
    for _ in range(200):
        if _rows(url, query) == [(wanted,)]:
            return
        rest.wait(0.05)
    raise AssertionError(f"never {wanted}: {query}")


def test_what_ended_long_ago_is_forgotten_by_the_engine(tmp_path: Path) -> None:
    body = Toy()
    engine = launched(tmp_path / "db", body)
    engine.enqueue(workflow_id("k"), "A", partition="p")
    url = f"sqlite:///{tmp_path / 'db'}"
    _until(url, "select count(*) from workflow_status where status = 'SUCCESS'", 1)
    now = SystemClock().now()

    assert engine.forget(older_than=timedelta(days=1), now=now) == 0
    assert engine.forget(older_than=timedelta(days=1), now=now + timedelta(days=2)) == 1
    engine.destroy()
    assert _rows(url, "select count(*) from workflow_status") == [(0,)]
