"""Where a person did something, and what Slack gave with it to answer by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.model import Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A command, a click or a form, without what was said."""

    user: str
    origin: Origin
    trigger: str | None
    """Opens one modal, within three seconds."""
    response_url: str | None
    """Takes five answers within thirty minutes; None for what was done in a modal or on Home."""
    key: str
    """Idempotency key of what was done, the same for every delivery of it."""
    received_at: float
    """Monotonic seconds."""
    retry: int = 0


def of_command(body: Mapping[str, Any]) -> Origin:
    """Where a slash command was typed."""
    channel, name = str(body.get("channel_id", "")), str(body.get("channel_name", ""))
    return Origin(channel=channel, channel_name=name, is_direct=channel.startswith("D"))


def of_action(body: Mapping[str, Any]) -> Origin:
    """Where a button was pressed; what is pressed on Home counts as said in private to the bot."""
    channel = body.get("channel") or {}
    channel_id = str(channel.get("id") or (body.get("container") or {}).get("channel_id") or "")
    if not channel_id:
        return Origin(channel=str((body.get("user") or {}).get("id", "")), channel_name="home", is_direct=True)
    return Origin(channel=channel_id, channel_name=str(channel.get("name", "")), is_direct=channel_id.startswith("D"))
