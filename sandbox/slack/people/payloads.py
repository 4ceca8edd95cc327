"""The payloads that Slack sends for what people do, in Slack's shapes."""

import secrets
from typing import Final

from sandbox.slack import seed
from sandbox.slack.core import Sandbox
from sandbox.slack.elements import Found
from sandbox.slack.model import Channel, Hook, Json, Message, Trigger, User, View
from sandbox.slack.shapes import message_json, view_json

_PRIVATE_NAMES: Final = {"im": "directmessage", "private": "privategroup"}


def new_trigger(sandbox: Sandbox, user: User, view: View | None = None) -> str:
    """Return a fresh trigger_id of this user."""
    now = sandbox.clock.now()
    trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
    view_id = None if view is None else view.id
    sandbox.state.triggers[trigger_id] = Trigger(id=trigger_id, user=user.id, created=now, view_id=view_id)
    return trigger_id


def new_hook(sandbox: Sandbox, user: User, channel: Channel, message_ts: str | None) -> Hook:
    """Return a fresh response_url."""
    hook = Hook(
        id=secrets.token_hex(12),
        user=user.id,
        channel=channel.id,
        created=sandbox.clock.now(),
        message_ts=message_ts,
    )
    sandbox.state.hooks[hook.id] = hook
    return hook


def hook_url(sandbox: Sandbox, hook: Hook) -> str:
    """Return the address of a response_url."""
    kind = "commands" if hook.message_ts is None else "actions"
    return f"{sandbox.base_url}/{kind}/{sandbox.options.team_id}/{hook.id}"


def slash_command(sandbox: Sandbox, user: User, channel: Channel, command: str, text: str) -> tuple[Json, Hook]:
    """Return the payload of a slash command and its response_url."""
    hook = new_hook(sandbox, user, channel, None)
    payload: Json = {
        "token": "sandbox-verification",
        "team_id": sandbox.options.team_id,
        "team_domain": seed.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": _PRIVATE_NAMES.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": sandbox.options.app_id,
        "is_enterprise_install": "false",
        "response_url": hook_url(sandbox, hook),
        "trigger_id": new_trigger(sandbox, user),
    }
    return payload, hook


def action_in_message(
    sandbox: Sandbox, user: User, message: Message, found: Found, chosen: Json, *, state: Json
) -> Json:
    """Return block_actions for an element in a message."""
    channel = sandbox.state.channels[message.channel]
    ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _interactive(sandbox, user, "block_actions") | {
        "container": container,
        "channel": {"id": channel.id, "name": _PRIVATE_NAMES.get(channel.kind, channel.name)},
        "state": {"values": state},
        "response_url": hook_url(sandbox, new_hook(sandbox, user, channel, message.ts)),
        "trigger_id": new_trigger(sandbox, user),
        "actions": [_action(sandbox, found, chosen)],
    }
    # Slack does not send an ephemeral message back to the app.
    return payload if ephemeral else payload | {"message": message_json(sandbox, message)}


def action_in_view(sandbox: Sandbox, user: User, view: View, found: Found, chosen: Json) -> Json:
    """Return block_actions for an element in a modal or Home tab; it has no response_url."""
    return _interactive(sandbox, user, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(sandbox, view),
        "trigger_id": new_trigger(sandbox, user, view),
        "actions": [_action(sandbox, found, chosen)],
    }


def suggestion(sandbox: Sandbox, user: User, found: Found, typed: str, place: View | Message) -> Json:
    """Return block_suggestion: the app is asked for options."""
    payload = _interactive(sandbox, user, "block_suggestion") | {
        "action_id": found.action_id,
        "block_id": found.block_id,
        "value": typed,
    }
    if isinstance(place, View):
        return payload | {"container": {"type": "view", "view_id": place.id}, "view": view_json(sandbox, place)}
    channel = sandbox.state.channels[place.channel]
    return payload | {
        "container": {"type": "message", "message_ts": place.ts, "channel_id": channel.id, "is_ephemeral": False},
        "channel": {"id": channel.id, "name": channel.name},
        "message": message_json(sandbox, place),
    }


def submission(sandbox: Sandbox, user: User, view: View, state: Json) -> Json:
    """Return view_submission; only input blocks stand in its state."""
    shape = view_json(sandbox, view) | {"state": {"values": state}}
    return _interactive(sandbox, user, "view_submission") | {
        "trigger_id": new_trigger(sandbox, user, view),
        "view": shape,
        "response_urls": [],
    }


def closing(sandbox: Sandbox, user: User, view: View, *, cleared: bool) -> Json:
    """Return view_closed."""
    shape = view_json(sandbox, view)
    return _interactive(sandbox, user, "view_closed") | {"view": shape, "is_cleared": cleared}


def _interactive(sandbox: Sandbox, user: User, kind: str) -> Json:
    person = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}
    return {
        "type": kind,
        "user": person,
        "api_app_id": sandbox.options.app_id,
        "token": "sandbox-verification",
        "team": {"id": sandbox.options.team_id, "domain": seed.TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _action(sandbox: Sandbox, found: Found, chosen: Json) -> Json:
    action: Json = {"type": found.element["type"], "action_id": found.action_id, "block_id": found.block_id}
    for name in ("text", "value", "style", "url", "placeholder", "confirm"):
        if name in found.element:
            action[name] = found.element[name]
    return action | chosen | {"action_ts": sandbox.clock.ts()}
