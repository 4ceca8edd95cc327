"""Slack's own judgement of blocks, views and attachments, written again for the sandbox.

An independent stand-in: it shares nothing with the bot's builders or its gate, so that what one of them
forgets the other refuses. It judges structure only; whether a user, channel or file exists is the server's
to say.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sandbox.slack.blockkit import totals
from sandbox.slack.blockkit.blocks import BLOCKS
from sandbox.slack.blockkit.objects import BOOL, plain
from sandbox.slack.blockkit.shapes import Anything, Items, Number, Object, Problems, Str

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ATTACHMENTS = 100

_VIEW_FIELDS = {
    "private_metadata": Str(3000, least=0),
    "callback_id": Str(255, least=0),
    "external_id": Str(255, least=0),
}
_BLOCKS = Items(Anything(), 1, VIEW_BLOCKS)
_VIEWS = {
    "modal": Object(
        required={"title": plain(24), "blocks": _BLOCKS},
        optional={
            **_VIEW_FIELDS,
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": BOOL,
            "notify_on_close": BOOL,
            "submit_disabled": BOOL,
        },
    ),
    "home": Object(required={"blocks": _BLOCKS}, optional=_VIEW_FIELDS),
}
_LOOSE = Str(least=0)
_ATTACHMENT = Object(
    optional={
        **dict.fromkeys(
            (
                "fallback",
                "color",
                "pretext",
                "author_name",
                "author_link",
                "author_icon",
                "title",
                "title_link",
                "text",
                "image_url",
                "thumb_url",
                "footer",
                "footer_icon",
                "callback_id",
            ),
            _LOOSE,
        ),
        "id": Number(0),
        "ts": Number(0, whole=False),
        "mrkdwn_in": Items(_LOOSE, 0),
        "fields": Items(Object(optional={"title": _LOOSE, "value": _LOOSE, "short": BOOL}), 0),
        "blocks": Items(Anything(), 0, MESSAGE_BLOCKS),
    }
)


def validate_blocks(blocks: object, surface: Surface) -> list[str]:
    """Judge a list of blocks for one surface.

    Returns:
        Slack's messages, each with a JSON pointer; empty when Slack would take the blocks. An empty list of
        blocks is fine in a message and refused in a view.
    """
    return _told(_blocks(blocks, surface, "/blocks"))


def validate_view(view: object) -> list[str]:
    """Judge a modal or Home view as `views.*` would.

    Returns:
        Slack's messages, pointers starting at `/view`; empty when Slack would take it.
    """
    if not isinstance(view, Mapping):
        return ["must provide an object [json-pointer:/view]"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"unsupported type: {kind} [json-pointer:/view/type]"]
    return _told(_view(view, kind))


def validate_attachments(attachments: object) -> list[str]:
    """Judge a message's legacy attachments and the blocks inside them."""
    return _told(_attachments(attachments))


def validate_message(message: Mapping[str, Any]) -> list[str]:
    """Judge `blocks` and `attachments` of one message, and what Slack counts over both."""
    problems = list(_blocks(message.get("blocks") or [], "message", "/blocks"))
    attachments = message.get("attachments") or []
    problems += _attachments(attachments)
    if not problems:
        placed = totals.walk(message.get("blocks") or [], "/blocks")
        for index, attachment in enumerate(attachments):
            placed += totals.walk(attachment.get("blocks") or [], f"/attachments/{index}/blocks")
        problems += totals.counted(placed, "/blocks")
    return _told(iter(problems))


def _told(problems: Problems) -> list[str]:
    return [str(problem) for problem in problems]


def _blocks(blocks: object, surface: Surface, at: str) -> Problems:
    most, least = (MESSAGE_BLOCKS, 0) if surface == "message" else (VIEW_BLOCKS, 1)
    unsound = list(Items(BLOCKS, least, most).check(blocks, at))
    yield from unsound
    if not unsound and isinstance(blocks, list):
        placed = totals.walk(blocks, at)
        yield from totals.surface(blocks, surface, at)
        yield from totals.block_ids(placed)
        yield from totals.one_focus(placed, at)
        if surface == "message":
            yield from totals.counted(placed, at)


def _view(view: Mapping[str, Any], kind: Surface) -> Problems:
    yield from _VIEWS[kind].check({name: v for name, v in view.items() if name != "type"}, "/view")
    blocks = view.get("blocks")
    if isinstance(blocks, list) and 0 < len(blocks) <= VIEW_BLOCKS:
        yield from _blocks(blocks, kind, "/view/blocks")
    if kind == "modal" and view.get("submit") is None and _has_input(blocks):
        yield from Object(required={"submit": plain(24)}).check({}, "/view")
    yield from totals.weight(view, "/view")


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(isinstance(b, Mapping) and b.get("type") == "input" for b in blocks)


def _attachments(attachments: object) -> Problems:
    yield from Items(_ATTACHMENT, 0, ATTACHMENTS).check(attachments, "/attachments")
    if isinstance(attachments, list):
        for index, attachment in enumerate(attachments):
            blocks = attachment.get("blocks") if isinstance(attachment, Mapping) else None
            if isinstance(blocks, list):
                yield from _blocks(blocks, "message", f"/attachments/{index}/blocks")
