"""The judge of the torture can tell what is wrong: a torture that can't fail proves nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.vcenter.client import Write
from tests.torture.book import Entry
from tests.torture.writes import complaints

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


RESET = Entry(
    id="A1",
    verb="reset",
    state="succeeded",
    actor="U1",
    vm="vm-7",
    vm_name="web",
    name="",
    stages=("reset",),
    text="",
    undoes="",
    at=AT.timestamp() - 1,
)


def write(method: str = "ResetVM_Task", *, outcome: str = "accepted", vm: str = "vm-7", argument: str = "") -> Write:
    return Write(
        method=method,
        entity=vm,
        entity_name=f"name of {vm}",
        target=vm,
        target_name=f"name of {vm}",
        at=AT,
        outcome=outcome,
        argument=argument,
    )


def test_each_write_once_is_no_complaint() -> None:
    made = replace(RESET, id="A2", verb="clone", vm="vm-8", name="copy")
    sent = [write(outcome="dropped before it was applied"), write(), write("CloneVM_Task", vm="vm-8", argument="copy")]

    assert list(complaints([RESET, made], sent)) == []


def test_what_is_done_to_a_vm_that_was_made_belongs_to_whoever_did_it_and_not_to_its_maker() -> None:
    made = replace(RESET, id="A2", verb="spawn", vm="", vm_name="new", name="new", at=RESET.at - 3)
    binned = replace(RESET, id="A3", verb="nuke", vm="vm-9", vm_name="new", at=RESET.at - 1)
    purged = replace(RESET, id="A4", verb="purge", vm="vm-9", vm_name="new", at=RESET.at)
    earlier, later = AT - timedelta(seconds=2.5), AT - timedelta(seconds=1.5)
    sent = [
        replace(write("CreateVM_Task", vm="group-1", argument="new"), at=earlier),
        replace(write("PowerOnVM_Task", vm="vm-9"), at=earlier, entity_name="new"),
        replace(write("PowerOffVM_Task", vm="vm-9"), at=later, entity_name="new"),
        replace(write("Rename_Task", vm="vm-9", argument="new.binned-1"), at=later, entity_name="new"),
        replace(write("MoveIntoFolder_Task", vm="group-2"), at=later, target="vm-9", target_name="new.binned-1"),
        write("Destroy_Task", vm="vm-9"),
    ]

    assert list(complaints([made, binned, purged], sent)) == []
    assert [one.partition(":")[0] for one in complaints([made, binned, purged], [*sent, sent[2]])] == ["DOUBLED"]
    assert [one.partition(":")[0] for one in complaints([made, binned, purged], sent[:-1])] == ["LOST"]


@pytest.mark.parametrize(
    ("operation", "sent", "told"),
    [
        pytest.param(RESET, [write(), write(outcome="fault")], "DOUBLED: A1", id="sent twice"),
        pytest.param(RESET, [], "LOST: A1", id="told as done and never sent"),
        pytest.param(RESET, [write(outcome="dropped before it was applied")], "LOST: A1", id="lost on the way"),
        pytest.param(RESET, [write(), write(vm="vm-9")], "a call that no operation made", id="asked for by nobody"),
        pytest.param(replace(RESET, state="unknown"), [write()], "UNKNOWN: A1", id="not told although it can be"),
        pytest.param(replace(RESET, state="failed"), [write()], "A1 reset (failed)", id="told as failed and sent"),
        pytest.param(
            replace(RESET, verb="reboot", state="unknown"),
            [write("RebootGuest")],
            "UNKNOWN: A1",
            id="a reboot that arrived",
        ),
    ],
)
def test_what_is_wrong_is_told(operation: Entry, sent: list[Write], told: str) -> None:
    (complaint,) = complaints([operation], sent)

    assert complaint.startswith(told)


def test_what_ended_half_way_and_says_so_is_no_complaint() -> None:
    half = replace(RESET, state="failed", text="The connection was lost. Done before that: rename.")

    assert list(complaints([half], [write()])) == []


def test_a_reboot_that_never_arrived_may_end_unknown() -> None:
    assert list(complaints([replace(RESET, verb="reboot", state="unknown")], [])) == []
