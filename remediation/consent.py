"""What the one door asks about a remedy: whether remediation is held, whose turn it is, and last of all everything."""

from datetime import timedelta

from operations.model import Request
from remediation.facts import Shield
from remediation.lastlook import LastLook
from remediation.record import RemediationRecord
from remediation.settings import RemediationSettings
from remediation.switches import pause_of
from remediation.turns import Turns
from remediation.words import span
from vsphere.clock import Clock
from vsphere.model import Vm
from vsphere.sites import Sites


class Consent:
    """See `operations.remedies.Remedies`."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        sites: Sites,
        shield: Shield,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._record = record
        self._turns = Turns(record=record, guards=settings.guards, clock=clock)
        self._last_look = LastLook(settings=settings, record=record, sites=sites, shield=shield, clock=clock)
        self._clock = clock

    def held(self) -> str | None:
        """See `Remedies.held`."""
        if not self._settings.enabled:
            return "Remediation is switched off in the configuration."
        now = self._clock.now()
        pause = pause_of(self._record.switches(), now)
        if pause is None:
            return None
        length: timedelta | None = pause.until - now if pause.until else None
        return f"<@{pause.by}> has paused remediation{f' for another {span(length)}' if length else ''}."

    def waits(self, request: Request) -> str | None:
        """See `Remedies.waits`."""
        return self._turns.waits(request.key)

    def overtaken(self, request: Request, vm: Vm | None) -> str | None:
        """See `Remedies.overtaken`."""
        return self._last_look.objection(request, vm)
