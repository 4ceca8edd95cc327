"""A lost host brakes its cluster: from its loss and from its return, in every replica, whatever is restarted."""

from datetime import timedelta

import pytest

from operations.model import State
from remediation.model import VerdictKind
from tests.integration.operations.lab import eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import Ward
from vsphere.model import ConnectionState


@pytest.fixture
def ward(make_ward: MakeWard) -> Ward:
    """web-01 can grow, and one pass has seen that all hosts are there."""
    ward = make_ward()
    ward.small()
    ward.look()
    return ward


def connect(ward: Ward, connection: ConnectionState) -> str:
    """Let another host of the VM's cluster be so, and wait until the mirror knows; the host's name."""
    inventory, own = ward.gateway.inventory, ward.vm("web-01").host
    assert own is not None
    cluster = next(one.cluster for one in inventory.hosts() if one.ref == own)
    other = min(
        (one for one in inventory.hosts() if one.cluster == cluster and one.ref != own), key=lambda one: one.name
    )
    ward.estate.set_host(other.name, connection=connection.value)
    eventually(lambda: next(one for one in inventory.hosts() if one.ref == other.ref).connection is connection)
    return other.name


def test_a_host_that_was_lost_between_two_passes_brakes_its_cluster_after_a_restart_too(ward: Ward) -> None:
    lost = connect(ward, ConnectionState.NOT_RESPONDING)
    connect(ward, ConnectionState.CONNECTED)
    ward.look()
    ward.turn_red()

    ward.replica("lab-2").run_once()

    decided = ward.decided()
    assert (decided.verdict, decided.guard) == (VerdictKind.WAIT, "storm")
    assert f"{lost} was lost and is back: nothing is changed there for 30 min." in decided.reason
    assert ward.remedies() == []

    ward.clock.move(timedelta(minutes=31))
    ward.look()
    assert ward.operation().state is State.SUCCEEDED


def test_a_host_that_came_back_while_the_bot_was_away_brakes_from_then_on(ward: Ward) -> None:
    lost = connect(ward, ConnectionState.NOT_RESPONDING)
    ward.look()
    ward.clock.move(timedelta(hours=2))
    connect(ward, ConnectionState.CONNECTED)
    ward.turn_red()

    ward.replica("lab-2").run_once()

    assert f"{lost} was lost and is back" in ward.decided().reason
    assert ward.remedies() == []
