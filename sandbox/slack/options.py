"""How strict the sandbox is and what it is called; every leniency has a name here and shows in the journal."""

import secrets
from dataclasses import dataclass, field
from typing import Final, Literal

BOT_SCOPES: Final = ("commands", "chat:write", "files:write", "users:read", "usergroups:read", "im:write")
APP_SCOPES: Final = ("connections:write",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A slash command in the app's manifest."""

    command: str = "/iaas"
    description: str = "Virtual machines for your team"
    usage_hint: str = "help | spawn NAME | list | show NAME …"
    should_escape: bool = True
    """Whether Slack writes mentions as <@U…|name> and <#C…|name> in the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Settings of one workspace; the defaults are the strict ones."""

    strict: bool = True
    """False: blocks that Slack would refuse are accepted and only noted."""
    rate_limits: bool = False
    """True: 429 by the tiers of the methods; soak tests switch it on."""
    seed: int = 7
    """Which socket gets an envelope is random but repeatable."""
    typing: Literal["slack", "plain"] = "slack"
    """With "plain" a command's text stays as typed: no curly quotes, no links, no escaping of mentions."""
    ack_deadline_s: float = 3.0
    ticket_lives_s: float = 30.0
    ping_every_s: float = 10.0
    refresh_every_s: float = 18_060.0
    max_connections: int = 10
    page_size: int = 200
    """Upper bound of one page of a list, so that tests meet cursors with few users."""
    oversized_ack: Literal["drop", "close"] = "drop"
    redeliver_on_reconnect: bool = False
    bot_scopes: tuple[str, ...] = BOT_SCOPES
    app_scopes: tuple[str, ...] = APP_SCOPES
    events: tuple[str, ...] = ("app_home_opened",)
    """What the app subscribes to: app_home_opened, app_mention, message.channels, message.groups, message.im."""
    commands: tuple[Command, ...] = (Command(),)
    team_id: str = "T0SANDBOX"
    app_id: str = "A0IAAS"
    bot_token: str = field(default_factory=lambda: f"xoxb-7700-{secrets.token_hex(12)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-A0IAAS-{secrets.token_hex(16)}")
    secrets: tuple[str, ...] = ()
    """Words that no message may show; tokens are looked for in any case."""
    estate_url: str | None = None

    def leniencies(self) -> list[str]:
        """Return the names of the settings that are weaker than Slack."""
        weak = {
            "blocks are not refused": not self.strict,
            "no rate limits": not self.rate_limits,
            "commands arrive as typed": self.typing == "plain",
        }
        return [name for name, is_weak in weak.items() if is_weak]
