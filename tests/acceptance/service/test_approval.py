"""Approvals as people meet them: cards and buttons in Slack, forms, typed twins, and everything that can go wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.cli.demo.world import Bot, World
from sandbox.slack import SeenMessage, SeenView
from tests.acceptance.service.desk import Desk, eventually, operation_of, state_of
from tests.acceptance.service.program import iaas_bot

ROOM = "#vm-approvals"
APPROVE, LOWER, DENY = "iaas.say.approve", "iaas.say.approve.2", "iaas.say.deny"
REASON = "iaas.decision.reason"
CPU, MEMORY = "iaas.decision.cpu", "iaas.decision.memory"
APPROVERS = "S0APP"
CHANNEL = "C0VMAPP"
CRASH = "IAAS_CRASH_AT"
SQLITE = "sqlite:///iaas-bot.db"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world on either database."""
    url = SQLITE if request.param == "sqlite" else str(request.getfixturevalue("postgres_module_url"))
    environment = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}
    with World.start(live=False, database_url=url, environment=environment) as world:
        yield world


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that waits, by its cards."""

    desk: Desk
    own: SeenMessage
    room: SeenMessage

    @property
    def id(self) -> str:
        """The operation's id."""
        return str(operation_of(self.own))

    def card(self, who: str = "ann", channel: str = ROOM, *, without_buttons: bool = False) -> SeenMessage:
        """The card for approvers in a place, once it is there, or once its buttons are gone."""
        return self.desk.person(who).wait_for_message(
            lambda one: approval_of(one) == self.id and not (without_buttons and APPROVE in one.action_ids()),
            channel=channel,
            timeout_s=20,
        )

    def click(self, action: str = APPROVE, who: str = "ann", **said: Any) -> None:
        """Press a button of the card in the approvers' channel."""
        assert self.desk.person(who).click(self.card(who), action, **said).ok

    def told(self, words: str, who: str = "ann") -> SeenMessage:
        """What somebody is told in private."""
        return self.desk.person(who).wait_for_message(lambda one: one.ephemeral, contains=words, timeout_s=15)

    def ended(self) -> SeenMessage:
        """The asker's card at its end."""
        return self.desk.ended(self.own)

    def state(self) -> str | None:
        """What the asker's card shows now."""
        (card,) = [one for one in self.desk.person().messages() if operation_of(one) == self.id]
        return state_of(card)


def asked_by(desk: Desk, own: SeenMessage) -> Asked:
    """The request of a card, once its approvers have been asked."""
    room = desk.person("ann").wait_for_message(
        lambda one: approval_of(one) == operation_of(own), channel=ROOM, timeout_s=20
    )
    return Asked(desk=desk, own=own, room=room)


def approval_of(card: SeenMessage) -> str | None:
    metadata = card.raw.get("metadata") or {}
    return metadata["event_payload"]["id"] if metadata.get("event_type") == "iaas_approval" else None


@pytest.fixture
def ask(desk: Desk) -> Iterator[Callable[..., Asked]]:
    """Asks for something big; people, groups and rooms are as they were after the test."""

    def big(line: str, who: str = "dana") -> Asked:
        return asked_by(desk, desk.started(line, who, state="awaiting_approval"))

    yield big
    for made in [name for name in desk.estate.vms() if name.rpartition("/")[2].startswith("big-")]:
        desk.estate.delete_vm(made.rpartition("/")[2])
    desk.workspace.set_group(APPROVERS, ["U0ANN"])
    desk.workspace.set_channel(CHANNEL, add=["U0BOT", "U0ANN", "U0BEN"])


def small(desk: Desk, name: str) -> str:
    """A VM of the web team with two vCPUs that grows while it runs."""
    desk.estate.set_vm(name, power="on", cpus=2, memory_mib=4096, cpu_hot_add=True, memory_hot_add=True)
    return name


def test_what_is_big_waits_for_one_click_and_every_card_tells_who_and_when(
    ask: Callable[..., Asked], desk: Desk
) -> None:
    name = small(desk, "web-01")
    asked = ask(f'transform {name} cpu=6 reason="month-end batch"')
    direct = asked.card(channel="im")

    for card in (asked.room, direct):
        assert card.action_ids() == [APPROVE, LOWER, DENY]
        for words in ("Resize web-01", "2 → 6", "<@U0DANA>", "month-end batch", "more than 4 vCPU", "0 of 1 yes"):
            assert words in card.all_text
    assert "more than 4 vCPU" in asked.own.all_text
    assert desk.sent(name) == {}
    asked.click()

    assert state_of(asked.ended()) == "succeeded"
    assert desk.vm(name).cpus == 6
    for channel in (ROOM, "im"):
        decided = asked.card(channel=channel, without_buttons=True)
        assert "Approved by <@U0ANN>" in decided.all_text
        assert decided.action_ids() == ["iaas.say.status"]
    assert "Approved by <@U0ANN>" in asked.ended().all_text
    desk.person().wait_for_message(contains="was approved by <@U0ANN>", channel="im")
    assert desk.sent(name) == {"ReconfigVM_Task": 1}


