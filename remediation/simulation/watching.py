"""What remediation decided in a simulation beside what it did: whom it asked for a window, and what held it back."""

from collections import Counter, defaultdict
from datetime import datetime

from remediation.model import Incident, Recommendation, Remedy, Verdict, VerdictKind
from vsphere.model import AlarmChange, Ref


class Watching:
    """See `remediation.replay.ports.Witness`."""

    def __init__(self) -> None:
        self.windows: set[Ref] = set()
        """VMs whose owners are asked for a window."""
        self._held: defaultdict[str, set[str]] = defaultdict(set)

    def held(self) -> Counter[str]:
        """By guard rail, how many incidents it decided at some time."""
        return Counter({guard: len(incidents) for guard, incidents in self._held.items()})

    def shown(self, change: AlarmChange) -> None:
        """See `Witness.shown`."""

    def opened(self, incident: Incident) -> None:
        """See `Witness.opened`."""

    def closed(self, incident: Incident) -> None:
        """See `Witness.closed`."""

    def looked(self, incident: Incident, verdict: Verdict, now: datetime) -> None:  # noqa: ARG002  any time counts
        """See `Witness.looked`."""
        if verdict.guard is not None:
            self._held[verdict.guard].add(incident.key)
        if verdict.kind is VerdictKind.WINDOW and verdict.recommendation is not None:
            self.windows.add(verdict.recommendation.vm.ref)

    def asked(self, remedy: Remedy) -> None:
        """See `Witness.asked`."""

    def began(self, remedy: Remedy, recommendation: Recommendation) -> None:
        """See `Witness.began`."""

    def ended(self, remedy: Remedy) -> None:
        """See `Witness.ended`."""

    def compared(self, remedy: Remedy) -> None:
        """See `Witness.compared`."""
