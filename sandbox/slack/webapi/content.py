"""What a message says, checked as Slack checks it on every path: post, update, ephemeral, response_url, ack."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.slack.blockkit import validate_attachments, validate_blocks
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Json
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.errors import SlackError

MAX_POST_TEXT: Final = 40_000
MAX_UPDATE_TEXT: Final = 4_000
MAX_ATTACHMENTS: Final = 100
_CHILD_LISTS: Final = ("child_blocks", "blocks")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A message's text, blocks and attachments, valid, with every block and action named."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)


def from_call(call: Call, *, update: bool = False) -> Content:
    """Read and check the content of a chat method.

    Raises:
        SlackError: no_text, invalid_blocks, invalid_blocks_format, invalid_attachments and their like.
    """
    blocks = call.structure("blocks", "invalid_blocks_format")
    attachments = call.structure("attachments", _bad_attachments(call.method))
    markdown = call.text("markdown_text")
    if markdown and (call.text("text") or blocks):
        raise SlackError("markdown_text_conflict")
    text = call.text("text")
    if update and len(text) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    if markdown:
        blocks = [{"type": "markdown", "text": markdown}]
    if not isinstance(blocks, list | None):
        raise SlackError("invalid_blocks_format")
    return check(
        call.sandbox,
        text=text or markdown,
        blocks=blocks,
        attachments=attachments,
        bad_attachments=_bad_attachments(call.method),
    )


def check(
    sandbox: Sandbox,
    *,
    text: str,
    blocks: Any,  # noqa: ANN401  unchecked JSON
    attachments: Any,  # noqa: ANN401  unchecked JSON
    bad_attachments: str = "invalid_blocks",
) -> Content:
    """Return the content when Slack would take it.

    Raises:
        SlackError: no_text, invalid_blocks, too_many_attachments or the code for bad attachments.
    """
    blocks, attachments = blocks or [], attachments or []
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks", "[ERROR] must be an array [json-pointer:/blocks]")
    if not isinstance(attachments, list):
        raise SlackError(bad_attachments, "[ERROR] must be an array [json-pointer:/attachments]")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    refuse(sandbox, "invalid_blocks", validate_blocks(blocks, "message") if blocks else [])
    refuse(sandbox, bad_attachments, validate_attachments(attachments) if attachments else [])
    if len(text) > MAX_POST_TEXT:
        sandbox.journal.violation("text_truncated", f"Slack cuts a text of {len(text)} characters at {MAX_POST_TEXT}")
    named = [name_block(block) for block in blocks]
    inner = [
        attachment | {"blocks": [name_block(b) for b in attachment.get("blocks") or []]} for attachment in attachments
    ]
    return Content(text=text[:MAX_POST_TEXT], blocks=named, attachments=inner)


def refuse(sandbox: Sandbox, code: str, problems: list[str], **extra: object) -> None:
    """Note and, unless the sandbox is lenient, refuse Block Kit with problems.

    Raises:
        SlackError: with the code, the problems in response_metadata.messages.
    """
    if not problems:
        return
    sandbox.journal.violation("invalid_blocks", "; ".join(problems[:5]))
    if sandbox.options.strict:
        raise SlackError(code, *problems, **extra)


def name_block(block: Json) -> Json:
    """Return the block with a block_id, and an action_id in every element that lacks one, as Slack adds them."""
    named = {key: _name_elements(value) for key, value in block.items()}
    for key in _CHILD_LISTS:
        if isinstance(named.get(key), list):
            named[key] = [name_block(child) if isinstance(child, dict) else child for child in named[key]]
    if block.get("block_id"):
        return named
    return {**named, "block_id": secrets.token_urlsafe(4)[:5]}


_INTERACTIVE: Final = frozenset(
    {
        "button",
        "checkboxes",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "file_input",
        "number_input",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "rich_text_input",
        "timepicker",
        "url_text_input",
        "feedback_buttons",
        "icon_button",
        "workflow_button",
    }
)


def is_interactive(element: Json) -> bool:
    """Return whether Slack sends something when a person uses this element."""
    kind = str(element.get("type", ""))
    return kind in _INTERACTIVE or kind.endswith("_select")


def _name_elements(value: Any) -> Any:  # noqa: ANN401  JSON of any shape
    if isinstance(value, list):
        return [_name_elements(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {key: _name_elements(item) for key, item in value.items()}
    if is_interactive(named) and not named.get("action_id"):
        named["action_id"] = secrets.token_urlsafe(4)[:5]
    return named


def _bad_attachments(method: str) -> str:
    # chat.postMessage's list has no code of its own for them.
    return "invalid_blocks" if method == "chat.postMessage" else "invalid_attachments"
