"""What the one door asks about a remedy: whether remediation is held, and whether its alarm is red still."""

from datetime import timedelta
from typing import Final

from operations.model import Request
from remediation.intake import place
from remediation.record import RemediationRecord
from remediation.relieving import goes_on
from remediation.settings import RemediationSettings
from remediation.switches import datastore_stop_key, pause_of, stop_key
from remediation.turns import Turns
from remediation.words import span
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import AlarmStatus, Ref, TriggeredAlarm
from vsphere.sites import Sites

_PARTS: Final = 5


class Consent:
    """See `operations.remedies.Remedies`."""

    def __init__(self, *, settings: RemediationSettings, record: RemediationRecord, sites: Sites, clock: Clock) -> None:
        self._settings = settings
        self._record = record
        self._turns = Turns(record=record, most=settings.guards.at_once_per_cluster)
        self._sites = sites
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

    def overtaken(self, request: Request) -> str | None:
        """See `Remedies.overtaken`."""
        if request.vm is not None and stop_key(request.vm) in self._record.switches():
            return "Automatic changes of this VM have been stopped meanwhile."
        parts = request.key.split("/", _PARTS - 1)
        if len(parts) != _PARTS:
            return "It names no alarm."
        vcenter, alarm, entity = parts[:3]
        if datastore_stop_key(Ref(vcenter, entity)) in self._record.switches():
            return "Automatic changes of this datastore have been stopped meanwhile."
        try:
            triggered = self._sites.gateway(vcenter).read_triggered_alarms()
        except VsphereError as error:
            return f"Whether the alarm is still red could not be read: {error}."
        found = next((one for one in triggered if (one.alarm.moref, one.entity.moref) == (alarm, entity)), None)
        is_red = found is not None and found.status is AlarmStatus.RED
        if not is_red and not self._goes_on(Ref(vcenter, alarm), Ref(vcenter, entity)):
            return _cleared(found)
        return self._acknowledged(found, request)

    def _goes_on(self, alarm: Ref, entity: Ref) -> bool:
        """Whether a relief that has begun is not at its end yet."""
        incident = next((one for one in self._record.opened() if place(one) == (alarm, entity)), None)
        if incident is None:
            return False
        remedies = self._record.remedies(incident_id=incident.id)
        datastore = self._sites.of(entity).inventory.datastore(entity)
        return goes_on(incident, remedies, datastore, self._settings.relief)

    def _acknowledged(self, alarm: TriggeredAlarm | None, request: Request) -> str | None:
        if alarm is None:
            return None
        # Whoever acknowledges an alarm and says yes to what is done about it wants it done.
        if alarm.acknowledged and self._settings.guards.leave_acknowledged and not request.needs_yes:
            return (
                f"{alarm.acknowledged_by or 'Somebody'} has acknowledged the alarm {alarm.name} in vCenter meanwhile."
            )
        return None


def _cleared(alarm: TriggeredAlarm | None) -> str:
    if alarm is None or alarm.status is AlarmStatus.GREEN:
        return "The alarm has cleared by itself."
    return f"The alarm {alarm.name} is {alarm.status.value} now, and only red ones are acted upon."
