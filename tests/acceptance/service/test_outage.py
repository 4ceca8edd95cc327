"""vCenter or Slack is away: at start, in the middle, for a while. It is said, waited out, and ended rightly."""

import pytest

from tests.acceptance.service.desk import ROOM, Desk, eventually, state_of


def test_a_bot_starts_without_vcenter_says_so_and_works_when_vcenter_comes(desk: Desk) -> None:
    desk.bot.stop()
    desk.estate.outage("refuse")
    desk.bot.start(wait=False)
    desk.workspace.wait_for_sockets(1)
    looked, changed = desk.answer("show web-01"), desk.answer("poweron web-06")
    nothing_sent = desk.sent()

    desk.estate.outage("off")
    desk.bot.wait_ready()
    outcome = eventually(
        lambda: found if (found := desk.run("show web-01")).state == "answered" else None, "vCenter", 20
    )
    switched_on = desk.run("poweron web-06")

    for message in (looked, changed):
        assert message.text.startswith(":x:")
        assert "lab" in message.text
        assert "inventory" in message.text
    assert nothing_sent == {}
    assert "web-01" in outcome.text
    assert switched_on.state == "succeeded", switched_on


@pytest.mark.parametrize("mode", ["refuse", "blackhole"])
def test_vcenter_lost_in_the_middle_of_an_operation_is_waited_out(desk: Desk, mode: str) -> None:
    desk.estate.set_task(3, "CloneVM_Task")
    card = desk.started(f"clone web-05 middle-{mode}")
    eventually(lambda: desk.sent()["CloneVM_Task"] == 1, "the clone's task")
    desk.estate.outage("refuse" if mode == "refuse" else "blackhole", seconds=5)
    echo = desk.person().command("/iaas echo still there", ROOM)
    end = desk.ended(card, timeout_s=90)

    assert echo.took_s < 3
    assert state_of(end) == "succeeded", end.text
    assert desk.sent() == {"CloneVM_Task": 1}


def test_connections_that_break_in_the_middle_are_made_anew(desk: Desk) -> None:
    desk.estate.set_task(2, "CloneVM_Task")
    card = desk.started("clone web-03 reconnected-1")
    eventually(lambda: desk.sent()["CloneVM_Task"] == 1, "the clone's task")
    assert desk.estate.drop_connections() > 0
    end = desk.ended(card)

    assert state_of(end) == "succeeded", end.text
    assert desk.sent() == {"CloneVM_Task": 1}


@pytest.mark.parametrize("verb", ["spawn lost-1", "clone web-04 lost-2"])
def test_an_answer_that_is_lost_is_settled_by_looking_and_nothing_is_made_twice(desk: Desk, verb: str) -> None:
    desk.estate.drop_after("CreateVM_Task" if verb.startswith("spawn") else "CloneVM_Task")
    outcome = desk.run(verb)

    name = verb.rsplit(maxsplit=1)[-1]
    assert outcome.state == "succeeded", outcome
    assert [one for one in desk.estate.vms() if one.endswith(name)] == [f"Lab/{name}"]
    assert sum(count for method, count in desk.sent().items() if method in {"CreateVM_Task", "CloneVM_Task"}) == 1


def test_slack_away_during_an_operation_leaves_no_card_behind(desk: Desk) -> None:
    desk.estate.set_task(2, "CloneVM_Task")
    card = desk.started("clone web-02 unseen-1")
    faults = desk.workspace.faults
    for method in ("chat.update", "chat.postMessage"):
        faults.method_fails(method, status=500, for_s=5)
    faults.refuse_handshakes(5)
    faults.fin()
    eventually(lambda: any(name.endswith("unseen-1") for name in desk.estate.vms()), "the clone's end")
    end = desk.ended(card)
    again = eventually(lambda: found if (found := desk.run("echo back")).state == "answered" else None, "Slack", 25)

    assert state_of(end) == "succeeded", end.text
    assert again.took_s < 3


def limited(desk: Desk) -> int:
    """How often Slack has said by now that the bot edits too much."""
    return len([one for one in desk.workspace.entries("http") if one["status"] == 429])


def test_slack_that_limits_the_rate_gets_the_final_state_all_the_same(desk: Desk) -> None:
    # It runs for longer than it takes to see its card, and is ended by hand.
    desk.estate.set_task(60, "CloneVM_Task")
    card = desk.started("clone lab-k8s-02 limited-1", state="running")
    desk.workspace.faults.method_fails("chat.update", status=429, retry_after_s=2, times=2)
    before = limited(desk)

    assert desk.person().click(card, "iaas.say.cancel").ok

    assert state_of(desk.ended(card)) == "cancelled"
    assert limited(desk) == before + 2


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked"])
def test_a_bot_token_that_is_refused_for_a_while_loses_no_card(desk: Desk, error: str) -> None:
    """A token that is changed is refused until its file is; the person must not be left without the end."""
    desk.workspace.faults.method_fails("chat.postMessage", error=error, times=2)
    card = desk.started(f"snapshot web-0{len(error) % 4 + 1} create {error.replace('_', '-')}")

    assert state_of(desk.ended(card)) == "succeeded"


def test_sockets_that_slack_refreshes_lose_no_command(desk: Desk) -> None:
    desk.workspace.faults.refresh(grace_s=1.0)
    results = [desk.person().command(f"/iaas echo {number}", ROOM) for number in range(10)]

    assert [one.ok for one in results] == [True] * 10
    assert max(one.took_s for one in results) < 3
