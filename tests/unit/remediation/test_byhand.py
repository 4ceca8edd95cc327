"""Which operations of people are what a card recommends."""

from dataclasses import replace
from typing import Any

import pytest

from operations.model import Change, Effect, Operation, Plan
from remediation.byhand import command_of
from tests.unit.remediation.samples import VM
from tests.unit.views.samples import DONE


def planned(verb: str, **changes: Any) -> Operation:
    values: dict[str, Any] = {"verb": verb, "vm": VM, "vm_name": "web-01", "summary": "Do it", "hash": "a" * 64}
    plan = Plan(effect=Effect.NONE, **(values | changes))
    return replace(DONE, verb=verb, plan=plan, vm=VM, vm_name=plan.vm_name)


def resized(cpu_count: int = 2, memory_mib: int = 4096, name: str = "web-01") -> Operation:
    """From 2 vCPU and 4 GB."""
    wanted = {"stage": "resize", "cpu_count": cpu_count, "memory_mib": memory_mib}
    details = {
        "stages": [{"stage": "shut down"}, wanted, {"stage": "power on"}],
        "before": {"cpu_count": 2, "memory_mib": 4096},
    }
    return planned("transform", vm_name=name, details=details)


def moved(to: str) -> Operation:
    changes = (Change(label="Datastore", before="gold-1", after=to),)
    return planned("move", changes=changes, details={"stages": [{"stage": "move", "datastore": "datastore-2"}]})


COMMANDS = {
    "one more vCPU": (resized(cpu_count=3), "transform web-01 cpu=3"),
    "more memory": (resized(memory_mib=6144), "transform web-01 memory=6"),
    "memory in no whole GB": (resized(memory_mib=5000), "transform web-01 memory=5000m"),
    "both": (resized(cpu_count=4, memory_mib=8192), "transform web-01 cpu=4 memory=8"),
    "a name that has to be quoted": (resized(cpu_count=3, name="my vm"), 'transform "my vm" cpu=3'),
    "a move": (moved("gold-2"), "move web-01 gold-2"),
    "nothing was to be done": (planned("transform", unchanged="It has them already."), None),
    "something else": (planned("reboot"), None),
    "not planned yet": (replace(DONE, plan=None), None),
}


@pytest.mark.parametrize(("operation", "command"), COMMANDS.values(), ids=COMMANDS)
def test_an_operation_is_told_by_what_it_changes(operation: Operation, command: str | None) -> None:
    assert command_of(operation) == command
