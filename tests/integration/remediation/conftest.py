"""A database of either kind, the record of remediation on it, and replicas against one sandbox vCenter."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations.model import State
from operations.record.database import Database
from operations.record.incidents import Incidents
from remediation.model import Mode
from remediation.record import RemediationRecord
from sandbox.vcenter import Estate
from tests.integration.operations.approving import ANN
from tests.integration.operations.conftest import database_url, estate, gateway, shared_estate, sqlite_url
from tests.integration.operations.lab import MovedClock
from tests.integration.remediation.ward import APPROVERS, Ward, settings_of, waiting
from tests.postgres import postgres_server, postgres_url
from vsphere.gateway import Gateway

__all__ = ["database_url", "estate", "gateway", "postgres_server", "postgres_url", "shared_estate", "sqlite_url"]

MakeWard = Callable[..., Ward]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty one."""
    made = Database(database_url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def clock() -> MovedClock:
    """Time that a test can move."""
    return MovedClock()


@pytest.fixture
def record(database: Database, clock: MovedClock) -> RemediationRecord:
    """Nothing has happened yet."""
    return RemediationRecord(Incidents(database, clock=clock), clock=clock, comparisons=2)


@pytest.fixture
def make_ward(estate: Estate, gateway: Gateway, sqlite_url: str) -> Iterator[MakeWard]:
    """Starts a replica with remediation; it is drained and closed after the test."""
    made: list[Ward] = []

    def make(database_url: str = sqlite_url, **options: Any) -> Ward:
        ward = Ward(estate, gateway, database_url=database_url, **options)
        made.append(ward)
        ward.calm()
        ward.operations.start()
        return ward

    yield make
    for ward in made:
        ward.remediation.close()
        ward.operations.drain(10)
        ward.operations.close()


@pytest.fixture
def ward(make_ward: MakeWard) -> Ward:
    """A replica on SQLite in which everything is done at once and by itself."""
    return make_ward()


@pytest.fixture
def asked(make_ward: MakeWard) -> Ward:
    """A remedy of web-01 that waits for a yes."""
    ward = make_ward(remediation=settings_of(Mode.APPROVE, approvers=APPROVERS))
    ward.directory.change(ANN)
    ward.small()
    ward.turn_red()
    ward.look()
    assert waiting(ward).state is State.AWAITING_APPROVAL
    return ward
