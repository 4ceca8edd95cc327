"""How records look in Slack's JSON: messages, channels, files and views."""

from sandbox.slack import seed
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Channel, Json, Message, StoredFile, View


def message_json(sandbox: Sandbox, message: Message) -> Json:
    """Return a message as chat methods, events and payloads show it."""
    shape: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.from_bot:
        shape |= {"bot_id": seed.BOT_ID, "app_id": sandbox.options.app_id}
    shape["team"] = sandbox.options.team_id
    for name in ("blocks", "attachments", "metadata", "thread_ts"):
        if getattr(message, name):
            shape[name] = getattr(message, name)
    if message.files:
        shape["files"] = [file_json(sandbox, sandbox.state.files[file_id]) for file_id in message.files]
    if message.edited_ts:
        shape["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    return shape


def channel_json(sandbox: Sandbox, channel: Channel) -> Json:
    """Return a channel as conversations.info shows it to the bot."""
    shape: Json = {
        "id": channel.id,
        "is_im": channel.kind == "im",
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_ext_shared": sandbox.state.is_shared(channel),
        "context_team_id": sandbox.options.team_id,
    }
    if channel.kind == "im":
        return shape | {"user": channel.with_user, "is_open": True}
    return shape | {
        "name": channel.name,
        "is_member": seed.BOT_USER in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def file_json(sandbox: Sandbox, stored: StoredFile) -> Json:
    """Return a file object; its url_private wants the bot's token."""
    return {
        "id": stored.id,
        "name": stored.name,
        "title": stored.title or stored.name,
        "size": stored.length,
        "alt_txt": stored.alt_txt,
        "user": seed.BOT_USER,
        "created": int(stored.created),
        "channels": stored.channels,
        "url_private": f"{sandbox.base_url}/files-pri/{stored.id}/{stored.name}",
        "url_private_download": f"{sandbox.base_url}/files-pri/{stored.id}/download/{stored.name}",
        "permalink": f"{sandbox.base_url}/_sandbox/files/{stored.id}",
    }


def view_json(sandbox: Sandbox, view: View) -> Json:
    """Return a view as the Web API and the payloads show it."""
    payload = view.payload
    shape: Json = {
        "id": view.id,
        "team_id": sandbox.options.team_id,
        "type": payload["type"],
        "blocks": payload.get("blocks", []),
        "private_metadata": payload.get("private_metadata") or "",
        "callback_id": payload.get("callback_id") or "",
        "state": {"values": view.state},
        "hash": view.hash,
        "title": payload.get("title"),
        "clear_on_close": bool(payload.get("clear_on_close")),
        "notify_on_close": bool(payload.get("notify_on_close")),
        "close": payload.get("close"),
        "submit": payload.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": sandbox.options.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": sandbox.options.team_id,
        "bot_id": seed.BOT_ID,
    }
    return shape
