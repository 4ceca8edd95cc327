"""A sandbox vCenter for this folder's tests, and gateways to it; each test finds the door's levers at rest."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.vcenter import Estate
from tests.integration.vsphere.lab import READY_S, Connect, Eventually, Lab, settings_for, wait_until
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One estate for all tests that only work on VMs."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The shared estate with its levers at rest before and after."""
    shared_estate.restore()
    yield shared_estate
    shared_estate.restore()


@pytest.fixture
def own_estate() -> Iterator[Estate]:
    """An estate for a test that turns things upside down."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes started gateways and closes them."""
    opened: list[Gateway] = []

    def make(estate: Estate, **changes: Any) -> Gateway:
        gateway = Gateway(settings_for(estate, **changes), clock=SystemClock())
        opened.append(gateway)
        gateway.start()
        return gateway

    yield make
    for gateway in opened:
        gateway.close()


@pytest.fixture
def lab(estate: Estate, connect: Connect) -> Lab:
    """A ready gateway to the shared estate, with the calls counted from here."""
    gateway = connect(estate)
    assert gateway.wait_ready(READY_S)
    return Lab(estate, gateway)


@pytest.fixture
def own_lab(own_estate: Estate, connect: Connect) -> Lab:
    """A ready gateway to an estate of its own."""
    gateway = connect(own_estate)
    assert gateway.wait_ready(READY_S)
    return Lab(own_estate, gateway)


@pytest.fixture
def eventually() -> Eventually:
    """See `wait_until`."""
    return wait_until
