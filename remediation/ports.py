"""What remediation needs of its neighbours, as narrow protocols; `bot.wiring` passes what implements them."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol

from operations.model import Operation, Request, State
from operations.policy import Decision
from remediation.model import History, Incident, Remedy, Switch
from vsphere.model import AlarmChange, DiskFacts, HostSample, Ref, Sample, TriggeredAlarm


class Site(Protocol):
    """One vCenter, as remediation reads it; a `vsphere.gateway.Gateway` beside its inventory."""

    @property
    def name(self) -> str:
        """As it is configured."""

    def triggered_alarms(self) -> tuple[TriggeredAlarm, ...] | None:
        """All that are triggered, as the watcher last saw them (30 s old at most); None before the first look."""

    def read_triggered_alarms(self) -> tuple[TriggeredAlarm, ...]:
        """The same, read now, in one call."""

    def subscribe_alarms(self, callback: Callable[[], None]) -> None:
        """Be told that `triggered_alarms` has changed; the callback must return at once."""

    def read_metrics(self, ref: Ref, window: timedelta) -> list[Sample]:
        """See `vsphere.metrics.Metrics.read`."""

    def read_host_metrics(self, host: Ref, window: timedelta) -> list[HostSample]:
        """The same of a host."""

    def read_disk_facts(self, vms: Collection[Ref]) -> dict[Ref, DiskFacts]:
        """What makes these VMs hard to move or to grow, in one call; what is gone is left out.

        Whether one is a base is known among those asked for: ask for all of a datastore.
        """

    def alarm_changes(self, since: datetime, until: datetime) -> list[AlarmChange]:
        """Of the event history, oldest first."""


class Record(Protocol):
    """Incidents, remedies and switches in the database; `operations.record.incidents` holds the rows as JSON."""

    def opened(self) -> list[Incident]:
        """All that are not closed."""

    def history(self, now: datetime) -> History:
        """What the guard rails look back at."""

    def switch(self, switch: Switch | None, *, key: str) -> None:
        """Set a switch, or take it away."""

    def remedies(self, *, incident_id: str | None = None, unchecked: bool = False) -> list[Remedy]:
        """Of one incident, or all whose comparison is still due; oldest first."""


class Changes(Protocol):
    """Where changes are asked for and followed: `operations.service.Operations`."""

    def judge(self, request: Request) -> Decision:
        """See `Operations.judge`."""

    def submit(self, request: Request) -> Operation:
        """See `Operations.submit`."""

    def get(self, operation_id: str) -> Operation:
        """See `Operations.get`."""

    def find(self, key: str) -> Operation | None:
        """See `Operations.find`."""

    def recent(
        self, limit: int, *, states: Collection[State] | None = None, since: datetime | None = None
    ) -> list[Operation]:
        """See `Operations.recent`."""

    def withdraw(self, operation_id: str, reason: str) -> None:
        """See `Operations.withdraw`."""
