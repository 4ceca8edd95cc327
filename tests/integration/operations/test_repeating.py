"""A custom attribute whose writing was lost is written again after a look, so that nothing ends half way for it."""

from collections import Counter
from itertools import count
from typing import Literal

import pytest

from operations.changes.binning import MARK, UNMARK
from operations.changes.leasing import SET_EXPIRES
from operations.changes.making import SET_OWNER
from operations.model import Operation, State
from operations.policy import OWNER_ATTRIBUTE
from operations.recycling import MARKS
from operations.verbs import STAGES
from tests.integration.operations.lab import DANA, Lab, eventually

SMALL = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}
VERBS = ("spawn", "clone", "nuke", "restore", "lease.extend")
WRITES = {
    "spawn": {"CreateVM_Task": 1, "PowerOnVM_Task": 1},
    "clone": {"CloneVM_Task": 1},
    "nuke": {"PowerOffVM_Task": 1, "Rename_Task": 1, "MoveIntoFolder_Task": 1},
    "restore": {"MoveIntoFolder_Task": 1, "Rename_Task": 1, "PowerOnVM_Task": 1},
    "lease.extend": {},
}
"""What each verb sends beside custom attributes."""
_numbers = count(1)


def made(lab: Lab, verb: str) -> str:
    """A VM for the verb to work on, where it needs one; its name."""
    name = f"again-{next(_numbers):02}"
    if verb in {"spawn", "clone"}:
        return name
    lab.do("spawn", name=name, arguments={**SMALL, "lease_s": 86400})
    eventually(lambda: bool(lab.gateway.inventory.find_vms(name)))
    if verb == "restore":
        lab.do("nuke", name)
    return name


def begun(lab: Lab, verb: str, name: str) -> Operation:
    match verb:
        case "spawn":
            return lab.ask(verb, name=name, arguments=SMALL)
        case "clone":
            return lab.ask(verb, "web-01", name=name)
        case "restore":
            (binned,) = lab.operations.bin.find(name)
            return lab.ask(verb, binned.ref)
        case _:
            return lab.ask(verb, name)


def sent(lab: Lab) -> Counter[str]:
    return Counter(one for one in lab.writes() if one != "SetField")


def attributes(lab: Lab, ended: Operation) -> dict[str, str]:
    ref = ended.result or ended.vm
    assert ref is not None
    return dict(lab.gateway.read_vm(ref).attributes)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_lost_attribute_is_written_again_and_all_else_once(
    lab: Lab, verb: str, side: Literal["before", "after"]
) -> None:
    name = made(lab, verb)
    lab.estate.reset_calls()
    drop = lab.estate.drop_before if side == "before" else lab.estate.drop_after
    drop("SetField")

    ended = lab.end(begun(lab, verb, name))

    assert ended.state is State.SUCCEEDED, (ended.text, ended.way_out)
    assert sent(lab) == WRITES[verb]
    found = attributes(lab, ended)
    assert found[OWNER_ATTRIBUTE] == DANA.id
    assert all(bool(found.get(mark)) is (verb == "nuke") for mark in MARKS)
    assert "stage.answer_lost" in lab.kinds(ended)


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_lost_twice_is_not_tried_a_third_time(lab: Lab, verb: str) -> None:
    name = made(lab, verb)
    lab.estate.reset_calls()
    lab.estate.drop_before("SetField", count=3)

    ended = lab.end(begun(lab, verb, name))
    tries = lab.writes("SetField")
    lab.estate.clear_faults()

    assert ended.state is State.FAILED, (ended.text, ended.way_out)
    assert len(tries) == 2
    assert ("Nothing was changed." in ended.text) is (verb == "lease.extend")


def test_nothing_but_a_custom_attribute_is_ever_sent_again() -> None:
    assert {name for name, stage in STAGES.items() if stage.repeatable} == {SET_OWNER, MARK, UNMARK, SET_EXPIRES}
