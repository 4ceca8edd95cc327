"""The watcher of triggered alarms, their history and their definitions, against the sandbox's vCenter."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.vcenter import Estate
from sandbox.vcenter.client import PastEvent
from tests.integration.vsphere.lab import READY_S, Connect, Eventually, Lab, settings_for, wait_until
from vsphere.alarms import REREAD_S
from vsphere.clock import SystemClock
from vsphere.errors import NameTakenError, NotSupportedError, PermissionDeniedError
from vsphere.gateway import Gateway
from vsphere.model import AlarmDefinition, AlarmStatus, Ref, ThresholdUnit, TriggeredAlarm
from vsphere.thresholds import CPU_USAGE, SPACE_USED

CPU = "alarm.VmCPUUsageAlarm"
MEMORY = "alarm.VmMemoryUsageAlarm"
DISK = "alarm.DatastoreDiskUsageAlarm"
LONG_S = 60


class LateClock(SystemClock):
    """The machine's, but for what a test adds to it."""

    late_s = 0.0

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return super().monotonic() + self.late_s


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
def late(estate: Estate, clock: LateClock) -> Iterator[Lab]:
    """A ready gateway whose clock the test can move."""
    gateway = Gateway(settings_for(estate), clock=clock)
    gateway.start()
    wait_until(lambda: gateway.triggered_alarms() is not None, READY_S)
    assert gateway.wait_ready(READY_S)
    yield Lab(estate, gateway)
    gateway.close()


def on(gateway: Gateway, entity: Ref) -> list[TriggeredAlarm]:
    """What the watcher shows on one entity."""
    return [one for one in gateway.triggered_alarms() or () if one.entity == entity]


