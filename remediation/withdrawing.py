"""Takes back what waits for a yes once it may not be done whoever says it: a mode, a breaker, a stop, a protection.

What only passes, a freeze or a storm, takes nothing back: the question stays, and a yes is held against it.
"""

from collections.abc import Iterable
from typing import Final

import structlog

from remediation.admission import Case, Guard
from remediation.facts import Scenery, Shield
from remediation.guards.breaker import Breaker
from remediation.guards.mode import ModeOfPlaybook
from remediation.guards.protection import Protected
from remediation.guards.stopping import StoppedForDatastore, StoppedForVm
from remediation.guards.taken_back import TakenBack
from remediation.model import Facts, History, Mode, Recommendation, Remedy, RemedyState
from remediation.modes import standing
from remediation.ports import Changes
from remediation.record import RemediationRecord
from remediation.settings import RemediationSettings
from vsphere.clock import Clock
from vsphere.model import Vm
from vsphere.sites import Sites

log = structlog.get_logger(__name__)

_LASTING: Final[tuple[Guard, ...]] = (
    ModeOfPlaybook(),
    Breaker(),
    StoppedForVm(),
    TakenBack(),
    StoppedForDatastore(),
    Protected(),
)


class Withdrawing:
    """Of all vCenters. No call to any of them: mirror and record tell."""

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

    def run_once(self) -> None:
        """Take back what is to be taken back; following tells the incident.

        Raises:
            StorageError: the record can't be read or written.
        """
        # What a person has planned is theirs to take back.
        live = [one for one in self._record.unfinished() if one.mode is not Mode.RECOMMEND]
        asked = [one for one in live if one.state is RemedyState.ASKED and one.operation_id]
        if not asked:
            return
        history = self._record.history(self._clock.now())
        for vcenter in {one.vm.vcenter for one in asked}:
            self._look(vcenter, (one for one in asked if one.vm.vcenter == vcenter), history)

    def _look(self, vcenter: str, asked: Iterable[Remedy], history: History) -> None:
        gateway = next((one for one in self._sites if one.name == vcenter), None)
        if gateway is None or not gateway.inventory.ready:
            return
        now = self._clock.now()
        scenery = Scenery(gateway, alarms=(), shield=self._shield, started_at=now)
        for remedy in asked:
            incident, vm = self._record.incident(remedy.incident_id), gateway.inventory.vm(remedy.vm)
            if incident is None or vm is None or remedy.operation_id is None:
                continue
            why = self._objection(remedy, vm, scenery.glance(incident, now), history)
            if why is not None:
                log.info("remedy.withdrawn", incident=incident.id, operation_id=remedy.operation_id, reason=why)
                self._changes.withdraw(remedy.operation_id, why)

    def _objection(self, remedy: Remedy, vm: Vm, facts: Facts, history: History) -> str | None:
        known = next((one for one in self._settings.playbooks if one.name is remedy.playbook), None)
        if known is None:
            return f"{remedy.playbook.value} is no longer in the configuration."
        case = Case(
            facts=facts,
            history=history,
            settings=self._settings,
            playbook=known,
            mode=standing(facts, history, known, self._settings).mode,
            recommendation=_of(remedy, vm),
        )
        return next((hold.reason for guard in _LASTING if (hold := guard.check(case)) is not None), None)


def _of(remedy: Remedy, vm: Vm) -> Recommendation:
    """As far as those guard rails look at it."""
    return Recommendation(playbook=remedy.playbook, verb="", vm=vm, arguments={}, summary=remedy.summary, command="")
