"""Whose turn it is among remedies that have their yes: counted where the record is locked, right before one begins.

A remedy that waits for a yes holds up nobody, and nobody can know when it gets one. So several of a cluster may get
theirs at the same moment, and each of them was admitted when less was running.
"""

from dataclasses import replace
from typing import Final

from remediation.model import History, Incident, Remedy, RemedyState
from remediation.record import Change, RemediationRecord
from remediation.words import counted

_TRIES: Final = 3
_LATER: Final = "Something else is written about its alarm just now."


class Turns:
    """Of the remedies of one cluster."""

    def __init__(self, *, record: RemediationRecord, most: int) -> None:
        """Take the record, and how many may run at once in a cluster."""
        self._record = record
        self._most = most

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
            asked = next((one for one in self._record.unfinished() if one.key == key), None)
            incident = self._record.incident(asked.incident_id) if asked else None
            if asked is None or incident is None or asked.state is not RemedyState.ASKED:
                return None
            why = self._take(asked, incident)
            if why != _LATER:
                return why
        return why

    def _take(self, asked: Remedy, incident: Incident) -> str | None:
        why = _LATER

        def weigh(history: History) -> Change | None:
            nonlocal why
            full = too_many(asked, history, self._most)
            if full is not None:
                why = full
                return None
            return Change(before=incident, after=incident, remedy=replace(asked, state=RemedyState.RUNNING))

        return None if self._record.admit(weigh) is not None else why


def too_many(remedy: Remedy, history: History, most: int) -> str | None:
    """Why one more in its cluster would be too many; None where there is room. Pure."""
    busy = [one for one in history.remedies if one.state is RemedyState.RUNNING and one.cluster == remedy.cluster]
    if len(busy) < most:
        return None
    names = ", ".join(sorted(one.vm_name for one in busy))
    return f"{counted(len(busy), 'remedy')} in its cluster at once, which is the most: {names}."
