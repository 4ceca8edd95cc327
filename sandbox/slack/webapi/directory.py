"""Who and what is there: users, user groups, conversations, team and bot, reactions; with cursors."""

import base64
from collections.abc import Sequence
from typing import Final

from sandbox.slack import seed
from sandbox.slack.model import Channel, Json
from sandbox.slack.shapes import channel_json, message_json
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.errors import SlackError

_SCOPE_FOR_KIND: Final = {"public": "channels", "private": "groups", "im": "im"}
_TYPE_TO_KIND: Final = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def auth_test(call: Call) -> Json:
    """Say who the token belongs to."""
    return {
        "url": f"{call.sandbox.base_url}/",
        "team": seed.TEAM_NAME,
        "user": seed.BOT_NAME,
        "team_id": call.sandbox.options.team_id,
        "user_id": seed.BOT_USER,
        "bot_id": seed.BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    """Hand out the address of one socket, good for one handshake."""
    ticket = call.sandbox.sockets.new_ticket()
    base = call.sandbox.base_url.replace("http://", "ws://", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.sandbox.options.app_id}"}


def users_info(call: Call) -> Json:
    """Return one user."""
    user = call.sandbox.state.users.get(call.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user.to_json()}


def users_list(call: Call) -> Json:
    """Return the users page by page."""
    everyone = [user.to_json() for user in call.sandbox.state.users.values()]
    return _page(call, "members", everyone)


def users_by_email(call: Call) -> Json:
    """Return the living user with an address."""
    wanted = call.text("email").casefold()
    for user in call.sandbox.state.users.values():
        if wanted and user.email.casefold() == wanted and not user.deleted:
            return {"user": user.to_json()}
    raise SlackError("users_not_found")


def usergroups_list(call: Call) -> Json:
    """Return the user groups, with their members when asked."""
    shown: list[Json] = []
    for group in call.sandbox.state.groups.values():
        if group.disabled and not call.flag("include_disabled"):
            continue
        shape: Json = {
            "id": group.id,
            "team_id": call.sandbox.options.team_id,
            "is_usergroup": True,
            "name": group.name,
            "handle": group.handle,
            "date_delete": 1 if group.disabled else 0,
        }
        if call.flag("include_users"):
            shape["users"] = list(group.users)
        if call.flag("include_count"):
            shape["user_count"] = len(group.users)
        shown.append(shape)
    return {"usergroups": shown}


def usergroup_members(call: Call) -> Json:
    """Return the ids of a group's members."""
    group = call.sandbox.state.groups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def conversations_open(call: Call) -> Json:
    """Open the bot's direct messages with one person (group messages are not served)."""
    if call.text("channel"):
        return {"channel": {"id": known_channel(call, needs_scope=False).id}, "no_op": True, "already_open": True}
    users = [user.strip() for user in call.text("users").split(",") if user.strip()]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("too_many_users")
    _needs_scope(call, "im:write")
    user = call.sandbox.state.users.get(users[0])
    if user is None or user.is_bot:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    channel = call.sandbox.state.direct(user.id)
    shape = channel_json(call.sandbox, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shape}


def conversations_info(call: Call) -> Json:
    """Return one conversation."""
    return {"channel": channel_json(call.sandbox, known_channel(call))}


def conversations_list(call: Call) -> Json:
    """Return the conversations of the kinds asked for, page by page; private ones only with the bot in them."""
    types = [name.strip() for name in call.text("types", "public_channel").split(",")]
    if any(name not in _TYPE_TO_KIND for name in types):
        raise SlackError("invalid_types")
    kinds = {_TYPE_TO_KIND[name] for name in types}
    for kind in kinds & set(_SCOPE_FOR_KIND):
        _needs_scope(call, f"{_SCOPE_FOR_KIND[kind]}:read")
    rooms = [
        channel_json(call.sandbox, channel)
        for channel in call.sandbox.state.channels.values()
        if channel.kind in kinds
        and (channel.kind == "public" or seed.BOT_USER in channel.members)
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    return _page(call, "channels", rooms)


def conversations_members(call: Call) -> Json:
    """Return the ids of a conversation's members, page by page."""
    return _page(call, "members", sorted(known_channel(call).members))


def conversations_history(call: Call) -> Json:
    """Return the messages of a channel the bot is in, newest first; ephemeral ones belong to no history."""
    channel = known_channel(call, suffix="history")
    if seed.BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    messages = [
        message_json(call.sandbox, message)
        for message in reversed(call.sandbox.state.messages[channel.id])
        if message.ephemeral_to is None and message.thread_ts in {None, message.ts}
    ]
    page = _page(call, "messages", messages)
    return page | {"has_more": bool(page["response_metadata"]["next_cursor"])}


def reactions_add(call: Call) -> Json:
    """Put the bot's emoji under a message."""
    channel = known_channel(call, needs_scope=False)
    message = call.sandbox.state.message(channel.id, call.text("timestamp"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    name = call.text("name").strip(":")
    if not name or not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise SlackError("invalid_name")
    users = message.reactions.setdefault(name, [])
    if seed.BOT_USER in users:
        raise SlackError("already_reacted")
    users.append(seed.BOT_USER)
    call.sandbox.changes.notify(call.sandbox.state.readers(message))
    return {}


def team_info(call: Call) -> Json:
    """Return the workspace."""
    return {"team": {"id": call.sandbox.options.team_id, "name": seed.TEAM_NAME, "domain": seed.TEAM_DOMAIN}}


def bots_info(call: Call) -> Json:
    """Return the app's own bot."""
    if call.text("bot", seed.BOT_ID) != seed.BOT_ID:
        raise SlackError("bot_not_found")
    bot: Json = {
        "id": seed.BOT_ID,
        "deleted": False,
        "name": seed.BOT_NAME,
        "app_id": call.sandbox.options.app_id,
        "user_id": seed.BOT_USER,
    }
    return {"bot": bot}


def known_channel(call: Call, *, suffix: str = "read", needs_scope: bool = True) -> Channel:
    """Return a channel that exists for the bot, with the scope that its kind wants.

    Raises:
        SlackError: channel_not_found or missing_scope.
    """
    channel = call.sandbox.state.channels.get(call.text("channel"))
    if channel is None or (channel.kind != "public" and seed.BOT_USER not in channel.members):
        raise SlackError("channel_not_found")
    if needs_scope:
        _needs_scope(call, f"{_SCOPE_FOR_KIND[channel.kind]}:{suffix}")
    return channel


def _needs_scope(call: Call, scope: str) -> None:
    if scope not in call.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(call.scopes))


def _page(call: Call, name: str, items: Sequence[object]) -> Json:
    limit = call.number("limit", call.sandbox.options.page_size)
    size = min(limit if limit > 0 else call.sandbox.options.page_size, call.sandbox.options.page_size)
    start = _from_cursor(call.text("cursor"))
    rest = start + size < len(items)
    cursor = base64.b64encode(f"next:{start + size}".encode()).decode() if rest else ""
    return {name: items[start : start + size], "response_metadata": {"next_cursor": cursor}}


def _from_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None
