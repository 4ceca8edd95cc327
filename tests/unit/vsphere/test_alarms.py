"""Alarms as plain values: what is triggered, what is defined, and which look counts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from vsphere.alarmdefs import definition_of
from vsphere.alarms import Picture, alarm_of, status_of
from vsphere.model import AlarmStatus, Ref, ThresholdUnit, TriggeredAlarm
from vsphere.properties import Refs
from vsphere.soaptree import Moref
from vsphere.thresholds import CPU_USAGE, SPACE_USED, unit_of

COUNTERS = {2: CPU_USAGE, 281: SPACE_USED, 6: "cpu.ready.summation"}
STATE = {
    "key": "alarm-6.vm-9",
    "entity": Moref("VirtualMachine", "vm-9"),
    "alarm": Moref("Alarm", "alarm-6"),
    "overallStatus": "red",
    "time": "2026-11-26T09:00:00.5+01:00",
    "acknowledged": "false",
}


def alarm(**changes: Any) -> TriggeredAlarm:
    """The alarm of a state with some of its fields changed."""
    return alarm_of({**STATE, **changes}, Refs("lab"), {"alarm-6": ("CPU-Auslastung", "alarm.VmCPUUsageAlarm")})


def test_a_state_becomes_a_value_with_its_time_in_utc() -> None:
    assert alarm() == TriggeredAlarm(
        key="alarm-6.vm-9",
        alarm=Ref("lab", "alarm-6"),
        name="CPU-Auslastung",
        system_name="alarm.VmCPUUsageAlarm",
        entity=Ref("lab", "vm-9"),
        entity_kind="VirtualMachine",
        status=AlarmStatus.RED,
        triggered_at=datetime(2026, 11, 26, 8, 0, 0, 500000, tzinfo=UTC),
    )


def test_who_has_acknowledged_is_told() -> None:
    seen = alarm(acknowledged="true", acknowledgedByUser="CORP\\ann")

    assert (seen.acknowledged, seen.acknowledged_by) == (True, "CORP\\ann")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("red", AlarmStatus.RED),
        ("Yellow", AlarmStatus.YELLOW),
        ("green", AlarmStatus.GREEN),
        ("violet", AlarmStatus.GRAY),
        (None, AlarmStatus.GRAY),
    ],
)
def test_a_status_is_known_in_any_case_and_is_gray_otherwise(word: str | None, status: AlarmStatus) -> None:
    assert status_of(word) is status


def test_a_look_that_began_before_the_present_picture_came_changes_nothing() -> None:
    picture = Picture()
    picture.put(())
    began = picture.version
    picture.put((alarm(),))

    late = picture.put((), since=began)

    assert (late, picture.alarms) == (False, (alarm(),))


def test_a_look_tells_whether_anything_is_new() -> None:
    picture = Picture()
    first = picture.put(())
    same = picture.put((), since=picture.version)
    raised = picture.put((alarm(),), since=picture.version)
    acknowledged = picture.put((replace(alarm(), acknowledged=True),))

    assert [first, same, raised, acknowledged] == [True, False, True, True]


def metric(counter: int = 2, **changes: Any) -> dict[str, Any]:
    """A condition on a counter."""
    values = {"type": "VirtualMachine", "operator": "isAbove", "metric": {"counterId": str(counter)}, "red": "9000"}
    return {"_type": "MetricAlarmExpression", **values, **changes}


def either(*parts: dict[str, Any]) -> dict[str, Any]:
    """One of several conditions, as an answer has it: a list only where there are two or more."""
    return {"_type": "OrAlarmExpression", "expression": parts[0] if len(parts) == 1 else list(parts)}


STATE_LEAF = {"_type": "StateAlarmExpression", "type": "HostSystem", "statePath": "overallStatus", "red": "red"}
EVENT_LEAF = {"_type": "EventAlarmExpression", "objectType": "Datastore", "eventType": "EventEx"}
READ = {
    "one condition": (either(metric()), "VirtualMachine", CPU_USAGE, 90.0, ThresholdUnit.PERCENT),
    "without an Or": (metric(), "VirtualMachine", CPU_USAGE, 90.0, ThresholdUnit.PERCENT),
    "nested": (either(either(STATE_LEAF, metric())), "VirtualMachine", CPU_USAGE, 90.0, ThresholdUnit.PERCENT),
    "space of a VM": (
        either(metric(281, red="104857600")),
        "VirtualMachine",
        SPACE_USED,
        100.0,
        ThresholdUnit.GIB,
    ),
    "space of a datastore": (
        either(metric(281, type="Datastore", red="8500")),
        "Datastore",
        SPACE_USED,
        85.0,
        ThresholdUnit.PERCENT,
    ),
    "another counter": (
        either(metric(6, red="4000")),
        "VirtualMachine",
        "cpu.ready.summation",
        4000.0,
        ThresholdUnit.RAW,
    ),
    "no red": (either(metric(red=None)), "VirtualMachine", CPU_USAGE, None, ThresholdUnit.PERCENT),
    "red when low": (either(metric(operator="isBelow")), "VirtualMachine", "", None, ThresholdUnit.RAW),
    "a state": (either(STATE_LEAF), "HostSystem", "", None, ThresholdUnit.RAW),
    "an event": (either(EVENT_LEAF), "Datastore", "", None, ThresholdUnit.RAW),
    "a counter that is gone": (either(metric(999)), "VirtualMachine", "", None, ThresholdUnit.RAW),
    "nothing": (None, "", "", None, ThresholdUnit.RAW),
}


@pytest.mark.parametrize(("expression", "kind", "counter", "red", "unit"), READ.values(), ids=READ.keys())
def test_a_definition_is_read_from_its_first_condition_of_being_high(
    expression: object, kind: str, counter: str, red: float | None, unit: ThresholdUnit
) -> None:
    values = {"info.name": "An alarm", "info.expression": expression, "info.entity": Moref("Folder", "group-d1")}

    found = definition_of(
        Ref("lab", "alarm-6"), values, root="group-d1", counter_name=lambda one: COUNTERS.get(one, "")
    )

    assert (found.entity_kind, found.metric, found.red, found.unit) == (kind, counter, red, unit)
    assert (found.everywhere, found.enabled) == (True, True)


def test_an_alarm_of_a_part_of_the_inventory_and_a_disabled_one_are_told() -> None:
    values = {"info.name": "Part", "info.entity": Moref("Folder", "group-v3"), "info.enabled": False}

    found = definition_of(Ref("lab", "alarm-7"), values, root="group-d1", counter_name=str)

    assert (found.everywhere, found.enabled) == (False, False)


def test_percent_is_only_what_vcenter_counts_in_percent() -> None:
    assert unit_of(CPU_USAGE, "HostSystem") is ThresholdUnit.PERCENT
    assert unit_of("disk.maxTotalLatency.latest", "VirtualMachine") is ThresholdUnit.RAW
