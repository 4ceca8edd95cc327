"""`kill -9` at every named point of a change: each write reaches vCenter exactly once, each operation ends well.

Each process recovers what the last one was killed in, and is killed in its turn in the next operation of the same kind.
"""

from collections import Counter
from typing import Any

import pytest

from operations.verbs import VERBS
from sandbox.vcenter import Estate
from tests.acceptance.durability.cases import CASES, NEW, Case, Kill
from tests.acceptance.durability.conftest import Process, Replica, Report

_HARMLESS = {"SetField"}
"""Writing the same attribute again changes nothing."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_kill_at_any_point_loses_and_doubles_nothing(replica: Replica, case: Case) -> None:
    last: Kill | None = None
    for kill in case.kills():
        process = replica.start()
        _ensure_ended_well(case, last, process.report(), replica.estate)

        _prepare(process, replica.estate, case, kill, is_first=last is None)
        process.order(**_order(case, kill), crash_at=kill.point)
        process.ensure_killed(kill.point)
        last = kill

    process = replica.start()
    _ensure_ended_well(case, last, process.report(), replica.estate)
    process.end()


def test_every_verb_that_changes_something_is_killed_in_some_case() -> None:
    assert {case.verb for case in CASES} == set(VERBS), "a verb needs a case in tests/acceptance/durability/cases.py"


@pytest.mark.parametrize("name", ["spawn", "clone"])
def test_a_kill_while_a_vm_is_made_leaves_one_that_is_whole(replica: Replica, name: str) -> None:
    case = next(one for one in CASES if one.id == name)
    kill = Kill(point="stage.0.sent", writes=case.writes)
    order = _order(case, kill) | {"name": f"whole-{name}", "key": "whole"}
    process = replica.start()
    process.report()
    process.order(**order, crash_at=kill.point)
    process.ensure_killed(kill.point)

    process = replica.start()
    process.report()
    process.end()

    assert replica.estate.vm(f"whole-{name}").custom["iaas.owner"] == "U1"
    assert [one for one in replica.estate.vms() if one.endswith(f"/whole-{name}")] == [f"Lab/whole-{name}"]


def test_a_kill_in_the_middle_of_a_restart_leaves_the_vm_on_and_resized(replica: Replica) -> None:
    case = next(one for one in CASES if one.id == "transform, with a restart")
    kill = Kill(point="stage.1.intended", writes=case.writes)
    process = replica.start()
    process.report()
    _prepare(process, replica.estate, case, kill, is_first=True)
    process.order(**_order(case, kill), crash_at=kill.point)
    process.ensure_killed(kill.point)

    process = replica.start()
    process.report()
    process.end()

    vm = replica.estate.vm("web-03")
    assert (vm.power, vm.cpus, vm.memory_mib) == ("poweredOn", 1, 2048)


def _prepare(process: Process, estate: Estate, case: Case, kill: Kill, *, is_first: bool) -> None:
    """Bring the estate into the state that the case starts from, and count from here."""
    if case.vm and case.estate:
        estate.set_vm(case.vm, **case.estate)
    for number, order in enumerate((*(case.first if is_first else ()), *case.before)):
        process.do(**_named(order, case, kill), key=f"{case.id} {kill.point} {number}")
    estate.reset_calls()


def _order(case: Case, kill: Kill) -> dict[str, Any]:
    order = {"verb": case.verb, "vm": case.vm, "name": case.name, "arguments": dict(case.arguments)}
    return {**_named(order, case, kill), "key": f"{case.id} {kill.point}"}


def _named(order: Any, case: Case, kill: Kill) -> dict[str, Any]:
    name = f"{case.id} {kill.point}".replace(" ", "-").replace(".", "-").replace(",", "")
    return {key: value.replace(NEW, name) if isinstance(value, str) else value for key, value in order.items()}


def _ensure_ended_well(case: Case, kill: Kill | None, report: Report, estate: Estate) -> None:
    if kill is None:
        return
    operation = report["operations"][0]
    assert operation["state"] == kill.state, operation
    assert len(operation["stages"]) == case.stages, "the case does not know all stages"
    assert _writes(estate, kill) == kill.writes, operation


def _writes(estate: Estate, kill: Kill) -> Counter[str]:
    counted = {one.method for one in estate.writes()} - (_HARMLESS - set(kill.writes))
    return Counter(one.method for one in estate.writes() if one.method in counted)