def test_a_raised_alarm_is_seen_with_all_that_is_known_of_it(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("alarm-01").ref

    at = lab.estate.raise_alarm(vm.moref, CPU)
    eventually(lambda: bool(on(lab.gateway, vm)), LONG_S)

    (alarm,) = on(lab.gateway, vm)
    assert alarm == TriggeredAlarm(
        key=f"{alarm.alarm.moref}.{vm.moref}",
        alarm=alarm.alarm,
        name="Virtual machine CPU usage",
        system_name=CPU,
        entity=vm,
        entity_kind="VirtualMachine",
        status=AlarmStatus.RED,
        triggered_at=alarm.triggered_at,
    )
    assert abs(alarm.triggered_at - at) < timedelta(seconds=1)
    assert alarm in lab.gateway.read_triggered_alarms()


def test_an_alarm_that_is_acknowledged_or_cleared_is_seen_so(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("alarm-02").ref
    lab.estate.raise_alarm(vm.moref, CPU)
    eventually(lambda: bool(on(lab.gateway, vm)), LONG_S)

    lab.estate.acknowledge_alarm(vm.moref, CPU)
    eventually(lambda: on(lab.gateway, vm)[0].acknowledged, LONG_S)
    seen_by = on(lab.gateway, vm)[0].acknowledged_by
    lab.estate.clear_alarm(vm.moref, CPU)
    eventually(lambda: not on(lab.gateway, vm), LONG_S)

    assert seen_by == "administrator@sandbox.local"


def test_subscribers_are_told_of_each_change_and_of_nothing_else(lab: Lab) -> None:
    vm = lab.create("alarm-03").ref
    news = threading.Event()
    lab.gateway.subscribe_alarms(news.set)

    lab.gateway.read_triggered_alarms()
    idle = news.is_set()
    lab.estate.raise_alarm(vm.moref, CPU)

    assert news.wait(LONG_S)
    assert (idle, len(on(lab.gateway, vm))) == (False, 1)


def test_an_update_that_vcenter_lost_is_found_when_it_is_silent_for_too_long(late: Lab, clock: LateClock) -> None:
    vm = late.create("alarm-04").ref
    late.estate.raise_alarm(vm.moref, CPU, silent=True)
    late.estate.reset_calls()

    again_s = late.gateway.alarms.look_again()
    early = (on(late.gateway, vm), late.estate.calls().get("RetrievePropertiesEx", 0), 0 < again_s <= REREAD_S)
    clock.late_s = REREAD_S
    late.gateway.alarms.look_again()

    assert early == ([], 0, True)
    assert [one.system_name for one in on(late.gateway, vm)] == [CPU]
    late.estate.clear_alarm(vm.moref, CPU)


@pytest.mark.parametrize("trouble", ["drop_connections", "expire_sessions"])
def test_alarms_are_seen_again_after_a_break(lab: Lab, eventually: Eventually, trouble: str) -> None:
    vm = lab.create(f"alarm-after-{trouble.replace('_', '-')}").ref
    lab.estate.raise_alarm(vm.moref, CPU)
    eventually(lambda: bool(on(lab.gateway, vm)), LONG_S)

    getattr(lab.estate, trouble)()
    lab.estate.raise_alarm(vm.moref, MEMORY)

    eventually(lambda: {one.system_name for one in on(lab.gateway, vm)} == {CPU, MEMORY}, LONG_S)


def test_what_is_known_stays_known_while_vcenter_is_away(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("alarm-05").ref
    lab.estate.raise_alarm(vm.moref, CPU)
    eventually(lambda: bool(on(lab.gateway, vm)), LONG_S)

    lab.estate.outage("refuse")
    lab.gateway.alarms.look_again()
    away = on(lab.gateway, vm)
    lab.estate.clear_alarm(vm.moref, CPU)
    lab.estate.outage("off")

    eventually(lambda: not on(lab.gateway, vm), LONG_S)
    assert len(away) == 1


def test_two_hundred_alarms_at_once_are_seen_for_few_calls(own_lab: Lab, eventually: Eventually) -> None:
    own_lab.estate.grow(200, on=True)
    own_lab.estate.reset_calls()

    for number in range(1, 201):
        own_lab.estate.raise_alarm(f"grown-{number:05d}", CPU if number % 2 else MEMORY)
    eventually(lambda: len(own_lab.gateway.triggered_alarms() or ()) == 200, LONG_S)

    names = [one.system_name for one in own_lab.gateway.triggered_alarms() or ()]
    assert (names.count(CPU), names.count(MEMORY)) == (100, 100)
    assert own_lab.estate.calls().get("RetrievePropertiesEx", 0) <= 2


def test_a_new_gateway_sees_what_was_triggered_before(lab: Lab, connect: Connect, eventually: Eventually) -> None:
    gold = lab.datastore("gold-03")
    lab.estate.raise_alarm("gold-03", DISK, kind="datastore", status="yellow")

    second = connect(lab.estate)
    before = second.triggered_alarms()
    eventually(lambda: bool(on(second, gold)), LONG_S)

    (alarm,) = on(second, gold)
    assert before is None or len(on(second, gold)) == 1
    assert (alarm.entity_kind, alarm.status, alarm.system_name) == ("Datastore", AlarmStatus.YELLOW, DISK)
    lab.estate.clear_alarm("gold-03", DISK, kind="datastore")


def test_the_history_of_alarms_is_read_page_by_page_oldest_first(lab: Lab) -> None:
    vm = lab.create("alarm-history").ref
    end = SystemClock().now() - timedelta(hours=1)
    count = 2500
    written = [
        PastEvent(
            entity=vm.moref,
            at=end - timedelta(seconds=number),
            alarm=CPU,
            from_status="green" if number % 2 else "red",
            to_status="red" if number % 2 else "green",
        )
        for number in range(count)
    ]
    lab.estate.write_events(written)
    lab.estate.write_events([PastEvent(entity=vm.moref, at=end, type="VmPoweredOnEvent")])
    lab.estate.reset_calls()

    found = lab.gateway.alarm_changes(end - timedelta(days=1), end + timedelta(minutes=5))

    assert len(found) == count
    assert found == sorted(found, key=lambda one: one.at)
    last, calls = found[-1], lab.estate.calls()
    assert (last.entity, last.entity_kind, last.entity_name) == (vm, "VirtualMachine", "alarm-history")
    assert (last.alarm_name, last.alarm_system_name) == ("Virtual machine CPU usage", CPU)
    assert (last.before, last.after) == (AlarmStatus.RED, AlarmStatus.GREEN)
    assert (calls["ReadNextEvents"], calls["DestroyCollector"]) == (4, 1)
    few = lab.gateway.alarm_changes(end - timedelta(seconds=9.5), end - timedelta(seconds=4.5))
    assert [one.at for one in few] == [one.at for one in found[-10:-5]]


def test_no_history_is_an_empty_list(lab: Lab) -> None:
    then = SystemClock().now() - timedelta(days=300)

    assert lab.gateway.alarm_changes(then, then + timedelta(days=1)) == []


def test_the_alarms_that_vcenter_has_are_read_with_their_thresholds(lab: Lab) -> None:
    found = {one.system_name or one.name: one for one in lab.gateway.alarm_definitions()}

    cpu, disk = found[CPU], found[DISK]
    assert (cpu.metric, cpu.entity_kind, cpu.yellow, cpu.red, cpu.sustain_s) == (
        CPU_USAGE,
        "VirtualMachine",
        75.0,
        90.0,
        300,
    )
    assert (disk.metric, disk.entity_kind, disk.yellow, disk.red, disk.unit, disk.sustain_s) == (
        SPACE_USED,
        "Datastore",
        75.0,
        85.0,
        ThresholdUnit.PERCENT,
        0,
    )
    assert (found["VM Storage Usage"].metric, found["VM Storage Usage"].red, cpu.everywhere) == ("", None, True)


NEW = {
    "percent of CPU": AlarmDefinition(
        name="New CPU", entity_kind="VirtualMachine", metric=CPU_USAGE, red=97.5, yellow=96.0, sustain_s=600
    ),
    "size of a VM": AlarmDefinition(
        name="New size",
        entity_kind="VirtualMachine",
        metric=SPACE_USED,
        red=1900.0,
        unit=ThresholdUnit.GIB,
    ),
    "share of a datastore": AlarmDefinition(
        name="New fill", entity_kind="Datastore", metric=SPACE_USED, red=99.0, yellow=98.0
    ),
}


@pytest.mark.parametrize("definition", NEW.values(), ids=NEW.keys())
def test_an_alarm_that_is_created_is_read_as_it_was_meant(lab: Lab, definition: AlarmDefinition) -> None:
    ref = lab.gateway.create_alarm(definition)

    (made,) = [one for one in lab.gateway.alarm_definitions() if one.ref == ref]
    assert made == AlarmDefinition(
        name=definition.name,
        ref=ref,
        entity_kind=definition.entity_kind,
        metric=definition.metric,
        red=definition.red,
        yellow=definition.yellow,
        unit=definition.unit,
        sustain_s=definition.sustain_s,
    )
    with pytest.raises(NameTakenError, match=definition.name):
        lab.gateway.create_alarm(definition)


def test_an_alarm_that_may_not_be_created_names_the_privilege(lab: Lab) -> None:
    lab.estate.fail_next("CreateAlarm", "NoPermission", privilege="Alarm.Create")

    with pytest.raises(PermissionDeniedError, match=r"Alarm\.Create"):
        lab.gateway.create_alarm(NEW["percent of CPU"])


def test_an_alarm_on_a_counter_that_is_not_there_is_not_sent(lab: Lab) -> None:
    lab.estate.reset_calls()

    with pytest.raises(NotSupportedError, match=r"no counter cpu\.magic\.average"):
        lab.gateway.create_alarm(
            AlarmDefinition(name="Magic", entity_kind="VirtualMachine", metric="cpu.magic.average")
        )

    assert "CreateAlarm" not in lab.estate.calls()
