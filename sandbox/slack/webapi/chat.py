"""chat.postMessage, postEphemeral, update, delete and getPermalink."""

from sandbox.slack import events, seed
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.shapes import message_json
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.content import from_call
from sandbox.slack.webapi.errors import SlackError, missing


def post_message(call: Call) -> Json:
    """Post into a channel the bot is in; a user id means that user's direct messages."""
    channel = writable_channel(call)
    content = from_call(call)
    message = Message(
        ts=call.sandbox.clock.ts(),
        channel=channel.id,
        user=seed.BOT_USER,
        from_bot=True,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        thread_ts=_thread(call, channel),
        metadata=call.structure("metadata", "invalid_arguments"),
    )
    call.sandbox.post(message)
    events.message_posted(call.sandbox, message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.sandbox, message)}


def post_ephemeral(call: Call) -> Json:
    """Post for one user's eyes, who must be in the channel."""
    channel = writable_channel(call)
    user = call.text("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = from_call(call)
    message = Message(
        ts=call.sandbox.clock.ts(),
        channel=channel.id,
        user=seed.BOT_USER,
        from_bot=True,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        thread_ts=call.text("thread_ts") or None,
        ephemeral_to=user,
    )
    call.sandbox.post(message)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Change one of the bot's own messages; an ephemeral one does not exist for this method."""
    channel = _known_channel(call)
    message = _visible_message(call, channel, "ts")
    if message.user != seed.BOT_USER:
        raise SlackError("cant_update_message")
    if channel.archived:
        raise SlackError("is_inactive")
    content = from_call(call, update=True)
    message.text = content.text
    # Blocks and attachments that are not named stay, even under a new text; an empty list removes them.
    if content.blocks or "blocks" in call.args:
        message.blocks = content.blocks
    if "attachments" in call.args:
        message.attachments = content.attachments
    if "metadata" in call.args:
        # As with blocks: what is not named stays, and an empty object removes it.
        message.metadata = call.structure("metadata", "invalid_arguments") or None
    message.edited_ts = call.sandbox.clock.ts()
    call.sandbox.journal.scan(f"{message.text} {message.blocks}", f"message {message.ts}")
    call.sandbox.changes.notify(call.sandbox.state.readers(message))
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(call.sandbox, message),
    }


def delete(call: Call) -> Json:
    """Delete one of the bot's own messages."""
    channel = _known_channel(call)
    message = _visible_message(call, channel, "ts")
    if message.user != seed.BOT_USER:
        raise SlackError("cant_delete_message")
    readers = call.sandbox.state.readers(message)
    call.sandbox.state.remove_message(message)
    call.sandbox.changes.notify(readers)
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> Json:
    """Return the address of a message, which the sandbox's page understands."""
    channel = _known_channel(call)
    message = _visible_message(call, channel, "message_ts")
    link = f"{call.sandbox.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def writable_channel(call: Call, argument: str = "channel") -> Channel:
    """Return the channel when the bot may write there.

    Raises:
        SlackError: channel_not_found, not_in_channel or is_archived.
    """
    channel = _known_channel(call, argument)
    if seed.BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def _known_channel(call: Call, argument: str = "channel") -> Channel:
    key = call.text(argument)
    if not key:
        raise missing(argument)
    state = call.sandbox.state
    user = state.users.get(key)
    # Only posting takes a user's id for a channel, or a channel's name.
    if user is not None and call.method == "chat.postMessage" and not user.is_bot and not user.deleted:
        return state.direct(user.id)
    by_name = call.method in {"chat.postMessage", "chat.postEphemeral"}
    channel = state.channel(key) if by_name else state.channels.get(key)
    if channel is None or (channel.kind != "public" and seed.BOT_USER not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def _visible_message(call: Call, channel: Channel, argument: str) -> Message:
    message = call.sandbox.state.message(channel.id, call.text(argument))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    return message


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent = call.sandbox.state.message(channel.id, thread_ts)
    # Slack posts under an unknown parent as a message of its own; a reply to a reply joins the thread.
    return None if parent is None else parent.thread_ts or parent.ts
