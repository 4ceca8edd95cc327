"""Loads and fills raise alarms as a vCenter would, and what was raised by hand stays."""

from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim

CPU_ALARM = "alarm.VmCPUUsageAlarm"
MEMORY_ALARM = "alarm.VmMemoryUsageAlarm"
DISK_ALARM = "alarm.DatastoreDiskUsageAlarm"
SOON_S = 0.05


def triggered(entity: Any) -> list[tuple[str, str]]:
    """System name and status of what is triggered on an entity."""
    return sorted((state.alarm.info.systemName, state.overallStatus) for state in entity.triggeredAlarmState)


def test_load_raises_the_alarm_that_a_poll_hears_of_and_its_end_clears(client: Any, vm: Any) -> None:
    client.estate.set_alarm_sustain(SOON_S)
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")

    client.estate.set_load(vm._moId, cpu_percent=95)

    watch.until(lambda seen: vm in [state.entity for state in seen["triggeredAlarmState"]])
    hot = triggered(vm)
    client.estate.set_load(vm._moId, cpu_percent=20)
    assert (hot, triggered(vm)) == ([(CPU_ALARM, "red")], [])


def test_more_processors_make_the_load_smaller_and_clear_the_alarm(client: Any, vm: Any) -> None:
    client.estate.set_alarm_sustain(0)
    client.estate.set_load(vm._moId, cpu_percent=91, memory_percent=80)
    before = triggered(vm)

    client.done(vm.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=vm.config.hardware.numCPU * 2)))

    assert (before, triggered(vm)) == ([(CPU_ALARM, "red"), (MEMORY_ALARM, "yellow")], [(MEMORY_ALARM, "yellow")])
    assert client.estate.vm(vm._moId).load.cpu_percent == 45.5


def test_fill_raises_the_alarm_and_its_end_clears_it(client: Any) -> None:
    store = client.named(vim.Datastore, "gold-02")
    free = store.summary.freeSpace
    client.estate.set_alarm_sustain(0)

    client.estate.set_datastore("gold-02", free_bytes=store.summary.capacity // 10)

    full = triggered(store)
    client.estate.set_datastore("gold-02", free_bytes=free)
    assert (full, triggered(store)) == ([(DISK_ALARM, "red")], [])


def test_alarm_that_was_raised_by_hand_stays_until_a_hand_clears_it(client: Any, vm: Any) -> None:
    client.estate.set_alarm_sustain(0)
    client.estate.raise_alarm(vm._moId, CPU_ALARM)

    client.estate.set_load(vm._moId, cpu_percent=10)

    stays = triggered(vm)
    client.estate.clear_alarm(vm._moId, CPU_ALARM)
    assert (stays, triggered(vm)) == ([(CPU_ALARM, "red")], [])


def test_alarm_raised_silently_is_there_but_no_poll_hears_of_it(client: Any, vm: Any) -> None:
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")

    client.estate.raise_alarm(vm._moId, CPU_ALARM, silent=True)
    silent = triggered(vm)
    client.estate.raise_alarm(vm._moId, MEMORY_ALARM)

    # The first that the poll hears is the second alarm, with both in it.
    (first, *_) = watch.until(lambda seen: vm in [state.entity for state in seen["triggeredAlarmState"]])
    heard = [state.alarm.info.systemName for state in first["triggeredAlarmState"] if state.entity == vm]
    assert silent == [(CPU_ALARM, "red")]
    assert sorted(heard) == [CPU_ALARM, MEMORY_ALARM]
    client.estate.delete_vm(vm._moId)


def test_only_a_triggered_alarm_is_acknowledged(client: Any, vm: Any) -> None:
    with pytest.raises(DoorError, match="is not triggered"):
        client.estate.acknowledge_alarm(vm._moId, CPU_ALARM)

    client.estate.raise_alarm(vm._moId, CPU_ALARM)
    client.estate.acknowledge_alarm(vm._moId, CPU_ALARM)

    (state,) = vm.triggeredAlarmState
    assert (state.acknowledged, state.acknowledgedByUser) == (True, "administrator@sandbox.local")
    client.estate.delete_vm(vm._moId)


@pytest.mark.parametrize("seconds", [-1, 1e9])
def test_impossible_sustain_time_is_refused(estate: Estate, seconds: float) -> None:
    with pytest.raises(DoorError, match="seconds is"):
        estate.set_alarm_sustain(seconds)


def test_memory_is_hot_added_up_to_what_the_boot_allows(client: Any, vm: Any) -> None:
    client.estate.set_vm(vm._moId, memory_at_boot_mib=1024)

    with pytest.raises(vim.fault.InvalidPowerState):
        client.done(vm.ReconfigVM_Task(vim.vm.ConfigSpec(memoryMB=8192)))

    assert vm.config.hotPlugMemoryLimit == 3072


@pytest.mark.parametrize("mib", [0, 3])
def test_impossible_memory_at_boot_is_refused(client: Any, vm: Any, mib: int) -> None:
    with pytest.raises(DoorError, match="memory_at_boot_mib is"):
        client.estate.set_vm(vm._moId, memory_at_boot_mib=mib)
