"""The last question before the first write: who is it by now, is it allowed still, is the VM still as it was?"""

from dataclasses import replace

from operations.model import State
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, ERIK, Lab, eventually
from vsphere.clock import SystemClock


def test_somebody_who_lost_the_right_while_it_waited_is_refused(lab: Lab) -> None:
    lab.prepare("web-01", power="on")
    lab.estate.set_task(1.0, "ResetVM_Task")
    first = lab.ask("reset", "web-01")
    waiting = lab.ask("snapshot.create", "web-01", actor=ERIK, arguments={"snapshot": "x"})

    lab.directory.change(replace(ERIK, groups=frozenset()))
    lab.end(first)

    assert lab.end(waiting).state is State.REFUSED
    assert lab.writes("CreateSnapshot_Task") == []


def test_somebody_nobody_knows_any_more_is_refused_after_a_while(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = make_lab(sqlite_url, directory_timeout_s=1)
    lab.prepare("web-01", power="on")
    lab.directory.forget(DANA.id)

    ended = lab.end(lab.ask("reset", "web-01"))

    assert ended.state is State.REFUSED
    assert "could not be checked again right before it was sent, for 1 s" in ended.text
    assert ended.way_out
    assert lab.writes() == []


def test_what_was_queued_waits_while_slack_is_away_and_is_done_once_it_answers(lab: Lab) -> None:
    lab.prepare("web-01", power="on")
    lab.directory.forget(DANA.id)
    operation = lab.ask("reset", "web-01")
    lab.news.wait(operation.id, lambda one: one.state is State.RUNNING)
    asked = lab.directory.asked
    eventually(lambda: lab.directory.asked > asked)
    assert lab.writes() == []

    lab.directory.change(DANA)

    assert lab.end(operation).state is State.SUCCEEDED
    assert lab.writes() == ["ResetVM_Task"]


def test_waiting_for_slack_ends_with_the_wish_to_cancel(lab: Lab) -> None:
    lab.prepare("web-01", power="on")
    lab.directory.forget(DANA.id)
    operation = lab.ask("reset", "web-01")
    lab.news.wait(operation.id, lambda one: one.state is State.RUNNING)

    lab.operations.cancel(operation.id, DANA)

    ended = lab.end(operation)
    assert (ended.state, ended.text) == (State.CANCELLED, "Cancelled by <@U1>. Nothing was changed.")
    assert lab.writes() == []


def test_waiting_for_slack_ends_with_the_process_and_goes_on_after_a_restart(
    make_lab: MakeLab, sqlite_url: str
) -> None:
    first = make_lab(sqlite_url)
    first.prepare("web-01", power="on")
    first.directory.forget(DANA.id)
    operation = first.ask("reset", "web-01")
    first.news.wait(operation.id, lambda one: one.state is State.RUNNING)

    clock = SystemClock()
    began = clock.monotonic()
    first.operations.drain(10)
    first.operations.close()
    assert clock.monotonic() - began < 5
    second = make_lab(sqlite_url)

    assert second.end(second.operations.get(operation.id)).state is State.SUCCEEDED
    assert second.writes() == ["ResetVM_Task"]


def test_a_vm_that_was_protected_meanwhile_is_left_alone(lab: Lab) -> None:
    lab.prepare("web-05", power="on")
    lab.estate.set_task(1.0, "ResetVM_Task")
    first = lab.ask("reset", "web-05")
    lab.news.wait(first.id, lambda one: one.task is not None)
    waiting = lab.ask("nuke", "web-05")
    lab.estate.set_vm("web-05", custom={"iaas.protected": "true"})
    lab.end(first)

    ended = lab.end(waiting)

    assert ended.state is State.REFUSED
    assert "protected" in ended.text
    assert lab.writes() == ["ResetVM_Task"]
    lab.prepare("web-05", custom={"iaas.protected": "false"})
