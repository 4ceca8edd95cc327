"""What the Slack front is told at start; tokens are read when they are needed and are no value that could be logged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SLACK_API: Final = "https://slack.com/api/"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackSettings:
    """Settings of one process."""

    read_bot_token: Callable[[], str]
    read_app_token: Callable[[], str]
    api_url: str = SLACK_API
    """With a slash at its end; the sandbox's in the demo and in tests."""
    command: str = "/iaas"
    connections: int = 2
    """Sockets per process: while one is refreshed the other hears."""
    ping_interval_s: float = 1.5
    """Seconds between pings. A dead socket is noticed after one and a half of them; three seconds are the target."""
    forget_ticket_after_s: float = 3.0
    """Without connection for so long, the ticket may have expired: a new one is fetched."""
    rebuild_after_s: float = 45.0
    """Without connection for so long, the client is thrown away. Less makes it worse (hermes-agent#96478)."""
    give_up_after_s: float = 300.0
    """Without any connection for so long, the process asks to be restarted."""
    late_after_s: float = 2.5
    """A change taken up later than this after its arrival asks first: the person has seen an error."""
    listener_threads: int = 32
    job_threads: int = 48
    sender_threads: int = 12
    resync_every_s: float = 5.0
    """Seconds between two looks for cards that are behind."""
    strict: bool = False
    """Refuse a payload that the gate finds fault with, instead of sending the same news with less."""
