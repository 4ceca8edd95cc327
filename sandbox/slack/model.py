"""The records a workspace consists of; plain state without behaviour, changed only through `State`."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im"]


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person or a bot user as users.info shows it."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    title: str = ""
    team_id: str = "T0SANDBOX"
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False

    def to_json(self) -> Json:
        """Return the user object of the Web API."""
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title}
        if self.is_bot:
            profile |= {"bot_id": "B0BOT", "api_app_id": "A0IAAS"}
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": self.tz_offset,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_stranger": self.is_stranger,
            "updated": 1_780_000_000,
        }


@dataclass(kw_only=True, slots=True)
class Group:
    """A user group (usergroups.list calls it subteam)."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False


@dataclass(kw_only=True, slots=True)
class Channel:
    """A public or private channel, or the direct messages of one person with the bot."""

    id: str
    name: str
    kind: ChannelKind
    topic: str = ""
    members: set[str] = field(default_factory=set)
    archived: bool = False
    with_user: str | None = None
    """The person on the other side; only for kind "im"."""


@dataclass(kw_only=True, slots=True)
class Message:
    """One message; `ephemeral_to` is set when only that user ever sees it."""

    ts: str
    channel: str
    user: str
    text: str
    from_bot: bool = False
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class View:
    """A modal or a Home tab that one user has; `state` holds what that user typed, by block and action."""

    id: str
    user: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """The app's own id for the view; empty when it gave none."""
        return str(self.payload.get("external_id") or "")


@dataclass(kw_only=True, slots=True)
class StoredFile:
    """A file between "give me an upload address" and "shared in a channel"."""

    id: str
    name: str
    length: int
    title: str = ""
    alt_txt: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)
    created: float = 0.0


@dataclass(kw_only=True, slots=True)
class Trigger:
    """A trigger_id: one modal within three seconds of what the user did."""

    id: str
    user: str
    created: float
    view_id: str | None = None
    """The modal in which the user acted; None when the trigger came from a command or a message."""
    used: bool = False


@dataclass(kw_only=True, slots=True)
class Hook:
    """A response_url: five messages within thirty minutes."""

    id: str
    user: str
    channel: str
    created: float
    message_ts: str | None = None
    """The message whose button was pressed; None for a command."""
    uses: int = 0
