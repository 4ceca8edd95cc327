"""What counts against a quota: VMs as vCenter shows them, and what operations hold beside that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from operations.model import Change, Claim, Effect, Operation, Plan, State
from operations.quota import (
    Amount,
    Balance,
    Wish,
    amount_of,
    exceeded,
    lines,
    reserved_by,
    statement,
    step_of,
    total,
    way_out,
)
from operations.terms import Quota
from tests.unit.operations.samples import HERE, NOW, VM_REF, actor, vm
from vsphere.model import Ref, Vm

GIB = 1024**3
NEW = Claim(owner="U1", makes=True, vms=1, cpu_count=2, memory_mib=4096, disk_gib=40)
GROWN = Claim(owner="U1", makes=False, vms=1, cpu_count=4, memory_mib=8192, disk_gib=0)
MADE = Ref("prod", "vm-99")
WHOLE = Amount(vms=1, cpu_count=2, memory_mib=4096, disk_gib=40)
SPAWN = Wish(verb="spawn", makes=True)
GROWTH = Amount(cpu_count=2, memory_mib=4096)


def operation(
    claim: Claim | None = NEW,
    *,
    state: State = State.RUNNING,
    started: bool = True,
    result: Ref | None = None,
    target: Ref | None = None,
) -> Operation:
    plan = Plan(verb="v", vm=target, vm_name="web", summary="s", effect=Effect.NONE, claim=claim, hash="h")
    return Operation(
        id="R7F3K",
        version=1,
        verb="v",
        state=state,
        actor=actor(),
        origin=HERE,
        vm=target,
        vm_name="web",
        summary="s",
        plan=plan,
        stage=None,
        stages=(),
        stages_done=0,
        percent=None,
        text="",
        way_out=None,
        rule=None,
        task=None,
        result=result,
        cancel_requested_by=None,
        created_at=NOW,
        started_at=NOW if started else None,
        finished_at=NOW + timedelta(minutes=1) if state.is_final else None,
    )


def in_bin(_vm: Vm) -> bool:
    return True


def outside(_vm: Vm) -> bool:
    return False


def held(*operations: Operation, mirror: tuple[Vm, ...] = (), settled: bool = False) -> Amount:
    by_ref = {one.ref: one for one in mirror}
    return reserved_by("U1", operations, find=by_ref.get, is_binned=in_bin, is_settled=lambda _operation: settled)


SHOWN = vm(ref=MADE)
UNOWNED = vm(ref=MADE, attributes={})
SMALL = vm()
CHANGING = operation(GROWN, target=VM_REF)
CHANGED = replace(CHANGING, state=State.SUCCEEDED, finished_at=NOW)
DONE = operation(state=State.SUCCEEDED, result=MADE)

HELD = {
    "waiting for approval": (held(operation(state=State.AWAITING_APPROVAL, started=False)), WHOLE),
    "queued": (held(operation(state=State.QUEUED, started=False)), WHOLE),
    "running, nothing made yet": (held(operation()), WHOLE),
    "running, made, not in the mirror yet": (held(operation(result=MADE)), WHOLE),
    "running, made, without owner yet": (held(operation(result=MADE), mirror=(UNOWNED,)), WHOLE),
    "running, made, with its owner": (held(operation(result=MADE), mirror=(SHOWN,)), Amount()),
    "succeeded, not in the mirror yet": (held(DONE), WHOLE),
    "succeeded, without owner yet": (held(DONE, mirror=(UNOWNED,)), WHOLE),
    "succeeded, with its owner": (held(DONE, mirror=(SHOWN,)), Amount()),
    "succeeded, given to somebody else by hand": (
        held(DONE, mirror=(vm(ref=MADE, attributes={"iaas.owner": "U2"}),)),
        Amount(),
    ),
    "succeeded, and gone again": (held(DONE, settled=True), Amount()),
    "not known whether it was made": (held(operation(state=State.UNKNOWN)), WHOLE),
    "failed before it was made": (held(operation(state=State.FAILED)), Amount()),
    "failed after it was made": (held(operation(state=State.FAILED, result=MADE)), WHOLE),
    "cancelled before it began": (held(operation(state=State.CANCELLED, started=False)), Amount()),
    "refused": (held(operation(state=State.REFUSED, started=False)), Amount()),
    "expired": (held(operation(state=State.EXPIRED, started=False)), Amount()),
    "somebody else's": (held(operation(replace(NEW, owner="U2"))), Amount()),
    "one that takes up nothing": (held(operation(None, target=VM_REF)), Amount()),
    "growing": (held(CHANGING, mirror=(SMALL,)), GROWTH),
    "growing, not shown yet": (held(CHANGED, mirror=(SMALL,)), GROWTH),
    "grown": (held(CHANGED, mirror=(vm(cpu_count=4, memory_mib=8192),)), Amount()),
    "grown by failure": (held(replace(CHANGED, state=State.FAILED), mirror=(SMALL,)), Amount()),
    "grown, then made smaller": (held(operation(None, target=VM_REF), CHANGED, mirror=(SMALL,)), Amount()),
    "made, then binned": (
        held(operation(None, state=State.SUCCEEDED, target=MADE), DONE, mirror=(replace(SHOWN, attributes={}),)),
        Amount(),
    ),
    "several": (held(operation(), operation(), CHANGING, mirror=(SMALL,)), WHOLE + WHOLE + GROWTH),
}


@pytest.mark.parametrize(("got", "wanted"), HELD.values(), ids=HELD.keys())
def test_an_operation_holds_what_vcenter_does_not_show_yet(got: Amount, wanted: Amount) -> None:
    assert got == wanted


def test_a_vm_counts_with_all_its_disks_may_take_up() -> None:
    whole = vm(cpu_count=2, memory_mib=4096, committed_bytes=10 * GIB, uncommitted_bytes=30 * GIB)

    assert amount_of(whole, in_bin) == WHOLE
    assert total([whole, whole], in_bin) == WHOLE + WHOLE


def test_a_vm_in_the_recycle_bin_counts_with_its_disks_alone() -> None:
    binned = vm(attributes={"iaas.owner": "U1", "iaas.binned": "2026-11-26T05:12Z by U1, operation R7F3K"})

    assert amount_of(binned, in_bin) == Amount(disk_gib=40)
    assert step_of(replace(GROWN, cpu_count=2, memory_mib=4096), binned, in_bin) == replace(WHOLE, disk_gib=0)


def test_a_vm_that_has_only_the_marks_of_the_bin_counts_whole_and_takes_up_nothing_more_when_restored() -> None:
    marked = vm(attributes={"iaas.owner": "U1", "iaas.binned": "2026-11-26T05:12Z by U1, operation R7F3K"})

    assert amount_of(marked, outside) == WHOLE
    assert total([marked], outside) == WHOLE
    assert step_of(replace(GROWN, cpu_count=2, memory_mib=4096), marked, outside) == Amount()


def test_making_a_vm_smaller_takes_up_nothing() -> None:
    assert step_of(GROWN, vm(cpu_count=8, memory_mib=16384), outside) == Amount()


def test_a_copy_takes_up_all_of_itself_whatever_its_source_has() -> None:
    assert step_of(NEW, vm(cpu_count=64), outside) == WHOLE


QUOTA = Quota(vms=5, cpu_count=16, memory_mib=65536, disk_gib=500)
USED = Amount(vms=3, cpu_count=12, memory_mib=32768, disk_gib=200)
BALANCE = Balance(quota=QUOTA, used=USED, reserved=Amount(vms=1, cpu_count=2))

FITS = {
    "up to the limit": (BALANCE, Amount(vms=1, cpu_count=2)),
    "no limit at all": (replace(BALANCE, quota=Quota()), Amount(vms=100, cpu_count=1000, disk_gib=10**6)),
    "nothing, though the limit was lowered since": (replace(BALANCE, quota=Quota(vms=1)), Amount(cpu_count=2)),
}


@pytest.mark.parametrize(("balance", "step"), FITS.values(), ids=FITS.keys())
def test_what_fits_is_not_refused(balance: Balance, step: Amount) -> None:
    assert exceeded(balance, step) == []


OVER = {
    "one VM too many": (Amount(vms=2), ["5 VMs: 3 used, 1 reserved by what is under way, 2 asked for"]),
    "one vCPU too many": (Amount(cpu_count=3), ["16 vCPU: 12 used, 2 reserved by what is under way, 3 asked for"]),
    "memory in GB": (Amount(memory_mib=33280), ["64 GB memory: 32 used, 32.5 asked for"]),
    "disks": (Amount(disk_gib=301), ["500 GB disk: 200 used, 301 asked for"]),
    "all at once": (
        Amount(vms=2, disk_gib=301),
        [
            "5 VMs: 3 used, 1 reserved by what is under way, 2 asked for",
            "500 GB disk: 200 used, 301 asked for",
        ],
    ),
}


@pytest.mark.parametrize(("step", "words"), OVER.values(), ids=OVER.keys())
def test_a_refusal_says_the_limit_what_is_used_what_is_reserved_and_what_was_asked(
    step: Amount, words: list[str]
) -> None:
    assert exceeded(BALANCE, step) == words


def test_a_limit_of_nothing_refuses_the_first() -> None:
    assert exceeded(Balance(quota=Quota(vms=0), used=Amount(), reserved=Amount()), WHOLE) == [
        "0 VMs: 0 used, 1 asked for"
    ]


def test_the_way_out_is_a_smaller_size_where_that_helps() -> None:
    said = way_out(BALANCE, Amount(vms=1, cpu_count=4), SPAWN, [vm(name="web-02"), vm(name="web-01")])

    assert said == (
        "Ask for less: 2 vCPU would do. Give one back with `/iaas nuke`: web-01, web-02. "
        "Or ask an administrator for more."
    )


def test_the_way_out_offers_no_smaller_size_where_the_number_of_vms_is_full() -> None:
    full = replace(BALANCE, reserved=Amount(vms=2, cpu_count=2))
    said = way_out(full, Amount(vms=1, cpu_count=4), SPAWN, [vm(name=f"web-{number}") for number in range(7)])

    assert said == (
        "Give one back with `/iaas nuke`: web-0, web-1, web-2, web-3, web-4 and 2 more. "
        "Or ask an administrator for more."
    )


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(verb="transform", makes=False), "Ask for less: 2 vCPU more would do. "),
        (
            Wish(verb="transform", makes=False, is_undo=True),
            "An undo takes all of it back; ask for a part of it with `/iaas transform`: 2 vCPU more would do. ",
        ),
        (Wish(verb="restore", makes=False), "It comes back as large as it was. "),
        (Wish(verb="restore", makes=False, is_undo=True), "It comes back as large as it was. "),
        (Wish(verb="snapshot.revert", makes=False), "It goes back to the size that it had then. "),
        (Wish(verb="clone", makes=True), "A clone is as large as what it is made from. "),
        (Wish(verb="clonetemplate", makes=True), "Ask for less: 2 vCPU would do. "),
    ],
)
def test_nobody_is_told_to_ask_for_less_of_what_can_only_be_had_whole(wish: Wish, words: str) -> None:
    said = way_out(BALANCE, Amount(cpu_count=4), wish, [vm(name="web-02")])

    assert said == f"{words}Give one back with `/iaas nuke`: web-02. Or ask an administrator for more."


def test_whoever_has_nothing_to_give_back_is_sent_to_an_administrator() -> None:
    full = replace(BALANCE, reserved=Amount(cpu_count=4))

    assert way_out(full, Amount(cpu_count=4), SPAWN, []) == "Ask an administrator for more."


def test_a_disk_is_not_given_back_by_the_recycle_bin() -> None:
    said = way_out(BALANCE, Amount(vms=1, disk_gib=400), SPAWN, [vm(name="web-02")])

    assert "Disks count until a VM is deleted for good." in said


def test_a_plans_note_tells_what_is_taken_afterwards_where_it_is_touched() -> None:
    assert lines(BALANCE, Amount(vms=1, cpu_count=2)) == (
        Change(label="Quota", before="", after="5/5 VMs, 16/16 vCPU"),
    )
    assert lines(BALANCE, Amount()) == ()
    assert lines(replace(BALANCE, quota=Quota()), WHOLE) == ()


def test_a_statement_tells_every_limit() -> None:
    assert (
        statement(BALANCE)
        == "4 of 5 VMs (1 reserved), 14 of 16 vCPU (2 reserved), 32 of 64 GB memory, 200 of 500 GB disk"
    )
    assert statement(replace(BALANCE, quota=Quota())) == "no limit"
