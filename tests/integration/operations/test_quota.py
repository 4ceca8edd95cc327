"""Quotas hold however many ask at once, in whichever replica, on either database."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from operations.errors import ConfirmationNeededError
from operations.model import Actor, Change, State
from operations.policy import Policy, Rule
from operations.service import Operations
from operations.terms import Quota
from sandbox.vcenter import Estate
from tests.integration.operations.approving import ANN, BIG, approve
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import ERIK, READY_S, Directory, Lab, eventually, gateway_settings
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.sites import Sites

SMALL = {"cpu_count": 1, "memory_mib": 512, "disk_gib": 1}
NORA = Actor(id="U9", name="Nora", groups=frozenset({"vm-users"}))
ASKED = 20


def policy(**limits: int) -> Policy:
    """Users have a quota, administrators have none."""
    return Policy(
        (
            Rule(name="users", groups=("vm-users",), channels=("*",), verbs=("*",), quota=Quota(**limits)),
            Rule(name="admins", groups=("vm-admins",), channels=("*",), verbs=("*",)),
        )
    )


def with_quota(make_lab: MakeLab, url: str, **limits: int) -> Lab:
    lab = make_lab(url, policy=policy(**limits))
    lab.directory.change(NORA)
    return lab


def owned(estate: Estate) -> list[str]:
    """The truth in vCenter."""
    vms = [estate.vm(name) for name in estate.vms()]
    return sorted(vm.name for vm in vms if vm.custom.get("iaas.owner") == NORA.id)


@pytest.fixture(autouse=True)
def _nothing_stays(estate: Estate) -> Iterator[None]:
    """What one test makes counts for no other."""
    yield
    for name in owned(estate):
        estate.delete_vm(name)


def test_what_an_approver_has_lowered_says_still_what_is_left_of_the_quota(
    make_lab: MakeLab, database_url: str
) -> None:
    lab = make_lab(database_url, policy=policy(cpu_count=5), approvals=(BIG,))
    lab.directory.change(NORA)
    lab.directory.change(ANN)
    asked = lab.ask("spawn", name="lowered-1", actor=NORA, arguments=SMALL | {"cpu_count": 4})

    lowered = approve(lab, asked, cpu_count=3)

    notes = [[one for one in plan.notes if one.label == "Quota"] for plan in (asked.plan, lowered.plan) if plan]
    assert [len(found) for found in notes] == [1, 1]
    assert notes[0] != notes[1]
    assert lab.end(lowered).text


@pytest.fixture
def gateway_of_another(estate: Estate) -> Iterator[Gateway]:
    """Another replica's own mirror of the same vCenter."""
    gateway = Gateway(gateway_settings(estate), clock=SystemClock())
    gateway.start()
    assert gateway.wait_ready(READY_S)
    yield gateway
    gateway.close()


def test_twenty_requests_at_once_in_two_replicas_do_not_overrun_a_quota(
    make_lab: MakeLab, database_url: str, gateway_of_another: Gateway
) -> None:
    lab = with_quota(make_lab, database_url, vms=7)
    other = Operations(
        settings=replace(lab.settings, replica_id="lab-2"),
        sites=Sites([gateway_of_another]),
        policy=policy(vms=7),
        directory=Directory(),
        clock=SystemClock(),
    )
    requests = [lab.request("spawn", name=f"crowd-{at}", actor=NORA, arguments=SMALL) for at in range(ASKED)]

    with ThreadPoolExecutor(ASKED) as people:
        taken = list(people.map(lambda at: (lab.operations, other)[at % 2].submit(requests[at]), range(ASKED)))
    ended = [lab.end(lab.operations.get(one.id)) for one in taken]
    # The process has one engine, which is the lab's; the other replica only records.
    lab.operations.close()
    other.close()

    assert Counter(one.state for one in ended) == {State.SUCCEEDED: 7, State.REFUSED: ASKED - 7}
    assert len(owned(lab.estate)) == 7
    assert {one.rule for one in ended if one.state is State.REFUSED} == {"users"}


