"""Alarms that a client defines, changes, acknowledges and clears, as on a vCenter."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl

NAME = "iaas test: CPU"


def counter(client: Any, name: str) -> int:
    """The number of a performance counter."""
    return next(
        int(info.key)
        for info in client.content.perfManager.perfCounter
        if f"{info.groupInfo.key}.{info.nameInfo.key}.{info.rollupType}" == name
    )


def metric_spec(client: Any, *, name: str = NAME, red: int = 9000) -> Any:
    """An alarm on a VM's CPU."""
    expression = vim.alarm.MetricAlarmExpression(
        operator=vim.alarm.MetricAlarmExpression.MetricOperator.isAbove,
        type=vim.VirtualMachine,
        metric=vim.PerformanceManager.MetricId(counterId=counter(client, "cpu.usage.average"), instance=""),
        yellow=7500,
        yellowInterval=300,
        red=red,
        redInterval=300,
    )
    return vim.alarm.AlarmSpec(
        name=name,
        description="made by a test",
        enabled=True,
        expression=vim.alarm.OrAlarmExpression(expression=[expression]),
        setting=vim.alarm.AlarmSetting(toleranceRange=0, reportingFrequency=0),
    )


def state_spec(name: str) -> Any:
    """An alarm on a host's connection."""
    expression = vim.alarm.StateAlarmExpression(
        operator=vim.alarm.StateAlarmExpression.StateOperator.isEqual,
        type=vim.HostSystem,
        statePath="runtime.connectionState",
        red="notResponding",
    )
    return vim.alarm.AlarmSpec(
        name=name,
        description="made by a test",
        enabled=True,
        expression=vim.alarm.OrAlarmExpression(expression=[expression]),
    )


@pytest.fixture
def alarm(client: Any) -> Iterator[Any]:
    """An alarm of the test's own."""
    made = client.content.alarmManager.CreateAlarm(client.content.rootFolder, metric_spec(client))
    yield made
    if made in client.content.alarmManager.GetAlarm(None):
        made.RemoveAlarm()


def states(entity: Any, alarm: Any) -> list[Any]:
    """How an alarm stands on an entity."""
    return [state for state in entity.triggeredAlarmState if state.alarm == alarm]


def alarm_events(client: Any, alarm: Any) -> list[Any]:
    """The log of one alarm, oldest first."""
    found = client.content.eventManager.QueryEvents(vim.event.EventFilterSpec(alarm=alarm))
    return list(reversed(found))


def test_created_alarm_is_read_as_it_was_written(client: Any, alarm: Any) -> None:
    info = alarm.info

    part = info.expression.expression[0]
    assert (info.name, info.enabled, info.entity, info.alarm) == (NAME, True, client.content.rootFolder, alarm)
    assert (part.operator, part.type, part.yellow, part.red, part.redInterval) == (
        "isAbove",
        vim.VirtualMachine,
        7500,
        9000,
        300,
    )
    assert part.metric.counterId == counter(client, "cpu.usage.average")
    assert alarm in client.content.alarmManager.GetAlarm(client.content.rootFolder)


def test_alarm_with_a_state_expression_is_about_its_kind(client: Any) -> None:
    made = client.content.alarmManager.CreateAlarm(client.content.rootFolder, state_spec("iaas test: host"))

    client.estate.raise_alarm("esx-01.corp.example", "iaas test: host", kind="host")
    host = client.named(vim.HostSystem, "esx-01.corp.example")
    assert [state.overallStatus for state in states(host, made)] == ["red"]
    with pytest.raises(DoorError, match="does not watch a VirtualMachine"):
        client.estate.raise_alarm("web-01", "iaas test: host")
    made.RemoveAlarm()


def test_alarm_defined_on_a_folder_is_listed_there_alone(client: Any) -> None:
    folder = client.named(vim.Folder, "Web")
    made = client.content.alarmManager.CreateAlarm(folder, metric_spec(client, name="iaas test: web only"))

    manager = client.content.alarmManager
    assert list(manager.GetAlarm(folder)) == [made]
    assert made not in manager.GetAlarm(client.content.rootFolder)
    assert made in [state.alarm for state in manager.GetAlarmState(client.vm("web-01"))]
    assert made not in [state.alarm for state in manager.GetAlarmState(client.vm("fin-db-01"))]
    made.RemoveAlarm()


def test_second_alarm_of_a_name_is_refused(client: Any, alarm: Any) -> None:
    with pytest.raises(vim.fault.DuplicateName) as caught:
        client.content.alarmManager.CreateAlarm(client.content.rootFolder, metric_spec(client))

    assert (caught.value.name, caught.value.object) == (NAME, alarm)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, vim.fault.InvalidName),
        (
            {
                "expression": vim.alarm.MetricAlarmExpression(
                    operator="isAbove",
                    type=vim.VirtualMachine,
                    metric=vim.PerformanceManager.MetricId(counterId=2, instance=""),
                )
            },
            vmodl.fault.InvalidArgument,
        ),
        (
            {
                "expression": vim.alarm.MetricAlarmExpression(
                    operator="isAbove",
                    type=vim.VirtualMachine,
                    metric=vim.PerformanceManager.MetricId(counterId=999999, instance=""),
                    red=1,
                )
            },
            vmodl.fault.InvalidArgument,
        ),
    ],
    ids=["no name", "no limit", "unknown counter"],
)
def test_alarm_that_can_never_fire_is_refused(client: Any, change: dict[str, Any], fault: Any) -> None:
    spec = metric_spec(client, name="iaas test: bad")
    for name, value in change.items():
        setattr(spec, name, value)

    with pytest.raises(fault):
        client.content.alarmManager.CreateAlarm(client.content.rootFolder, spec)


