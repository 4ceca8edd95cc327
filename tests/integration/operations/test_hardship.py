"""A guest that does not obey, a database that is away or full, a clock that is set: the truth, and nothing twice."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from operations.changes.stage import Work
from operations.errors import StorageError
from operations.model import State
from operations.record.database import Database
from operations.record.replicas import Replicas
from operations.settling import Settler, Verdict
from operations.verbs import STAGES
from sandbox.vcenter import Estate
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import READY_S, Lab, MovedClock, eventually, gateway_settings
from tests.postgres import stopped
from tests.unit.vsphere.world import FakeClock
from vsphere.gateway import Gateway

HOUR = timedelta(hours=1)


def test_a_guest_that_overruns_its_time_is_told_with_the_way_out_and_asked_once(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    lab = make_lab(sqlite_url, guest_stop_timeout_s=1)
    lab.prepare("web-04", power="on", tools_running=True)
    lab.estate.set_task(20, "ShutdownGuest")

    ended = lab.end(lab.ask("poweroff", "web-04"))

    assert ended.state is State.FAILED
    assert "had not done so after 1 s" in ended.text
    assert ended.way_out is not None
    assert "poweroff web-04 --hard" in ended.way_out
    assert lab.writes() == ["ShutdownGuest"]
    assert lab.estate.vm("web-04").power == "poweredOn"


@pytest.mark.postgres
def test_postgres_that_is_away_while_a_task_runs_is_waited_out(
    make_lab: MakeLab, postgres_server: str, postgres_url: str
) -> None:
    lab = make_lab(postgres_url)
    lab.prepare("web-02", power="on", tools_running=True)
    lab.estate.set_task(2.0, "ResetVM_Task")
    operation = lab.ask("reset", "web-02")
    lab.news.wait(operation.id, lambda one: one.task is not None)

    with stopped(postgres_server):
        with pytest.raises(StorageError) as refused:
            lab.ask("snapshot.create", "web-03", arguments={"snapshot": "away"})
        threading.Event().wait(3)

    assert "Nothing was changed" in refused.value.way_out
    assert lab.end(operation, 60).state is State.SUCCEEDED
    assert lab.writes() == ["ResetVM_Task"]
    assert lab.operations.audit.verify() == []
    assert lab.do("snapshot.create", "web-03", arguments={"snapshot": "back again"}).state is State.SUCCEEDED


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], check=True)
    yield folder
    subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Leave no byte free; the file that takes it all."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    assert shutil.disk_usage(folder).free == 0
    return ballast


def _ask_until_refused(lab: Lab) -> StorageError:
    """Ask until it is refused: the database's log may have some room left in itself."""
    for number in range(1000):
        try:
            lab.ask("snapshot.create", "web-03", arguments={"snapshot": f"full {number}"})
        except StorageError as error:
            return error
    raise AssertionError("the disk was never full")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk that is small enough to fill")
def test_a_full_disk_takes_no_request_and_what_runs_goes_on_when_there_is_room(
    small_disk: Path, make_lab: MakeLab
) -> None:
    lab = make_lab(f"sqlite:///{small_disk / 'iaas.db'}")
    lab.prepare("web-02", power="on", tools_running=True)
    lab.estate.set_task(1.5, "ResetVM_Task")
    operation = lab.ask("reset", "web-02")
    lab.news.wait(operation.id, lambda one: one.task is not None)
    ballast = _fill(small_disk)

    refused = _ask_until_refused(lab)
    before = len(lab.writes("CreateSnapshot_Task"))
    threading.Event().wait(3)
    assert not lab.operations.get(operation.id).state.is_final
    ballast.unlink()

    assert "disk is full" in str(refused)
    assert "Nothing was changed" in refused.way_out
    assert lab.end(operation).state is State.SUCCEEDED
    assert lab.writes("ResetVM_Task") == ["ResetVM_Task"]
    assert lab.operations.audit.verify() == []
    lab.do("snapshot.create", "web-03", arguments={"snapshot": "room again"})
    assert len(lab.writes("CreateSnapshot_Task")) > before


