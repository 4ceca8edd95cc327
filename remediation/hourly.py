"""What waits for the hourly budget is looked at again as soon as there is room, not when there was to be some.

A remedy that had begun comes to nothing, or the bot is started with another number: the record tells, whoever did it.
"""

from dataclasses import replace

from remediation.guards.budgets import HourlyBudget, next_within_the_hour
from remediation.model import Incident, IncidentState
from remediation.record import Change, RemediationRecord
from vsphere.clock import Clock


class Hourly:
    """Looks at those that wait for nothing else."""

    def __init__(self, *, record: RemediationRecord, most: int, clock: Clock) -> None:
        """Take the record, and how many remedies there may be within an hour."""
        self._record = record
        self._most = most
        self._clock = clock

    def run_once(self) -> None:
        """Make due what has room by now.

        Raises:
            StorageError: the record can't be read or written.
        """
        now = self._clock.now()
        waiting = [one for one in self._record.opened() if _waits(one)]
        if waiting and next_within_the_hour(self._record.history(now), most=self._most, now=now) is None:
            self._record.save(Change(before=one, after=replace(one, look_at=now)) for one in waiting)


def _waits(incident: Incident) -> bool:
    decided = incident.decided
    return incident.state is IncidentState.OPEN and decided is not None and decided.guard == HourlyBudget.name
