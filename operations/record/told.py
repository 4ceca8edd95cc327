"""What the bot tells by itself: a notice for whoever it concerns, and an event on the record, in one transaction."""

from collections.abc import Mapping

import structlog

from operations.record.database import Database
from operations.record.journal import Journal, News
from operations.record.notices import Notices
from vsphere.clock import Clock

log = structlog.get_logger(__name__)


class Told:
    """Any thread may use it. What this process knows to have told costs no look at the database."""

    def __init__(self, database: Database, notices: Notices, *, clock: Clock) -> None:
        self._database = database
        self._notices = notices
        self._journal = Journal(clock)
        self._known: set[str] = set()

    def tell(self, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]) -> None:
        """Keep something to be told, once for its key.

        Args:
            key: what makes it once.
            recipient: Slack id of a person; None where nobody is known, and then it is logged and on record alone.
            kind: which view tells it.
            data: what the view needs, JSON-like.

        Raises:
            StorageError: it can't be written.
        """
        if key in self._known:
            return
        with self._database.writing() as connection:
            is_new = self._notices.add_within(connection, key=key, recipient=recipient, kind=kind, data=data)
            if is_new:
                event = {"key": key, "recipient": recipient, **data}
                self._journal.append(connection, News(kind=f"notice.{kind}", actor="bot", data=event))
        self._known.add(key)
        if is_new:
            tell = log.info if recipient else log.warning
            tell("notice.kept", key=key, kind=kind, recipient=recipient)

    def knows(self, key: str) -> bool:
        """Whether this process knows it to have been told; a no may be wrong."""
        return key in self._known

    def leave(self, key: str) -> None:
        """Know from now on that it need not be told."""
        self._known.add(key)
