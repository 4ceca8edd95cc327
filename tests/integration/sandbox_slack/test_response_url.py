"""Point 17: five uses, thirty minutes, ephemeral by default, replace and delete the original."""

import pytest
from slack_sdk.webhook import WebhookClient

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import RawApp, actions, button, plain


def command_hook(app: RawApp, dana: Person) -> WebhookClient:
    app.answers()
    dana.command("/iaas list")
    return WebhookClient(app.payload()["response_url"])


def action_hook(app: RawApp, dana: Person) -> WebhookClient:
    app.answers()
    app.web.chat_postMessage(channel="C0VMREQ", text="card", blocks=[actions(button("ok"))])
    dana.click(dana.wait_for_card("card"), "ok")
    return WebhookClient(app.payload()["response_url"])


def test_answer_is_for_the_person_alone_unless_in_channel(ws: Workspace, app: RawApp, dana: Person) -> None:
    hook = command_hook(app, dana)

    answers = [hook.send(text="for dana"), hook.send(text="for all", response_type="in_channel")]

    assert [(one.status_code, one.body) for one in answers] == [(200, "ok")] * 2
    assert [one.text for one in dana.messages()] == ["for dana", "for all"]
    assert [one.text for one in ws.as_user("ann").messages()] == ["for all"]


def test_sixth_use_is_refused(ws: Workspace, app: RawApp, dana: Person) -> None:
    hook = command_hook(app, dana)

    answers = [hook.send(text=str(number)) for number in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"
    assert len(dana.messages()) == 5
    assert [one["code"] for one in ws.violations()] == ["used_url"]


def test_it_ends_after_thirty_minutes(ws: Workspace, app: RawApp, dana: Person) -> None:
    hook = command_hook(app, dana)
    ws.clock.advance(1_799)
    in_time = hook.send(text="in time")
    ws.clock.advance(2)

    too_late = hook.send(text="too late")

    assert (in_time.status_code, too_late.status_code, too_late.body) == (200, 404, "expired_url")


def test_it_works_in_a_channel_that_the_bot_is_not_in(app: RawApp, dana: Person) -> None:
    app.answers()
    dana.command("/iaas list", channel="#general")

    WebhookClient(app.payload()["response_url"]).send(text="here too")

    assert [one.channel for one in dana.messages()] == ["C0GENERAL"]


def test_original_is_replaced_and_deleted(app: RawApp, dana: Person) -> None:
    hook = action_hook(app, dana)

    hook.send(text="changed", replace_original=True)
    changed = dana.messages()
    hook.send_dict({"delete_original": True})

    assert [(one.text, one.blocks) for one in changed] == [("changed", [])]
    assert dana.messages() == []


def test_ephemeral_original_can_be_replaced_only_so(app: RawApp, dana: Person) -> None:
    app.answers(
        lambda envelope: (
            {"text": "x", "blocks": [actions(button("more"))]} if envelope["type"] == "slash_commands" else None
        )
    )
    dana.command("/iaas list")
    dana.click(dana.messages()[0], "more")

    answer = WebhookClient(app.payload()["response_url"]).send(text="more of it", replace_original=True)

    assert (answer.status_code, [one.text for one in dana.messages()]) == (200, ["more of it"])


def test_answer_may_go_into_a_thread(app: RawApp, dana: Person) -> None:
    hook = action_hook(app, dana)
    card = dana.wait_for_card("card")

    hook.send_dict({"text": "reply", "thread_ts": card.ts, "response_type": "in_channel"})

    assert dana.wait_for_message(contains="reply").thread_ts == card.ts


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(
            {"text": "x", "blocks": [{"type": "section", "text": plain("x" * 3001)}]}, "invalid_blocks", id="blocks"
        ),
        pytest.param({"text": ""}, "no_text", id="nothing to say"),
    ],
)
def test_bad_content_is_refused(app: RawApp, dana: Person, body: dict[str, object], error: str) -> None:
    answer = command_hook(app, dana).send_dict(body)

    assert (answer.status_code, answer.body, dana.messages()) == (400, error, [])


def test_commands_answer_in_the_acknowledgement_is_checked_too(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers(lambda _: {"text": "x", "blocks": [{"type": "section", "text": plain("x" * 3001)}]})

    result = dana.command("/iaas list")

    assert (result.ok, result.error, dana.messages()) == (False, "invalid_command_response", [])
    assert [one["code"] for one in ws.violations()] == ["invalid_blocks", "bad_ack_payload"]
