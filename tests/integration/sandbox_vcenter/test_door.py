"""The control door refuses what it cannot do, in words, and changes nothing then."""

import http.client
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.vcenter import DoorError, Estate


def send(
    estate: Estate, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Ask the door in bytes of one's own; gives status and answer."""
    connection = http.client.HTTPConnection(urlsplit(estate.control).netloc, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def truth(estate: Estate) -> list[dict[str, Any]]:
    """Everything about the VMs but their load, which has a rhythm of its own, and the alarms that follow it."""
    return [{**vm, "load": None, "alarms": None} for vm in estate.estate()["vms"]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/vm", b"{"),
        ("/vm", b"not json"),
        ("/vm", b'{"vm": "web-01"} and more'),
        ("/vm", b'{"vm": "web-01"}{"vm": "web-02"}'),
        ("/vm", b"[]"),
        ("/vm", b'"web-01"'),
        ("/vm", b"17"),
        ("/vm", b'{"vm": 17}'),
        ("/vm", b'{"vm": "web-01", "cpus": "four"}'),
        ("/vm", b'{"vm": "web-01", "cpus": 2.5}'),
        ("/vm", b'{"vm": "web-01", "cpus": 99999999999}'),
        ("/vm", b'{"vm": "web-01", "tools_running": "yes"}'),
        ("/vm", b'{"vm": "web-01", "colour": "red"}'),
        ("/vm", b'{"vm": "web-01", "custom": ["iaas.owner"]}'),
        ("/vm", b'{"vm": ""}'),
        ("/vm", b"{}"),
        ("/vm", b""),
        ("/vm", b"\xff\xfe\x00"),
        ("/load", b'{"vm": "web-01", "cpu_percent": 1e999}'),
        ("/load", b'{"vm": "web-01", "at": "yesterday"}'),
        ("/alarm", b'{"entity": "web-01", "alarm": "alarm.VmCPUUsageAlarm", "status": "blue"}'),
        ("/alarm", b'{"entity": "web-01", "alarm": "alarm.VmCPUUsageAlarm", "kind": "planet"}'),
        ("/alarm", b'{"entity": "web-01", "alarm": ""}'),
        ("/fault", b'{"fault": "NoPermission"}'),
        ("/fault", b'{"method": "PowerOnVM_Task", "fault": ""}'),
        ("/fault", b'{"method": "PowerOnVM_Task", "fault": "NoPermission", "when": "never"}'),
        ("/fault", b'{"method": "PowerOnVM_Task", "fault": "NoPermission", "count": -2}'),
        ("/fault", b'{"method": "PowerOnVM_Task", "fault": "NoPermission", "details": [1]}'),
        ("/fault", b'{"method": "PowerUp", "fault": "NoPermission"}'),
        ("/latency", b'{"seconds": -1}'),
        ("/latency", b'{"seconds": 1e9}'),
        ("/guest", b'{"boot_seconds": -0.5}'),
        ("/outage", b"{}"),
        ("/events", b'{"events": {}}'),
        ("/chaos", b'{"seed": "lucky"}'),
    ],
)
def test_nonsense_is_refused_with_what_to_send(estate: Estate, path: str, body: bytes) -> None:
    before = truth(estate)

    status, answer = send(estate, "POST", path, body)

    assert (status, bool(answer["error"]), bool(answer["hint"])) == (400, True, True)
    assert truth(estate) == before
    assert send(estate, "GET", "/faults")[1] == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("GET", "/alarm"), ("POST", "/estate"), ("PUT", "/vm"), ("DELETE", "/vm")]
)
def test_what_the_door_does_not_have_is_not_found(estate: Estate, method: str, path: str) -> None:
    status, answer = send(estate, method, path)

    assert (status, answer["error"]) == (404, f"the door has no {method} {path}")
    assert answer["hint"]


def test_vm_is_not_asked_for_without_a_name(estate: Estate) -> None:
    assert send(estate, "GET", "/vm")[0] == 400


def test_huge_body_is_refused_before_it_is_read(estate: Estate) -> None:
    body = json.dumps({"vm": "web-01", "name": "x" * 2**20}).encode()

    status, answer = send(estate, "POST", "/vm", body)

    assert (status, answer["error"]) == (413, "the body has more than 1048576 bytes")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"cpus": 0}, "cpus is 0"),
        ({"cpus": -4}, "cpus is -4"),
        ({"cpus": 1000}, "cpus is 1000"),
        ({"memory_mib": -1}, "memory_mib is -1"),
        ({"memory_mib": 1023}, "memory_mib is 1023"),
        ({"power": "sideways"}, "power is"),
        ({"folder": "Nowhere"}, "no Folder is called"),
        ({"name": ""}, "is not valid"),
        ({"name": "x" * 81}, "is not valid"),
        ({"name": "web-02"}, "already exists"),
        ({"custom": {"iaas.owner": "U1", "colour": "red"}}, "no custom attribute"),
    ],
)
def test_impossible_vm_is_refused_whole(estate: Estate, changes: Any, what: str) -> None:
    before = truth(estate)

    with pytest.raises(DoorError, match=what) as caught:
        estate.set_vm("web-01", **{"custom": {"iaas.owner": "U0NEW"}, **changes})

    assert caught.value.hint
    assert truth(estate) == before


def test_help_names_every_lever(estate: Estate) -> None:
    listed = {line.partition("?")[0] for line in send(estate, "GET", "/help")[1]}

    for line in listed:
        method, path = line.split()
        status, answer = send(estate, method, path, b"{" if method == "POST" else None)
        assert status in {200, 400}, (line, answer)
    assert {"POST /chaos", "POST /events", "POST /disk", "POST /snapshot", "GET /alarms"} <= listed


def test_door_keeps_its_word_when_many_ask_at_once(estate: Estate) -> None:
    def ask(number: int) -> int:
        estate.set_load("web-01", cpu_percent=number)
        estate.raise_alarm("web-02", "alarm.VmCPUUsageAlarm", status="red" if number % 2 else "yellow")
        return len(estate.estate()["vms"])

    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(ask, range(64)))

    assert len(seen) == 1
    estate.clear_alarm("web-02", "alarm.VmCPUUsageAlarm")
    assert estate.vm("web-02").alarms == ()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example.com"}, 421),
        ({"Host": "evil.example.com:80"}, 421),
        ({"Origin": "http://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost"}, 200),
        ({}, 200),
    ],
)
def test_a_page_in_a_browser_can_not_use_the_door(estate: Estate, headers: dict[str, str], status: int) -> None:
    before = truth(estate)

    answered, _ = send(estate, "POST", "/vm", b'{"vm": "web-01", "power": "off"}', headers)
    changed = truth(estate) != before
    estate.set_vm("web-01", power="on")

    assert (answered, changed) == (status, status == 200)
