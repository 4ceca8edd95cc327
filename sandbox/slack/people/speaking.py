"""A person types: slash commands and messages."""

from typing import Final

from sandbox.slack import answers, events
from sandbox.slack.core import Sandbox
from sandbox.slack.delivery import Outcome
from sandbox.slack.model import Channel, Hook, Json, Message, User
from sandbox.slack.options import Command
from sandbox.slack.people import payloads
from sandbox.slack.people.errors import NotPossibleError
from sandbox.slack.people.typed import command_text, message_text
from sandbox.slack.webapi.errors import SlackError

_MAX_TEXT: Final = 12_000


async def command(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Run "/word text" in a channel and wait for the app's acknowledgement.

    Raises:
        NotPossibleError: unknown command, channel the person is not in, or a thread.
    """
    channel = room(sandbox, user, asked)
    word, _, rest = str(asked.get("text", "")).strip().partition(" ")
    known = next((known for known in sandbox.options.commands if known.command == word), None)
    if known is None:
        raise NotPossibleError("unknown_command", f"{word} is not a valid command")
    if asked.get("thread_ts"):
        sandbox.notice(user.id, f"{word} is not supported in threads. Sorry!")
        raise NotPossibleError("not_available_in_threads")
    text = _as_sent(sandbox, known, rest.strip())
    payload, hook = payloads.slash_command(sandbox, user, channel, word, text)
    outcome = await sandbox.deliveries.ask("slash_commands", payload, accepts_response=True)
    return _finish(sandbox, user, word, outcome, hook)


def message(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Post a message as a person; the app learns of it only where it is subscribed."""
    channel = room(sandbox, user, asked)
    typed = str(asked.get("text", ""))
    if not typed.strip() or len(typed) > _MAX_TEXT:
        raise NotPossibleError("bad_text", "a message has between 1 and 12000 characters")
    posted = Message(
        ts=sandbox.clock.ts(),
        channel=channel.id,
        user=user.id,
        text=message_text(sandbox.state, typed),
        thread_ts=asked.get("thread_ts") or None,
    )
    sandbox.post(posted)
    events.message_posted(sandbox, posted)
    return {"ts": posted.ts, "channel": channel.id}


def room(sandbox: Sandbox, user: User, asked: Json) -> Channel:
    """Return the channel that the person writes into; "im" is the direct messages with the bot.

    Raises:
        NotPossibleError: not_in_channel, or the channel is archived.
    """
    key = str(asked.get("channel", ""))
    channel = sandbox.state.direct(user.id) if key in {"im", "@iaas-bot"} else sandbox.state.channel(key)
    if channel is None or user.id not in channel.members:
        raise NotPossibleError("not_in_channel", f"{user.name} is not in {key!r}")
    if channel.archived:
        raise NotPossibleError("is_archived", key)
    return channel


def _as_sent(sandbox: Sandbox, known: Command, text: str) -> str:
    if sandbox.options.typing == "plain":
        return text
    return command_text(sandbox.state, text, escape_mentions=known.should_escape)


def _finish(sandbox: Sandbox, user: User, word: str, outcome: Outcome, hook: Hook) -> Json:
    answer: Json = {"took_s": outcome.took_s, "response": outcome.payload, "envelope_id": outcome.envelope_id}
    if not outcome.ok:
        sandbox.notice(user.id, f'{word} failed with the error "{outcome.error}"')
        return answer | {"ok": False, "error": outcome.error}
    if outcome.payload:
        try:
            answer["ts"] = answers.post_answer(sandbox, hook, outcome.payload).ts
        except SlackError as refusal:
            # The app is told nothing; only the person sees that something went wrong.
            sandbox.notice(user.id, f'{word} failed with the error "invalid_command_response"')
            sandbox.journal.violation("bad_ack_payload", f"the command's answer was refused: {refusal.code}")
            return answer | {"ok": False, "error": "invalid_command_response"}
    return answer | {"ok": True}
