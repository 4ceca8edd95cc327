"""A replica with remediation, its vCenter, and alarms that a test raises: all as `bot.wiring` puts it together."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from operations.model import Operation, State
from operations.policy import Policy
from operations.terms import ApprovalRule
from remediation.consent import Consent
from remediation.engine import Remediation
from remediation.matching import DATASTORE
from remediation.model import Decided, Incident, IncidentState, Mode, PlaybookName, Remedy
from remediation.record import RemediationRecord
from remediation.settings import (
    SHIPPED_ALARMS,
    ApproverSettings,
    GuardSettings,
    PlaybookSettings,
    RemediationSettings,
)
from sandbox.vcenter import Estate
from sandbox.vcenter.values import Kind
from tests.integration.operations.lab import DANA, PATIENCE_S, RULES, Lab, eventually
from vsphere.gateway import Gateway
from vsphere.model import Vm
from vsphere.sites import Sites

CPU: Final = "alarm.VmCPUUsageAlarm"
MEMORY: Final = "alarm.VmMemoryUsageAlarm"
AT_ONCE: Final[dict[str, Any]] = {"observe_for": timedelta(0), "sustained_percent": 0}
APPROVERS: Final = ApproverSettings(groups=("@vm-approvers",))
SMALL: Final[Mapping[str, Any]] = {
    "power": "on",
    "cpus": 2,
    "memory_mib": 4096,
    "cpu_hot_add": True,
    "memory_hot_add": True,
}


def settings_of(
    mode: Mode = Mode.AUTO,
    *,
    guards: Mapping[str, Any] | None = None,
    only: Collection[PlaybookName] = tuple(PlaybookName),
    **more: Any,
) -> RemediationSettings:
    """Everything at once and by itself, but for what is said."""
    playbooks = tuple(PlaybookSettings(name=name, mode=mode, alarms=SHIPPED_ALARMS[name]) for name in only)
    values: dict[str, Any] = {"playbooks": playbooks, "guards": GuardSettings(**(AT_ONCE | dict(guards or {})))}
    return RemediationSettings(**(values | more))


class Ward(Lab):
    """Everything that a test asks of it happens when it says so: no pass runs by itself."""

    def __init__(
        self,
        estate: Estate,
        gateway: Gateway,
        *,
        database_url: str,
        remediation: RemediationSettings | None = None,
        policy: Policy | None = None,
        **options: Any,
    ) -> None:
        self.gates = policy or Policy(RULES)
        rule = ApprovalRule(
            name="remediation", verbs=("transform", "move"), groups=APPROVERS.groups, channel="#vm-alarms"
        )
        super().__init__(estate, gateway, database_url=database_url, policy=self.gates, remedy_approval=rule, **options)
        self.wanted = remediation or settings_of()
        self.sites = Sites([gateway])
        self.record = self.record_of()
        self.heed(self.wanted)
        self.remediation = self.replica("lab-1")
        self.operations.subscribe(self.remediation.heard)
        self.told: list[Incident] = []
        self._holding = ""
        self.remediation.subscribe(self.told.append)

    def heed(self, settings: RemediationSettings) -> None:
        """Ask these settings at the door from now on, as a bot does that is started anew with another file."""
        consent = Consent(
            settings=settings, record=self.record, sites=self.sites, shield=self.gates.shield, clock=self.clock
        )
        self.operations.heed(consent)

    def record_of(self) -> RemediationRecord:
        """Another hand on the same record."""
        return RemediationRecord(self.operations.incidents, clock=self.clock, comparisons=len(self.wanted.verify_after))

    def replica(self, name: str) -> Remediation:
        """Another one that looks at the same alarms, with the same record, beside the first."""
        return Remediation(
            settings=self.wanted,
            record=self.record_of(),
            changes=self.operations,
            sites=self.sites,
            shield=self.gates.shield,
            clock=self.clock,
            notices=self.operations.notices,
            replica_id=name,
        )

    def calm(self) -> None:
        """Clear whatever is triggered, as tests before have left it."""
        for one in self.gateway.read_triggered_alarms():
            kind: Kind = "datastore" if one.entity_kind == DATASTORE else "vm"
            self.estate.clear_alarm(one.entity.moref, one.system_name or one.name, kind=kind)
        eventually(lambda: self.gateway.triggered_alarms() == ())

    def small(self, name: str = "web-01", **changes: Any) -> Vm:
        """A VM of 2 vCPU and 4 GB that runs and can grow while it does."""
        vm = self.prepare(name, **{**SMALL, **changes})
        self.estate.reset_calls()
        return vm

    def hold(self, name: str = "web-01") -> None:
        """Let a person do something to a VM that takes until `release`, so that whatever else is asked waits."""
        self.estate.set_task(300, "RelocateVM_Task")
        self._holding = self.ask("move", name).id
        eventually(lambda: self.operations.get(self._holding).task is not None)

    def release(self) -> None:
        """Cancel what a person does to it, where that still runs."""
        self.operations.cancel(self._holding, DANA)
        eventually(lambda: self.operations.get(self._holding).state.is_final)

    def turn_red(self, name: str = "web-01", alarm: str = CPU, **said: Any) -> None:
        """Raise an alarm, and wait until the watcher has heard of it."""
        self.estate.raise_alarm(name, alarm, **said)
        ref = self.vm(name).ref
        eventually(
            lambda: any(one.entity == ref and one.system_name == alarm for one in self.gateway.triggered_alarms() or ())
        )

    def turn_green(self, name: str = "web-01", alarm: str = CPU) -> None:
        """Clear an alarm, and wait until the watcher has heard of it."""
        ref = self.vm(name).ref
        self.estate.clear_alarm(name, alarm)
        eventually(
            lambda: (
                not any(one.entity == ref and one.system_name == alarm for one in self.gateway.triggered_alarms() or ())
            )
        )

    def look(self) -> None:
        """One pass."""
        self.remediation.run_once()

    def incident(self, name: str = "web-01") -> Incident:
        """The one that is open about a VM."""
        (found,) = (one for one in self.record.opened() if one.entity_name == name)
        return found

    def decided(self, name: str = "web-01") -> Decided:
        """What was decided about it last."""
        found = self.incident(name).decided
        assert found is not None
        return found

    def remedies(self) -> list[Remedy]:
        """All there are, oldest first."""
        return self.record.remedies()

    def remedy(self) -> Remedy:
        """The only one."""
        (found,) = self.remedies()
        return found

    def operation(self) -> Operation:
        """The one behind the only remedy, once it has ended."""
        found = self.operations.find(self.remedy().key)
        assert found is not None
        eventually(lambda: self.operations.get(found.id).state.is_final, PATIENCE_S)
        return self.operations.get(found.id)

    def all_ended(self) -> bool:
        """Whether the operation of each remedy has ended."""
        found = [self.operations.find(one.key) for one in self.remedies()]
        return all(one is not None and one.state.is_final for one in found)

    def help(self, name: str = "web-01", alarm: str = CPU) -> Operation:
        """An alarm, a pass, and the end of what it has brought about."""
        self.turn_red(name, alarm)
        self.look()
        operation = self.operation()
        self.look()
        assert operation.state is State.SUCCEEDED, operation.text
        return operation

    def is_over(self, incident_id: str) -> bool:
        """Whether an incident is closed."""
        found = self.record.incident(incident_id)
        return found is not None and found.state is IncidentState.CLOSED


def waiting(ward: Ward) -> Operation:
    """The operation behind the only remedy, in any state."""
    found = ward.operations.find(ward.remedy().key)
    assert found is not None
    return found
