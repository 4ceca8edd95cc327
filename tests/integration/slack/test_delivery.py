"""Delivered twice, too late, too much, or while Slack is away: what people get in the end."""

import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest

from operations.model import Actor, Origin
from tests.integration.slack.conftest import Stage

DANA = Actor(id="U0DANA", name="dana")
HERE = Origin(channel="C0VMREQ", channel_name="vm-requests")


def test_the_same_envelope_twice_is_acknowledged_twice_and_done_once(stage: Stage) -> None:
    stage.workspace.faults.duplicate_next()

    stage.dana.command("/iaas echo once")

    stage.dana.wait_for_message(contains="echo once")
    _until(lambda: len(stage.workspace.entries("ack")) == 2)
    assert stage.dispatcher.lines() == ["echo once"]
    stage.workspace.assert_no_violations()


def test_the_same_click_twice_is_done_once(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    card = stage.dana.wait_for_card("running")
    stage.workspace.faults.duplicate_next()

    stage.dana.click(card, "iaas.say.status")

    stage.dana.wait_for_message(contains="status OP1")
    _until(lambda: len(stage.workspace.entries("ack")) == 3)
    assert stage.dispatcher.lines() == ["poweron web-01", "status OP1"]
    stage.workspace.assert_no_violations()


def test_a_command_that_slack_delivers_again_asks_before_it_changes_anything(stage: Stage) -> None:
    stage.workspace.faults.redeliver_on_reconnect()
    stage.workspace.faults.black_hole()
    lost = stage.dana.command("/iaas poweron web-01")
    assert not lost.ok
    stage.workspace.faults.refresh(warning=False)

    question = stage.dana.wait_for_card("took too long", timeout_s=60)
    assert stage.dispatcher.said == []
    # The question may come while the sockets are still being refreshed, and then Slack takes no click.
    stage.workspace.wait_for_sockets(2)
    assert stage.dana.click(question, "iaas.say.poweron").ok

    stage.dana.wait_for_card("running")
    assert stage.dispatcher.lines() == ["poweron web-01"]
    stage.workspace.assert_no_violations(allow=("no_ack",))


def test_a_read_that_slack_delivers_again_is_answered(stage: Stage) -> None:
    stage.workspace.faults.redeliver_on_reconnect()
    stage.workspace.faults.black_hole()
    stage.dana.command("/iaas echo hello")
    stage.workspace.faults.refresh(warning=False)

    stage.dana.wait_for_message(contains="echo hello", timeout_s=60)
    assert stage.dispatcher.lines() == ["echo hello"]


def test_twenty_slow_jobs_do_not_hold_up_a_fast_command(stage: Stage) -> None:
    for number in range(20):
        assert stage.dana.command(f"/iaas slow {number}").ok

    begin = monotonic()
    result = stage.dana.command("/iaas echo fast")
    stage.dana.wait_for_message(contains="echo fast")

    # A slow job takes half a minute here.
    assert result.ok
    assert monotonic() - begin < 10
    stage.workspace.assert_no_violations()


def test_a_job_that_starts_late_because_all_are_busy_asks_first(staged: Callable[..., Stage]) -> None:
    stage = staged(job_threads=2, late_after_s=1.0)
    for number in range(2):
        stage.dana.command(f"/iaas slow {number}")
    stage.dana.command("/iaas poweron web-01")
    threading.Event().wait(1.2)

    stage.dispatcher.release.set()

    stage.dana.wait_for_card("took too long")
    assert "poweron web-01" not in stage.dispatcher.lines()
    stage.workspace.assert_no_violations()


def test_a_confirmation_that_is_taken_up_late_is_not_carried_out(staged: Callable[..., Stage]) -> None:
    stage = staged(job_threads=2, late_after_s=1.0)
    stage.dana.command("/iaas nuke web-01")
    modal = stage.dana.wait_for_modal("Delete web-01")
    for number in range(2):
        stage.dana.command(f"/iaas slow {number}")
    stage.dana.submit(modal, {"iaas.name": "web-01"})
    threading.Event().wait(1.2)

    stage.dispatcher.release.set()

    stage.dana.wait_for_message(contains="reached me too late")
    assert stage.dispatcher.confirmed == []
    stage.workspace.assert_no_violations()


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_a_429_is_waited_out_and_the_end_is_shown(stage: Stage, method: str) -> None:
    stage.workspace.faults.method_fails(method, status=429, retry_after_s=2)

    stage.dana.command("/iaas poweron web-01")
    _until(lambda: bool(stage.operations.known))
    stage.operations.finish(next(iter(stage.operations.known.values())))

    stage.dana.wait_for_card("done in")
    assert len([one for one in stage.dana.messages() if one.blocks]) == 1
    stage.workspace.assert_no_violations()


def test_the_last_state_is_shown_after_many_changes_within_slacks_limits(staged: Callable[..., Stage]) -> None:
    stage = staged(options={"rate_limits": True})
    begun = [stage.operations.begin("poweron", f"web-{number}", DANA, HERE) for number in range(4)]
    for operation in begun:
        stage.front._announcer.adopt(operation)

    for percent in range(0, 100, 5):
        begun = [stage.operations.move(operation, percent=percent) for operation in begun]
        threading.Event().wait(0.1)
    for operation in begun:
        stage.operations.finish(operation, text="it is on")

    for operation in begun:
        stage.dana.wait_for_card(f"{operation.summary}* · done in", timeout_s=60)
    assert [one for one in stage.workspace.entries("http") if one["status"] == 429] == []
    stage.workspace.assert_no_violations()


def test_a_card_whose_end_slack_did_not_take_is_brought_up_to_date_when_it_is_back(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    stage.dana.wait_for_card("running")
    (operation,) = stage.operations.known.values()

    stage.workspace.faults.method_fails("*", status=503, for_s=3)
    stage.operations.finish(operation)

    stage.dana.wait_for_card("done in", timeout_s=60)
    assert stage.operations.cards.stale() == []
    stage.workspace.assert_no_violations()


def test_a_command_whose_card_slack_did_not_take_gets_it_later(stage: Stage) -> None:
    stage.workspace.faults.method_fails("chat.postMessage", status=500, for_s=2)

    stage.dana.command("/iaas poweron web-01")

    stage.dana.wait_for_card("running", timeout_s=60)
    assert len([one for one in stage.dana.messages() if one.blocks]) == 1
    stage.workspace.assert_no_violations()


def test_a_process_that_takes_over_edits_the_same_card_to_its_end(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    card = stage.dana.wait_for_card("running")
    stage.front.close()
    stage.operations.finish(next(iter(stage.operations.known.values())))

    stage.restart()

    assert stage.dana.wait_for_card("done in").ts == card.ts
    stage.workspace.assert_no_violations()


def test_of_two_cards_after_a_kill_that_lost_where_the_first_is_both_can_be_pressed_and_one_tells_the_end(
    stage: Stage,
) -> None:
    stage.dana.command("/iaas poweron web-01")
    older = stage.dana.wait_for_card("running")
    (operation,) = stage.operations.known.values()
    stage.front.close()
    stage.operations.cards.addresses.clear()
    stage.operations.move(operation, created_at=operation.created_at - timedelta(minutes=1))

    stage.restart()
    newer = stage.dana.wait_for_message(lambda one: one.ts > older.ts and "running" in one.text, timeout_s=60)
    for card in (older, newer):
        assert stage.dana.click(card, "iaas.say.cancel").ok
    _until(lambda: len(stage.dispatcher.lines()) == 3)
    stage.operations.finish(stage.operations.known[operation.id])

    assert stage.dana.wait_for_card("done in").ts == newer.ts
    assert stage.dispatcher.lines() == ["poweron web-01", *[f"cancel {operation.id}"] * 2]
    stage.workspace.assert_no_violations()


def test_a_card_deleted_by_somebody_is_not_tried_for_ever(stage: Stage) -> None:
    operation = stage.operations.begin("poweron", "web-01", DANA, HERE)
    stage.operations.cards.remember(operation.id, {"channel": "C0VMREQ", "ts": "1700000000.000001"})

    _until(lambda: stage.operations.cards.stale() == [])

    assert len([one for one in stage.workspace.entries("http") if one["method"] == "chat.update"]) == 1


def test_an_answer_that_the_response_url_refuses_comes_by_direct_message(stage: Stage) -> None:
    stage.dana.command("/iaas slow one")
    stage.workspace.clock.advance(1801)

    stage.dispatcher.release.set()

    assert stage.dana.wait_for_message(contains="slow one", channel="im")
    stage.workspace.assert_no_violations(allow=("expired_url",))


def test_a_person_whom_slack_can_not_name_gets_a_no(stage: Stage) -> None:
    stage.workspace.faults.method_fails("users.info", status=500, for_s=5)

    stage.dana.command("/iaas echo hi")

    stage.dana.wait_for_message(contains="can't find out in Slack who you are")
    assert stage.dispatcher.unknown == [("U0DANA", "C0VMREQ")]
    assert stage.dispatcher.said == []
    stage.workspace.assert_no_violations()


def test_guests_and_strangers_are_known_as_such(stage: Stage) -> None:
    for name in ("guy", "dana"):
        stage.workspace.as_user(name).command("/iaas echo hi")
    _until(lambda: len(stage.dispatcher.said) == 2)

    sam = stage.front._directory.look_up("U0SAM")

    assert {one.actor.name: one.actor.is_guest for one in stage.dispatcher.said} == {"guy": True, "dana": False}
    assert sam is not None
    assert sam.is_stranger


def test_group_membership_is_read_anew_for_an_approver(stage: Stage) -> None:
    directory = stage.front._directory
    before = directory.look_up("U0DANA")
    stage.workspace.set_group("S0APP", ["U0DANA"])

    cached = directory.look_up("U0DANA")
    fresh = directory.look_up("U0DANA", fresh=True)

    assert before == cached
    assert cached is not None
    assert "@vm-approvers" not in cached.groups
    assert fresh is not None
    assert "@vm-approvers" in fresh.groups


def _until(condition: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = monotonic() + timeout_s
    while not condition():
        assert monotonic() < deadline
        threading.Event().wait(0.05)
