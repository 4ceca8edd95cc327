"""What one person can see, as the page draws it; nobody else's ephemeral messages, views or notices."""

from sandbox.slack import seed
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Channel, Json, Message, User
from sandbox.slack.people.pressing import message_values
from sandbox.slack.shapes import message_json, view_json


def state_for(sandbox: Sandbox, user: User) -> Json:
    """Return the whole picture of one user."""
    state = sandbox.state
    rooms = [channel for channel in state.channels.values() if user.id in channel.members]
    home = state.home(user.id)
    return {
        "revision": sandbox.changes.seen_by(user.id),
        "now": sandbox.clock.now(),
        "me": _person(user),
        "bot": _person(state.users[seed.BOT_USER]),
        "users": [_person(other) for other in state.users.values()],
        "page_people": list(seed.PAGE_PEOPLE),
        "groups": [
            {"id": group.id, "handle": group.handle, "name": group.name, "users": group.users}
            for group in state.groups.values()
        ],
        "channels": [_room(channel) for channel in rooms],
        "messages": {channel.id: _messages(sandbox, user, channel) for channel in rooms},
        "home": None if home is None else view_json(sandbox, home),
        "modals": [view_json(sandbox, view) | {"errors": view.errors} for view in state.stack(user.id)],
        "notices": state.notices.get(user.id, []),
        "commands": [
            {"command": known.command, "description": known.description, "usage_hint": known.usage_hint}
            for known in sandbox.options.commands
        ],
        "connections": len(sandbox.sockets.open),
        "estate": sandbox.options.estate_url is not None,
    }


def _person(user: User) -> Json:
    shape = user.to_json()
    kept = ("id", "name", "real_name", "is_bot", "is_admin", "is_restricted", "is_stranger", "deleted", "team_id")
    return {key: shape[key] for key in kept} | {"title": user.title}


def _room(channel: Channel) -> Json:
    name = seed.BOT_NAME if channel.kind == "im" else channel.name
    shape: Json = {
        "id": channel.id,
        "name": name,
        "kind": channel.kind,
        "topic": channel.topic,
        "archived": channel.archived,
        "members": sorted(channel.members),
    }
    return shape | {"with_user": seed.BOT_USER} if channel.kind == "im" else shape


def _messages(sandbox: Sandbox, user: User, channel: Channel) -> list[Json]:
    return [
        _message(sandbox, user, message)
        for message in sandbox.state.messages[channel.id]
        if message.ephemeral_to in {None, user.id}
    ]


def _message(sandbox: Sandbox, user: User, message: Message) -> Json:
    shape = message_json(sandbox, message)
    shape |= {
        "channel": message.channel,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": shape.get("files", []),
        "reply_count": sandbox.state.replies(message),
        "ephemeral": message.ephemeral_to is not None,
        "state": {"values": message_values(sandbox, user.id, message)},
    }
    if message.from_bot:
        shape["bot"] = seed.BOT_ID
    return shape
