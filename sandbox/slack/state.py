"""What the workspace holds now: people, channels, messages, views, files, triggers and response urls.

Questions and small changes only; Slack's rules about who may do what live in `webapi` and `people`.
"""

import secrets
from typing import Final

from sandbox.slack import seed
from sandbox.slack.model import Channel, Group, Hook, Json, Message, StoredFile, Trigger, User, View

MAX_STACK: Final = 3


class State:
    """The records of one workspace, by id."""

    def __init__(self) -> None:
        self.users: dict[str, User] = seed.users()
        self.groups: dict[str, Group] = seed.groups()
        self.channels: dict[str, Channel] = seed.channels()
        self.messages: dict[str, list[Message]] = {channel: [] for channel in self.channels}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        """Open modals of each user, the visible one last."""
        self.homes: dict[str, str] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.notices: dict[str, list[Json]] = {}
        self.message_state: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}
        """What a user chose in a message's elements, by (user, ts)."""
        self.untouched: dict[tuple[str, str | None], dict[str, dict[str, Json]]] = {}
        """The state of a message's elements before anybody touched them, by (ts, time of its last edit)."""
        self.suggested: dict[tuple[str, str], list[Json]] = {}
        """The options a user was last shown in an external select, by (user, action_id)."""

    def user(self, key: str) -> User | None:
        """Return a user by id or by name ("dana", "@dana")."""
        by_name = {user.name: user for user in self.users.values()}
        return self.users.get(key) or by_name.get(key.lstrip("@"))

    def channel(self, key: str) -> Channel | None:
        """Return a channel by id, or a public or private one by name ("#ops", "ops")."""
        if key in self.channels:
            return self.channels[key]
        name = key.lstrip("#")
        return next((room for room in self.channels.values() if room.kind != "im" and room.name == name), None)

    def direct(self, user_id: str) -> Channel:
        """Return the direct messages of a user with the bot; made at the first call."""
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            members = {user_id, seed.BOT_USER}
            self.add_channel(
                Channel(id=channel_id, name=self.users[user_id].name, kind="im", members=members, with_user=user_id)
            )
        return self.channels[channel_id]

    def add_channel(self, channel: Channel) -> None:
        """Add or replace a channel; its messages stay."""
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, [])

    def is_shared(self, channel: Channel) -> bool:
        """Return whether members of more than one team are in the channel (Slack Connect)."""
        return len({self.users[member].team_id for member in channel.members if member in self.users}) > 1

    def message(self, channel_id: str, ts: str) -> Message | None:
        """Return a message by its timestamp, ephemeral ones included."""
        return next((message for message in self.messages.get(channel_id, []) if message.ts == ts), None)

    def remove_message(self, message: Message) -> None:
        """Take a message out of its channel."""
        self.messages[message.channel] = [other for other in self.messages[message.channel] if other is not message]

    def replies(self, message: Message) -> int:
        """Return how many visible-to-all replies the thread of a message has."""
        return sum(
            1
            for other in self.messages[message.channel]
            if other.thread_ts == message.ts and other.ts != message.ts and other.ephemeral_to is None
        )

    def readers(self, message: Message) -> set[str]:
        """Return the users who can see a message."""
        if message.ephemeral_to is not None:
            return {message.ephemeral_to}
        return set(self.channels[message.channel].members)

    def stack(self, user_id: str) -> list[View]:
        """Return the user's open modals, the visible one last."""
        return [self.views[view_id] for view_id in self.stacks.get(user_id, [])]

    def home(self, user_id: str) -> View | None:
        """Return what the app published on the user's Home tab."""
        return self.views.get(self.homes.get(user_id, ""))

    def open_view_by_external_id(self, external_id: str) -> View | None:
        """Return the living view with this external id."""
        return next((view for view in self.views.values() if external_id and view.external_id == external_id), None)

    def close_views(self, view_ids: list[str]) -> None:
        """Forget these modals."""
        for view_id in view_ids:
            view = self.views.pop(view_id, None)
            if view is not None:
                self.stacks[view.user] = [other for other in self.stacks.get(view.user, []) if other != view_id]


def new_id(prefix: str) -> str:
    """Return a fresh id shaped like Slack's: a letter and ten capitals or digits."""
    return prefix + secrets.token_hex(5).upper()


def new_hash(now: float) -> str:
    """Return a fresh view hash."""
    return f"{now:.0f}.{secrets.token_hex(4)}"
