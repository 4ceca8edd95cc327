"""Points 14, 15 and 23: what is sent when a modal is submitted, and what the app's answer may do."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack import Person, SeenView, Workspace
from tests.integration.sandbox_slack.rawapp import SECTION, Json, RawApp, modal, plain, text_input

TROUBLE = "We had some trouble connecting. Try again?"


def open_modal(app: RawApp, dana: Person, answer: Json | None, *blocks: Json) -> SeenView:
    """Open a modal whose submission the app answers with `answer`."""

    def reply(envelope: Json) -> Json | None:
        return answer if envelope["payload"].get("type") == "view_submission" else None

    app.answers(reply)
    dana.command("/iaas list")
    app.web.views_open(trigger_id=app.payload()["trigger_id"], view=modal(*blocks))
    return dana.wait_for_modal()


def test_every_input_stands_in_the_state_touched_or_not(app: RawApp, dana: Person) -> None:
    select = {"type": "static_select", "action_id": "size", "options": [{"text": plain("S"), "value": "s"}]}
    view = open_modal(
        app,
        dana,
        None,
        text_input("name"),
        text_input("note", optional=True),
        {"type": "input", "block_id": "size", "label": plain("Size"), "element": select, "optional": True},
        {"type": "section", "block_id": "other", "text": plain("x"), "accessory": select | {"action_id": "elsewhere"}},
    )

    result = dana.submit(view, {"name": "web-01", "size": "S"})

    values = app.payload()["view"]["state"]["values"]
    assert (result.ok, dana.modal()) == (True, None)
    assert values == {
        "name": {"name_text": {"type": "plain_text_input", "value": "web-01"}},
        "note": {"note_text": {"type": "plain_text_input", "value": None}},
        "size": {"size": {"type": "static_select", "selected_option": {"text": plain("S"), "value": "s"}}},
    }


def test_required_field_is_asked_for_before_anything_is_sent(app: RawApp, dana: Person) -> None:
    view = open_modal(app, dana, None, text_input("name"), text_input("note", optional=True))
    sent = len(app.seen)

    result = dana.submit(view, {"note": "x"})

    assert (result.ok, result.error, result.detail) == (
        False,
        "required",
        {"name": "Please complete this required field."},
    )
    assert (len(app.seen), dana.wait_for_modal().errors) == (sent, result.detail)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        pytest.param({"type": "plain_text_input", "min_length": 3}, "ab", id="too short"),
        pytest.param({"type": "plain_text_input", "max_length": 3}, "abcd", id="too long"),
        pytest.param({"type": "number_input", "is_decimal_allowed": False}, "1.5", id="no whole number"),
        pytest.param({"type": "number_input", "is_decimal_allowed": False, "max_value": "8"}, "9", id="too big"),
        pytest.param({"type": "email_text_input"}, "dana", id="no address"),
        pytest.param({"type": "datepicker"}, "tomorrow", id="no date"),
    ],
)
def test_client_refuses_what_the_field_does_not_take(app: RawApp, dana: Person, element: Json, value: str) -> None:
    block = {"type": "input", "block_id": "b", "label": plain("x"), "element": element | {"action_id": "a"}}
    view = open_modal(app, dana, None, block)

    assert dana.submit(view, {"b": value}).error == "invalid_input"


def test_errors_are_shown_at_their_inputs(app: RawApp, dana: Person) -> None:
    view = open_modal(app, dana, {"response_action": "errors", "errors": {"name": "taken"}}, text_input("name"))

    result = dana.submit(view, {"name": "x"})

    assert (result.ok, result.error, result.detail) == (False, "errors", {"name": "taken"})
    assert dana.wait_for_modal().errors == {"name": "taken"}


def test_update_push_and_clear_do_what_they_say(app: RawApp, dana: Person) -> None:
    answers: list[Json] = [
        {"response_action": "update", "view": modal(title="Second")},
        {"response_action": "push", "view": modal(title="Third")},
        {"response_action": "clear"},
    ]
    view = open_modal(app, dana, None, SECTION)
    app.close()
    app.answers(lambda _envelope: answers.pop(0))

    titles = []
    for _ in range(3):
        top = dana.modal()
        assert top is not None
        dana.submit(top)
        titles.append([shown.title for shown in dana.modals()])

    assert view.title == "A modal"
    assert titles == [["Second"], ["Second", "Third"], []]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"response_action": "update", "view": modal(title="x" * 25)}, id="invalid view"),
        pytest.param({"response_action": "push", "view": {"type": "modal"}}, id="no blocks"),
        pytest.param({"response_action": "errors", "errors": {"nowhere": "x"}}, id="errors of no input"),
        pytest.param(
            {"response_action": "errors", "errors": {"name": "x", "nowhere": "y"}}, id="one error of no input"
        ),
        pytest.param({"response_action": "explode"}, id="unknown action"),
    ],
)
def test_bad_answer_tells_the_app_nothing_and_the_person_trouble(
    ws: Workspace, app: RawApp, dana: Person, answer: Json
) -> None:
    view = open_modal(app, dana, answer, text_input("name"))

    result = dana.submit(view, {"name": "x"})

    assert (result.ok, dana.notices()) == (False, [TROUBLE])
    top = dana.modal()
    assert top is not None
    assert (top.id, top.title, top.errors) == (view.id, "A modal", {})
    assert "bad_ack_payload" in [one["code"] for one in ws.violations()]


def test_unanswered_submission_keeps_the_modal_and_shows_trouble(
    ws: Workspace, app: RawApp, dana: Person, later: Callable[..., Any]
) -> None:
    view = open_modal(app, dana, None, text_input("name"))
    app.close()
    socket = app.connect()
    waiting = later(dana.submit, view, {"name": "x"})
    socket.receive()

    ws.clock.advance(3.1)

    assert waiting.result(2.5).error == "operation_timeout"
    assert (dana.wait_for_modal().id, dana.notices()) == (view.id, [TROUBLE])
