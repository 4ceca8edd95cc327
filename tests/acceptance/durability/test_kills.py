"""`kill -9` at every named point of the workflow: each write reaches vCenter exactly once, each operation ends well."""

from collections import Counter
from typing import Any

import pytest

from sandbox.vcenter import Estate
from tests.acceptance.durability.conftest import Replica

SUBMIT = ("submit.recorded", "submit.queued")
STAGE = ("looked", "intended", "sent", "noted", "ended", "done")


def points(stages: int) -> list[str]:
    """Every crash point of an operation with so many stages."""
    return [*SUBMIT, *(f"stage.{index}.{point}" for index in range(stages) for point in STAGE)]


CASES: dict[str, tuple[dict[str, Any], dict[str, int], int]] = {
    "poweron": ({"verb": "poweron", "vm": "web-01"}, {"PowerOnVM_Task": 1}, 1),
    "reset": ({"verb": "reset", "vm": "web-02"}, {"ResetVM_Task": 1}, 1),
    "reboot": ({"verb": "reboot", "vm": "web-02"}, {"RebootGuest": 1}, 1),
    "spawn": (
        {"verb": "spawn", "arguments": {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}},
        {"CreateVM_Task": 1, "PowerOnVM_Task": 1},
        3,
    ),
    "clone": ({"verb": "clone", "vm": "web-02"}, {"CloneVM_Task": 1}, 2),
    "nuke": ({"verb": "nuke"}, {"PowerOffVM_Task": 1, "Destroy_Task": 1}, 2),
    "transform": (
        {"verb": "transform", "vm": "web-03", "arguments": {"cpu_count": 1, "memory_mib": 2048}},
        {"ShutdownGuest": 1, "ReconfigVM_Task": 1, "PowerOnVM_Task": 1},
        3,
    ),
    "snapshot": (
        {"verb": "snapshot.create", "vm": "web-04", "arguments": {"snapshot": "s"}},
        {"CreateSnapshot_Task": 1},
        1,
    ),
}


def _prepare(estate: Estate, name: str, request: dict[str, Any], point: str) -> dict[str, Any]:
    """Bring the estate into the state that a case starts from."""
    request = {**request, "key": f"{name}-{point}"}
    match name:
        case "poweron":
            estate.set_vm("web-01", power="off")
        case "reset" | "reboot":
            estate.set_vm("web-02", power="on", tools_running=True)
        case "transform":
            estate.set_vm("web-03", power="on", tools_running=True, cpus=2, memory_mib=4096)
        case "spawn" | "clone":
            request["name"] = f"{name}-{point}".replace(".", "-")
    estate.reset_calls()
    return request


def _kill_and_recover(replica: Replica, name: str, point: str) -> None:
    request, wanted, _ = CASES[name]
    estate = replica.estate
    request = _prepare(estate, name, request, point)
    if name == "nuke":
        request["vm"] = f"doomed-{point}".replace(".", "-")
        spawn = CASES["spawn"][0]
        replica.run_to_the_end({**spawn, "key": f"make-{point}", "name": request["vm"]})
        estate.reset_calls()

    replica.run_until_killed(request, crash_at=point)
    report = replica.run_to_the_end()

    operation = report["operations"][0]
    assert operation["state"] == "succeeded", operation
    counted = Counter(one.method for one in estate.writes() if one.method != "SetField")
    assert counted == wanted, operation
    assert report["problems"] == []


@pytest.mark.parametrize("point", points(1))
def test_a_kill_at_any_point_of_a_power_on_loses_and_doubles_nothing(replica: Replica, point: str) -> None:
    _kill_and_recover(replica, "poweron", point)


@pytest.mark.parametrize("point", ["stage.0.intended", "stage.0.sent"])
@pytest.mark.parametrize("name", ["reset", "reboot", "snapshot"])
def test_a_kill_around_a_write_that_may_not_be_repeated_does_not_repeat_it(
    replica: Replica, name: str, point: str
) -> None:
    _kill_and_recover(replica, name, point)


@pytest.mark.parametrize("point", [one for one in points(3) if one.endswith(("recorded", "intended", "sent", "noted"))])
def test_a_kill_while_a_vm_is_made_leaves_one_vm_that_is_whole(replica: Replica, point: str) -> None:
    _kill_and_recover(replica, "spawn", point)

    name = f"spawn-{point}".replace(".", "-")
    made = replica.estate.vm(name)
    assert (made.power, made.custom["iaas.owner"]) == ("poweredOn", "U1")
    assert [vm for vm in replica.estate.vms() if vm.endswith(f"/{name}")] == [f"Lab/{name}"]


@pytest.mark.parametrize("point", [one for one in points(3) if one.endswith(("intended", "sent"))])
def test_a_kill_in_the_middle_of_a_restart_leaves_the_vm_on_and_resized(replica: Replica, point: str) -> None:
    _kill_and_recover(replica, "transform", point)

    vm = replica.estate.vm("web-03")
    assert (vm.power, vm.cpus, vm.memory_mib) == ("poweredOn", 1, 2048)


@pytest.mark.parametrize("point", [one for one in points(2) if one.endswith(("intended", "sent"))])
@pytest.mark.parametrize("name", ["clone", "nuke"])
def test_a_kill_while_a_vm_is_copied_or_deleted_does_it_once(replica: Replica, name: str, point: str) -> None:
    _kill_and_recover(replica, name, point)
