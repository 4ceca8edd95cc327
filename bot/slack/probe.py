"""Tries the two tokens without connecting: for `iaas-bot check`. Says what they belong to, never what they are."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import WebClient
from slack_sdk.web.slack_response import SlackResponse

from bot.slack.settings import SlackSettings

SCOPES: Final = frozenset({"commands", "chat:write", "files:write", "users:read", "usergroups:read", "im:write"})
"""What the manifest asks for; `slack-manifest.json` and this are held together by a test."""
_TIMEOUT_S: Final = 10


class ProbeError(Exception):
    """Slack does not take the token, or can't be reached."""

    def __init__(self, message: str, *, way_out: str) -> None:
        super().__init__(message)
        self.way_out = way_out


def probe_bot_token(settings: SlackSettings) -> str:
    """Ask Slack who the bot is and compare its scopes.

    Returns:
        `iaas-bot in TEAM`.

    Raises:
        ProbeError: with Slack's error code, or the scopes that are missing.
    """
    client = WebClient(token=settings.read_bot_token(), base_url=settings.api_url, timeout=_TIMEOUT_S)
    answer = _asked(client.auth_test, "Set slack.bot_token to the token of the installed app (xoxb-…).")
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    missing = SCOPES - granted
    if missing and granted != {""}:
        raise ProbeError(
            f"scopes are missing: {', '.join(sorted(missing))}.",
            way_out="Install the app again from slack-manifest.json.",
        )
    return f"{answer['user']} in {answer['team']}"


def probe_app_token(settings: SlackSettings) -> str:
    """Ask for a Socket Mode ticket and let it expire.

    Raises:
        ProbeError: with Slack's error code.
    """
    client = WebClient(base_url=settings.api_url, timeout=_TIMEOUT_S)
    token = settings.read_app_token()
    _asked(
        lambda: client.apps_connections_open(app_token=token),
        "Set slack.app_token to an app-level token (xapp-…) with connections:write, and switch Socket Mode on.",
    )
    return "may open Socket Mode connections"


def probe_approvers(settings: SlackSettings, *, groups: Sequence[str], users: Sequence[str], channel: str) -> str:
    """Ask Slack whether anybody can decide, and whether the bot may write where they are asked.

    Nobody sees anything of it: the message that tries the channel is for the bot's own eyes.

    Returns:
        `2 people, asked in #vm-approvals and in direct messages`.

    Raises:
        ProbeError: a group that is not there, nobody in them, or a channel that the bot is not in.
    """
    client = WebClient(token=settings.read_bot_token(), base_url=settings.api_url, timeout=_TIMEOUT_S)
    answer = _asked(lambda: client.usergroups_list(include_users=True), "Ask an administrator of the workspace.")
    members: set[str] = set(users)
    for wanted in groups:
        name = wanted.lstrip("@").casefold()
        found = [one for one in answer["usergroups"] if name in {one["id"].casefold(), one["handle"].casefold()}]
        if not found:
            raise ProbeError(f"no user group is called {wanted}.", way_out="Make it in Slack, or name another.")
        members |= {user for one in found for user in one.get("users", ())}
    if not members:
        raise ProbeError(f"nobody is in {' or '.join(groups)}.", way_out="Add those who decide to it in Slack.")
    where = f"in {channel} and in direct messages" if channel else "in direct messages"
    if channel:
        _try_channel(client, channel, "until then approvers are asked in direct messages alone")
    return f"{len(members)} {'person' if len(members) == 1 else 'people'}, asked {where}"


def probe_channel(settings: SlackSettings, channel: str) -> str:
    """Ask Slack whether the bot may write in a channel; nobody sees anything of it.

    Returns:
        `may write in #vm-alarms`.

    Raises:
        ProbeError: it may not.
    """
    client = WebClient(token=settings.read_bot_token(), base_url=settings.api_url, timeout=_TIMEOUT_S)
    _try_channel(client, channel, "until then nobody sees what has turned red")
    return f"may write in {channel}"


def _try_channel(client: WebClient, channel: str, meanwhile: str) -> None:
    own = _asked(client.auth_test, "Set slack.bot_token to the token of the installed app (xoxb-…).")
    _asked(
        lambda: client.chat_postEphemeral(channel=channel, user=str(own["user_id"]), text="iaas-bot check"),
        f"Invite the bot to {channel}; {meanwhile}.",
    )


def _asked(call: Callable[[], SlackResponse], way_out: str) -> Any:  # noqa: ANN401  a response is a mapping of anything
    try:
        return call()
    except SlackApiError as error:
        raise ProbeError(f"Slack says {error.response['error']}.", way_out=way_out) from None
    except (SlackClientError, OSError) as error:
        raise ProbeError(f"Slack can't be reached: {error}.", way_out="Check slack.api_url and the way out.") from None
