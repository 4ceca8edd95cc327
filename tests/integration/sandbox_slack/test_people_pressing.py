"""Points 21 and 22: block_actions for every element, confirmations, state, suggestions."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import Json, RawApp, actions, button, home, modal, plain, text_input

OPTIONS = [{"text": plain("Small"), "value": "s"}, {"text": plain("Large"), "value": "l"}]


def post_card(app: RawApp, *blocks: Json) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", text="card", blocks=list(blocks))


def test_button_in_a_message_tells_all_that_slack_tells(app: RawApp, dana: Person) -> None:
    app.answers()
    post_card(app, actions(button("ok", value="7", style="primary")))
    card = dana.wait_for_card("card")

    result = dana.click(card, "ok")

    payload = app.payload()
    action = payload["actions"][0]
    assert result.ok
    assert (payload["type"], payload["user"]["id"], payload["channel"]["id"]) == ("block_actions", "U0DANA", "C0VMREQ")
    assert payload["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0VMREQ",
        "is_ephemeral": False,
    }
    assert (action["action_id"], action["block_id"], action["value"], action["type"]) == ("ok", "acts", "7", "button")
    assert (payload["message"]["ts"], payload["message"]["blocks"]) == (card.ts, card.blocks)
    assert "/actions/" in payload["response_url"]
    assert payload["trigger_id"]
    assert app.seen[-1]["accepts_response_payload"] is False


def test_button_in_an_ephemeral_message_sends_no_message(app: RawApp, dana: Person) -> None:
    app.answers()
    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="card", blocks=[actions(button("ok"))])

    dana.click(dana.wait_for_card("card"), "ok")

    assert (app.payload()["container"]["is_ephemeral"], "message" in app.payload()) == (True, False)


def test_element_in_modal_or_home_has_no_response_url(app: RawApp, dana: Person) -> None:
    app.answers()
    app.web.views_publish(user_id="U0DANA", view=home(actions(button("go"))))
    dana.click(dana.wait_for_home("go"), "go")
    in_home = app.payload()
    app.web.views_open(trigger_id=in_home["trigger_id"], view=modal(actions(button("more"))))

    dana.click(dana.wait_for_modal(), "more")

    in_modal = app.payload()
    assert [("response_url" in one, "message" in one) for one in (in_home, in_modal)] == [(False, False)] * 2
    assert [one["view"]["type"] for one in (in_home, in_modal)] == ["home", "modal"]
    assert in_modal["container"] == {"type": "view", "view_id": in_modal["view"]["id"]}


@pytest.mark.parametrize(
    ("element", "choice", "said"),
    [
        pytest.param(
            {"type": "static_select", "options": OPTIONS},
            {"selected_option": "l"},
            {"selected_option": OPTIONS[1]},
            id="select",
        ),
        pytest.param(
            {"type": "overflow", "options": OPTIONS},
            {"selected_option": "Small"},
            {"selected_option": OPTIONS[0]},
            id="overflow by label",
        ),
        pytest.param(
            {"type": "radio_buttons", "options": OPTIONS}, {"value": "s"}, {"selected_option": OPTIONS[0]}, id="radio"
        ),
        pytest.param(
            {"type": "checkboxes", "options": OPTIONS},
            {"selected_options": ["s", "l"]},
            {"selected_options": OPTIONS},
            id="checkboxes",
        ),
        pytest.param({"type": "users_select"}, {"selected_user": "U0ANN"}, {"selected_user": "U0ANN"}, id="user"),
        pytest.param(
            {"type": "conversations_select"},
            {"selected_conversation": "C0VMREQ"},
            {"selected_conversation": "C0VMREQ"},
            id="conversation",
        ),
        pytest.param(
            {"type": "channels_select"}, {"selected_channel": "C0VMREQ"}, {"selected_channel": "C0VMREQ"}, id="channel"
        ),
        pytest.param(
            {"type": "datepicker"}, {"selected_date": "2026-12-01"}, {"selected_date": "2026-12-01"}, id="date"
        ),
        pytest.param({"type": "timepicker"}, {"selected_time": "08:30"}, {"selected_time": "08:30"}, id="time"),
        pytest.param(
            {"type": "datetimepicker"},
            {"selected_date_time": 1795508455},
            {"selected_date_time": 1795508455},
            id="date and time",
        ),
    ],
)
def test_every_element_says_what_was_chosen(app: RawApp, dana: Person, element: Json, choice: Json, said: Json) -> None:
    app.answers()
    post_card(app, actions(element | {"action_id": "pick"}))

    dana.click(dana.wait_for_card("card"), "pick", **choice)

    action = app.payload()["actions"][0]
    assert {key: action[key] for key in said} == said
    if element["type"] != "overflow":
        assert app.payload()["state"]["values"]["acts"]["pick"] == {"type": element["type"], **said}


@pytest.mark.parametrize(
    ("kind", "key", "chosen"),
    [
        ("multi_static_select", "selected_options", OPTIONS),
        ("multi_users_select", "selected_users", ["U0ANN", "U0BEN"]),
        ("multi_conversations_select", "selected_conversations", ["C0VMREQ"]),
        ("multi_channels_select", "selected_channels", ["C0VMREQ"]),
    ],
)
def test_selects_of_many_say_a_list(app: RawApp, dana: Person, kind: str, key: str, chosen: list[Any]) -> None:
    app.answers()
    options = {"options": OPTIONS} if kind == "multi_static_select" else {}
    element = {"type": kind, "action_id": "pick", **options}
    post_card(app, {"type": "section", "block_id": "s", "text": plain("x"), "accessory": element})

    choice: Json = {key: chosen}
    dana.click(dana.wait_for_card("card"), "pick", **choice)

    assert app.payload()["actions"][0][key] == chosen


def test_state_remembers_earlier_choices_of_this_person_only(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers()
    select = {"type": "static_select", "action_id": "size", "options": OPTIONS, "initial_option": OPTIONS[0]}
    post_card(app, actions(select, button("go")))
    card = dana.wait_for_card("card")
    dana.click(card, "size", selected_option="l")

    dana.click(card, "go")
    dana_chose = app.payload()["state"]["values"]["acts"]["size"]["selected_option"]
    ws.as_user("ann").click(card, "go")
    ann_chose = app.payload()["state"]["values"]["acts"]["size"]["selected_option"]

    assert (dana_chose, ann_chose) == (OPTIONS[1], OPTIONS[0])


def test_confirmation_comes_before_anything_is_sent(app: RawApp, dana: Person) -> None:
    app.answers()
    confirm = {"title": plain("Sure?"), "text": plain("It is gone then."), "confirm": plain("Yes"), "deny": plain("No")}
    post_card(app, actions(button("nuke", confirm=confirm)))
    card = dana.wait_for_card("card")

    refused = dana.click(card, "nuke", confirmed=False)
    sent = len(app.seen)
    confirmed = dana.click(card, "nuke")

    assert (refused.ok, refused.error, refused.detail["title"], sent) == (False, "confirm_required", plain("Sure?"), 0)
    assert confirmed.ok


def test_what_is_not_there_cannot_be_pressed(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="card", blocks=[actions(button("ok"))])
    card = dana.wait_for_card("card")

    assert dana.click(card, "other").error == "no_such_element"
    assert ws.as_user("ann").click(card, "ok").error == "no_such_message"


def test_option_that_is_not_offered_cannot_be_chosen(app: RawApp, dana: Person) -> None:
    post_card(app, actions({"type": "static_select", "action_id": "size", "options": OPTIONS}))

    assert dana.click(dana.wait_for_card("card"), "size", selected_option="xl").error == "no_such_option"


def test_unanswered_click_shows_trouble(ws: Workspace, app: RawApp, dana: Person, later: Callable[..., Any]) -> None:
    post_card(app, actions(button("ok")))
    socket = app.connect()
    waiting = later(dana.click, dana.wait_for_card("card"), "ok")
    socket.receive()

    ws.clock.advance(3.1)

    assert waiting.result(2.5).error == "operation_timeout"
    assert dana.notices() == ["We had some trouble connecting. Try again?"]


def test_input_is_told_to_the_app_only_when_it_dispatches(app: RawApp, dana: Person) -> None:
    app.answers()
    dana.command("/iaas list")
    view = modal(text_input("quiet"), text_input("loud", dispatch_action=True))
    app.web.views_open(trigger_id=app.payload()["trigger_id"], view=view)
    shown = dana.wait_for_modal()

    quiet = dana.enter(shown, "quiet_text", "a")
    loud = dana.enter(shown, "loud_text", "b")

    values = app.payload()["view"]["state"]["values"]
    assert (quiet.raw["sent"], loud.raw["sent"], len(app.seen)) == (False, True, 2)
    assert (values["quiet"]["quiet_text"]["value"], values["loud"]["loud_text"]["value"]) == ("a", "b")


def external(**more: Any) -> Json:
    return actions({"type": "external_select", "action_id": "vm", **more})


def test_suggestions_come_from_the_app_and_can_then_be_chosen(app: RawApp, dana: Person) -> None:
    app.answers(lambda envelope: {"options": OPTIONS} if envelope["payload"]["type"] == "block_suggestion" else None)
    post_card(app, external())
    card = dana.wait_for_card("card")

    too_short = dana.suggest(card, "vm", "we")
    options = dana.suggest(card, "vm", "web")
    asked = app.payload()
    chosen = dana.click(card, "vm", selected_option="l")

    assert (too_short, options, chosen.ok) == ([], OPTIONS, True)
    assert (asked["type"], asked["action_id"], asked["value"]) == ("block_suggestion", "vm", "web")
    assert app.payload()["actions"][0]["selected_option"] == OPTIONS[1]


def test_app_is_asked_from_min_query_length_on(app: RawApp, dana: Person) -> None:
    app.answers(lambda _: {"options": OPTIONS})
    post_card(app, external(min_query_length=1))

    assert dana.suggest(dana.wait_for_card("card"), "vm", "w") == OPTIONS


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(
            {"options": [{"text": plain(str(n)), "value": str(n)} for n in range(101)]}, "too_many_options", id="101"
        ),
        pytest.param({"options": [{"text": plain("x" * 76), "value": "v"}]}, "invalid_options", id="76 characters"),
    ],
)
def test_too_many_or_bad_options_are_an_empty_list(
    ws: Workspace, app: RawApp, dana: Person, answer: Json, code: str
) -> None:
    app.answers(lambda _: answer)
    post_card(app, external(min_query_length=0))

    assert dana.suggest(dana.wait_for_card("card"), "vm", "") == []
    assert [one["code"] for one in ws.violations()] == [code]
    assert dana.notices() == ["No results for “”"]


def test_late_options_are_an_empty_list(ws: Workspace, app: RawApp, dana: Person, later: Callable[..., Any]) -> None:
    post_card(app, external())
    socket = app.connect()
    waiting = later(dana.suggest, dana.wait_for_card("card"), "vm", "web")
    socket.receive()

    ws.clock.advance(3.1)

    assert waiting.result(2.5) == []
