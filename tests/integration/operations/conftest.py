"""A sandbox vCenter, a database of either kind, and one replica for each test: DBOS allows one in a process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.vcenter import Estate
from tests.integration.operations.lab import READY_S, Lab, eventually, gateway_settings
from tests.integration.operations.leased import leased, make
from tests.postgres import postgres_server, postgres_url
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway

__all__ = ["leased", "make", "postgres_server", "postgres_url"]

MakeLab = Callable[..., Lab]


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One estate for all tests; each works on VMs of its own."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The shared estate with its levers at rest before and after, and calls counted from here.

    What a test has left running ends before the next one begins, or it would change a VM in the middle of that; and
    the VMs that it has made are gone, or their leases would be told of in a test that has nothing to do with them.
    """
    shared_estate.restore()
    shared_estate.reset_calls()
    before = _vms(shared_estate)
    yield shared_estate
    shared_estate.restore()
    eventually(lambda: not {one["state"] for one in shared_estate.tasks()} & {"queued", "running"})
    for vm in _vms(shared_estate) - before:
        shared_estate.set_vm(vm, power="off")
        shared_estate.delete_vm(vm)


def _vms(estate: Estate) -> set[str]:
    return {str(one["id"]) for one in estate.estate()["vms"]}


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new SQLite file."""
    return f"sqlite:///{tmp_path / 'iaas.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Either kind, one after the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def gateway(estate: Estate) -> Iterator[Gateway]:
    """A ready gateway to the estate."""
    gateway = Gateway(gateway_settings(estate), clock=SystemClock())
    gateway.start()
    assert gateway.wait_ready(READY_S)
    yield gateway
    gateway.close()


@pytest.fixture
def make_lab(estate: Estate, gateway: Gateway) -> Iterator[MakeLab]:
    """Starts a replica; it is drained and closed after the test."""
    made: list[Lab] = []

    def make(database_url: str, **options: Any) -> Lab:
        lab = Lab(estate, gateway, database_url=database_url, **options)
        made.append(lab)
        lab.operations.start()
        return lab

    yield make
    for lab in made:
        lab.operations.drain(10)
        lab.operations.close()


@pytest.fixture
def lab(make_lab: MakeLab, sqlite_url: str) -> Lab:
    """A replica on SQLite."""
    return make_lab(sqlite_url)
