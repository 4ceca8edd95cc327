"""Points 12 to 14: membership, updates, and Block Kit checked on every path."""

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import SECTION, Json, RawApp, actions, button, plain

TOO_LONG: Json = {"type": "section", "text": plain("x" * 3001)}


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SlackApiError) as refused:
        act()
    return str(refused.value.response["error"])


def test_bot_posts_where_it_is_a_member_by_id_name_or_person(app: RawApp, dana: Person) -> None:
    posted = [app.web.chat_postMessage(channel=to, text="x")["channel"] for to in ("C0VMREQ", "#vm-requests", "U0DANA")]

    assert posted == ["C0VMREQ", "C0VMREQ", "D0DANA"]
    assert [one.channel for one in dana.messages()] == posted


def test_public_channel_without_the_bot_and_private_one_are_refused_differently(app: RawApp) -> None:
    assert refusal(lambda: app.web.chat_postMessage(channel="C0GENERAL", text="x")) == "not_in_channel"
    assert refusal(lambda: app.web.chat_postMessage(channel="C0OPS", text="x")) == "channel_not_found"
    assert refusal(lambda: app.web.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"


def test_archived_channel_takes_nothing(ws: Workspace, app: RawApp) -> None:
    ts = app.web.chat_postMessage(channel="C0VMREQ", text="x")["ts"]
    ws.set_channel("C0VMREQ", archived=True)

    assert refusal(lambda: app.web.chat_postMessage(channel="C0VMREQ", text="x")) == "is_archived"
    assert refusal(lambda: app.web.chat_update(channel="C0VMREQ", ts=ts, text="y")) == "is_inactive"


def test_ephemeral_message_is_seen_by_its_user_only(ws: Workspace, app: RawApp) -> None:
    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="for you")

    assert [one.text for one in ws.as_user("dana").messages()] == ["for you"]
    assert [ws.as_user(name).messages() for name in ("ann", "ben", "guy")] == [[], [], []]


def test_ephemeral_message_wants_its_user_in_the_channel(app: RawApp) -> None:
    assert (
        refusal(lambda: app.web.chat_postEphemeral(channel="C0VMAPP", user="U0DANA", text="x")) == "user_not_in_channel"
    )


def test_bot_changes_and_deletes_its_own_messages_only(app: RawApp, dana: Person) -> None:
    mine = app.web.chat_postMessage(channel="C0VMREQ", text="mine")["ts"]
    theirs = dana.message("theirs").raw["ts"]

    app.web.chat_update(channel="C0VMREQ", ts=mine, text="changed")

    assert [one.text for one in dana.messages("#vm-requests")] == ["changed", "theirs"]
    assert refusal(lambda: app.web.chat_update(channel="C0VMREQ", ts=theirs, text="x")) == "cant_update_message"
    assert refusal(lambda: app.web.chat_delete(channel="C0VMREQ", ts=theirs)) == "cant_delete_message"
    app.web.chat_delete(channel="C0VMREQ", ts=mine)
    assert [one.text for one in dana.messages("#vm-requests")] == ["theirs"]


def test_ephemeral_and_unknown_messages_do_not_exist_for_updates(app: RawApp) -> None:
    ts = app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="x")["message_ts"]

    assert refusal(lambda: app.web.chat_update(channel="C0VMREQ", ts=ts, text="y")) == "message_not_found"
    assert refusal(lambda: app.web.chat_update(channel="C0VMREQ", ts="1.0", text="y")) == "message_not_found"


def test_update_takes_4000_characters_while_a_post_takes_more(app: RawApp, dana: Person) -> None:
    ts = app.web.chat_postMessage(channel="C0VMREQ", text="x" * 11_800)["ts"]

    app.web.chat_update(channel="C0VMREQ", ts=ts, text="y" * 4_000)

    assert refusal(lambda: app.web.chat_update(channel="C0VMREQ", ts=ts, text="z" * 4_001)) == "msg_too_long"
    assert dana.messages()[0].text == "y" * 4_000


def test_update_keeps_blocks_that_it_does_not_name_and_removes_them_for_an_empty_list(app: RawApp) -> None:
    ts = app.web.chat_postMessage(channel="C0VMREQ", text="x", blocks=[SECTION])["ts"]

    kept = app.web.chat_update(channel="C0VMREQ", ts=ts, text="y")["message"]
    removed = app.web.chat_update(channel="C0VMREQ", ts=ts, text="z", blocks=[])["message"]

    assert (kept["text"], kept["blocks"][0]["text"]) == ("y", plain("Hello"))
    assert (removed["text"], "blocks" in removed) == ("z", False)