def test_a_workflow_whose_notes_could_not_be_written_is_run_again_by_its_own_replica(lab: Lab) -> None:
    lab.prepare("web-02", power="on", tools_running=True)
    engine = sa.create_engine(lab.settings.database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table operation_outputs rename to away"))
    operation = lab.ask("reset", "web-02")
    pending = sa.text("select count(*) from workflow_status where status = 'PENDING'")
    eventually(lambda: _count(engine, pending) == 1)
    # It ends a moment after it was taken, and stays as it is.
    threading.Event().wait(0.5)
    assert _count(engine, pending) == 1
    with engine.begin() as connection:
        connection.execute(sa.text("alter table away rename to operation_outputs"))
    engine.dispose()

    lab.operations._attendant.run_once()
    lab.operations._attendant.run_once()

    assert lab.end(operation).state is State.SUCCEEDED
    assert lab.writes() == ["ResetVM_Task"]


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])
def test_the_same_wish_after_the_clock_was_set_is_another_operation(lab: Lab, by: timedelta) -> None:
    lab.prepare("web-02", power="on", tools_running=True)
    first = lab.do("reset", "web-02")
    lab.clock.move(by)

    second = lab.do("reset", "web-02")

    assert second.id != first.id
    assert lab.writes() == ["ResetVM_Task", "ResetVM_Task"]
    assert lab.operations.audit.verify() == []


@pytest.mark.parametrize("by", [HOUR, -2 * HOUR], ids=["forward", "back"])
def test_the_same_wish_is_one_while_it_is_under_way_whatever_the_clock_says(lab: Lab, by: timedelta) -> None:
    vm = lab.do("spawn", name="clocked-01", arguments={"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}).result
    lab.estate.set_task(2.0, "CreateSnapshot_Task")
    once = {"snapshot": "once"}
    first = lab.ask("snapshot.create", vm, arguments=once)
    lab.news.wait(first.id, lambda one: one.task is not None)
    lab.clock.move(by)

    second = lab.ask("snapshot.create", vm, arguments=once)

    assert second.id == first.id
    assert lab.end(first).state is State.SUCCEEDED
    assert lab.writes("CreateSnapshot_Task") == ["CreateSnapshot_Task"]


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_write_is_found_again_after_the_clock_was_set(estate: Estate, lab: Lab, by: timedelta) -> None:
    clock = MovedClock()
    gateway = Gateway(gateway_settings(estate), clock=clock)
    gateway.start()
    assert gateway.wait_ready(READY_S)
    vm = lab.prepare("web-02", power="on", tools_running=True)
    operation = lab.ask("poweron", vm.ref)
    settings = replace(lab.settings, settle_timeout_s=60, settle_grace_s=0.5)
    settler = Settler(settings=settings, clock=clock, rest=_rest, is_foreign=lambda _task, _operation_id: False)
    sent_at = clock.now() + gateway.server_time_offset()
    gateway.reset(vm.ref)

    clock.move(by)
    finding = settler.settle(STAGES["reset"], Work(operation=operation, gateway=gateway, spec={}), since=sent_at)

    assert finding.verdict is Verdict.TASK
    gateway.close()


def test_a_clock_that_is_set_makes_no_replica_dead_and_hides_no_dead_one(tmp_path: Path) -> None:
    database, clock = Database(f"sqlite:///{tmp_path / 'iaas.db'}"), FakeClock()
    database.migrate()
    replicas = Replicas(database, clock=clock)
    for one in ("alive", "dead", "me"):
        replicas.beat(one)
    assert replicas.silent(me="me", ttl_s=30) == []

    # The dead one's last sign is from an hour ahead, as after a clock that was set back.
    with database.writing() as connection:
        connection.execute(sa.text("update replica set seen_at = seen_at + 3600 where id = 'dead'"))
    assert replicas.silent(me="me", ttl_s=30) == []
    for _ in range(4):
        clock.seconds += 10
        replicas.beat("alive")
        found = replicas.silent(me="me", ttl_s=30)

    assert found == ["dead"]
    database.close()


def _count(engine: sa.Engine, query: sa.TextClause) -> int:
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def _rest(seconds: float) -> None:
    threading.Event().wait(seconds)
