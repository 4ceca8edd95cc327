"""A vCenter that outlives the replicas, and replicas as processes that can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.vcenter import Estate
from tests.integration.operations.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

ROOT = Path(__file__).parents[3]
_CHILD_S = 90


@dataclass(frozen=True, kw_only=True)
class Replica:
    """Starts processes over one database."""

    estate: Estate
    database_url: str

    def start(
        self,
        request: dict[str, Any] | None = None,
        *,
        crash_at: str = "",
        replica_id: str = "one",
        settings: dict[str, Any] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start one and return at once."""
        order = {
            "vcenter": {
                "host": self.estate.host,
                "port": self.estate.port,
                "username": self.estate.username,
                "password": self.estate.password,
                "ca_file": str(self.estate.ca_file),
            },
            "database_url": self.database_url,
            "replica_id": replica_id,
            "request": request,
            "settings": settings or {},
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.durability.child", json.dumps(order)],
            cwd=ROOT,
            env={**os.environ, "IAAS_CRASH_AT": crash_at},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run_until_killed(self, request: dict[str, Any], *, crash_at: str, **options: Any) -> None:
        """Run one that must die at a crash point, and at no other."""
        process = self.start(request, crash_at=crash_at, **options)
        _, errors = process.communicate(timeout=_CHILD_S)
        assert process.returncode == -signal.SIGKILL, f"{crash_at} was never reached: {errors.decode()}"

    def run_to_the_end(self, request: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Run one that must finish everything, and give its report."""
        process = self.start(request, **options)
        out, errors = process.communicate(timeout=_CHILD_S)
        assert process.returncode == 0, out.decode() + errors.decode()
        report: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
        return report


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One estate whose tasks take a moment, so that a kill finds them running."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The estate with its levers at rest."""
    shared_estate.restore()
    shared_estate.set_task(0.4)
    shared_estate.reset_calls()
    yield shared_estate
    shared_estate.restore()


@pytest.fixture
def replica(estate: Estate, tmp_path: Path) -> Replica:
    """Replicas over one SQLite file."""
    return Replica(estate=estate, database_url=f"sqlite:///{tmp_path / 'iaas.db'}")
