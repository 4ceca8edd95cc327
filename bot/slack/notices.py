"""Tells people what is to be told once: from the record to the outbox, at least once, in order for each recipient.

A recipient is a person, a channel, or the thread of a card; some notices have a picture, which follows the message.

Owns no truth: what has not arrived is still on record, for the next pass, the next start or another replica.
"""

import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Parcel, Urgency, fixed
from bot.slack.ports import Notices
from bot.slack.replies import DirectMessages
from bot.telling import THREAD
from bot.views.message import Message
from bot.views.notice import PICTURES, notice_message
from operations.errors import StorageError
from operations.record.notices import Notice
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_PEOPLE: Final = ("U", "W")

Threads = Callable[[str], Mapping[str, str] | None]
"""Channel and time stamp of the card that a recipient names; None while it is not posted."""


class NoticePost:
    """One pass takes the oldest notice of each recipient; the next follows when it has arrived."""

    def __init__(
        self, *, outbox: Outbox, direct: DirectMessages, notices: Notices, threads: Threads, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._direct = direct
        self._notices = notices
        self._threads = threads
        self._clock = clock
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        """Recipients that something is under way to."""

    def run_once(self) -> None:
        """Send what waits.

        Raises:
            StorageError: the record can't be read or written.
        """
        seen: set[str] = set()
        for notice in self._notices.unsent():
            # Whoever comes second in line waits, be the first one's turn here or in another replica.
            first = notice.recipient not in seen
            seen.add(notice.recipient)
            if first and self._take(notice):
                self._send(notice)

    def _take(self, notice: Notice) -> bool:
        with self._lock:
            if notice.recipient in self._busy:
                return False
            self._busy.add(notice.recipient)
        try:
            mine = self._notices.claim(notice.key)
        except StorageError:
            self._let_go(notice)
            raise
        if not mine:
            self._let_go(notice)
        return mine

    def _send(self, notice: Notice) -> None:
        message = notice_message(notice, self._clock.now())
        if message is None:
            # A newer version of this program wrote it; nobody is served by trying for ever.
            log.error("notice.kind.unknown", key=notice.key, kind=notice.kind, recipient=notice.recipient)
            self._done(notice)
        elif notice.recipient.startswith(THREAD):
            self._send_into_thread(notice, message)
        elif notice.recipient.startswith(_PEOPLE):
            self._direct.with_channel(
                notice.recipient,
                lambda channel: self._post(notice, message, {"channel": channel}),
                otherwise=lambda code: self._lost(notice, code),
            )
        else:
            self._post(notice, message, {"channel": notice.recipient})

    def _send_into_thread(self, notice: Notice, message: Message) -> None:
        card = self._threads(notice.recipient)
        if card is None:
            log.error("notice.lost", key=notice.key, kind=notice.kind, recipient=notice.recipient, reason="no_card")
            self._done(notice)
            return
        self._post(notice, message, {"channel": card["channel"], "thread_ts": card["ts"]})

    def _post(self, notice: Notice, message: Message, where: Mapping[str, str]) -> None:
        arguments = {**where, "text": message.text, "blocks": list(message.blocks)}
        call = Call(method="chat.postMessage", arguments=arguments, channel=where["channel"])
        self._outbox.put(
            fixed(
                f"notice:{notice.key}",
                call,
                urgency=Urgency.FIRST,
                sent=lambda answer: self._illustrate(notice, {**where, "channel": str(answer["channel"])}),
                failed=lambda code: self._lost(notice, code),
            )
        )

    def _illustrate(self, notice: Notice, where: Mapping[str, str]) -> None:
        """Send the picture that belongs to it, drawn when its turn comes; one that does not arrive holds up nothing."""
        draw = PICTURES.get(notice.kind)
        if draw is not None:

            def build() -> Call | None:
                file = draw(notice.data)
                if file is None:
                    return None
                content = {"filename": file.name, "title": file.title, "content": file.content, "alt_txt": file.alt}
                return Call(method="files", arguments={**content, **where})

            self._outbox.put(
                Parcel(
                    key=f"picture:{next(self._numbers)}",
                    where=lambda: ("files", None),
                    build=build,
                    sent=lambda _answer: None,
                    failed=lambda code: log.error("notice.picture.lost", key=notice.key, reason=code),
                    urgency=Urgency.FIRST,
                )
            )
        self._arrived(notice)

    def _arrived(self, notice: Notice) -> None:
        log.info("notice.told", key=notice.key, kind=notice.kind, recipient=notice.recipient)
        self._go_on(notice)

    def _lost(self, notice: Notice, code: str) -> None:
        log.error("notice.lost", key=notice.key, kind=notice.kind, recipient=notice.recipient, reason=code)
        self._go_on(notice)

    def _go_on(self, notice: Notice) -> None:
        self._done(notice)
        try:
            self.run_once()
        except StorageError as error:
            log.warning("notice.record.unreadable", reason=str(error))

    def _done(self, notice: Notice) -> None:
        """Write it down; where that fails, a later pass tells it again."""
        try:
            self._notices.sent(notice.key)
        except StorageError as error:
            log.warning("notice.record.failed", key=notice.key, reason=str(error))
        self._let_go(notice)

    def _let_go(self, notice: Notice) -> None:
        with self._lock:
            self._busy.discard(notice.recipient)
