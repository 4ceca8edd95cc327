"""What the recycle bin deletes for good, and everything that it never touches."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from operations.model import Operation, State
from operations.moments import read_moment, write_moment
from operations.recycling import BINNED, MARKS, PURGE
from tests.integration.operations.lab import Lab, eventually
from tests.integration.operations.leased import DAY, HOUR, MINUTE, SMALL, clear_leases, kinds, mirrored, sweep_at, told
from vsphere.model import PowerState, Ref


@pytest.fixture
def binned(lab: Lab) -> Iterator[Ref]:
    """A VM in the bin, and off."""
    clear_leases(lab)
    ref = into_bin(lab, "purged-01")
    lab.estate.reset_calls()
    yield ref
    if lab.gateway.inventory.vm(ref) is not None:
        lab.estate.set_vm(ref.moref, power="off")
        lab.estate.delete_vm(ref.moref)


def into_bin(lab: Lab, name: str) -> Ref:
    """Make a VM and put it into the bin."""
    ref = spawned(lab, name)
    lab.do("nuke", ref)
    eventually(lambda: "/Recycle bin/" in lab.gateway.inventory.path(ref))
    eventually(lambda: mirrored(lab, ref).power is PowerState.OFF and PURGE in mirrored(lab, ref).attributes)
    return ref


def spawned(lab: Lab, name: str) -> Ref:
    ref = lab.do("spawn", name=name, arguments=SMALL).result
    assert ref is not None
    eventually(lambda: mirrored(lab, ref).power is PowerState.ON)
    return ref


def write(lab: Lab, ref: Ref, name: str, text: str) -> None:
    """What somebody writes in vCenter."""
    lab.gateway.set_attributes(ref, {name: text})
    eventually(lambda: mirrored(lab, ref).attributes.get(name, "") == text)


def purges(lab: Lab) -> list[Operation]:
    """What the bin has deleted, or tried to."""
    return [lab.end(one) for one in lab.operations.recent(50, actor_id="bin")]


def sweep_after(lab: Lab, span: timedelta) -> list[Operation]:
    """One pass so much later."""
    sweep_at(lab, lab.clock.now() + span)
    return purges(lab)


def test_after_seven_days_and_not_a_minute_before_it_is_deleted(lab: Lab, binned: Ref) -> None:
    due = read_moment(mirrored(lab, binned).attributes[PURGE], lab.settings.tonight.zone)

    sweep_at(lab, due - MINUTE)
    early = purges(lab)
    sweep_at(lab, due)
    (purge,) = purges(lab)
    lab.operations.sweep()

    assert early == []
    assert (purge.state, purge.vm_name) == (State.SUCCEEDED, "purged-01"), purge.text
    assert purge.text == "purged-01 and its disks are deleted: its time in the recycle bin was over."
    assert lab.writes() == ["Destroy_Task"]
    assert len(purges(lab)) == 1
    assert told(lab) == []


def test_a_vm_that_was_dragged_into_the_bin_is_never_touched(lab: Lab, binned: Ref) -> None:
    dragged = spawned(lab, "dragged-02")
    lab.estate.set_vm(dragged.moref, power="off")
    drag(lab, dragged, binned)
    write(lab, binned, PURGE, "2099-01-01")

    assert sweep_after(lab, 400 * DAY) == []
    assert told(lab) == []
    lab.estate.delete_vm(dragged.moref)


def test_forged_attributes_do_not_purge_a_vm(lab: Lab, binned: Ref) -> None:
    forged = spawned(lab, "forged-01")
    lab.estate.set_vm(forged.moref, power="off")
    lab.gateway.set_attributes(forged, {name: mirrored(lab, binned).attributes[name] for name in MARKS})
    drag(lab, forged, binned)
    eventually(lambda: mirrored(lab, forged).power is PowerState.OFF)

    purged = sweep_after(lab, 8 * DAY)

    assert [one.vm for one in purged] == [binned]
    assert lab.gateway.read_vm(forged).instance_uuid
    lab.estate.delete_vm(forged.moref)


@pytest.mark.parametrize("marks", ["2026-11-26T05:12Z by U1, operation ZZZZZ", "2026-11-26T05:12Z by U1", "yes"])
def test_marks_that_name_no_nuke_on_our_record_do_not_purge(lab: Lab, binned: Ref, marks: str) -> None:
    write(lab, binned, BINNED, marks)

    assert sweep_after(lab, 8 * DAY) == []
    assert lab.writes("Destroy_Task") == []


def test_marks_that_name_another_operation_do_not_purge(lab: Lab, binned: Ref) -> None:
    spawn = lab.operations.recent(50, vm=binned)[-1]
    assert spawn.verb == "spawn"
    write(lab, binned, BINNED, f"2026-11-26T05:12Z by U1, operation {spawn.id}")

    assert sweep_after(lab, 8 * DAY) == []


def test_a_vm_that_was_restored_and_dragged_back_with_its_old_marks_is_not_purged(lab: Lab, binned: Ref) -> None:
    marks = {name: mirrored(lab, binned).attributes[name] for name in MARKS}
    bin_folder = mirrored(lab, binned).folder
    lab.do("restore", binned)
    lab.do("poweroff", binned, arguments={"hard": True})
    lab.gateway.set_attributes(binned, marks)
    assert bin_folder is not None
    lab.gateway.move_to_folder(binned, bin_folder)
    eventually(lambda: mirrored(lab, binned).folder == bin_folder and mirrored(lab, binned).power is PowerState.OFF)

    assert sweep_after(lab, 8 * DAY) == []


def test_a_vm_that_was_moved_out_of_the_bin_by_hand_is_not_purged(lab: Lab, binned: Ref) -> None:
    move(lab, binned, elsewhere(lab))

    assert sweep_after(lab, 8 * DAY) == []


def test_a_vm_that_was_used_outside_the_bin_and_dragged_back_is_not_purged(lab: Lab, binned: Ref) -> None:
    bin_folder = mirrored(lab, binned).folder
    move(lab, binned, elsewhere(lab))
    lab.do("poweron", binned)
    lab.estate.set_vm(binned.moref, power="off")
    move(lab, binned, bin_folder)
    eventually(lambda: mirrored(lab, binned).power is PowerState.OFF)

    assert sweep_after(lab, 8 * DAY) == []
    assert told(lab) == []


def test_a_vm_that_was_seen_outside_the_bin_is_not_purged_after_it_was_dragged_back(lab: Lab, binned: Ref) -> None:
    bin_folder = mirrored(lab, binned).folder
    move(lab, binned, elsewhere(lab))
    lab.operations.sweep()
    lab.operations.sweep()
    move(lab, binned, bin_folder)

    assert sweep_after(lab, 8 * DAY) == []
    nuke = next(one for one in lab.operations.recent(9, vm=binned) if one.verb == "nuke")
    assert lab.kinds(nuke).count("bin.left") == 1


def switch(lab: Lab, ref: Ref, verb: str, wanted: PowerState) -> None:
    """Do it, and wait for the mirror, by which the next plan is made, to hear of it."""
    lab.do(verb, ref, arguments={"hard": True} if verb == "poweroff" else {})
    eventually(lambda: mirrored(lab, ref).power is wanted)


def test_however_much_was_done_after_a_restore_old_marks_prove_nothing(lab: Lab, binned: Ref) -> None:
    marks = {name: mirrored(lab, binned).attributes[name] for name in MARKS}
    bin_folder = mirrored(lab, binned).folder
    lab.do("restore", binned)
    eventually(lambda: mirrored(lab, binned).power is PowerState.ON)
    for _ in range(26):
        switch(lab, binned, "poweroff", PowerState.OFF)
        switch(lab, binned, "poweron", PowerState.ON)
    switch(lab, binned, "poweroff", PowerState.OFF)
    lab.gateway.set_attributes(binned, marks)
    move(lab, binned, bin_folder)
    eventually(lambda: mirrored(lab, binned).power is PowerState.OFF)

    assert sweep_after(lab, 8 * DAY) == []


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-12-31"])
def test_a_vm_that_is_to_stay_in_the_bin_for_ever_stays_and_nobody_is_told(lab: Lab, binned: Ref, text: str) -> None:
    write(lab, binned, PURGE, text)

    assert sweep_after(lab, 8 * DAY) == []
    assert told(lab) == []


def test_a_purge_date_out_of_the_calendar_keeps_no_other_vm_in_the_bin(lab: Lab, binned: Ref) -> None:
    other = into_bin(lab, "purged-02")
    write(lab, binned, PURGE, "0001-01-01T00:00+14:00")

    assert [one.vm for one in sweep_after(lab, 8 * DAY)] == [other]
    assert kinds(lab) == ["bin.unreadable"]


def test_a_purge_date_that_was_edited_by_hand_counts(lab: Lab, binned: Ref) -> None:
    write(lab, binned, PURGE, write_moment(lab.clock.now() + 20 * DAY))

    assert sweep_after(lab, 19 * DAY) == []
    assert [one.state for one in sweep_after(lab, DAY + HOUR)] == [State.SUCCEEDED]


@pytest.mark.parametrize("text", ["", "not before Easter"], ids=["removed", "no time"])
def test_a_purge_date_that_is_none_keeps_the_vm_and_is_told_once(lab: Lab, binned: Ref, text: str) -> None:
    write(lab, binned, PURGE, text)

    assert sweep_after(lab, 8 * DAY) == []
    assert sweep_after(lab, 8 * DAY) == []
    assert [(one.recipient, one.kind, one.data["text"]) for one in told(lab)] == [("U1", "bin.unreadable", text)]


def test_a_vm_that_was_powered_on_in_the_bin_is_not_purged_and_its_owner_told(lab: Lab, binned: Ref) -> None:
    lab.estate.set_vm(binned.moref, power="on")
    eventually(lambda: mirrored(lab, binned).power is PowerState.ON)

    assert sweep_after(lab, 8 * DAY) == []
    assert (lab.writes("Destroy_Task"), kinds(lab)) == ([], ["bin.on"])
    lab.estate.set_vm(binned.moref, power="off")
    eventually(lambda: mirrored(lab, binned).power is PowerState.OFF)
    assert [one.state for one in sweep_after(lab, HOUR)] == [State.SUCCEEDED]


def test_a_protected_vm_in_the_bin_stays(lab: Lab, binned: Ref) -> None:
    write(lab, binned, "iaas.protected", "true")

    assert sweep_after(lab, 8 * DAY) == []


def test_nobody_purges_by_hand(lab: Lab, binned: Ref) -> None:
    refused = lab.ask("purge", binned)

    assert refused.state is State.REFUSED
    assert lab.writes() == []


@pytest.mark.usefixtures("binned")
def test_a_purge_that_failed_is_tried_again_an_hour_later(lab: Lab) -> None:
    lab.estate.fail_next("Destroy_Task", "NoPermission", privilege="VirtualMachine.Inventory.Delete")

    first = sweep_after(lab, 8 * DAY)
    soon = sweep_after(lab, MINUTE)
    later = sweep_after(lab, HOUR)

    assert [one.state for one in first] == [State.FAILED]
    assert "VirtualMachine.Inventory.Delete" in first[0].text
    assert len(soon) == 1
    assert [one.state for one in later] == [State.SUCCEEDED, State.FAILED]


def drag(lab: Lab, ref: Ref, beside: Ref) -> None:
    """What an administrator does in vCenter with the mouse."""
    move(lab, ref, mirrored(lab, beside).folder)


def move(lab: Lab, ref: Ref, folder: Ref | None) -> None:
    """The same, to a folder."""
    assert folder is not None
    lab.gateway.move_to_folder(ref, folder)
    eventually(lambda: mirrored(lab, ref).folder == folder)


def elsewhere(lab: Lab) -> Ref:
    """A folder that is no bin."""
    (found,) = [one.ref for one in lab.gateway.inventory.folders() if one.name == "Web"]
    return found
