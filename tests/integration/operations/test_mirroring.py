"""The next command is planned by the mirror, so no operation ends before the mirror shows what it did."""

import threading
from collections.abc import Iterator

import pytest

from operations.model import State
from operations.recycling import PURGE
from tests.integration.operations.lab import DANA, Lab, eventually
from tests.integration.operations.leased import SMALL, mirrored
from vsphere.model import PowerState, Ref

LATE_S = 0.15
ROUNDS = 5


@pytest.fixture
def late(lab: Lab) -> Lab:
    """A replica whose mirror hears of a change so much later than it could, as in a large vCenter."""
    hold_up(lab, threading.Event(), LATE_S)
    return lab


@pytest.fixture
def made(late: Lab) -> Iterator[Ref]:
    """A new VM, which is gone after the test."""
    ref = spawned(late, "mirrored-01")
    yield ref
    if late.gateway.inventory.vm(ref) is not None:
        late.estate.set_vm(ref.moref, power="off")
        late.estate.delete_vm(ref.moref)


def hold_up(lab: Lab, go_on: threading.Event, longest_s: float) -> None:
    """Let the mirror rest after each change that it hears of."""

    def rest(_changed: set[Ref]) -> None:
        go_on.wait(longest_s)

    lab.gateway.inventory.subscribe(rest)


def spawned(lab: Lab, name: str) -> Ref:
    ref = lab.do("spawn", name=name, arguments=SMALL).result
    assert ref is not None
    return ref


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_command_right_after_anothers_end_sees_its_effect(late: Lab, number: int) -> None:
    ref = spawned(late, f"chained-{number}")
    born = mirrored(late, ref)
    late.do("transform", ref, arguments={"cpu_count": 2, "memory_mib": 2048})
    grown = mirrored(late, ref)
    late.do("poweroff", ref)
    off = mirrored(late, ref)
    late.do("nuke", ref)
    binned = mirrored(late, ref)
    late.estate.delete_vm(ref.moref)

    assert (born.name, born.power, born.attributes.get("iaas.owner")) == (f"chained-{number}", PowerState.ON, DANA.id)
    assert (grown.cpu_count, grown.memory_mib, off.power) == (2, 2048, PowerState.OFF)
    assert late.gateway.inventory.name(binned.folder or ref) == "Recycle bin"
    assert (binned.name != born.name, PURGE in binned.attributes) == (True, True)


def test_what_was_restarted_on_the_way_is_shown_as_it_stands_in_the_end(late: Lab, made: Ref) -> None:
    late.do("transform", made, arguments={"cpu_count": 4})

    late.do("transform", made, arguments={"cpu_count": 1})

    assert (mirrored(late, made).cpu_count, mirrored(late, made).power) == (1, PowerState.ON)
    assert late.writes()[-3:] == ["PowerOffVM_Task", "ReconfigVM_Task", "PowerOnVM_Task"]


def test_a_snapshot_and_the_way_back_to_it_are_shown(late: Lab, made: Ref) -> None:
    late.do("snapshot.create", made, arguments={"snapshot": "before"})
    counted = mirrored(late, made).snapshot_count
    late.do("transform", made, arguments={"cpu_count": 2})

    late.do("snapshot.revert", made, arguments={"snapshot": "before"})

    assert (counted, mirrored(late, made).cpu_count, mirrored(late, made).power) == (1, 1, PowerState.OFF)


def test_what_an_operation_did_before_it_failed_is_shown_at_its_end(late: Lab, made: Ref) -> None:
    late.estate.fail_next("Rename_Task", "NoPermission", privilege="VirtualMachine.Config.Rename")

    failed = late.end(late.ask("nuke", made))

    assert failed.state is State.FAILED
    assert (mirrored(late, made).power, PURGE in mirrored(late, made).attributes) == (PowerState.OFF, True)
    assert late.do("nuke", made).state is State.SUCCEEDED


def test_a_mirror_that_hears_nothing_holds_up_no_end(lab: Lab) -> None:
    lab.prepare("web-02", power="off", memory_mib=4096)
    hears = threading.Event()
    hold_up(lab, hears, 60)
    # The mirror hears of this, and of nothing after it.
    lab.estate.set_vm("web-02", memory_mib=6144)
    eventually(lambda: lab.vm("web-02").memory_mib == 6144)

    try:
        ended = lab.do("poweron", "web-02")
        behind = lab.vm("web-02").power
    finally:
        hears.set()

    assert (ended.text, behind) == ("web-02 is on.", PowerState.OFF)
