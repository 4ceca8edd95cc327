"""Asks about a remedy once more all that was asked before it was admitted, right before it is written.

Between the two lie milliseconds, the time that something else on the VM takes, or half an hour in which somebody is to
say yes; and the world goes on. What the remedy itself counts for is left out, else each would hold back itself. Its
place among those that run at once, and in the budgets, it has had since it was admitted or took its turn, both of which
are counted under the record's lock: here nothing has to be counted anew against others that look at the same moment.
"""

from dataclasses import replace
from typing import Final

from operations.model import Request
from remediation.admission import Admission
from remediation.asked import as_asked
from remediation.facts import Scenery, Shield
from remediation.guards import ALL_GUARDS
from remediation.guards.acknowledged import Acknowledged
from remediation.looking import Looking
from remediation.model import Facts, History, Incident, Mode, Remedy, Verdict, VerdictKind
from remediation.record import RemediationRecord
from remediation.registry import PLAYBOOKS
from remediation.settings import RemediationSettings
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import Vm
from vsphere.sites import Sites

OVERRIDDEN: Final = frozenset({Acknowledged.name})
"""Guard rails that a yes overrides: who acknowledges an alarm and says yes to what is done about it wants it done."""


class LastLook:
    """One replica's; from its making on the bot counts as started."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        sites: Sites,
        shield: Shield,
        clock: Clock,
    ) -> None:
        self._record = record
        self._sites = sites
        self._shield = shield
        self._clock = clock
        self._started_at = clock.now()
        rest = tuple(guard for guard in ALL_GUARDS if guard.name not in OVERRIDDEN)
        self._by_itself = Looking(settings=settings, playbooks=PLAYBOOKS, admission=Admission(ALL_GUARDS), clock=clock)
        self._with_a_yes = Looking(settings=settings, playbooks=PLAYBOOKS, admission=Admission(rest), clock=clock)

    def objection(self, request: Request, vm: Vm | None) -> str | None:
        """Why a remedy is not to be done after all, one sentence; None where it is.

        Args:
            request: with the remedy's key.
            vm: what it changes, as it was read a moment ago; None where it is gone.

        Raises:
            StorageError: the record can't be read.
        """
        history = self._record.history(self._clock.now())
        remedy = next((one for one in history.remedies if one.key == request.key and one.ended_at is None), None)
        incident = self._record.incident(remedy.incident_id) if remedy else None
        if remedy is None or incident is None:
            return "It is not, or no longer, on record among what remediation has admitted."
        history = without(history, remedy)
        looking = self._with_a_yes if request.needs_yes else self._by_itself
        try:
            verdict = looking.judge_asked(self._facts(incident, vm), history, as_asked(request))
        except VsphereError as error:
            return f"What it hangs on could not be read once more in vCenter {incident.alarm.entity.vcenter}: {error}."
        return objection_to(verdict, remedy)

    def _facts(self, incident: Incident, vm: Vm | None) -> Facts:
        gateway = self._sites.of(incident.alarm.entity)
        alarms = gateway.read_triggered_alarms()
        scenery = Scenery(gateway, alarms=alarms, shield=self._shield, started_at=self._started_at)
        facts = scenery.glance(incident, self._clock.now())
        # The mirror may be a moment behind what the door has just read.
        return scenery.read(facts if vm is None else with_vm(facts, vm))


def without(history: History, remedy: Remedy) -> History:
    """The history as if this one had not been admitted."""
    return replace(history, remedies=tuple(one for one in history.remedies if one.key != remedy.key))


def with_vm(facts: Facts, vm: Vm) -> Facts:
    """The facts with a VM as it is now."""
    return replace(
        facts,
        vm=vm if facts.vm is not None and facts.vm.ref == vm.ref else facts.vm,
        vms=tuple(vm if one.ref == vm.ref else one for one in facts.vms),
    )


def objection_to(verdict: Verdict, remedy: Remedy) -> str | None:
    """Why a verdict of this moment does not let a remedy go on; None where it does. Pure."""
    match verdict.kind:
        case VerdictKind.ACT:
            return None
        case VerdictKind.ASK if remedy.mode is Mode.APPROVE:
            # It has its yes: else it would not be about to be written.
            return None
        case VerdictKind.ASK:
            return f"{remedy.playbook.value} needs a yes by now."
        case _:
            return verdict.reason
