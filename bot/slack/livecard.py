"""One message that is edited in place: where it is, what it shows, and the call that brings it further. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.parcel import Call, Urgency
from bot.views.message import Message

EDIT_EVERY_S: Final = 1.0
"""A card in its middle is not edited more often; what came between is never missed by anybody."""


@dataclass(kw_only=True, slots=True)
class LiveCard:
    """What this process knows of one. Whoever owns it holds a lock over it."""

    address: Mapping[str, str] | None = None
    """Channel and time stamp of the message; None where it is not known to be posted."""
    channel: str = ""
    """Where it goes; empty while that is not known."""
    edited_at: float = 0.0
    """Monotonic seconds."""

    def where(self) -> tuple[str, str]:
        """Method and channel of the next call."""
        return ("chat.postMessage" if self.address is None else "chat.update"), self.channel

    def call(self, message: Message, *, event: str, payload: Mapping[str, Any]) -> Call:
        """Post it, or put this in its place; the metadata say to programs what the card says to people."""
        method, channel = self.where()
        place = {"channel": channel} if self.address is None else dict(self.address)
        content = {
            "text": message.text,
            "blocks": list(message.blocks),
            "metadata": {"event_type": event, "event_payload": dict(payload)},
        }
        return Call(method=method, arguments=place | content, channel=channel)

    def arrived(self, answer: Mapping[str, Any], now: float) -> bool:
        """Slack has taken the call; whether it was the first, so that the address is news."""
        first = self.address is None
        if first:
            self.address = {"channel": str(answer["channel"]), "ts": str(answer["ts"])}
        self.edited_at = now
        return first

    def urgency(self, *, last: bool) -> Urgency:
        """The end of a matter goes first, then what is new."""
        if last:
            return Urgency.FINAL
        return Urgency.FIRST if self.address is None else Urgency.EDIT

    def not_before(self, urgency: Urgency) -> float:
        """When it may be edited again (monotonic seconds)."""
        return self.edited_at + EDIT_EVERY_S if urgency is Urgency.EDIT else 0.0
