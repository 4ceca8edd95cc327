"""Who may not: every no is told with its rule and a way out, is on record, and sends nothing."""

import pytest

from bot.cli.demo.world import World
from tests.acceptance.service.desk import Desk, operation_of, state_of
from tests.acceptance.service.lines import ABOUT_A_VM, LINES, set_out


@pytest.fixture(scope="module", autouse=True)
def _set_out(world: World) -> None:
    set_out(Desk(world=world))


@pytest.mark.parametrize("verb", LINES)
def test_a_guest_may_change_nothing(desk: Desk, verb: str) -> None:
    outcome = desk.run(LINES[verb].text, "guy")

    assert outcome.state == "refused", outcome
    assert "Guests can't use the bot." in outcome.text
    assert desk.sent() == {}


@pytest.mark.parametrize("line", ["list", "help", "echo hello", "invoke get-vm"])
def test_a_guest_may_not_even_look(desk: Desk, line: str) -> None:
    outcome = desk.run(line, "guy")

    assert outcome.state == "refused", outcome
    assert "Guests can't use the bot." in outcome.text
    assert "Ask a member of this workspace." in outcome.text
    assert desk.sent() == {}


@pytest.mark.parametrize("verb", [*ABOUT_A_VM, "restore"])
def test_a_colleagues_vm_is_refused_with_the_rule_and_the_way_out(desk: Desk, verb: str) -> None:
    outcome = desk.run(LINES[verb].text, "ann")

    assert outcome.state == "refused", outcome
    assert "own-vms" in outcome.text
    assert "Ask the owner" in outcome.text
    assert desk.sent() == {}


def test_a_refusal_is_on_record_with_its_operation(desk: Desk) -> None:
    outcome = desk.run("poweroff fin-app-02")
    details = desk.answer(f"status {outcome.card}")

    assert outcome.card is not None
    assert "refused" in details.all_text
    assert "fin-app-02" in details.all_text


def test_a_refusal_is_told_to_nobody_else(desk: Desk) -> None:
    outcome = desk.run("poweroff fin-batch-01")
    seen_by_ann = " ".join(one.all_text for one in desk.person("ann").messages())

    assert outcome.state == "refused"
    assert str(outcome.card) not in seen_by_ann


@pytest.mark.parametrize("verb", LINES)
def test_a_verb_in_the_wrong_channel_is_refused_with_the_right_place(desk: Desk, verb: str) -> None:
    answer = desk.answer(LINES[verb].text, channel="#general")

    assert answer.ephemeral or answer.raw["channel"].startswith("D")
    assert answer.text.startswith(":no_entry:")
    assert "#vm-requests" in answer.text
    assert desk.sent() == {}


def test_an_administrator_may_work_in_a_private_channel_that_others_may_not_use(desk: Desk) -> None:
    answer = desk.answer("show fin-app-01", "ben", "#ops")

    assert "fin-app-01" in answer.text
    assert not answer.text.startswith(":no_entry:")


def test_nobody_cancels_what_somebody_else_asked_for(desk: Desk) -> None:
    desk.estate.set_task(3, "CloneVM_Task")
    card = desk.started("clone pay-test-02 pay-copy-1", "ben")
    refused = desk.answer(f"cancel {operation_of(card)}")
    end = desk.ended(card, "ben")

    assert refused.text.startswith((":x:", ":no_entry:"))
    assert state_of(end) == "succeeded"