def test_text_above_40000_characters_is_cut_and_flagged(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", text="x" * 40_001)

    assert len(dana.messages()[0].text) == 40_000
    assert [one["code"] for one in ws.violations()] == ["text_truncated"]


def test_message_says_something(app: RawApp) -> None:
    assert refusal(lambda: app.web.api_call("chat.postMessage", data={"channel": "C0VMREQ", "text": " "})) == "no_text"


def test_markdown_text_stands_alone(app: RawApp) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", markdown_text="**bold**")

    assert (
        refusal(lambda: app.web.chat_postMessage(channel="C0VMREQ", text="x", markdown_text="y"))
        == "markdown_text_conflict"
    )


def test_blocks_that_are_no_list_have_a_code_of_their_own(app: RawApp) -> None:
    assert (
        refusal(lambda: app.web.chat_postMessage(channel="C0VMREQ", text="x", blocks="{broken"))
        == "invalid_blocks_format"
    )


def post(app: RawApp, blocks: list[Json]) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", text="x", blocks=blocks)


def post_ephemeral(app: RawApp, blocks: list[Json]) -> None:
    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="x", blocks=blocks)


def update(app: RawApp, blocks: list[Json]) -> None:
    ts = app.web.chat_postMessage(channel="C0VMREQ", text="x")["ts"]
    app.web.chat_update(channel="C0VMREQ", ts=ts, text="x", blocks=blocks)


@pytest.mark.parametrize("path", [post, post_ephemeral, update])
@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([TOO_LONG], id="3001 characters"),
        pytest.param([SECTION] * 51, id="51 blocks"),
        pytest.param([{"type": "sektion"}], id="unknown block"),
        pytest.param([{"type": "alert", "text": plain("x")}], id="modal's block"),
        pytest.param([actions(button("a")), actions(button("b"))], id="one block_id twice"),
    ],
)
def test_bad_blocks_are_refused_with_their_place(
    ws: Workspace, app: RawApp, path: Callable[[RawApp, list[Json]], None], blocks: list[Json]
) -> None:
    with pytest.raises(SlackApiError) as refused:
        path(app, blocks)

    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert all("[json-pointer:/" in line for line in answer["response_metadata"]["messages"])
    assert [one["code"] for one in ws.violations()] == ["invalid_blocks"]


def test_bad_attachments_are_refused(app: RawApp) -> None:
    bad = [{"fallback": "x", "blocks": [TOO_LONG]}]

    assert refusal(lambda: app.web.chat_postMessage(channel="C0VMREQ", text="x", attachments=bad)) == "invalid_blocks"
    many = [{"fallback": "x", "text": "y"}] * 101
    assert (
        refusal(lambda: app.web.chat_postMessage(channel="C0VMREQ", text="x", attachments=many))
        == "too_many_attachments"
    )


def test_blocks_and_elements_without_ids_get_some(app: RawApp) -> None:
    element = {"type": "button", "text": plain("x")}

    answer = app.web.chat_postMessage(
        channel="C0VMREQ", text="x", blocks=[SECTION, {"type": "actions", "elements": [element]}]
    )

    blocks = answer["message"]["blocks"]
    assert all(block["block_id"] for block in blocks)
    assert blocks[1]["elements"][0]["action_id"]


def test_lenient_workspace_takes_bad_blocks_but_flags_them() -> None:
    with Workspace.start(strict=False) as ws:
        post(RawApp(ws), [TOO_LONG])

        assert [one["code"] for one in ws.violations()] == ["invalid_blocks"]


def test_secrets_in_a_message_are_flagged() -> None:
    with Workspace.start(secrets=("hunter2",)) as ws:
        post(RawApp(ws), [{"type": "section", "text": plain("the password is hunter2")}])
        RawApp(ws).web.chat_postMessage(channel="C0VMREQ", text=f"look: {ws.bot_token}")

        assert [one["code"] for one in ws.violations()] == ["secret_in_text"] * 2


def test_thread_replies_and_permalinks(app: RawApp, dana: Person) -> None:
    parent = app.web.chat_postMessage(channel="C0VMREQ", text="parent")["ts"]
    app.web.chat_postMessage(channel="C0VMREQ", text="reply", thread_ts=parent)

    link = app.web.chat_getPermalink(channel="C0VMREQ", message_ts=parent)["permalink"]

    assert [(one.text, one.thread_ts) for one in dana.messages()] == [("parent", None), ("reply", parent)]
    assert dana.messages()[0].raw["reply_count"] == 1
    assert link.endswith(f"/archives/C0VMREQ/p{parent.replace('.', '')}")
