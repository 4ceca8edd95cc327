"""What Slack delivers, before anybody reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One delivery over a socket."""

    id: str
    kind: str
    """`slash_commands`, `interactive` or `events_api`."""
    body: Json
    received_at: float
    """Monotonic seconds."""
    retry: int = 0
    """How often Slack has tried before: above zero the person has already seen an error."""


Handle = Callable[[Envelope], Json]
"""Takes an envelope and returns at once the payload of its ack, `{}` for an empty one. Never raises."""
