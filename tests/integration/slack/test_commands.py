"""What people type and click, over the wire, and what they see."""

import pytest
from slack_sdk import WebClient

from operations.model import Actor, Origin
from sandbox.slack import SeenMessage
from tests.integration.slack.conftest import Stage
from tests.integration.slack.office import HASH

DANA = Actor(id="U0DANA", name="dana")
HERE = Origin(channel="C0VMREQ", channel_name="vm-requests")


def test_a_command_is_acknowledged_in_words_and_answered_in_private(stage: Stage) -> None:
    result = stage.dana.command("/iaas echo hello")

    answer = stage.dana.wait_for_message(contains="echo hello")

    assert result.response == {"response_type": "ephemeral", "text": "Doing echo…"}
    assert answer.ephemeral
    assert stage.dispatcher.said[0].actor.groups >= {"S0REQ", "@vm-users"}
    stage.workspace.assert_no_violations()


@pytest.mark.parametrize("channel", ["#vm-requests", "#general", "im"])
def test_a_command_is_answered_in_public_and_foreign_channels_and_in_direct_messages(
    stage: Stage, channel: str
) -> None:
    stage.dana.command("/iaas echo hi", channel)

    assert stage.dana.wait_for_message(contains="echo hi").ephemeral
    assert stage.dispatcher.said[0].origin.is_direct is (channel == "im")
    stage.workspace.assert_no_violations()


