"""Tells one person something: privately where they are, otherwise in their direct messages. Waits for nothing."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bot.answers import File
from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Urgency, fixed
from bot.slack.place import Place
from bot.views.message import Message

log = structlog.get_logger(__name__)


class DirectMessages:
    """The channel of each person's direct messages with the bot, asked for once."""

    def __init__(self, *, outbox: Outbox) -> None:
        self._outbox = outbox
        self._channels: dict[str, str] = {}

    def with_channel(self, user: str, then: Callable[[str], None], *, otherwise: Callable[[str], None]) -> None:
        """Call `then` with the channel, at once or when Slack has said it; `otherwise` with Slack's error."""
        if user in self._channels:
            then(self._channels[user])
            return

        def opened(answer: Mapping[str, Any]) -> None:
            self._channels[user] = channel = str(answer["channel"]["id"])
            then(channel)

        call = Call(method="conversations.open", arguments={"users": user})
        self._outbox.put(fixed(f"dm:{user}:{id(then)}", call, sent=opened, failed=otherwise))


class Replies:
    """Private answers. The response_url reaches people where the bot is no member; it has five uses."""

    def __init__(self, *, outbox: Outbox, direct: DirectMessages) -> None:
        self._outbox = outbox
        self._direct = direct
        self._numbers = itertools.count()

    def tell(self, place: Place, message: Message, *, public: bool = False) -> None:
        """Answer where it was asked, for the person alone unless `public`."""
        if place.response_url is None:
            self.tell_directly(place.user, message)
            return
        arguments = {
            "url": place.response_url,
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
        }
        self._outbox.put(
            fixed(
                self._key("reply", place.user),
                Call(method="response_url", arguments=arguments),
                failed=lambda _code: self.tell_directly(place.user, message),
            )
        )

    def tell_directly(self, user: str, message: Message) -> None:
        """Write into the person's direct messages with the bot."""
        self._direct.with_channel(
            user, lambda channel: self._post(channel, message), otherwise=lambda code: self._lost(user, code)
        )

    def attach(self, place: Place, file: File) -> None:
        """Send a file into the person's direct messages: in a channel everybody would see it."""

        def upload(channel: str) -> None:
            content = {"filename": file.name, "title": file.title, "content": file.content, "channel": channel}
            self._outbox.put(fixed(self._key("file", place.user), Call(method="files", arguments=content)))

        self._direct.with_channel(place.user, upload, otherwise=lambda code: self._lost(place.user, code))

    def _post(self, channel: str, message: Message) -> None:
        arguments = {"channel": channel, "text": message.text, "blocks": list(message.blocks)}
        call = Call(method="chat.postMessage", arguments=arguments, channel=channel)
        self._outbox.put(fixed(self._key("post", channel), call, urgency=Urgency.FINAL))

    def _lost(self, user: str, code: str) -> None:
        log.error("slack.reply.lost", actor=user, reason=code)

    def _key(self, kind: str, whom: str) -> str:
        return f"{kind}:{whom}:{next(self._numbers)}"
