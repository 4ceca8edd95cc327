"""Approvals when something goes wrong: kills, restarts, outages, other replicas, other people, and time."""

from collections.abc import Callable, Iterator

import pytest

from bot.cli.demo.world import Bot, World
from tests.acceptance.service.asking import (
    APPROVE,
    APPROVERS,
    CHANNEL,
    ROOM,
    Asked,
    approval_of,
    ask,
    asked_by,
    crash_at,
    hear,
    know_groups,
    revived,
    small,
    world,
)
from tests.acceptance.service.desk import Desk, eventually, operation_of, state_of
from tests.acceptance.service.program import iaas_bot
from tests.postgres import new_database

__all__ = ["ask", "world"]


def test_a_click_while_slack_can_not_tell_who_one_is_loses_nothing(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-unsure cpu=8")
    desk.workspace.faults.method_fails("usergroups.list", status=500, times=100)

    asked.click()

    asked.told("could not be checked")
    assert asked.state() == "awaiting_approval"
    desk.workspace.faults.clear()
    asked.click()
    assert state_of(asked.ended()) == "succeeded"


def test_a_vm_that_was_resized_by_hand_meanwhile_is_not_touched(ask: Callable[..., Asked], desk: Desk) -> None:
    name = small(desk, "web-02")
    asked = ask(f"transform {name} cpu=8")
    desk.estate.set_vm(name, memory_mib=6144)

    asked.click()

    end = asked.ended()
    assert state_of(end) == "expired"
    assert "memory is 6 GB" in end.all_text
    asked.told("memory is 6 GB")
    assert "expired" in asked.card(without_buttons=True).all_text
    assert desk.sent(name) == {}


@pytest.mark.usefixtures("ask")
@pytest.mark.parametrize("point", ["approval.recorded", "approval.asked"])
def test_a_bot_killed_while_it_asks_asks_after_its_start(desk: Desk, point: str) -> None:
    name = f"big-{point.replace('.', '-')}"
    crash_at(desk.bot, point)
    desk.person().command(f"/iaas spawn {name} cpu=8", wait=False)
    revived(desk.bot)

    room = desk.person("ann").wait_for_message(
        lambda one: approval_of(one) is not None and name in one.text, channel=ROOM, timeout_s=40
    )
    own = desk.person().wait_for_message(lambda one: operation_of(one) == approval_of(room), timeout_s=40)
    asked = Asked(desk=desk, own=own, room=room)
    asked.click()

    assert state_of(asked.ended()) == "succeeded"
    assert len([one for one in desk.person("ann").messages(ROOM) if approval_of(one) == asked.id]) == 1
    assert desk.sent(name) == {"CreateVM_Task": 1, "PowerOnVM_Task": 1} or desk.vm(name).cpus == 8


@pytest.mark.parametrize("point", ["approve.recorded", "approve.queued"])
def test_a_bot_killed_right_after_the_yes_does_it_once_and_every_card_tells(
    desk: Desk, ask: Callable[..., Asked], point: str
) -> None:
    know_groups(desk)
    name = small(desk, {"approve.recorded": "web-03", "approve.queued": "web-05"}[point])
    asked = ask(f"transform {name} cpu=6")
    desk.bot.kill()
    crash_at(desk.bot, point)
    card = asked.card()

    desk.person("ann").click(card, APPROVE, wait=False)
    revived(desk.bot)

    assert state_of(asked.ended()) == "succeeded"
    assert desk.sent(name) == {"ReconfigVM_Task": 1}
    for channel in (ROOM, "im"):
        assert "Approved by <@U0ANN>" in asked.card(channel=channel, without_buttons=True).all_text


def test_a_restart_in_between_loses_neither_the_request_nor_its_cards(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-restart cpu=8")
    desk.bot.stop()
    desk.bot.start()

    asked.click()

    assert state_of(asked.ended()) == "succeeded"
    assert "Approved by <@U0ANN>" in asked.card(without_buttons=True).all_text


@pytest.mark.usefixtures("ask")
def test_approvers_are_asked_in_direct_messages_where_the_bot_is_not_in_their_channel(desk: Desk) -> None:
    know_groups(desk)
    desk.workspace.set_channel(CHANNEL, remove=["U0BOT"])
    own = desk.started("spawn big-direct cpu=8", state="awaiting_approval")
    card = desk.person("ann").wait_for_message(lambda one: approval_of(one) == operation_of(own), channel="im")

    assert desk.person("ann").click(card, APPROVE).ok

    assert state_of(desk.ended(own)) == "succeeded"
    eventually(lambda: "slack.approvers.unreachable" in desk.bot.log.read_text(), "a line in the log", 60)
    checked = iaas_bot("check", "--config", str(desk.bot.config), env=desk.bot.secrets())
    assert "FAIL  approval big: Slack says not_in_channel. Invite the bot to #vm-approvals" in checked.stdout


def test_two_clicks_at_once_are_one_decision(ask: Callable[..., Asked], desk: Desk) -> None:
    desk.workspace.set_group(APPROVERS, ["U0ANN", "U0BEN"])
    asked = ask("spawn big-twice cpu=8")
    card = asked.card()

    for who in ("ann", "ben"):
        desk.person(who).click(card, APPROVE, wait=False)

    assert state_of(asked.ended()) == "succeeded"
    eventually(
        lambda: any(
            "has been approved by" in one.text for who in ("ann", "ben") for one in desk.person(who).messages()
        ),
        "a polite answer for the second",
    )
    assert desk.sent("big-twice")["CreateVM_Task"] == 1


@pytest.mark.usefixtures("ask")
def test_check_tells_who_decides_and_whose_group_is_empty(desk: Desk) -> None:
    secrets = desk.bot.secrets()
    good = iaas_bot("check", "--config", str(desk.bot.config), env=secrets)
    desk.workspace.set_group(APPROVERS, [])
    empty = iaas_bot("check", "--config", str(desk.bot.config), env=secrets)

    assert "ok    approval big: 1 person, asked in #vm-approvals and in direct messages" in good.stdout
    assert "FAIL  approval big: nobody is in @vm-approvers" in empty.stdout
    assert not [one for one in desk.person("ann").messages(ROOM) if "iaas-bot check" in one.text]


@pytest.fixture(scope="module")
def hasty_world() -> Iterator[World]:
    """A world in which a request waits for a minute, and approvers are reminded after half of it."""
    environment = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5", "IAAS_APPROVALS__EXPIRE_AFTER": "1m"}
    with World.start(live=False, environment=environment) as world:
        yield world


def test_what_nobody_decides_is_reminded_of_once_and_expires_on_every_card(hasty_world: World) -> None:
    desk = Desk(world=hasty_world)
    own = desk.started("spawn big-late cpu=8", state="awaiting_approval")
    ann = desk.person("ann")
    for channel in (ROOM, "im"):
        reminder = ann.wait_for_message(contains="still waits for a decision", channel=channel, timeout_s=45)
        assert "<@U0DANA> asked for it" in reminder.all_text

    end = desk.ended(own)

    assert (state_of(end), "Nobody decided in time" in end.all_text) == ("expired", True)
    for channel in (ROOM, "im"):
        ann.wait_for_message(
            lambda one: (
                approval_of(one) == operation_of(own) and "expired" in one.all_text and APPROVE not in one.action_ids()
            ),
            channel=channel,
            timeout_s=60,
        )
        told = [one for one in ann.messages(channel) if "still waits" in one.text]
        assert len(told) == 1
    hear(desk, f"approve {operation_of(own)}", "has expired")
    desk.workspace.assert_no_violations()


@pytest.mark.postgres
def test_two_replicas_ask_once_and_decide_once(postgres_server: str) -> None:
    environment = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}
    # A database of its own: on that of other worlds their VMs, which this one has not, would stay reserved for a while.
    with (
        new_database(postgres_server) as url,
        World.start(live=False, database_url=url, environment=environment) as world,
    ):
        other = Bot(
            folder=world.bot.folder,
            workspace=world.workspace,
            estate=world.estate,
            database_url=url,
            replica_id="other",
            environment=environment,
        )
        try:
            other.start()
            desk = Desk(world=world)
            for number in range(6):
                own = desk.started(f"spawn big-pair-{number} cpu=8", state="awaiting_approval")
                asked = asked_by(desk, own)
                asked.click()
                assert state_of(asked.ended()) == "succeeded"
                for channel in (ROOM, "im"):
                    asked.card(channel=channel, without_buttons=True)
                    cards = [one for one in desk.person("ann").messages(channel) if approval_of(one) == asked.id]
                    assert len(cards) == 1
                assert desk.sent(f"big-pair-{number}")["CreateVM_Task"] == 1
                desk.estate.delete_vm(f"big-pair-{number}")
            desk.person().wait_for_message(contains="big-pair-5", channel="im", timeout_s=60)
            told = [one.text for one in desk.person().messages("im") if "big-pair-" in one.text]
            assert len(told) == 6, told
        finally:
            other.stop()
