"""Points 18 and 19: users, groups, conversations, pages, files, reactions, blocks.validate."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Workspace
from tests.integration.sandbox_slack.rawapp import SECTION, RawApp, actions, button, fetch, modal


def error_of(app: RawApp, method: str, **args: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        app.web.api_call(method, params=args)
    return str(refused.value.response["error"])


def test_users_show_bots_guests_strangers_and_the_deleted(wide_app: RawApp) -> None:
    users = {name: wide_app.web.users_info(user=f"U0{name}")["user"] for name in ("DANA", "GUY", "SAM", "BOT", "GONE")}

    assert (users["DANA"]["tz"], users["DANA"]["is_restricted"]) == ("Europe/Berlin", False)
    assert (users["GUY"]["is_restricted"], users["GUY"]["is_ultra_restricted"]) == (True, True)
    assert (users["SAM"]["is_stranger"], users["SAM"]["team_id"]) == (True, "T0OTHER")
    assert (users["BOT"]["is_bot"], users["GONE"]["deleted"]) == (True, True)
    assert error_of(wide_app, "users.info", user="U0NOBODY") == "user_not_found"


def test_lists_come_in_small_pages_with_cursors(wide_app: RawApp) -> None:
    sizes = [len(page["members"]) for page in wide_app.web.users_list(limit=100)]

    assert sizes == [2, 2, 2, 1]
    assert error_of(wide_app, "users.list", cursor="bogus") == "invalid_cursor"


def test_user_is_found_by_email_unless_deleted(wide_app: RawApp) -> None:
    assert wide_app.web.users_lookupByEmail(email="Dana@Example.com")["user"]["id"] == "U0DANA"
    assert error_of(wide_app, "users.lookupByEmail", email="gone@example.com") == "users_not_found"


def test_user_groups_and_their_members(wide: Workspace, wide_app: RawApp) -> None:
    groups = wide_app.web.usergroups_list(include_users=True)["usergroups"]
    wide.set_group("S0APP", ["U0BEN"])

    assert {group["handle"]: group["users"] for group in groups} == {
        "vm-users": ["U0DANA", "U0ANN", "U0BEN"],
        "vm-approvers": ["U0ANN"],
        "vm-admins": ["U0BEN"],
    }
    assert wide_app.web.usergroups_users_list(usergroup="S0APP")["users"] == ["U0BEN"]
    assert error_of(wide_app, "usergroups.users.list", usergroup="S0NONE") == "no_such_subteam"


def test_conversations_show_what_the_bot_may_know(wide_app: RawApp) -> None:
    info = wide_app.web.conversations_info(channel="C0VMREQ")["channel"]
    names = [
        channel.get("name", channel.get("user"))
        for page in wide_app.web.conversations_list(types="public_channel,private_channel,im")
        for channel in page["channels"]
    ]
    members = [one for page in wide_app.web.conversations_members(channel="C0VMAPP") for one in page["members"]]

    assert (info["is_member"], info["is_private"], info["is_ext_shared"]) == (True, False, False)
    assert names == ["vm-requests", "vm-approvals", "vm-alarms", "general", "U0DANA", "U0ANN", "U0BEN", "U0GUY"]
    assert members == ["U0ANN", "U0BEN", "U0BOT"]
    assert error_of(wide_app, "conversations.info", channel="C0OPS") == "channel_not_found"
    assert error_of(wide_app, "conversations.list", types="letters") == "invalid_types"


def test_channel_with_a_stranger_is_marked_as_shared(wide: Workspace, wide_app: RawApp) -> None:
    wide.set_channel("C0PARTNER", name="partners", add=["U0SAM", "U0DANA", "U0BOT"])

    assert wide_app.web.conversations_info(channel="C0PARTNER")["channel"]["is_ext_shared"] is True


def test_direct_messages_are_opened_with_one_living_person(app: RawApp) -> None:
    assert app.web.conversations_open(users="U0DANA")["channel"]["id"] == "D0DANA"
    assert app.web.conversations_open(users="U0DANA", return_im=True)["channel"]["user"] == "U0DANA"
    assert error_of(app, "conversations.open") == "users_list_not_supplied"
    assert error_of(app, "conversations.open", users="U0GONE") == "user_disabled"
    assert error_of(app, "conversations.open", users="U0NOBODY") == "user_not_found"
    assert error_of(app, "conversations.open", users="U0DANA,U0ANN") == "too_many_users"


def test_history_shows_no_ephemeral_messages(wide_app: RawApp) -> None:
    wide_app.web.chat_postMessage(channel="C0VMREQ", text="for all")
    wide_app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="for dana")

    history = wide_app.web.conversations_history(channel="C0VMREQ")

    assert ([message["text"] for message in history["messages"]], history["has_more"]) == (["for all"], False)
    assert error_of(wide_app, "conversations.history", channel="C0GENERAL") == "not_in_channel"


def test_file_goes_up_in_three_steps_and_comes_back_with_the_token(ws: Workspace, app: RawApp) -> None:
    content = "name,power\nweb-01,on\n"

    shared = app.web.files_upload_v2(channel="C0VMREQ", filename="vms.csv", content=content, initial_comment="All VMs")

    seen = ws.as_user("dana").wait_for_message(contains="vms.csv")
    address = shared["file"]["url_private"]
    assert fetch(address, Authorization=f"Bearer {ws.bot_token}") == (200, content)
    assert fetch(f"{ws.url}/_sandbox/files/{shared['file']['id']}") == (200, content)
    assert fetch(address)[0] == 403
    assert (seen.text, seen.raw["files"][0]["name"]) == ("All VMs", "vms.csv")


def test_file_of_another_length_or_unknown_file_is_refused(app: RawApp) -> None:
    upload = app.web.files_getUploadURLExternal(filename="x.csv", length=3)

    status, _ = fetch(upload["upload_url"], b"four")

    assert status == 400
    assert error_of(app, "files.completeUploadExternal", files='[{"id": "F0NONE"}]') == "file_not_found"
    assert error_of(app, "files.completeUploadExternal", files=f'[{{"id": "{upload["file_id"]}"}}]') == "file_not_found"


def test_file_is_not_shared_where_the_bot_is_no_member(app: RawApp) -> None:
    with pytest.raises(SlackApiError) as refused:
        app.web.files_upload_v2(channel="C0GENERAL", filename="x.csv", content="x")

    assert refused.value.response["error"] == "not_in_channel"


def test_reactions_team_and_bot(wide: Workspace, wide_app: RawApp) -> None:
    ts = wide_app.web.chat_postMessage(channel="C0VMREQ", text="x")["ts"]
    wide_app.web.reactions_add(channel="C0VMREQ", timestamp=ts, name="eyes")

    assert wide.as_user("dana").messages()[0].raw["reactions"] == [{"name": "eyes", "users": ["U0BOT"], "count": 1}]
    assert error_of(wide_app, "reactions.add", channel="C0VMREQ", timestamp=ts, name="eyes") == "already_reacted"
    assert error_of(wide_app, "reactions.add", channel="C0VMREQ", timestamp="1.0", name="eyes") == "message_not_found"
    assert error_of(wide_app, "reactions.add", channel="C0VMREQ", timestamp=ts, name="no such") == "invalid_name"
    assert wide_app.web.team_info()["team"]["id"] == "T0SANDBOX"
    assert wide_app.web.bots_info(bot="B0BOT")["bot"]["user_id"] == "U0BOT"
    assert error_of(wide_app, "bots.info", bot="B0OTHER") == "bot_not_found"


def test_blocks_validate_answers_in_its_own_shape(app: RawApp) -> None:
    assert app.web.blocks_validate(blocks=[SECTION])["ok"]
    assert app.web.blocks_validate(view=modal())["ok"]
    assert app.web.blocks_validate(message={"text": "x", "blocks": [SECTION]})["ok"]

    with pytest.raises(SlackApiError) as refused:
        app.web.blocks_validate(blocks=[SECTION, actions(button("a", value="x" * 2001))])

    errors = refused.value.response["errors"]
    assert refused.value.response["error"] == "invalid_blocks"
    assert (errors[0]["code"], errors[0]["pointer"]) == ("failed_constraint", "/blocks/1/elements/0/value")
    assert error_of(app, "blocks.validate", view='{"type": "modal"}') == "invalid_view"
    bad_message = '{"text": "x", "blocks": [{"type": "nothing"}]}'
    assert error_of(app, "blocks.validate", message=bad_message) == "invalid_message"
    assert error_of(app, "blocks.validate") == "invalid_arguments"
    assert error_of(app, "blocks.validate", blocks="[]", view="{}") == "invalid_arguments"
