"""Takes in what is triggered: alarms of each vCenter against incidents on record, read anew where that may matter."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from remediation.facts import Scenery, Shield
from remediation.intake import closed, intake, is_due_for_reading
from remediation.model import Facts, Incident, IncidentState, PlaybookName
from remediation.ports import Changes
from remediation.record import RemediationRecord
from remediation.relieving import goes_on
from remediation.returning import RETURNS_WITHIN
from remediation.settings import RemediationSettings
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.gateway import Gateway
from vsphere.sites import Sites

log = structlog.get_logger(__name__)


class Watching:
    """All vCenters; from its making on the bot counts as started."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        changes: Changes,
        sites: Sites,
        shield: Shield,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._record = record
        self._changes = changes
        self._sites = sites
        self._shield = shield
        self._clock = clock
        self._started_at = clock.now()
        self.is_unread = False
        """Whether a vCenter could not be asked the last time."""

    @property
    def is_ready(self) -> bool:
        """Whether every vCenter's inventory has arrived."""
        return all(gateway.inventory.ready for gateway in self._sites)

    def take_in(self, *, is_due: bool) -> dict[str, Scenery]:
        """Compare what is triggered with what is open.

        Returns:
            Those vCenters whose incidents can be looked at now, with their alarms as they are.
        """
        now = self._clock.now()
        lately = self._record.lately(now - RETURNS_WITHIN)
        opened = [one for one in lately if one.state is not IncidentState.CLOSED]
        self.is_unread = False
        sceneries = {}
        for gateway in self._sites:
            mine = [one for one in opened if one.alarm.entity.vcenter == gateway.name]
            waits = is_due and bool(mine)
            if waits or self._is_due(gateway, mine, now):
                scenery = self._read(gateway)
                if scenery is not None:
                    sceneries[gateway.name] = scenery
                    self._compare(scenery, mine, lately, now)
        self._close_foreign(opened, now)
        return sceneries

    def look_back(self, incident: Incident, window: timedelta) -> Facts:
        """See `remediation.verifier.Look`."""
        gateway = self._sites.of(incident.alarm.entity)
        alarms = gateway.read_triggered_alarms()
        scenery = Scenery(gateway, alarms=alarms, shield=self._shield, started_at=self._started_at)
        return scenery.read(scenery.glance(incident, self._clock.now()), window)

    def _is_due(self, gateway: Gateway, mine: list[Incident], now: datetime) -> bool:
        seen = gateway.triggered_alarms()
        if seen is None or not gateway.inventory.ready:
            return False
        looks = any(one.look_at is not None and one.look_at <= now for one in mine)
        return looks or is_due_for_reading(seen, mine, self._settings.playbooks)

    def _read(self, gateway: Gateway) -> Scenery | None:
        """The vCenter with its alarms as they are now; None where it can't be asked."""
        if not gateway.inventory.ready:
            return None
        try:
            alarms = gateway.read_triggered_alarms()
        except VsphereError as error:
            log.warning("remediation.alarms.unread", vcenter=gateway.name, reason=str(error))
            self.is_unread = True
            return None
        return Scenery(gateway, alarms=alarms, shield=self._shield, started_at=self._started_at)

    def _compare(self, scenery: Scenery, opened: list[Incident], lately: list[Incident], now: datetime) -> None:
        found = intake(
            scenery.alarms,
            opened,
            scene=scenery,
            playbooks=self._settings.playbooks,
            now=now,
            lately=lately,
            goes_on=partial(self._goes_on, scenery),
        )
        for incident in self._record.open(found.new):
            log.info(
                "incident.opened",
                incident=incident.id,
                alarm=incident.alarm.name,
                target=str(incident.alarm.entity),
                name=incident.entity_name,
            )
        self._record.save(found.changes)
        for incident in found.calm:
            if incident.operation_id is not None:
                self._changes.withdraw(incident.operation_id, "The alarm has cleared by itself.")

    def _goes_on(self, scenery: Scenery, incident: Incident) -> bool:
        """See `remediation.relieving.goes_on`; most incidents are no relief, and nothing is read for them."""
        if incident.playbook is not PlaybookName.RELIEVE_DATASTORE or not incident.round:
            return False
        datastore = scenery.gateway.inventory.datastore(incident.alarm.entity)
        remedies = self._record.remedies(incident_id=incident.id)
        return goes_on(incident, remedies, datastore, self._settings.relief)

    def _close_foreign(self, opened: list[Incident], now: datetime) -> None:
        known = {gateway.name for gateway in self._sites}
        self._record.save(
            closed(one, f"vCenter {one.alarm.entity.vcenter} is no longer in the configuration.", now)
            for one in opened
            if one.alarm.entity.vcenter not in known and one.state is IncidentState.OPEN
        )