def test_reconfigured_alarm_reaches_a_long_poll(client: Any, alarm: Any) -> None:
    watch = client.watch(alarm, "info")

    alarm.ReconfigureAlarm(metric_spec(client, red=9500))

    assert watch.changes()["info"].expression.expression[0].red == 9500
    assert [type(event) for event in alarm_events(client, alarm)] == [
        vim.event.AlarmCreatedEvent,
        vim.event.AlarmReconfiguredEvent,
    ]


def test_removed_alarm_takes_what_it_raised_along(client: Any, vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME)
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")

    alarm.RemoveAlarm()

    assert alarm not in [state.alarm for state in watch.changes()["triggeredAlarmState"]]
    assert alarm not in client.content.alarmManager.GetAlarm(client.content.rootFolder)
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        alarm.info  # noqa: B018  reading a property is a call


def test_state_carries_key_time_and_event(client: Any, vm: Any, alarm: Any) -> None:
    since = client.service.CurrentTime() - timedelta(minutes=20)

    client.estate.raise_alarm(vm._moId, NAME, at=since)

    (state,) = states(client.content.rootFolder, alarm)
    (event,) = [event for event in alarm_events(client, alarm) if hasattr(event, "to")]
    assert (state.key, state.entity, state.overallStatus) == (f"{alarm._moId}.{vm._moId}", vm, "red")
    assert (state.time, state.acknowledged, state.eventKey) == (since, False, event.key)
    assert (event.createdTime, event.entity.entity, event.vm.vm) == (since, vm, vm)


def test_every_change_of_status_is_in_the_log(client: Any, vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME, status="yellow")
    client.estate.raise_alarm(vm._moId, NAME)
    client.estate.raise_alarm(vm._moId, NAME)
    client.estate.clear_alarm(vm._moId, NAME)

    changes = [(getattr(event, "from"), event.to) for event in alarm_events(client, alarm) if hasattr(event, "to")]

    assert changes == [("green", "yellow"), ("yellow", "red"), ("red", "green")]


def test_acknowledged_alarm_says_who_and_when_and_stays_red(client: Any, vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME)
    watch = client.watch(client.content.rootFolder, "triggeredAlarmState")
    before = client.service.CurrentTime()

    client.content.alarmManager.AcknowledgeAlarm(alarm, vm)

    (state,) = [state for state in watch.changes()["triggeredAlarmState"] if state.alarm == alarm]
    assert (state.overallStatus, state.acknowledged) == ("red", True)
    assert state.acknowledgedByUser == client.estate.username
    assert abs(state.acknowledgedTime - before) < timedelta(seconds=5)
    assert type(alarm_events(client, alarm)[-1]) is vim.event.AlarmAcknowledgedEvent


def test_alarm_that_changes_again_is_no_longer_acknowledged(client: Any, vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME, status="yellow")
    client.content.alarmManager.AcknowledgeAlarm(alarm, vm)

    client.estate.raise_alarm(vm._moId, NAME)

    assert [(state.overallStatus, state.acknowledged) for state in states(vm, alarm)] == [("red", False)]


def test_triggered_alarms_are_cleared_by_status(client: Any, vm: Any, off_vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME)
    client.estate.raise_alarm(off_vm._moId, NAME, status="yellow")

    client.content.alarmManager.ClearTriggeredAlarms(vim.alarm.AlarmFilterSpec(status=["red"]))

    assert [state.entity for state in states(client.content.rootFolder, alarm)] == [off_vm]
    assert vim.event.AlarmClearedEvent in {type(event) for event in alarm_events(client, alarm)}


def test_writes_of_alarms_are_listed_with_their_target(client: Any, vm: Any, alarm: Any) -> None:
    client.estate.raise_alarm(vm._moId, NAME)
    client.estate.reset_calls()

    client.content.alarmManager.AcknowledgeAlarm(alarm, vm)
    alarm.ReconfigureAlarm(metric_spec(client, red=9900))

    assert [(write.method, write.target_name, write.argument) for write in client.estate.writes()] == [
        ("AcknowledgeAlarm", vm.name, ""),
        ("ReconfigureAlarm", "", NAME),
    ]


def test_alarm_of_the_future_is_refused(client: Any, vm: Any, alarm: Any) -> None:
    with pytest.raises(DoorError, match="at is"):
        client.estate.raise_alarm(vm._moId, alarm._moId, at=client.service.CurrentTime() + timedelta(minutes=5))
