"""A vCenter that outlives the replicas, and replicas as processes that take orders and can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sandbox.vcenter import Estate
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

ROOT = Path(__file__).parents[3]
_END_S = 90
_processes = count(1)

Report = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A replica that runs."""

    process: subprocess.Popen[str]
    log: Path

    def report(self) -> Report:
        """Wait for its next report: everything that there was to do has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait(_END_S)}: {self.errors}"
        report: Report = json.loads(line)
        assert report["problems"] == []
        return report

    def order(self, **order: Any) -> None:
        """Let it submit something; with `crash_at` it dies there."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def do(self, **order: Any) -> Report:
        """Let it do something from beginning to end."""
        self.order(**order)
        report = self.report()
        assert report["operations"][0]["state"] == "succeeded", report["operations"][0]
        return report

    def ensure_killed(self, crash_at: str) -> None:
        """Wait until it has died of the crash point, and of nothing else."""
        assert self.process.stdout is not None
        reported = self.process.stdout.readline()
        assert not reported, f"{crash_at} was never reached: {reported}"
        code = self.process.wait(_END_S)
        assert code == -signal.SIGKILL, f"{crash_at} was never reached: {self.errors}"

    def kill(self) -> None:
        """End it as a power cut would, if it still runs."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        """Let it end in good order."""
        self.process.communicate(timeout=_END_S)
        assert self.process.returncode == 0, self.errors

    @property
    def errors(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8")[-5000:]


@dataclass(frozen=True, kw_only=True)
class Replica:
    """Starts processes over one database."""

    estate: Estate
    database_url: str
    folder: Path
    started: list[Process] = field(default_factory=list)

    def start(self, replica_id: str = "one", **settings: Any) -> Process:
        """Start one and return at once; its first report tells that it has recovered everything."""
        setting = {
            "vcenter": {
                "host": self.estate.host,
                "port": self.estate.port,
                "username": self.estate.username,
                "password": self.estate.password,
                "ca_file": str(self.estate.ca_file),
            },
            "database_url": self.database_url,
            "replica_id": replica_id,
            # Here the same is asked for again and again.
            "settings": {"duplicate_window_s": 0, **settings},
        }
        log = self.folder / f"log-{next(_processes)}"
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.acceptance.durability.child", json.dumps(setting)],
                cwd=ROOT,
                env={**os.environ, "IAAS_CRASH_AT": ""},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.started.append(Process(process=process, log=log))
        return self.started[-1]

    def kill_all(self) -> None:
        """Leave nothing behind."""
        for one in self.started:
            one.kill()


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One estate for all."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The estate with its levers at rest, and tasks that take a moment, so that a kill finds them running."""
    shared_estate.restore()
    shared_estate.set_task(0.4)
    shared_estate.reset_calls()
    yield shared_estate
    shared_estate.restore()


@pytest.fixture
def replica(estate: Estate, tmp_path: Path) -> Iterator[Replica]:
    """Replicas over one SQLite file."""
    replica = Replica(estate=estate, database_url=f"sqlite:///{tmp_path / 'iaas.db'}", folder=tmp_path)
    yield replica
    replica.kill_all()
