"""Whatever a file holds: its bad lines are told by their numbers, and all others are replayed and told."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from remediation.replay.assumed import assumed
from remediation.replay.changes import BadLine, read_file, to_line
from remediation.replay.report import data, text
from remediation.replay.run import Report, replay
from tests.unit.remediation.replay.past import change, settings
from vsphere.clock import SystemClock
from vsphere.model import AlarmChange

GOOD = to_line(change(0, "red")).encode()
LATER = to_line(change(30, "green")).encode()


def line(**changes: Any) -> bytes:
    return json.dumps(json.loads(GOOD) | changes).encode()


def read(file: Path, content: bytes) -> list[AlarmChange | BadLine]:
    file.write_bytes(content)
    return list(read_file(file))


def replayed(found: list[AlarmChange | BadLine]) -> Report:
    """Through everything that `iaas-bot replay --offline` does with it."""
    known = {one.entity: (one.entity_kind, one.entity_name) for one in found if isinstance(one, AlarmChange)}
    report = replay(found, assumed(known, SystemClock()), settings())
    json.dumps(data(report), ensure_ascii=False).encode()
    text(report, settings(), assumed=True).encode()
    return report


BAD = {
    "before all time": (
        line(at="0001-01-01T00:00:00+14:00"),
        "at: '0001-01-01T00:00:00+14:00' is before 2000, when there was no vCenter, or after 2199",
    ),
    "after all time": (
        line(at="9999-12-31T23:59:59-12:00"),
        "at: '9999-12-31T23:59:59-12:00' is before 2000, when there was no vCenter, or after 2199",
    ),
    "the last year": (
        line(at="9999-12-31T12:00:00+00:00"),
        "at: '9999-12-31T12:00:00+00:00' is before 2000, when there was no vCenter, or after 2199",
    ),
    "deep": (b"[" * 200_000, "no JSON: nested too deeply"),
    "Latin-1": (GOOD.replace(b"web-01", b"b\xfcro"), "no UTF-8"),
    "half a character": (line(name="\ud800"), "name: no text that could be written"),
    "long": (line(to="x" * 200_000), f"'{'x' * 59}…' is no status; there are red, yellow, green, gray"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_no_line_ends_the_replay_of_the_others(tmp_path: Path, bad: bytes, reason: str) -> None:
    found = read(tmp_path / "past.jsonl", b"\n".join((GOOD, bad, LATER)))

    report = replayed(found)
    assert found == [change(0, "red"), BadLine(number=2, reason=reason), change(30, "green")]
    assert (report.changes, report.bad) == (2, 1)


def test_a_file_that_begins_with_the_mark_of_windows_is_read(tmp_path: Path) -> None:
    assert read(tmp_path / "past.jsonl", b"\xef\xbb\xbf" + GOOD + b"\r\n") == [change(0, "red")]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 30), timezones=st.just(UTC)).map(datetime.isoformat)  # noqa: DTZ001  hypothesis adds the zone
    | st.sampled_from(["red", "green", "yellow", "gray", "lab/vm-1", "lab/datastore-1", "/", "a/", "VirtualMachine"])
    | st.sampled_from(
        [
            "Datastore",
            "alarm.VmCPUUsageAlarm",
            "alarm.DatastoreDiskUsageAlarm",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9-12:00",
        ]
    )
)
ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(json.loads(GOOD), VALUES) | {"colour": VALUES})
LINES = st.binary() | st.sampled_from([GOOD, LATER, b""]) | ROWS.map(lambda row: line(**row))


@tried(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=8))
@example(lines=[line(at="2000-01-01T00:00:00+00:00")])
@example(lines=[line(at="2199-12-31T23:59:59+00:00")])
def test_whatever_bytes_a_file_holds_each_line_is_replayed_or_told_by_its_number(
    tmp_path: Path, lines: list[bytes]
) -> None:
    content = b"\n".join(lines)
    found = read(tmp_path / "past.jsonl", content)

    report = replayed(found)
    there = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8-sig", "surrogateescape").split("\n")
    bad = [one.number for one in found if isinstance(one, BadLine)]
    assert report.changes + report.bad == len(found) == sum(bool(one.strip()) for one in there)
    assert all(there[number - 1].strip() for number in bad)
