"""Alarms and metrics move when the control door moves them, and clients hear of it."""

from datetime import timedelta
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Load

_namespaces: Any = pyVmomi
vim = _namespaces.vim

CPU_ALARM = "alarm.VmCPUUsageAlarm"


def triggered(states: Any) -> list[tuple[Any, str, str]]:
    """Entity, alarm and status of alarm states."""
    return [
        (state.entity, state.alarm.info.systemName or state.alarm.info.name, state.overallStatus) for state in states
    ]


@pytest.mark.parametrize(
    "name",
    [CPU_ALARM, "alarm.VmMemoryUsageAlarm", "alarm.DatastoreDiskUsageAlarm", "VM Storage Usage"],
)
def test_alarms_of_a_vcenter_are_declared(client: Any, name: str) -> None:
    declared = client.content.alarmManager.GetAlarm(client.content.rootFolder)

    assert name in {label for alarm in declared for label in (alarm.info.systemName, alarm.info.name)}


def test_raised_alarm_reaches_a_poll_on_the_root_folder(client: Any, vm: Any) -> None:
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")
    answer = watch.waiting()

    client.estate.raise_alarm(vm._moId, CPU_ALARM)

    assert (vm, CPU_ALARM, "red") in triggered(answer.result(30)["triggeredAlarmState"])
    assert triggered(vm.triggeredAlarmState) == [(vm, CPU_ALARM, "red")]
    client.estate.clear_alarm(vm._moId, CPU_ALARM)


def test_cleared_alarm_leaves_entity_and_root_folder(client: Any, vm: Any) -> None:
    client.estate.raise_alarm(vm._moId, CPU_ALARM)
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")

    client.estate.clear_alarm(vm._moId, CPU_ALARM)

    assert vm not in [state.entity for state in watch.changes()["triggeredAlarmState"]]
    assert (list(vm.triggeredAlarmState), vm.overallStatus) == ([], "green")


def test_two_alarms_of_one_vm_stand_side_by_side(client: Any, vm: Any) -> None:
    client.estate.raise_alarm(vm._moId, CPU_ALARM, status="yellow")
    client.estate.raise_alarm(vm._moId, "alarm.VmMemoryUsageAlarm")

    assert {status for _, _, status in triggered(vm.triggeredAlarmState)} == {"yellow", "red"}
    assert vm.overallStatus == "red"
    client.estate.delete_vm(vm._moId)


def test_deleted_vm_takes_its_alarms_along(client: Any, vm: Any) -> None:
    client.estate.raise_alarm(vm._moId, CPU_ALARM)

    client.estate.delete_vm(vm._moId)

    assert vm not in [state.entity for state in client.content.rootFolder.triggeredAlarmState]


def test_alarm_posts_an_event(client: Any, vm: Any) -> None:
    client.estate.raise_alarm(vm._moId, CPU_ALARM)

    spec = vim.event.EventFilterSpec(eventTypeId=["AlarmStatusChangedEvent"])
    events = client.content.eventManager.QueryEvents(spec)
    latest = [event for event in events if event.entity.entity == vm]
    assert [(getattr(event, "from"), event.to) for event in latest] == [("green", "red")]
    client.estate.delete_vm(vm._moId)


def test_datastore_alarm_is_on_the_datastore(client: Any) -> None:
    client.estate.raise_alarm("gold-01", "alarm.DatastoreDiskUsageAlarm", kind="datastore")

    store = client.named(vim.Datastore, "gold-01")
    assert triggered(store.triggeredAlarmState) == [(store, "alarm.DatastoreDiskUsageAlarm", "red")]
    client.estate.clear_alarm("gold-01", "alarm.DatastoreDiskUsageAlarm", kind="datastore")


def test_unknown_alarm_is_refused_with_the_names_there_are(client: Any, vm: Any) -> None:
    with pytest.raises(DoorError, match="no alarm is called") as caught:
        client.estate.raise_alarm(vm._moId, "x")

    assert CPU_ALARM in caught.value.hint


