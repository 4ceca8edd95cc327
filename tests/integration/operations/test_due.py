"""What is to begin at a time waits on record for it, on either database; and what is to be told once is told once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from operations.model import Operation, State
from operations.terms import ApprovalRule
from tests.integration.operations.approving import ANN
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, HERE, Lab, eventually
from vsphere.gateway import Gateway
from vsphere.model import Ref, Vm

TONIGHT = timedelta(hours=6)


def test_an_operation_for_tonight_waits_through_restarts_and_begins_when_it_is_due(
    make_lab: MakeLab, database_url: str
) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    waiting = lab.ask("poweron", "web-01", not_before=lab.clock.now() + TONIGHT)

    lab.operations.sweep()
    lab.operations._attendant._heal(settled=timedelta(0))

    assert (waiting.state, lab.writes()) == (State.QUEUED, [])
    assert lab.operations._engine.missing(["op-x"]) == {"op-x"}
    assert lab.kinds(waiting) == ["operation.requested"]
    lab.clock.move(TONIGHT)
    lab.operations.sweep()
    lab.operations.sweep()
    assert lab.end(waiting).state is State.SUCCEEDED
    assert lab.writes() == ["PowerOnVM_Task"]


def test_what_is_due_at_the_same_time_begins_in_the_order_of_asking(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="on", tools_running=True)
    tonight = lab.clock.now() + TONIGHT
    asked = []
    for verb in ("reset", "reboot") * 3:
        asked.append(lab.ask(verb, "web-01", not_before=tonight))
        lab.clock.move(timedelta(minutes=2))

    lab.clock.move(TONIGHT)
    ended: list[Operation] = []
    for one in asked:
        lab.operations.sweep()
        ended.append(lab.end(one))

    ended.sort(key=lambda one: str(one.started_at))
    assert [one.id for one in ended] == [one.id for one in asked]


@pytest.mark.parametrize("votes", [0, 1], ids=["nobody had to agree", "it has its yes"])
def test_what_lies_by_then_where_somebody_has_to_agree_is_not_done_without(
    make_lab: MakeLab, gateway: Gateway, sqlite_url: str, votes: int
) -> None:
    elsewhere = next(one for one in gateway.inventory.vms() if one.folder not in {None, web_01(gateway).folder})
    path = gateway.inventory.path(elsewhere.ref).rpartition("/")[0]
    fenced = ApprovalRule(name="fenced", verbs=("poweron",), folders=(path,), groups=("vm-approvers",))
    anywhere = replace(fenced, name="anywhere", folders=("*",))
    lab = make_lab(sqlite_url, approvals=(anywhere,) if votes else (fenced,))
    lab.directory.change(ANN)
    vm = lab.prepare("web-01", power="off")
    waiting = lab.ask("poweron", "web-01", not_before=lab.clock.now() + TONIGHT)
    if votes:
        lab.operations.approvals.approve(waiting.id, ANN, HERE)
    with moved(lab, vm, elsewhere.folder):
        lab.clock.move(TONIGHT)
        lab.operations.sweep()

        ended = lab.end(waiting)

    assert ended.state is (State.SUCCEEDED if votes else State.REFUSED)
    assert votes or ended.text == "By now it needs a yes of vm-approvers: every poweron. Nothing was changed."
    assert lab.writes("PowerOnVM_Task") == (["PowerOnVM_Task"] if votes else [])


def web_01(gateway: Gateway) -> Vm:
    (found,) = gateway.inventory.find_vms("web-01")
    return found


@contextmanager
def moved(lab: Lab, vm: Vm, folder: Ref | None) -> Iterator[None]:
    """A person moves the VM into another folder, and back after the test."""
    assert folder is not None
    assert vm.folder is not None
    lab.gateway.move_to_folder(vm.ref, folder)
    eventually(lambda: lab.vm("web-01").folder == folder)
    yield
    lab.gateway.move_to_folder(vm.ref, vm.folder)
    eventually(lambda: lab.vm("web-01").folder == vm.folder)


def test_what_is_cancelled_before_its_time_never_begins(lab: Lab) -> None:
    lab.prepare("web-01", power="off")
    waiting = lab.ask("poweron", "web-01", not_before=lab.clock.now() + TONIGHT)

    cancelled = lab.operations.cancel(waiting.id, DANA)
    lab.clock.move(TONIGHT)
    lab.operations.sweep()

    assert cancelled.state is State.CANCELLED
    assert lab.operations.get(waiting.id).state is State.CANCELLED
    assert lab.writes() == []


def test_a_clock_that_is_set_back_only_makes_it_wait_longer(lab: Lab) -> None:
    lab.prepare("web-01", power="off")
    waiting = lab.ask("poweron", "web-01", not_before=lab.clock.now() + timedelta(minutes=30))

    lab.clock.move(timedelta(hours=-1))
    lab.operations.sweep()
    assert lab.writes() == []
    lab.clock.move(timedelta(hours=2))
    lab.operations.sweep()

    assert lab.end(waiting).state is State.SUCCEEDED


def test_what_is_due_is_queued_by_a_restart_too(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    waiting = lab.ask("poweron", "web-01", not_before=lab.clock.now() + TONIGHT)
    lab.clock.move(TONIGHT)

    lab.operations._attendant._heal(settled=timedelta(0))

    assert lab.end(waiting).state is State.SUCCEEDED


def test_a_notice_is_kept_once_and_told_once(make_lab: MakeLab, database_url: str) -> None:
    notices = make_lab(database_url).operations.notices

    first = notices.add(key="lease/vm-1/7d", recipient="U1", kind="lease.ends", data={"vm": "web-01"})
    again = notices.add(key="lease/vm-1/7d", recipient="U1", kind="lease.ends", data={"vm": "web-02"})

    assert (first, again) == (True, False)
    (waiting,) = notices.unsent()
    assert (waiting.recipient, waiting.kind, waiting.data) == ("U1", "lease.ends", {"vm": "web-01"})
    notices.sent(waiting.key)
    assert notices.unsent() == []
    assert not notices.add(key="lease/vm-1/7d", recipient="U1", kind="lease.ends", data={})


def test_notices_keep_their_order(make_lab: MakeLab, database_url: str) -> None:
    notices = make_lab(database_url).operations.notices

    for number in (3, 1, 2):
        notices.add(key=f"n/{number}", recipient="U1", kind="x", data={})

    assert [one.key for one in notices.unsent()] == ["n/3", "n/1", "n/2"]


@pytest.mark.parametrize(("later", "free"), [(timedelta(seconds=30), False), (timedelta(seconds=61), True)])
def test_a_notice_that_a_dead_replica_has_taken_on_is_free_again_after_a_minute(
    lab: Lab, later: timedelta, *, free: bool
) -> None:
    notices = lab.operations.notices
    notices.add(key="n/1", recipient="U1", kind="x", data={})

    assert notices.claim("n/1")
    lab.clock.move(later)

    assert notices.claim("n/1") is free
