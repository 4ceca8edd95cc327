"""Events API: what the app is told without a person pressing anything of its own.

An event goes out only when the manifest subscribes to it and the token holds its scope.
"""

from typing import Final

from sandbox.slack import seed
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.shapes import message_json, view_json
from sandbox.slack.state import new_id

_SCOPE_OF: Final = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
_MESSAGE_EVENT_OF: Final = {"public": "message.channels", "private": "message.groups", "im": "message.im"}
_CHANNEL_TYPE_OF: Final = {"public": "channel", "private": "group", "im": "im"}


def message_posted(sandbox: Sandbox, message: Message) -> None:
    """Tell the app of a message, its own included, in a channel that the bot is in."""
    channel = sandbox.state.channels[message.channel]
    if seed.BOT_USER not in channel.members:
        return
    event = message_json(sandbox, message) | {
        "channel": channel.id,
        "channel_type": _CHANNEL_TYPE_OF[channel.kind],
        "event_ts": message.ts,
    }
    send(sandbox, _MESSAGE_EVENT_OF[channel.kind], event, channel)
    if f"<@{seed.BOT_USER}>" in message.text and channel.kind != "im" and not message.from_bot:
        send(sandbox, "app_mention", event | {"type": "app_mention"}, channel)


def home_opened(sandbox: Sandbox, user_id: str, tab: str = "home") -> None:
    """Tell the app that a person looks at its Home (or messages) tab."""
    event: Json = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": sandbox.state.direct(user_id).id,
        "tab": tab,
        "event_ts": sandbox.clock.ts(),
    }
    view = sandbox.state.home(user_id)
    if view is not None and tab == "home":
        event["view"] = view_json(sandbox, view)
    send(sandbox, "app_home_opened", event, None)


def send(sandbox: Sandbox, name: str, event: Json, channel: Channel | None) -> None:
    """Put an event into its envelope and deliver it, if the app is to have it."""
    options = sandbox.options
    scope = _SCOPE_OF[name]
    if name not in options.events or (scope is not None and scope not in options.bot_scopes):
        return
    shared = channel is not None and sandbox.state.is_shared(channel)
    payload: Json = {
        "token": "sandbox-verification",
        "team_id": options.team_id,
        "context_team_id": options.team_id,
        "context_enterprise_id": None,
        "api_app_id": options.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(sandbox.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": options.team_id,
                "user_id": seed.BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": new_id("4-"),
    }
    sandbox.deliveries.event(payload)