def test_an_operation_has_one_card_that_is_edited_to_its_end(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    first = stage.dana.wait_for_card("running 0 %")
    (operation,) = stage.operations.known.values()

    stage.operations.finish(operation)
    last = stage.dana.wait_for_card("done in")

    assert (last.ts, last.channel) == (first.ts, first.channel)
    assert "web-01 is on" in last.text
    assert first.raw["metadata"]["event_payload"]["id"] == operation.id
    assert "iaas.say.cancel" in first.action_ids()
    assert "iaas.say.cancel" not in last.action_ids()
    assert stage.operations.cards.addresses[operation.id, ""] == {"channel": "C0VMREQ", "ts": first.ts}
    stage.workspace.assert_no_violations()


def test_where_the_bot_is_no_member_the_card_comes_by_direct_message_and_says_so(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01", "#general")

    card = stage.dana.wait_for_card("poweron web-01", channel="im")
    told = stage.dana.wait_for_message(contains="not in this channel")

    assert card.channel == "D0DANA"
    assert told.ephemeral
    stage.workspace.assert_no_violations()


def test_from_a_private_channel_without_the_bot_the_card_comes_by_direct_message(stage: Stage) -> None:
    ben = stage.workspace.as_user("ben")

    ben.command("/iaas poweron web-01", "#ops")

    assert ben.wait_for_card("poweron web-01", channel="im").channel == "D0BEN"
    stage.workspace.assert_no_violations()


def test_a_refusal_is_told_to_the_asker_alone(stage: Stage) -> None:
    stage.dana.command("/iaas forbidden web-01")

    assert stage.dana.wait_for_card("refused").ephemeral
    assert not any("refused" in one.all_text for one in stage.workspace.as_user("ann").messages())
    stage.workspace.assert_no_violations()


def test_an_answer_for_all_is_seen_by_all(stage: Stage) -> None:
    stage.dana.command("/iaas shout hello")

    assert not stage.workspace.as_user("ann").wait_for_message(contains="hello").ephemeral
    stage.workspace.assert_no_violations()


def test_the_first_answer_shows_foreign_text_as_it_is(stage: Stage) -> None:
    result = stage.dana.command("/iaas <!channel>")

    assert result.response is not None
    assert "<!" not in result.response["text"]
    stage.workspace.assert_no_violations()


def test_a_button_says_its_command_for_the_one_who_clicks(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    card = stage.dana.wait_for_card("running")

    stage.workspace.as_user("ann").click(card, "iaas.say.cancel")

    stage.workspace.as_user("ann").wait_for_message(contains="cancel OP1")
    assert (stage.dispatcher.said[-1].line, stage.dispatcher.said[-1].actor.name) == ("cancel OP1", "ann")
    stage.workspace.assert_no_violations()


def test_a_picker_says_the_command_that_was_chosen(stage: Stage) -> None:
    stage.dana.command("/iaas pick web")
    asked = stage.dana.wait_for_card("Which?")

    stage.dana.click(asked, "iaas.say.pick", selected_option="web@6")

    stage.dana.wait_for_message(contains="show web@6")
    assert stage.dispatcher.lines()[-1] == "show web@6"
    stage.workspace.assert_no_violations()


def test_a_modal_asks_for_the_name_and_takes_only_the_right_one(stage: Stage) -> None:
    stage.dana.command("/iaas nuke web-01")
    modal = stage.dana.wait_for_modal("Delete web-01")

    wrong = stage.dana.submit(modal, {"iaas.name": "web-1"})
    right = stage.dana.submit(modal, {"iaas.name": "web-01"})

    assert wrong.response is not None
    assert wrong.response["response_action"] == "errors"
    assert right.ok
    stage.dana.wait_for_no_modal()
    stage.dana.wait_for_card("nuke web-01")
    (request,) = stage.dispatcher.confirmed
    assert request.confirmed == HASH
    assert request.actor.id == "U0DANA"
    assert request.key == stage.dispatcher.said[0].key
    assert request.origin.channel == "C0VMREQ"
    stage.workspace.assert_no_violations()


def test_closing_the_modal_does_nothing(stage: Stage) -> None:
    stage.dana.command("/iaas nuke web-01")

    stage.dana.close(stage.dana.wait_for_modal())

    stage.dana.wait_for_no_modal()
    assert stage.dispatcher.confirmed == []
    stage.workspace.assert_no_violations()


def test_a_plan_that_takes_longer_than_the_trigger_lives_is_asked_by_a_button(stage: Stage) -> None:
    stage.dispatcher.plan_takes_s = 3.2
    stage.dana.command("/iaas nuke web-01")
    lost = stage.dana.wait_for_card("needs your confirmation")

    stage.dana.click(lost, "iaas.say.nuke")

    stage.dana.wait_for_modal("One moment")
    stage.dana.wait_for_modal("Delete web-01")
    stage.workspace.assert_no_violations()


def test_a_crash_is_told_with_an_id(stage: Stage) -> None:
    stage.dana.command("/iaas crash")

    assert stage.dana.wait_for_message(contains="Something went wrong").ephemeral
    stage.workspace.assert_no_violations()


def test_home_shows_ones_operations(stage: Stage) -> None:
    stage.dana.command("/iaas poweron web-01")
    stage.dana.wait_for_card("poweron web-01")

    stage.dana.open_home()

    home = stage.dana.wait_for_home("poweron web-01")
    stage.dana.click(home, "iaas.say.help")
    assert stage.dana.wait_for_message(contains="help", channel="im")
    stage.workspace.assert_no_violations()


def test_a_long_table_is_cut_and_a_file_comes_by_direct_message(stage: Stage) -> None:
    stage.dana.command("/iaas list")
    stage.dana.wait_for_message(contains="99 of 150 rows shown.")

    stage.dana.command("/iaas export")

    stage.dana.wait_for_message(contains="vms.csv", channel="im")
    stage.workspace.assert_no_violations()


@pytest.mark.parametrize("name", ["<!channel>", "a|b", "../x", "🐘" * 40, "x" * 80, "<@U0ANN>", "*b*"])
def test_a_vm_with_a_hostile_name_rings_nobody_and_breaks_nothing(stage: Stage, name: str) -> None:
    operation = stage.operations.begin("poweron", name, DANA, HERE)
    stage.front._announcer.adopt(operation)

    card = stage.dana.wait_for_card(operation.id)

    assert "<!channel>" not in str(card.blocks) + card.text
    stage.workspace.assert_no_violations()


@pytest.mark.parametrize("value", ["approve", "{}", '{"v":0,"k":"say","c":"nuke x"}', "[1]"])
def test_a_click_on_an_old_button_is_answered_politely_and_does_nothing(stage: Stage, value: str) -> None:
    old = _old_message(stage, value)

    stage.dana.click(old, "iaas.say.nuke")

    stage.dana.wait_for_message(contains="This button is too old")
    assert stage.dispatcher.said == []


def _old_message(stage: Stage, value: str) -> SeenMessage:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Old"},
        "action_id": "iaas.say.nuke",
        "value": value,
    }
    WebClient(token=stage.workspace.bot_token, base_url=stage.workspace.api_url).chat_postMessage(
        channel="C0VMREQ", text="old card", blocks=[{"type": "actions", "elements": [button]}]
    )
    return stage.dana.wait_for_message(contains="old card")
