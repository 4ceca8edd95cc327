"""Points 11 and 16: tokens, scopes, unknown methods, required arguments and the rate limiter."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Workspace
from tests.integration.sandbox_slack.rawapp import RawApp


def error_of(web: WebClient, method: str, **args: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        web.api_call(method, params=args)
    return str(refused.value.response["error"])


def test_auth_test_names_the_bot(app: RawApp) -> None:
    answer = app.web.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0BOT", "B0BOT", "T0SANDBOX")


@pytest.mark.parametrize("token", ["xoxb-of-another-workspace", "nonsense"])
def test_unknown_token_is_refused(ws: Workspace, token: str) -> None:
    assert error_of(WebClient(token, base_url=ws.api_url), "auth.test") == "invalid_auth"


def test_no_token_is_refused(ws: Workspace) -> None:
    assert error_of(WebClient(base_url=ws.api_url), "auth.test") == "not_authed"


def test_tokens_of_one_workspace_are_worth_nothing_in_another(ws: Workspace) -> None:
    with Workspace.start() as other:
        assert error_of(WebClient(ws.bot_token, base_url=other.api_url), "auth.test") == "invalid_auth"


def test_app_token_opens_sockets_only_and_the_bot_token_everything_else(app: RawApp) -> None:
    assert error_of(app.web, "apps.connections.open") == "not_allowed_token_type"
    assert error_of(app.app_web, "chat.postMessage", channel="C0VMREQ", text="x") == "not_allowed_token_type"


def test_missing_scope_says_what_is_needed_and_what_there_is(ws: Workspace, app: RawApp) -> None:
    with pytest.raises(SlackApiError) as refused:
        app.web.users_lookupByEmail(email="dana@example.com")

    answer = refused.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read.email")
    assert answer["provided"] == "commands,chat:write,files:write,users:read,usergroups:read,im:write"
    assert [one["code"] for one in ws.violations()] == ["missing_scope"]


def test_scope_that_counts_depends_on_the_kind_of_channel() -> None:
    with Workspace.start(bot_scopes=("channels:read", "im:write")) as ws:
        web = WebClient(ws.bot_token, base_url=ws.api_url)

        assert web.conversations_info(channel="C0VMREQ")["ok"]
        assert error_of(web, "conversations.info", channel="D0DANA") == "missing_scope"


def test_method_that_is_not_served_is_unknown(app: RawApp) -> None:
    assert error_of(app.web, "chat.postMessages") == "unknown_method"


def test_missing_argument_is_named(app: RawApp) -> None:
    with pytest.raises(SlackApiError) as refused:
        app.web.api_call("chat.postMessage", params={"text": "x"})

    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_tier_three_method_is_limited_after_50_calls_a_minute() -> None:
    with Workspace.start(rate_limits=True) as ws:
        web = WebClient(ws.bot_token, base_url=ws.api_url)
        ts = web.chat_postMessage(channel="C0VMREQ", text="x")["ts"]
        for number in range(50):
            web.chat_update(channel="C0VMREQ", ts=ts, text=str(number))

        with pytest.raises(SlackApiError) as refused:
            web.chat_update(channel="C0VMREQ", ts=ts, text="one too many")
        ws.clock.advance(61)
        allowed = web.chat_update(channel="C0VMREQ", ts=ts, text="a minute later")

        answer = refused.value.response
        assert (answer.status_code, answer["error"], allowed["ok"]) == (429, "ratelimited", True)
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert [one["code"] for one in ws.violations()] == ["rate_limited"]


def test_channel_takes_one_message_a_second_after_a_short_burst() -> None:
    with Workspace.start(rate_limits=True) as ws:
        web = WebClient(ws.bot_token, base_url=ws.api_url)
        for _ in range(3):
            web.chat_postMessage(channel="C0VMREQ", text="x")

        assert error_of(web, "chat.postMessage", channel="C0VMREQ", text="x") == "ratelimited"
        assert web.chat_postMessage(channel="C0VMAPP", text="x")["ok"]
        ws.clock.advance(3)
        assert web.chat_postMessage(channel="C0VMREQ", text="x")["ok"]


def test_leniencies_stand_in_the_journal(ws: Workspace) -> None:
    with Workspace.start(strict=False, typing="plain") as lenient:
        assert [one["name"] for one in lenient.entries("leniency")] == [
            "blocks are not refused",
            "no rate limits",
            "commands arrive as typed",
        ]
    assert [one["name"] for one in ws.entries("leniency")] == ["no rate limits"]
