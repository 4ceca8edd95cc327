"""Writers of one SQLite file take turns: the record's and the queue's."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from operations.errors import StorageError
from operations.record.database import Database
from operations.record.replicas import Replicas
from vsphere.clock import SystemClock

_BEAT = sa.text("update replica set seen_at = seen_at + 1")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one row in it."""
    database = Database(f"sqlite:///{tmp_path / 'iaas.db'}")
    database.migrate()
    Replicas(database, clock=SystemClock()).beat("one")
    yield database
    database.close()


def _ordered_writes(database: Database, *, first: int) -> list[int]:
    """Let writers queue up one after the other behind a first one; in which order they got their turns."""
    order: list[int] = []
    threads: list[threading.Thread] = []

    def write(number: int) -> None:
        with database.writing() as connection:
            order.append(number)
            connection.execute(_BEAT)

    with database.writing():
        for number in range(first, first + 5):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            # Long enough for the thread to stand in the queue before the next one does.
            threading.Event().wait(0.05)
    for thread in threads:
        thread.join()
    return order


def test_whoever_waited_first_writes_first(database: Database) -> None:
    assert _ordered_writes(database, first=0) == [0, 1, 2, 3, 4]


def test_the_queues_writer_waits_for_the_records(database: Database) -> None:
    assert database.queue_engine is not None
    queue, done = database.queue_engine, threading.Event()

    def write() -> None:
        with queue.begin() as connection:
            connection.execute(sa.update(sa.table("replica", sa.column("seen_at"))).values(seen_at=1))
        done.set()

    with database.writing():
        threading.Thread(target=write).start()
        assert not done.wait(0.3)
    assert done.wait(10)


def test_a_write_that_fails_gives_its_turn_back(database: Database) -> None:
    clock = SystemClock()
    with pytest.raises(StorageError), database.writing() as connection:
        connection.execute(sa.text("insert into nothing values (1)"))

    began = clock.monotonic()
    with database.writing() as connection:
        connection.execute(_BEAT)

    assert clock.monotonic() - began < 10


def test_our_record_outlives_a_power_cut_and_the_queue_leans_on_it(database: Database) -> None:
    assert database.queue_engine is not None
    with database.writing() as connection:
        ours = connection.exec_driver_sql("pragma synchronous").scalar_one()
    with database.queue_engine.connect() as connection:
        queues = connection.exec_driver_sql("pragma synchronous").scalar_one()
        mode = connection.exec_driver_sql("pragma journal_mode").scalar_one()

    assert (ours, queues, mode) == (2, 1, "wal")
