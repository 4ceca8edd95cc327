"""Approvals as people meet them: cards and buttons in Slack, forms, typed twins, and who may press what."""

from collections.abc import Callable

from tests.acceptance.service.asking import (
    APPROVE,
    APPROVERS,
    CHANNEL,
    CPU,
    DENY,
    LOWER,
    MEMORY,
    REASON,
    ROOM,
    Asked,
    ask,
    complaint,
    hear,
    know_groups,
    small,
    withdraw,
    world,
)
from tests.acceptance.service.desk import Desk, state_of

__all__ = ["ask", "world"]


def test_what_is_big_waits_for_one_click_and_every_card_tells_who_and_when(
    ask: Callable[..., Asked], desk: Desk
) -> None:
    know_groups(desk)
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
        assert decided.action_ids() == ["iaas.say.pending"]
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


def test_the_asker_can_not_approve_even_as_an_approver(ask: Callable[..., Asked], desk: Desk) -> None:
    desk.workspace.set_group(APPROVERS, ["U0ANN", "U0DANA"])
    desk.workspace.set_channel(CHANNEL, add=["U0DANA"])
    asked = ask("spawn big-own cpu=8")

    asked.click(who="dana")

    asked.told("You asked for", "dana")
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
    assert not [one for one in desk.person("ann").messages(ROOM) if asked.id in one.text and one.ephemeral]
    desk.workspace.set_channel(CHANNEL, remove=["U0GUY"])
    withdraw(asked)
    assert "cancelled" in asked.card(without_buttons=True).all_text


def test_who_has_left_the_approvers_since_the_card_came_can_not(ask: Callable[..., Asked], desk: Desk) -> None:
    asked = ask("spawn big-left cpu=8")
    desk.workspace.set_group(APPROVERS, ["U0BEN"])

    asked.click()

    asked.told("you are none of them")
    asked.click(who="ben")
    assert state_of(asked.ended()) == "succeeded"


def test_everything_can_be_typed(ask: Callable[..., Asked], desk: Desk) -> None:
    know_groups(desk)
    first, second = ask("spawn big-typed-1 cpu=8"), ask("spawn big-typed-2 cpu=8 memory=16")

    hear(desk, "pending", first.id)
    hear(desk, "pending", "2 of yours", "dana")
    assert APPROVE in hear(desk, f"pending {second.id}", "waits for you").action_ids()
    hear(desk, f"approve {second.id}", "none of them", "ben")
    hear(desk, f"approve {second.id} plan=ffffffffffffffff", "has changed since")
    hear(desk, f"approve {second.id} cpu=9", "more than the 8 vCPU")
    hear(desk, f"deny {first.id} budget=0 & no plan", "You denied")
    hear(desk, f"approve {second.id} cpu=2 memory=4", "You approved")

    assert state_of(first.ended()) == "refused"
    assert "budget=0 &amp; no plan" in first.ended().all_text
    assert state_of(second.ended()) == "succeeded"
    assert desk.vm("big-typed-2").cpus == 2
    hear(desk, f"approve {first.id}", "has been denied by")
    hear(desk, "pending", "Nothing waits")


def test_help_shows_the_verbs_of_approvers_to_whom_they_are_of_use(ask: Callable[..., Asked], desk: Desk) -> None:
    know_groups(desk)
    before = hear(desk, "help", "What you may do here", "dana").all_text
    ask("spawn big-help cpu=8")

    asker = hear(desk, "help", "What you may do here", "dana").all_text
    approver = hear(desk, "help", "What you may do here").all_text

    assert "`pending" not in before
    assert ("`pending" in asker, "`approve OP" in asker) == (True, False)
    assert ("`pending" in approver, "`approve OP" in approver, "`deny OP" in approver) == (True, True, True)
