"""What a person sees: messages, views and results as frozen values with the raw JSON beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_WORDS: Final = frozenset(
    {
        "text",
        "title",
        "subtitle",
        "body",
        "label",
        "hint",
        "alt_text",
        "description",
        "details",
        "output",
        "fallback",
        "initial_value",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenMessage:
    """A message in a channel as one person sees it."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    ephemeral: bool
    from_bot: bool
    thread_ts: str | None
    raw: dict[str, Any]

    @property
    def all_text(self) -> str:
        """The message's text and every word in its blocks, a line each."""
        words = [self.text, *_words(self.blocks), *_words(self.raw.get("attachments", []))]
        words += [file["name"] for file in self.raw.get("files", [])]
        return "\n".join(words)

    def action_ids(self) -> list[str]:
        """Return the action ids of all elements, in order."""
        return list(_action_ids(self.blocks))


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenView:
    """A modal or Home tab as its user sees it."""

    id: str
    type: str
    title: str
    callback_id: str
    blocks: list[dict[str, Any]]
    errors: dict[str, str]
    raw: dict[str, Any]

    @property
    def all_text(self) -> str:
        """The title and every word in the view's blocks, a line each."""
        return "\n".join([self.title, *_words(self.blocks)])

    def action_ids(self) -> list[str]:
        """Return the action ids of all elements, in order."""
        return list(_action_ids(self.blocks))


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came of something a person did."""

    ok: bool
    error: str | None
    """Slack's word (operation_timeout, dispatch_failed), or the client's (required, confirm_required, …)."""
    detail: Any
    took_s: float
    """Until the app's acknowledgement."""
    response: dict[str, Any] | None
    """What the app put into its acknowledgement."""
    raw: dict[str, Any]


def message(raw: dict[str, Any]) -> SeenMessage:
    """Return a message from the people's API."""
    return SeenMessage(
        ts=raw["ts"],
        channel=raw["channel"],
        user=raw["user"],
        text=raw["text"],
        blocks=raw["blocks"],
        ephemeral=raw["ephemeral"],
        from_bot="bot" in raw,
        thread_ts=raw.get("thread_ts"),
        raw=raw,
    )


def view(raw: dict[str, Any]) -> SeenView:
    """Return a view from the people's API."""
    return SeenView(
        id=raw["id"],
        type=raw["type"],
        title=(raw.get("title") or {}).get("text", ""),
        callback_id=raw["callback_id"],
        blocks=raw["blocks"],
        errors=raw.get("errors", {}),
        raw=raw,
    )


def result(raw: dict[str, Any]) -> Result:
    """Return a result from the people's API."""
    return Result(
        ok=bool(raw["ok"]),
        error=raw.get("error"),
        detail=raw.get("detail"),
        took_s=float(raw.get("took_s", 0.0)),
        response=raw.get("response"),
        raw=raw,
    )


def _words(node: Any) -> Iterator[str]:  # noqa: ANN401  JSON of any shape
    if isinstance(node, list):
        for item in node:
            yield from _words(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in _WORDS:
                yield value
            else:
                yield from _words(value)


def _action_ids(node: Any) -> Iterator[str]:  # noqa: ANN401  JSON of any shape
    if isinstance(node, list):
        for item in node:
            yield from _action_ids(item)
    elif isinstance(node, dict):
        if "action_id" in node:
            yield str(node["action_id"])
        for value in node.values():
            yield from _action_ids(value)