def test_a_no_asks_for_the_reason_and_the_asker_is_told_it(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-denied cpu=8 memory=16")
    asked.click(DENY)
    form = desk.person("ann").wait_for_modal(contains="Why not?")

    assert desk.person("ann").submit(form, {REASON: "Four vCPUs <are> *enough* for “a test”"}).ok

    end = asked.ended()
    assert state_of(end) == "refused"
    assert "Denied by <@U0ANN>" in end.all_text
    assert "Four vCPUs &lt;are&gt; *enough* for" in end.all_text
    assert "&lt;are&gt;" in asked.card(without_buttons=True).all_text
    assert "big-denied" not in desk.estate.vms()
    desk.person().wait_for_message(contains="was denied by <@U0ANN>", channel="im")


def test_a_no_without_a_reason_is_complained_about_at_its_field(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-no-reason cpu=8")
    asked.click(DENY)
    form = desk.person("ann").wait_for_modal(contains="Why not?")

    desk.person("ann").submit(form, {REASON: "   "})

    assert "Say why" in complaint(desk, REASON)
    assert asked.state() == "awaiting_approval"
    desk.person("ann").close(form)
    desk.answer(f"cancel {asked.id}")


def test_an_approver_gives_less_and_never_more(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-lowered cpu=8 memory=16 disk=20")
    asked.click(LOWER)
    form = desk.person("ann").wait_for_modal(contains="with less")
    desk.person("ann").submit(form, {CPU: "12", MEMORY: "16"})
    assert "more than the 8 vCPU" in complaint(desk, CPU)

    assert desk.person("ann").submit(form, {CPU: "2", MEMORY: "4"}).ok

    assert state_of(asked.ended()) == "succeeded"
    made = desk.vm("big-lowered")
    assert (made.cpus, made.memory_mib) == (2, 4096)
    assert "Lowered from 8 vCPU, 16 GB memory by <@U0ANN>" in asked.ended().all_text
    assert "Lowered from 8 vCPU, 16 GB memory" in asked.card(without_buttons=True).all_text


def complaint(desk: Desk, block: str) -> str:
    def find(_state: object) -> str | None:
        view: SeenView | None = desk.person("ann").modal()
        return view.errors.get(block) if view else None

    return desk.person("ann").wait_for(find, "a complaint at its field", 10)


def test_the_asker_can_not_approve_even_as_an_approver(ask: Callable[..., Asked], desk: Desk) -> None:
    desk.workspace.set_group(APPROVERS, ["U0ANN", "U0DANA"])
    desk.workspace.set_channel(CHANNEL, add=["U0DANA"])
    asked = ask("spawn big-own cpu=8")

    asked.click(who="dana")

    asked.told("you asked for", "dana")
    assert asked.state() == "awaiting_approval"
    desk.workspace.set_channel(CHANNEL, remove=["U0DANA"])
    asked.click()
    assert state_of(asked.ended()) == "succeeded"


def test_nobody_else_can_and_each_is_told_so_in_private(ask: Callable[..., Asked], desk: Desk) -> None:
    desk.workspace.set_channel(CHANNEL, add=["U0GUY"])
    asked = ask("spawn big-others cpu=8")

    asked.click(who="ben")
    asked.click(who="guy")

    asked.told("you are none of them", "ben")
    asked.told("Guests can't use the bot", "guy")
    assert asked.state() == "awaiting_approval"
    assert not [one for one in desk.person("ann").messages(ROOM) if "none of them" in one.text]
    desk.workspace.set_channel(CHANNEL, remove=["U0GUY"])
    desk.answer(f"cancel {asked.id}")
    assert "cancelled" in asked.card(without_buttons=True).all_text


def test_who_has_left_the_approvers_since_the_card_came_can_not(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-left cpu=8")
    desk.workspace.set_group(APPROVERS, ["U0BEN"])

    asked.click()

    asked.told("you are none of them")
    asked.click(who="ben")
    assert state_of(asked.ended()) == "succeeded"


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
    assert "memory mib is 6144" in end.all_text
    asked.told("memory mib is 6144")
    assert "expired" in asked.card(without_buttons=True).all_text
    assert desk.sent(name) == {}


def test_everything_can_be_typed(ask: Callable[..., Asked], desk: Desk) -> None:
    first, second = ask("spawn big-typed-1 cpu=8"), ask("spawn big-typed-2 cpu=8 memory=16")

    assert first.id in desk.answer("pending", "ann").all_text
    assert "of yours" in desk.answer("pending").all_text
    assert APPROVE in desk.answer(f"pending {second.id}", "ann").action_ids()
    assert "none of them" in desk.answer(f"approve {second.id}", "ben").all_text
    assert "has changed since" in desk.answer(f"approve {second.id} plan=ffffffffffffffff", "ann").all_text
    assert "more than the 8 vCPU" in desk.answer(f"approve {second.id} cpu=9", "ann").all_text
    assert "You denied" in desk.answer(f"deny {first.id} budget=0 & no plan", "ann").all_text
    assert "You approved" in desk.answer(f"approve {second.id} cpu=2 memory=4", "ann").all_text

    assert state_of(first.ended()) == "refused"
    assert state_of(second.ended()) == "succeeded"
    assert desk.vm("big-typed-2").cpus == 2
    assert "denied by" in desk.answer(f"approve {first.id}", "ann").all_text
    assert "Nothing waits" in desk.answer("pending", "ann").all_text


def test_help_shows_the_verbs_of_approvers_to_whom_they_are_of_use(ask: Callable[..., Asked], desk: Desk) -> None:
    assert "`approve OP" in desk.answer("help", "ann").all_text
    assert "`pending" not in desk.answer("help").all_text
    asked = ask("spawn big-help cpu=8")

    told = desk.answer("help").all_text

    assert "`pending" in told
    assert "`approve OP" not in told
    desk.answer(f"cancel {asked.id}")


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


def crash_at(bot: Bot, point: str) -> None:
    """Start it anew so that it dies at this point."""
    bot.kill()
    bot.environment[CRASH] = point
    bot.start()


def revived(bot: Bot) -> None:
    """Wait until it has died, and start it again, without the flaw."""
    eventually(lambda: not bot.is_alive(), "the crash", 30)
    bot.environment.pop(CRASH)
    bot.start()


def test_a_restart_in_between_loses_neither_the_request_nor_its_cards(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-restart cpu=8")
    desk.bot.stop()
    desk.bot.start()

    asked.click()

    assert state_of(asked.ended()) == "succeeded"
    assert "Approved by <@U0ANN>" in asked.card(without_buttons=True).all_text


@pytest.mark.usefixtures("ask")
def test_approvers_are_asked_in_direct_messages_where_the_bot_is_not_in_their_channel(desk: Desk) -> None:
    desk.workspace.set_channel(CHANNEL, remove=["U0BOT"])
    own = desk.started("spawn big-direct cpu=8", state="awaiting_approval")
    card = desk.person("ann").wait_for_message(lambda one: approval_of(one) == operation_of(own), channel="im")

    assert desk.person("ann").click(card, APPROVE).ok

    assert state_of(desk.ended(own)) == "succeeded"
    assert "slack.approvers.unreachable" in desk.bot.log.read_text()
    checked = iaas_bot("check", "--config", str(desk.bot.config), env=desk.bot.secrets())
    assert "FAIL  approval big-new: Slack says not_in_channel. Invite the bot to #vm-approvals" in checked.stdout


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

    assert "ok    approval big-new: 1 person, asked in #vm-approvals and in direct messages" in good.stdout
    assert "FAIL  approval big-new: nobody is in @vm-approvers" in empty.stdout
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
            timeout_s=20,
        )
        told = [one for one in ann.messages(channel) if "still waits" in one.text]
        assert len(told) == 1
    assert "has expired" in desk.answer(f"approve {operation_of(own)}", "ann").all_text
    desk.workspace.assert_no_violations()


@pytest.mark.postgres
def test_two_replicas_ask_once_and_decide_once(postgres_module_url: str) -> None:
    environment = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}
    with World.start(live=False, database_url=postgres_module_url, environment=environment) as world:
        other = Bot(
            folder=world.bot.folder,
            workspace=world.workspace,
            estate=world.estate,
            database_url=postgres_module_url,
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
            desk.person().wait_for_message(contains="big-pair-5", channel="im", timeout_s=20)
            told = [one.text for one in desk.person().messages("im") if "big-pair-" in one.text]
            assert len(told) == 6
        finally:
            other.stop()
