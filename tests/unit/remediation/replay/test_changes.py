"""Alarm changes as JSON lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from remediation.replay.changes import BadLine, from_line, read_lines, to_line
from vsphere.model import AlarmChange, AlarmStatus, Ref

AT = datetime(2026, 11, 2, 9, 14, 3, tzinfo=UTC)
CHANGE = AlarmChange(
    at=AT,
    entity=Ref("lab", "vm-23"),
    entity_kind="VirtualMachine",
    entity_name="web-01 ü\n",
    alarm=Ref("lab", "alarm-6"),
    alarm_name="VM CPU usage",
    alarm_system_name="alarm.VmCPUUsageAlarm",
    before=AlarmStatus.YELLOW,
    after=AlarmStatus.RED,
)


def line(**changes: Any) -> str:
    row = json.loads(to_line(CHANGE)) | changes
    return json.dumps({key: value for key, value in row.items() if value is not None})


def test_a_change_that_was_written_is_read_as_it_was() -> None:
    written = to_line(CHANGE)

    assert "\n" not in written
    assert from_line(written) == CHANGE


def test_the_example_of_the_guide_is_such_a_line() -> None:
    guide = (Path(__file__).parents[4] / "docs/guides/replay.md").read_text(encoding="utf-8")
    example = guide.partition("```json\n")[2].partition("\n```")[0]

    assert from_line(example) == replace(CHANGE, entity_name="web-01", before=AlarmStatus.GREEN)


def test_a_time_of_any_zone_is_read_as_utc() -> None:
    assert from_line(line(at="2026-11-02T10:14:03+01:00")) == CHANGE


def test_a_system_name_may_be_missing() -> None:
    assert from_line(line(system_name=None)).alarm_system_name == ""


BAD = {
    "no JSON": ("nonsense", "no JSON: Expecting value: line 1 column 1 (char 0)"),
    "no object": ("[1]", "no JSON object"),
    "a key too few": (line(entity=None, to=None), "without entity, to"),
    "a key too many": (line(colour="red"), "colour: unknown key"),
    "a number": (line(name=5), "name: expected a string"),
    "no time": (line(at="yesterday"), "at: 'yesterday' is no time such as 2026-11-02T09:14:03+00:00"),
    "no zone": (line(at="2026-11-02T09:14:03"), "at: '2026-11-02T09:14:03' names no zone; write +00:00 for UTC"),
    "no identity": (line(entity="vm-23"), "'vm-23' is not VCENTER/MOREF"),
    "no status": (line(to="blue"), "'blue' is no status; there are red, yellow, green, gray"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_line_is_told_by_its_number_and_the_rest_is_read(bad: str, reason: str) -> None:
    found = list(read_lines([line(), "", bad, line()]))

    assert found == [CHANGE, BadLine(number=3, reason=reason), CHANGE]


def test_a_line_out_of_order_is_bad() -> None:
    earlier = line(at=(AT - timedelta(seconds=1)).isoformat())

    found = list(read_lines([line(), earlier, line()]))

    bad = BadLine(number=2, reason="older than the line before it; sort the file by its times")
    assert found == [CHANGE, bad, CHANGE]
