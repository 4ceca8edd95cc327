"""Which of the mirror's news an operation waits for before it ends, and for how long."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from operations.changes.power import ASK_TO_SHUT_DOWN, POWER_OFF, POWER_ON, REBOOT, RESET, SHUT_DOWN
from operations.changes.resizing import RESIZE
from operations.changes.stage import Work
from operations.mirroring import Mirroring, standing
from operations.plans import Spec
from operations.verbs import STAGES
from tests.unit.operations.samples import vm
from tests.unit.views.samples import OPERATION
from tests.unit.vsphere import world
from tests.unit.vsphere.world import FakeClock
from vsphere.collector import Change
from vsphere.gateway import Gateway
from vsphere.model import PowerState, Ref, Vm
from vsphere.settings import VcenterSettings

LAB = "lab"
NOTHING: Spec = {}
ON, OFF, AWAY = vm(power=PowerState.ON), vm(power=PowerState.OFF), None


def gateway(*found: Change) -> Gateway:
    """A gateway whose mirror has heard of these."""
    made = Gateway(
        VcenterSettings(name=LAB, host="127.0.0.1", username="nobody", read_password=str, insecure=True),
        clock=FakeClock(),
    )
    made.inventory.begin()
    made.inventory.apply(iter([*world.frame(), *found]))
    made.inventory.complete()
    return made


def work(seen: Vm | None = None, spec: Spec = NOTHING, *, where: Gateway | None = None) -> Work:
    operation = replace(OPERATION, vm=Ref(LAB, "vm-1"))
    return Work(operation=operation, gateway=where or gateway(), spec=spec, vm=seen)


@pytest.mark.parametrize(
    ("title", "spec", "shown", "not_shown"),
    [
        (POWER_ON, {}, ON, OFF),
        (SHUT_DOWN, {}, OFF, ON),
        (POWER_OFF, {}, OFF, AWAY),
        (RESIZE, {"cpu_count": 4, "memory_mib": 4096}, vm(cpu_count=4), vm(cpu_count=2)),
        ("create", {}, ON, AWAY),
        ("clone", {}, ON, vm(instance_uuid="")),
        ("delete", {}, AWAY, ON),
        ("move", {"datastore": "ds-2"}, vm(datastores=(Ref(LAB, "ds-2"),)), vm(datastores=(Ref(LAB, "ds-1"),))),
        ("take snapshot", {}, vm(snapshot_count=1), vm(snapshot_count=0)),
        ("revert", {"runs": False}, OFF, ON),
        ("revert", {"runs": True}, ON, OFF),
        ("revert", {"runs": True, "cpu_count": 2, "memory_mib": 4096}, vm(cpu_count=2), vm(cpu_count=4)),
        ("move back", {"folder": "group-2"}, vm(folder=Ref(LAB, "group-2")), vm(folder=Ref(LAB, "group-1"))),
        ("rename back", {"name": "web-01"}, vm(name="web-01"), vm(name="web-01.binned-20261126-0512")),
        ("clear the marks", {}, vm(), vm(attributes={"iaas.binned": "2026-11-26T05:12Z by U1, operation R7F3K"})),
    ],
)
def test_a_stage_is_shown_by_what_the_mirror_says_of_its_vm(
    title: str, spec: Spec, shown: Vm | None, not_shown: Vm | None
) -> None:
    stage = STAGES[title]

    assert [stage.is_shown(work(seen, spec)) for seen in (shown, not_shown)] == [True, False]


@pytest.mark.parametrize("title", [RESET, REBOOT, "remove snapshot"])
def test_what_leaves_nothing_in_the_mirror_is_not_waited_for(title: str) -> None:
    assert STAGES[title].is_shown(work(AWAY, {"snapshot": "snapshot-1"}))


@pytest.mark.parametrize(
    ("done", "stands"),
    [
        ((SHUT_DOWN, RESIZE, POWER_ON), [RESIZE, POWER_ON]),
        ((POWER_OFF, RESIZE), [POWER_OFF, RESIZE]),
        ((ASK_TO_SHUT_DOWN,), []),
        ((ASK_TO_SHUT_DOWN, POWER_OFF, "mark for the bin"), [POWER_OFF, "mark for the bin"]),
        (("create", "set owner", POWER_ON), ["create", "set owner", POWER_ON]),
        ((), []),
    ],
)
def test_what_a_later_stage_takes_back_does_not_stand(done: Iterable[str], stands: list[str]) -> None:
    found = standing([(STAGES[title], work()) for title in done])

    assert [stage.title for stage, _ in found] == stands


def test_the_wait_ends_with_the_mirrors_news() -> None:
    where, clock = gateway(world.vm("vm-1", "web-01", runtime__powerState="poweredOn")), FakeClock()
    news = world.modify("VirtualMachine", "vm-1", runtime__powerState="poweredOff")

    def rest(seconds: float) -> None:
        clock.seconds += seconds
        if clock.seconds > 0.05:
            where.inventory.apply(iter([news]))

    Mirroring(clock=clock, rest=rest).wait([(STAGES[POWER_OFF], work(where=where))])

    assert 0.05 < clock.seconds < 0.07


def test_what_the_mirror_shows_already_costs_no_rest() -> None:
    where = gateway(world.vm("vm-1", "web-01", runtime__powerState="poweredOff"))

    def rest(seconds: float) -> None:
        raise AssertionError(f"rested {seconds} s")

    Mirroring(clock=FakeClock(), rest=rest).wait([(STAGES[POWER_OFF], work(where=where))])


def test_a_mirror_that_hears_nothing_is_not_waited_for_for_ever() -> None:
    where, clock = gateway(), FakeClock()

    def rest(seconds: float) -> None:
        clock.seconds += seconds

    Mirroring(clock=clock, rest=rest).wait([(STAGES[POWER_OFF], work(where=where))])

    assert clock.seconds == pytest.approx(2, abs=0.1)
