"""What a replay counts: per playbook what would have been done, to which VMs, and what held it back. Bounded memory."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from remediation.model import Incident, PlaybookName, Recommendation, Remedy, RemedyState, Verdict, VerdictKind
from vsphere.model import AlarmChange, Ref


@dataclass(slots=True)
class Figures:
    """Of one playbook in one mode."""

    incidents: int = 0
    """Times that one of its alarms turned red; once until it is green again."""
    gone: int = 0
    """Of these, on what is no longer there: nothing can be said of them."""
    asked: int = 0
    """Cards that would have asked for a yes."""
    dropped: int = 0
    """Of these, whose alarm had cleared before the yes came."""
    changes: Counter[str] = field(default_factory=Counter)
    """By VM, changes that would have been sent."""
    recommended: Counter[str] = field(default_factory=Counter)
    """By VM, incidents whose card would have recommended something."""
    windows: Counter[str] = field(default_factory=Counter)
    """By VM, incidents about which its owner would have been asked for a window."""
    held: Counter[str] = field(default_factory=Counter)
    """By guard rail, incidents that it decided at some time."""


class Tally:
    """See `remediation.replay.ports.Witness`."""

    def __init__(self, known: Collection[Ref]) -> None:
        """Take the VMs and datastores that are there."""
        self._known = known
        self.by_playbook: defaultdict[PlaybookName, Figures] = defaultdict(Figures)
        self.unanswered: Counter[str] = Counter()
        """By the alarm's name, times that it turned red and no playbook answers it."""
        self._told: dict[str, set[str]] = {}

    def shown(self, change: AlarmChange) -> None:
        """See `Witness.shown`."""
        self.unanswered[change.alarm_name] += 1

    def opened(self, incident: Incident) -> None:
        """See `Witness.opened`."""
        figures = self._of(incident)
        figures.incidents += 1
        if incident.alarm.entity in self._known:
            self._told[incident.key] = set()
        else:
            figures.gone += 1

    def closed(self, incident: Incident) -> None:
        """See `Witness.closed`."""
        self._told.pop(incident.key, None)

    def looked(self, incident: Incident, verdict: Verdict, now: datetime) -> None:  # noqa: ARG002  any time counts
        """See `Witness.looked`."""
        figures = self._of(incident)
        if verdict.guard is not None and self._is_new(incident, verdict.guard):
            figures.held[verdict.guard] += 1
        if verdict.recommendation is None or not self._is_new(incident, f"={verdict.kind.value}"):
            return
        name = verdict.recommendation.vm.name
        if verdict.kind is VerdictKind.RECOMMEND:
            figures.recommended[name] += 1
        elif verdict.kind is VerdictKind.WINDOW:
            figures.windows[name] += 1

    def asked(self, remedy: Remedy) -> None:
        """See `Witness.asked`."""
        self.by_playbook[remedy.playbook].asked += 1

    def began(self, remedy: Remedy, recommendation: Recommendation) -> None:
        """See `Witness.began`."""
        self.by_playbook[remedy.playbook].changes[recommendation.vm.name] += 1

    def ended(self, remedy: Remedy) -> None:
        """See `Witness.ended`."""
        self.by_playbook[remedy.playbook].dropped += remedy.state is RemedyState.DROPPED

    def compared(self, remedy: Remedy) -> None:
        """See `Witness.compared`; a replay compares nothing."""

    def _of(self, incident: Incident) -> Figures:
        # The engine opens incidents for playbooks alone.
        return self.by_playbook[incident.playbook] if incident.playbook else Figures()

    def _is_new(self, incident: Incident, what: str) -> bool:
        told = self._told.get(incident.key)
        if told is None or what in told:
            return False
        told.add(what)
        return True
