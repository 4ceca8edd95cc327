"""A database of either kind, and the record of remediation on it."""

from collections.abc import Iterator

import pytest

from operations.record.database import Database
from operations.record.incidents import Incidents
from remediation.record import RemediationRecord
from tests.integration.operations.conftest import database_url, sqlite_url
from tests.integration.operations.lab import MovedClock
from tests.postgres import postgres_server, postgres_url

__all__ = ["database_url", "postgres_server", "postgres_url", "sqlite_url"]


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
