"""Looks some time after a remedy, 10 and 30 minutes by default, whether it has helped, and keeps what it found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from operations.model import Operation
from remediation.model import Facts, Incident, Outcome, Remedy, RemedyState
from remediation.verification import UNDONE_BY, Comparison, compare, figures, points
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import AlarmStatus

log = structlog.get_logger(__name__)

_SHOWN_BEFORE: Final = timedelta(minutes=15)
"""So much of the time before the change is on the chart, and less where there is little after it."""
_LEAST_BEFORE: Final = timedelta(minutes=3)
_LATEST: Final = timedelta(hours=6)
"""A remedy that nobody looked after for so long, be it that the bot was away, is not judged any more."""
_FIGURES_WITHIN: Final = timedelta(minutes=3)
"""vCenter's samples come late; so long after a comparison is due its figures are waited for."""


class Book(Protocol):
    """The record, as far as comparisons read and write it."""

    def remedies(self, *, incident_id: str | None = None, unchecked: bool = False) -> list[Remedy]:
        """See `remediation.ports.Record`."""

    def undone(self) -> list[Remedy]:
        """Those that a person has taken back, or is about to, oldest first; of the last 30 days."""

    def incident(self, incident_id: str) -> Incident | None:
        """One incident, closed or not."""

    def compared(self, remedy: Remedy, *, was: int) -> bool:
        """Keep outcome, `after` and `checked` of a remedy whose `checked` still is `was`; False where it is not.

        The incident's version grows with it, so that its card tells it.
        """


UndoOf = Callable[[Remedy], Operation | None]
"""The operation by which a person takes a remedy back, be it under way or done; None where nobody does."""
Look = Callable[[Incident, timedelta], Facts]
"""The facts anew, with samples of the last so long.

Raises:
    VsphereError: vCenter could not be asked.
"""


class Verifier:
    """One pass compares what is due. Safe in several replicas: the first to write counts."""

    def __init__(
        self, *, book: Book, look: Look, undo_of: UndoOf, verify_after: tuple[timedelta, ...], clock: Clock
    ) -> None:
        """Take what it needs.

        Args:
            book: the record.
            look: how facts are gathered.
            undo_of: who takes a remedy back; what is taken back is not compared, and counts for nothing.
            verify_after: when, counted from the end of the remedy, in ascending order.
            clock: time.
        """
        self._book = book
        self._look = look
        self._undo_of = undo_of
        self._verify_after = verify_after
        self._clock = clock

    def run_once(self) -> list[Remedy]:
        """Compare what is due, and return the remedies that got an outcome.

        Raises:
            StorageError: the record can't be read or written.
        """
        now = self._clock.now()
        waiting = [one for one in self._book.remedies(unchecked=True) if self._due_at(one) is not None]
        # Who takes it back after the last comparison has the last word as well.
        waiting += [one for one in self._book.undone() if self._is_compared(one) and UNDONE_BY not in one.after]
        return [one for remedy in waiting if (one := self._take_up(remedy, now)) is not None]

    def next_at(self) -> datetime | None:
        """When something is due next; None where nothing is."""
        return min((due for one in self._book.remedies(unchecked=True) if (due := self._due_at(one))), default=None)

    def _take_up(self, remedy: Remedy, now: datetime) -> Remedy | None:
        """Compare it where it is due, unless somebody takes it back: while that is under way, nobody can tell."""
        undo, due = self._undo_of(remedy), self._due_at(remedy)
        if undo is not None:
            return self._undone(remedy, undo) if undo.state.is_final else None
        return self._check(remedy, now) if due is not None and due <= now else None

    def _undone(self, remedy: Remedy, undo: Operation) -> Remedy | None:
        compared = self._is_compared(remedy)
        reason = "undone, so it counts for nothing" if compared else "undone, so it is not compared"
        checked = remedy.checked + 1 if compared else len(self._verify_after)
        unknown = Comparison(outcome=Outcome.UNKNOWN, reason=reason)
        return self._keep(remedy, unknown, {UNDONE_BY: undo.actor.id}, checked=checked)

    def _is_compared(self, remedy: Remedy) -> bool:
        return remedy.state is RemedyState.SUCCEEDED and remedy.checked >= len(self._verify_after)

    def _due_at(self, remedy: Remedy) -> datetime | None:
        if remedy.state is not RemedyState.SUCCEEDED or remedy.ended_at is None:
            return None
        if self._is_compared(remedy):
            return None
        return remedy.ended_at + self._verify_after[remedy.checked]

    def _check(self, remedy: Remedy, now: datetime) -> Remedy | None:
        ended_at = remedy.ended_at or remedy.at
        passed = sum(ended_at + after <= now for after in self._verify_after)
        if now - ended_at > max(self._verify_after[-1] * 2, _LATEST):
            reason = f"nobody looked in time: {Outcome.UNKNOWN.value}"
            return self._keep(remedy, Comparison(outcome=Outcome.UNKNOWN, reason=reason), {}, checked=passed)
        incident = self._book.incident(remedy.incident_id)
        if incident is None:
            return None
        try:
            since = now - ended_at
            facts = self._look(incident, since + min(max(since, _LEAST_BEFORE), _SHOWN_BEFORE))
        except VsphereError as error:
            log.warning("remedy.comparison.postponed", remedy=remedy.key, reason=str(error))
            return None
        found = figures(facts, since=ended_at)
        compared = compare(remedy.playbook, remedy.before, found, alarm_now=_alarm(facts))
        due_at = ended_at + self._verify_after[passed - 1]
        if compared.outcome is Outcome.UNKNOWN and _is_there(facts) and now < due_at + _FIGURES_WITHIN:
            return None
        after = {"figures": found, "points": points(remedy.playbook, facts.samples, ended_at)}
        return self._keep(remedy, compared, after, checked=passed)

    def _keep(
        self, remedy: Remedy, compared: Comparison, after: Mapping[str, object], *, checked: int
    ) -> Remedy | None:
        told = {**after, "reason": compared.reason, "at": self._clock.now().isoformat()}
        kept = replace(remedy, outcome=compared.outcome, checked=checked, after=told)
        if not self._book.compared(kept, was=remedy.checked):
            # Another replica was faster.
            return None
        log.info("remedy.compared", remedy=remedy.key, outcome=compared.outcome.value, reason=compared.reason)
        return kept


def _alarm(facts: Facts) -> AlarmStatus:
    return facts.alarm.status if facts.alarm else AlarmStatus.GREEN


def _is_there(facts: Facts) -> bool:
    return facts.vm is not None or facts.datastore is not None
