"""What the virtual engine needs: a world that it acts in, a witness that counts, a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from remediation.model import Facts, Incident, Recommendation, Remedy, Verdict
from vsphere.model import AlarmChange, Ref


class World(Protocol):
    """What alarms are about and remedies change."""

    def facts(self, incident: Incident, now: datetime) -> Facts:
        """All that is known at this moment."""

    def cluster_of(self, entity: Ref) -> Ref | None:
        """The cluster in which a VM runs; None for what is no VM."""

    def begin(self, recommendation: Recommendation, now: datetime) -> timedelta:
        """A change is sent; how long it takes."""

    def finish(self, recommendation: Recommendation, now: datetime) -> bool:
        """Let a change be there; False where it has failed."""


class Witness(Protocol):
    """Who counts."""

    def shown(self, change: AlarmChange) -> None:
        """An alarm has turned red that no playbook answers."""

    def opened(self, incident: Incident) -> None:
        """An alarm has turned red that a playbook answers."""

    def closed(self, incident: Incident) -> None:
        """It is over."""

    def looked(self, incident: Incident, verdict: Verdict, now: datetime) -> None:
        """Something was decided."""

    def asked(self, remedy: Remedy) -> None:
        """Somebody is asked for a yes."""

    def began(self, remedy: Remedy, recommendation: Recommendation) -> None:
        """A change is sent; in mode `approve` after a yes."""

    def ended(self, remedy: Remedy) -> None:
        """A change has come to its end, or nothing will come of it."""

    def compared(self, remedy: Remedy) -> None:
        """A change has been compared with before."""


class HandClock:
    """See `vsphere.clock.Clock`: it stands where it was put."""

    def __init__(self) -> None:
        self.at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self.at

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.at.timestamp()