def metrics(client: Any, vm: Any, *names: str, interval_s: int = 20) -> dict[str, int]:
    """The latest sample of each counter."""
    manager = client.content.perfManager
    keys = {f"{info.groupInfo.key}.{info.nameInfo.key}.{info.rollupType}": info.key for info in manager.perfCounter}
    ids = [vim.PerformanceManager.MetricId(counterId=keys[name], instance="") for name in names]
    spec = vim.PerformanceManager.QuerySpec(entity=vm, metricId=ids, intervalId=interval_s, maxSample=1)
    answer = manager.QueryPerf([spec])
    found = {series.id.counterId: series.value[-1] for series in answer[0].value}
    return {name: found[keys[name]] for name in names}


def test_metrics_follow_the_load_that_was_set(client: Any, vm: Any) -> None:
    client.estate.set_load(
        vm._moId,
        cpu_percent=95,
        memory_percent=80,
        ready_percent=6,
        costop_percent=2,
        balloon_mib=64,
        swap_mib=32,
    )

    assert metrics(
        client,
        vm,
        "cpu.usage.average",
        "mem.usage.average",
        "cpu.ready.summation",
        "cpu.costop.summation",
        "mem.vmmemctl.average",
        "mem.swapped.average",
    ) == {
        "cpu.usage.average": 9500,
        "mem.usage.average": 8000,
        # Milliseconds of both vCPUs in 20 s: 6 % and 2 % of 40,000.
        "cpu.ready.summation": 2400,
        "cpu.costop.summation": 800,
        "mem.vmmemctl.average": 64 * 1024,
        "mem.swapped.average": 32 * 1024,
    }


def test_quick_stats_follow_the_load_and_reach_a_long_poll(client: Any, vm: Any) -> None:
    watch = client.watch(vm, "summary.quickStats.overallCpuUsage")

    client.estate.set_load(vm._moId, cpu_percent=50)

    assert watch.changes() == {"summary.quickStats.overallCpuUsage": 2600}


def test_load_that_is_not_given_stays(client: Any, vm: Any) -> None:
    client.estate.set_load(vm._moId, cpu_percent=90, memory_percent=20)

    load = client.estate.set_load(vm._moId, cpu_percent=10)

    assert (load.cpu_percent, load.memory_percent) == (10, 20)


def test_past_keeps_its_values_when_the_load_changes(client: Any, vm: Any) -> None:
    client.estate.set_load(vm._moId, cpu_percent=99)
    manager = client.content.perfManager
    key = next(
        info.key
        for info in manager.perfCounter
        if (info.groupInfo.key, info.nameInfo.key, info.rollupType) == ("cpu", "usage", "average")
    )
    now = client.service.CurrentTime()
    spec = vim.PerformanceManager.QuerySpec(
        entity=vm,
        metricId=[vim.PerformanceManager.MetricId(counterId=key, instance="")],
        intervalId=300,
        startTime=now - timedelta(hours=24),
        endTime=now,
    )

    values = manager.QueryPerf([spec])[0].value[0].value

    assert len(values) == 288
    assert (values[-1], max(values[:-1]) < 5000) == (9900, True)


def test_csv_form_tells_the_same(client: Any, vm: Any) -> None:
    client.estate.set_load(vm._moId, cpu_percent=40, swap_mib=0)
    manager = client.content.perfManager
    keys = {f"{info.groupInfo.key}.{info.nameInfo.key}.{info.rollupType}": info.key for info in manager.perfCounter}
    ids = [
        vim.PerformanceManager.MetricId(counterId=keys[name], instance="")
        for name in ("cpu.usage.average", "mem.swapped.average")
    ]
    spec = vim.PerformanceManager.QuerySpec(entity=vm, metricId=ids, intervalId=20, maxSample=1, format="csv")

    answer = manager.QueryPerf([spec])[0]

    assert [series.value for series in answer.value] == ["4000", "0"]
    assert answer.sampleInfoCSV.startswith("20,")


def test_vm_that_is_off_uses_nothing(client: Any, off_vm: Any) -> None:
    assert metrics(client, off_vm, "cpu.usage.average") == {"cpu.usage.average": 0}
    assert client.estate.vm(off_vm._moId).load == Load()


