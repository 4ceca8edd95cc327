"""Messages that answer something a person did: through a response_url, or in a command's acknowledgement."""

from typing import Any, Final

from sandbox.slack import seed
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Hook, Json, Message
from sandbox.slack.webapi.content import check
from sandbox.slack.webapi.errors import SlackError

HOOK_USES: Final = 5
HOOK_LIVES_S: Final = 1_800.0


def use_hook(sandbox: Sandbox, hook_id: str, body: Any) -> tuple[int, str]:  # noqa: ANN401  unchecked JSON
    """Do what was posted to a response_url; return HTTP status and text."""
    hook = sandbox.state.hooks.get(hook_id)
    if hook is None:
        return 404, "no_such_url"
    if sandbox.clock.now() - hook.created > HOOK_LIVES_S:
        sandbox.journal.violation("expired_url", "a response_url was used after 30 minutes")
        return 404, "expired_url"
    if hook.uses >= HOOK_USES:
        sandbox.journal.violation("used_url", "a response_url was used more than five times")
        return 404, "used_url"
    if not isinstance(body, dict):
        return 400, "invalid_payload"
    hook.uses += 1
    try:
        _answer(sandbox, hook, body)
    except SlackError as refusal:
        return (404, refusal.code) if refusal.code == "message_not_found" else (400, refusal.code)
    return 200, "ok"


def post_answer(sandbox: Sandbox, hook: Hook, body: Json) -> Message:
    """Post a new message for the person, or for the channel with response_type in_channel.

    Raises:
        SlackError: the content is not valid.
    """
    content = check(
        sandbox, text=str(body.get("text") or ""), blocks=body.get("blocks"), attachments=body.get("attachments")
    )
    in_channel = body.get("response_type") == "in_channel"
    message = Message(
        ts=sandbox.clock.ts(),
        channel=hook.channel,
        user=seed.BOT_USER,
        from_bot=True,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        thread_ts=str(body["thread_ts"]) if body.get("thread_ts") else None,
        ephemeral_to=None if in_channel else hook.user,
    )
    return sandbox.post(message)


def _answer(sandbox: Sandbox, hook: Hook, body: Json) -> None:
    if not body.get("delete_original") and not body.get("replace_original"):
        post_answer(sandbox, hook, body)
        return
    original = sandbox.state.message(hook.channel, hook.message_ts or "")
    if original is None:
        raise SlackError("message_not_found")
    readers = sandbox.state.readers(original)
    if body.get("delete_original"):
        sandbox.state.remove_message(original)
    else:
        _replace(sandbox, original, body)
    sandbox.changes.notify(readers)


def _replace(sandbox: Sandbox, original: Message, body: Json) -> None:
    content = check(
        sandbox, text=str(body.get("text") or ""), blocks=body.get("blocks"), attachments=body.get("attachments")
    )
    original.text, original.blocks, original.attachments = content.text, content.blocks, content.attachments
    original.edited_ts = sandbox.clock.ts()
    sandbox.journal.scan(f"{original.text} {original.blocks}", f"message {original.ts}")
