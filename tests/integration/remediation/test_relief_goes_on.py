"""A full datastore and the moves that bring it to its target: what is begun comes to its end, unless people say no."""

from collections.abc import Iterator
from typing import Literal

import pytest

from operations.model import State
from remediation.model import Incident, IncidentState, PlaybookName, VerdictKind
from remediation.relief.targets import used_percent
from remediation.settings import SHIPPED_ALARMS
from remediation.switches import datastore_stop_key
from tests.integration.operations.lab import eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.ward import Ward, settings_of
from vsphere.model import AlarmStatus, Datastore

NAME = "silver-03"
ALARM = SHIPPED_ALARMS[PlaybookName.RELIEVE_DATASTORE][0]
GIB = 1024**3
NEVER_S = 3600
Status = Literal["red", "yellow", "green"]


@pytest.fixture
def begun(make_ward: MakeWard) -> Iterator[Ward]:
    """Silver-03 was red, and the first of the moves that bring it to its target has been made."""
    ward = make_ward(remediation=settings_of(only=[PlaybookName.RELIEVE_DATASTORE]))
    ward.estate.set_alarm_sustain(NEVER_S)
    before = datastore(ward)
    places = {vm.name: vm.folder for vm in ward.gateway.inventory.vms() if before.ref in vm.datastores}
    ward.estate.set_datastore(NAME, capacity_bytes=500 * GIB, free_bytes=20 * GIB)
    eventually(lambda: used_percent(datastore(ward)) == 96)
    said(ward, "red")
    ward.look()
    eventually(ward.all_ended)
    assert len(places) > 1
    yield ward
    ward.estate.restore()
    roomy = before.capacity_bytes // 2
    ward.estate.set_datastore(NAME, capacity_bytes=before.capacity_bytes, free_bytes=roomy)
    eventually(lambda: datastore(ward).free_bytes == roomy)
    for name in {one.vm_name for one in ward.remedies()}:
        ward.do("move", name, arguments={"datastore": NAME})
    ward.estate.set_datastore(NAME, capacity_bytes=before.capacity_bytes, free_bytes=before.free_bytes)


def datastore(ward: Ward) -> Datastore:
    (found,) = (one for one in ward.gateway.inventory.datastores() if one.name == NAME)
    return found


def said(ward: Ward, status: Status) -> None:
    """The datastore's alarm as vCenter tells of it."""
    if status == "green":
        ward.estate.clear_alarm(NAME, ALARM, kind="datastore")
        eventually(lambda: ward.gateway.triggered_alarms() == ())
        return
    ward.estate.raise_alarm(NAME, ALARM, kind="datastore", status=status)
    eventually(lambda: [one.status for one in ward.gateway.triggered_alarms() or ()] == [AlarmStatus(status)])


def incident(ward: Ward) -> Incident:
    (found,) = ward.record.opened()
    return found


def moves(ward: Ward) -> int:
    eventually(ward.all_ended)
    return len(ward.writes("RelocateVM_Task"))


@pytest.mark.parametrize("status", ["yellow", "green"])
def test_a_relief_that_has_begun_goes_on_to_its_target_although_its_alarm_is_red_no_more(
    begun: Ward, status: Status
) -> None:
    assert (moves(begun), used_percent(datastore(begun)) > 75) == (1, True)
    said(begun, status)

    for _ in range(4):
        begun.look()
        eventually(begun.all_ended)

    assert moves(begun) == 2
    assert used_percent(datastore(begun)) <= 75
    if status == "green":
        assert begun.record.opened() == []


def test_a_move_that_waits_is_sent_although_the_alarm_clears_where_the_relief_has_begun(begun: Ward) -> None:
    begun.estate.set_task(2, "RelocateVM_Task")
    begun.look()
    said(begun, "green")
    begun.look()

    (_, second) = begun.remedies()
    found = begun.operations.find(second.key)
    assert found is not None
    assert begun.end(found).state is State.SUCCEEDED


@pytest.mark.parametrize("how", ["acknowledged", "paused", "stopped", "at its target"])
def test_a_relief_that_has_begun_ends_where_people_say_no_or_nothing_is_to_be_done(begun: Ward, how: str) -> None:
    said(begun, "yellow")
    match how:
        case "acknowledged":
            begun.estate.acknowledge_alarm(NAME, ALARM, kind="datastore")
            eventually(lambda: all(one.acknowledged for one in begun.gateway.triggered_alarms() or ()))
        case "paused":
            begun.remediation.switch("pause", "on", by="U1")
        case "stopped":
            begun.remediation.switch(datastore_stop_key(datastore(begun).ref), "on", by="U1")
        case _:
            begun.estate.set_datastore(NAME, free_bytes=200 * GIB)
            eventually(lambda: used_percent(datastore(begun)) == 60)

    begun.look()
    begun.look()

    assert moves(begun) == 1
    found = incident(begun)
    assert found.state is IncidentState.OPEN
    assert found.decided is not None
    assert found.decided.verdict not in {VerdictKind.ACT, VerdictKind.ASK}


def test_an_alarm_that_clears_before_the_first_move_ends_the_matter(begun: Ward) -> None:
    """The fixture's first move has been made; what is asked here is the other incident, which has none."""
    said(begun, "green")
    begun.estate.set_datastore(NAME, free_bytes=200 * GIB)
    eventually(lambda: used_percent(datastore(begun)) == 60)
    begun.look()
    begun.look()
    assert begun.record.opened() == []
    begun.remediation.switch("pause", "on", by="U1")
    begun.estate.set_datastore(NAME, free_bytes=20 * GIB)
    eventually(lambda: used_percent(datastore(begun)) == 96)
    said(begun, "red")
    begun.look()
    opened = len(begun.record.opened())
    said(begun, "green")
    begun.look()

    assert (opened, begun.record.opened()) == (1, [])