HOST_COUNTERS = (
    "cpu.usage.average",
    "mem.usage.average",
    "cpu.ready.summation",
    "cpu.costop.summation",
    "mem.vmmemctl.average",
    "mem.swapused.average",
)


@pytest.mark.parametrize("interval_s", [20, 300])
def test_host_metrics_follow_the_load_that_was_set(client: Any, interval_s: int) -> None:
    host = client.named(vim.HostSystem, "esx-14.corp.example")
    client.estate.set_load(
        host=host.name,
        cpu_percent=88,
        memory_percent=91,
        ready_percent=3,
        costop_percent=1,
        balloon_mib=512,
        swap_mib=128,
    )

    assert metrics(client, host, *HOST_COUNTERS, interval_s=interval_s) == {
        "cpu.usage.average": 8800,
        "mem.usage.average": 9100,
        # Milliseconds of all 24 cores in the interval.
        "cpu.ready.summation": 24 * interval_s * 30,
        "cpu.costop.summation": 24 * interval_s * 10,
        "mem.vmmemctl.average": 512 * 1024,
        "mem.swapused.average": 128 * 1024,
    }
    assert host.summary.quickStats.overallCpuUsage == 24 * 2600 * 88 // 100


def test_host_without_a_load_of_its_own_shows_its_vms(client: Any, vm: Any) -> None:
    host = vm.runtime.host
    before = metrics(client, host, *HOST_COUNTERS)

    client.estate.set_load(vm._moId, cpu_percent=100, ready_percent=50, balloon_mib=256, swap_mib=64)

    after = metrics(client, host, *HOST_COUNTERS)
    assert {name for name in HOST_COUNTERS if after[name] > before[name]} >= {
        "cpu.usage.average",
        "cpu.ready.summation",
        "mem.vmmemctl.average",
        "mem.swapused.average",
    }
    client.estate.delete_vm(vm._moId)


def test_load_of_the_past_shows_in_a_chart(client: Any, vm: Any) -> None:
    now = client.service.CurrentTime()
    client.estate.set_load(vm._moId, cpu_percent=97, at=now - timedelta(hours=3))
    client.estate.set_load(vm._moId, cpu_percent=20, at=now - timedelta(hours=2))
    manager = client.content.perfManager
    keys = {f"{info.groupInfo.key}.{info.nameInfo.key}.{info.rollupType}": info.key for info in manager.perfCounter}
    spec = vim.PerformanceManager.QuerySpec(
        entity=vm,
        metricId=[vim.PerformanceManager.MetricId(counterId=keys["cpu.usage.average"], instance="")],
        intervalId=300,
        startTime=now - timedelta(hours=4),
        endTime=now,
    )

    (answer,) = manager.QueryPerf([spec])

    values = answer.value[0].value
    assert (len(values), values.count(9700), values[-1]) == (48, 12, 2000)


def test_real_time_samples_reach_back_an_hour(client: Any, vm: Any) -> None:
    now = client.service.CurrentTime()
    manager = client.content.perfManager
    spec = vim.PerformanceManager.QuerySpec(entity=vm, intervalId=20, startTime=now - timedelta(hours=5))

    (answer,) = manager.QueryPerf([spec])

    assert len(answer.sampleInfo) == 180
    assert min(info.timestamp for info in answer.sampleInfo) > now - timedelta(hours=1, minutes=1)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({}, "whose load"),
        ({"vm": "web-01", "host": "esx-01.corp.example"}, "whose load"),
        ({"host": "esx-99"}, "no HostSystem"),
    ],
)
def test_load_of_nobody_is_refused(client: Any, asked: dict[str, str], what: str) -> None:
    with pytest.raises(DoorError, match=what):
        client.estate.set_load(cpu_percent=1, **asked)


@pytest.mark.parametrize("percent", [-1, 101])
def test_impossible_load_is_refused(client: Any, vm: Any, percent: float) -> None:
    with pytest.raises(DoorError, match="cpu_percent"):
        client.estate.set_load(vm._moId, cpu_percent=percent)
