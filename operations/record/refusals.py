"""Puts on record who was refused something that never became an operation: a look, or anything by an outsider.

The same again within a minute is one row, and so many rows a minute is all that one person can cause: nobody fills the
disk by asking. What is left out of the record for that reason is in the log.
"""

import threading
from collections import deque
from typing import Final

import structlog

from operations.errors import StorageError
from operations.model import Actor, Event, Origin
from operations.policy import Decision
from operations.record.database import Database
from operations.record.journal import Journal, News
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

KIND: Final = "request.refused"
_WITHIN_S = 60.0
_MOST_OF_ONE_PERSON = 30
_MOST_LETTERS = 200
"""Of what the person has typed."""
_Key = tuple[str, ...]


class Refusals:
    """The refusals among the events. Any thread may use it; it waits for the database, so never before an ack."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(clock)
        self._lock = threading.Lock()
        self._lately: deque[tuple[float, _Key]] = deque()

    def note(self, *, actor: Actor, origin: Origin, verb: str, decision: Decision, subject: str | None = None) -> None:
        """Write down one refusal. It never raises: the answer to the person is no in any case.

        Args:
            actor: who asked.
            origin: where.
            verb: what for.
            decision: the no, with its rule and reason.
            subject: the VM or the operation, if it was about one.
        """
        told = {
            "actor": actor.id,
            "verb": verb[:_MOST_LETTERS],
            "subject": None if subject is None else subject[:_MOST_LETTERS],
            "channel": origin.channel,
            "rule": decision.rule,
            "reason": decision.reason,
        }
        written = self._is_news(actor.id, tuple(map(str, told.values())))
        log.warning("request.refused", on_record=written, **told)
        if not written:
            return
        news = News(kind=KIND, actor=actor.id, data={**told, "name": actor.name})
        try:
            with self._database.writing() as connection:
                self._journal.append(connection, news)
        except StorageError as error:
            log.error("request.refusal.lost", actor=actor.id, reason=str(error))  # noqa: TRY400  told by the database

    def recent(self, limit: int) -> list[Event]:
        """The latest refusals, newest first.

        Raises:
            StorageError: they can't be read.
        """
        with self._database.reading() as connection:
            return self._journal.latest(connection, KIND, limit)

    def _is_news(self, actor_id: str, key: _Key) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            while self._lately and now - self._lately[0][0] >= _WITHIN_S:
                self._lately.popleft()
            of_person = [known for _, known in self._lately if known[0] == actor_id]
            if key in of_person or len(of_person) >= _MOST_OF_ONE_PERSON:
                return False
            self._lately.append((now, key))
            return True