def test_requests_one_after_the_other_are_counted_by_what_vcenter_shows(make_lab: MakeLab, database_url: str) -> None:
    lab = with_quota(make_lab, database_url, vms=2)

    states = [lab.end(lab.ask("spawn", name=f"queue-{at}", actor=NORA, arguments=SMALL)).state for at in range(4)]

    assert states == [State.SUCCEEDED, State.SUCCEEDED, State.REFUSED, State.REFUSED]
    assert owned(lab.estate) == ["queue-0", "queue-1"]


def test_a_refusal_tells_the_rule_the_figures_and_the_way_out_and_is_on_record(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    lab = with_quota(make_lab, sqlite_url, vms=5, cpu_count=2)
    lab.do("spawn", name="first", actor=NORA, arguments=SMALL)

    refused = lab.ask("spawn", name="second", actor=NORA, arguments=SMALL | {"cpu_count": 2})

    assert (refused.state, refused.rule) == (State.REFUSED, "users")
    assert refused.text == "That is over your quota under the rule users. 2 vCPU: 1 used, 2 asked for."
    assert refused.way_out == (
        "Ask for less: 1 vCPU would do. Give one back with `/iaas nuke`: first. Or ask an administrator for more."
    )
    (event,) = lab.operations.events(refused.id)
    assert (event.kind, event.actor, event.data["rule"]) == ("operation.refused", NORA.id, "users")


def test_growing_a_vm_counts_for_its_owner_and_an_administrator_without_quota_may_go_on(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    lab = with_quota(make_lab, sqlite_url, cpu_count=2)
    lab.do("spawn", name="grows", actor=NORA, arguments=SMALL)
    eventually(lambda: lab.vm("grows").attributes.get("iaas.owner") == NORA.id)

    by_owner = lab.ask("transform", "grows", actor=NORA, arguments={"cpu_count": 4})
    by_admin = lab.end(lab.ask("transform", "grows", actor=ERIK, arguments={"cpu_count": 4}))
    more = lab.ask("spawn", name="more", actor=NORA, arguments=SMALL)

    assert (by_owner.state, by_owner.text) == (
        State.REFUSED,
        "That is over your quota under the rule users. 2 vCPU: 1 used, 3 asked for.",
    )
    assert by_admin.state is State.SUCCEEDED
    assert (more.state, "4 used" in more.text) == (State.REFUSED, True)


def test_nobody_is_asked_to_confirm_what_does_not_fit(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = with_quota(make_lab, sqlite_url, cpu_count=1)
    lab.do("spawn", name="cold", actor=NORA, arguments=SMALL)
    lab.prepare("cold", cpu_hot_add=False)
    request = lab.request("transform", "cold", actor=NORA, arguments={"cpu_count": 2})

    assert lab.operations.submit(request).state is State.REFUSED
    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("transform", "cold", actor=ERIK, arguments={"cpu_count": 2}))
    assert asked.value.plan.claim is not None


def test_a_copy_counts_as_large_as_its_source_and_the_plan_says_what_is_taken(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    lab = with_quota(make_lab, sqlite_url, vms=1, cpu_count=64)
    source = lab.vm("web-01")

    copied = lab.ask("clone", "web-01", name="web-01-copy", actor=NORA)
    again = lab.ask("clone", "web-01", name="web-01-copy-2", actor=NORA)

    assert copied.plan is not None
    assert [one.after for one in copied.plan.notes if one.label == "Quota"] == [f"1/1 VM, {source.cpu_count}/64 vCPU"]
    assert (again.state, "0 used, 1 reserved by what is under way" in again.text) == (State.REFUSED, True)
    assert lab.end(copied).state is State.SUCCEEDED


def test_what_was_cancelled_before_it_began_gives_its_share_back(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = with_quota(make_lab, sqlite_url, cpu_count=3)
    lab.do("spawn", name="held", actor=NORA, arguments=SMALL)
    eventually(lambda: lab.vm("held").attributes.get("iaas.owner") == NORA.id)
    lab.prepare("held", cpu_hot_add=True)
    lab.estate.set_task(3.0, "CreateSnapshot_Task")
    in_the_way = lab.ask("snapshot.create", "held", actor=ERIK, arguments={"snapshot": "slow"})
    growing = lab.ask("transform", "held", actor=NORA, arguments={"cpu_count": 3})
    full = lab.ask("spawn", name="second", actor=NORA, arguments=SMALL)

    cancelled = lab.operations.cancel(growing.id, NORA)
    free = lab.ask("spawn", name="third", actor=NORA, arguments=SMALL)

    assert (full.state, cancelled.state, free.state) == (State.REFUSED, State.CANCELLED, State.QUEUED)
    assert "3 vCPU: 1 used, 2 reserved by what is under way, 1 asked for" in full.text
    assert lab.end(in_the_way).state is State.SUCCEEDED
    assert lab.end(free).state is State.SUCCEEDED


def test_the_marks_of_the_bin_on_a_vm_that_lies_outside_free_nothing(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = with_quota(make_lab, sqlite_url, vms=1)
    made = lab.do("spawn", name="marked", actor=NORA, arguments=SMALL).result
    assert made is not None
    eventually(lambda: lab.vm("marked").attributes.get("iaas.owner") == NORA.id)
    lab.gateway.set_attributes(made, {"iaas.binned": "2026-11-26T05:12Z by U9, operation R7F3K"})
    eventually(lambda: "iaas.binned" in lab.vm("marked").attributes)

    refused = lab.ask("spawn", name="second", actor=NORA, arguments=SMALL)

    assert (refused.state, "1 VM: 1 used" in refused.text) == (State.REFUSED, True)


def test_nobody_is_advised_to_give_back_what_is_in_the_bin_already(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = with_quota(make_lab, sqlite_url, disk_gib=2)
    for name in ("kept", "given"):
        lab.do("spawn", name=name, actor=NORA, arguments=SMALL)
    eventually(lambda: lab.vm("given").attributes.get("iaas.owner") == NORA.id)
    lab.do("nuke", "given", actor=NORA)
    eventually(lambda: len(lab.operations.bin.find("given")) == 1)

    refused = lab.ask("spawn", name="third", actor=NORA, arguments=SMALL)

    assert (refused.state, refused.way_out) == (
        State.REFUSED,
        (
            "Give one back with `/iaas nuke`: kept. Disks count until a VM is deleted for good. "
            "Or ask an administrator for more."
        ),
    )


def test_going_back_to_a_snapshot_of_a_larger_size_counts_like_growing(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = with_quota(make_lab, sqlite_url, cpu_count=3)
    lab.do("spawn", name="shrunk", actor=NORA, arguments=SMALL | {"cpu_count": 2})
    eventually(lambda: lab.vm("shrunk").attributes.get("iaas.owner") == NORA.id)
    lab.do("snapshot.create", "shrunk", actor=NORA, arguments={"snapshot": "large"})
    lab.do("transform", "shrunk", actor=NORA, arguments={"cpu_count": 1})
    eventually(lambda: lab.vm("shrunk").cpu_count == 1)
    back = lab.request("snapshot.revert", "shrunk", actor=NORA, arguments={"snapshot": "large"})
    with pytest.raises(ConfirmationNeededError) as fits:
        lab.operations.submit(back)
    lab.do("spawn", name="beside", actor=NORA, arguments=SMALL | {"cpu_count": 2})

    refused = lab.operations.submit(back)

    assert Change(label="vCPU", before="1", after="2") in fits.value.plan.changes
    assert (refused.state, "3 vCPU: " in refused.text, "1 asked for" in refused.text) == (State.REFUSED, True, True)
    assert lab.vm("shrunk").cpu_count == 1
