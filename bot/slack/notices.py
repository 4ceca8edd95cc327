"""Tells people what is to be told once: from the record to the outbox, at least once, in order for each recipient.

Owns no truth: what has not arrived is still on record, for the next pass, the next start or another replica.
"""

import threading
from typing import Final

import structlog

from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Urgency, fixed
from bot.slack.ports import Notices
from bot.slack.replies import DirectMessages
from bot.views.message import Message
from bot.views.notice import notice_message
from operations.errors import StorageError
from operations.record.notices import Notice
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_PEOPLE: Final = ("U", "W")


class NoticePost:
    """One pass takes the oldest notice of each recipient; the next follows when it has arrived."""

    def __init__(self, *, outbox: Outbox, direct: DirectMessages, notices: Notices, clock: Clock) -> None:
        self._outbox = outbox
        self._direct = direct
        self._notices = notices
        self._clock = clock
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
        elif notice.recipient.startswith(_PEOPLE):
            self._direct.with_channel(
                notice.recipient,
                lambda channel: self._post(notice, message, channel),
                otherwise=lambda code: self._lost(notice, code),
            )
        else:
            self._post(notice, message, notice.recipient)

    def _post(self, notice: Notice, message: Message, channel: str) -> None:
        arguments = {"channel": channel, "text": message.text, "blocks": list(message.blocks)}
        call = Call(method="chat.postMessage", arguments=arguments, channel=channel)
        self._outbox.put(
            fixed(
                f"notice:{notice.key}",
                call,
                urgency=Urgency.FIRST,
                sent=lambda _answer: self._arrived(notice),
                failed=lambda code: self._lost(notice, code),
            )
        )

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
