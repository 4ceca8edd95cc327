"""Whose turn it is among remedies that have their yes: counted where the record is locked, right before one begins.

A remedy that waits for a yes holds up nobody, and nobody can know when it gets one. So several of a cluster may get
theirs at the same moment, and each of them was admitted when less was running and less had been done within the hour.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from remediation.guards.budgets import next_within_the_hour, used_up
from remediation.model import History, Incident, Remedy, RemedyState
from remediation.record import Change, RemediationRecord
from remediation.settings import GuardSettings
from remediation.words import counted
from vsphere.clock import Clock

_TRIES: Final = 3
_LATER: Final = "Something else is written about its alarm just now."


class Turns:
    """Of all remedies that have waited for a yes."""

    def __init__(self, *, record: RemediationRecord, guards: GuardSettings, clock: Clock) -> None:
        """Take the record, and how many may run at once in a cluster and begin within an hour."""
        self._record = record
        self._guards = guards
        self._clock = clock

    def waits(self, key: str) -> str | None:
        """Take a remedy's turn, so that it counts as one that runs.

        Args:
            key: of the remedy, which is its operation's as well.

        Returns:
            Why it has to wait; None where it has its turn, be it since before, or needs none.

        Raises:
            StorageError: the record can't be read or written.
        """
        why: str | None = None
        for _ in range(_TRIES):
            asked = self._asked(key)
            incident = self._record.incident(asked.incident_id) if asked else None
            # As it is now: what is written of it after its incident was read, makes the incident another.
            asked = self._asked(key)
            if asked is None or incident is None:
                return None
            why = self._take(asked, incident)
            if why != _LATER:
                return why
        return why

    def _asked(self, key: str) -> Remedy | None:
        """The remedy, as long as it has not had its turn."""
        waiting = (one for one in self._record.unfinished() if one.state is RemedyState.ASKED)
        return next((one for one in waiting if one.key == key), None)

    def _take(self, asked: Remedy, incident: Incident) -> str | None:
        why = _LATER

        def weigh(history: History) -> Change | None:
            nonlocal why
            now = self._clock.now()
            full = too_many(asked, history, self._guards, now)
            if full is not None:
                why = full
                return None
            runs = replace(asked, state=RemedyState.RUNNING, began_at=now)
            return Change(before=incident, after=incident, remedy=runs)

        return None if self._record.admit(weigh) is not None else why


def too_many(remedy: Remedy, history: History, guards: GuardSettings, now: datetime) -> str | None:
    """Why one more would be too many, in its cluster or within the hour; None where there is room. Pure."""
    busy = [one for one in history.remedies if one.state is RemedyState.RUNNING and one.cluster == remedy.cluster]
    if len(busy) >= guards.at_once_per_cluster:
        names = ", ".join(sorted(one.vm_name for one in busy))
        return f"{counted(len(busy), 'remedy')} in its cluster at once, which is the most: {names}."
    until = next_within_the_hour(history, most=guards.per_hour, now=now)
    return None if until is None else used_up(until, most=guards.per_hour, now=now)
