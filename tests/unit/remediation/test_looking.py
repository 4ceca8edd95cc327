"""What is said first of an alarm: what may not be touched, before what could be done about it."""

from typing import Any

import pytest

from remediation.admission import Admission
from remediation.guards import ALL_GUARDS
from remediation.looking import Looking
from remediation.model import Facts, History, Mode, PlaybookName, VerdictKind
from remediation.registry import PLAYBOOKS
from remediation.settings import RemediationSettings
from remediation.switches import stop_key
from tests.unit.remediation import samples
from tests.unit.remediation.samples import GOLD, LAB, NOW, VM, ago
from vsphere.clock import SystemClock
from vsphere.model import AlarmStatus, Ref

AT_THE_CAP = samples.vm(cpu_count=8)
STORM = [samples.reddening(ago(minutes=1), f"vm-{number}") for number in range(1, 7)]
STOPPED = [samples.switch(stop_key(VM))]
ACKNOWLEDGED = samples.alarm(acknowledged=True, acknowledged_by="CORP\\ann")
OFF = samples.settings(playbooks=(samples.playbook(mode=Mode.OFF),))


def looking(settings: RemediationSettings) -> Looking:
    return Looking(settings=settings, playbooks=PLAYBOOKS, admission=Admission(ALL_GUARDS), clock=SystemClock())


def capped(**changes: Any) -> Facts:
    """There is nothing that the playbook could add."""
    return samples.facts(vm=AT_THE_CAP, **changes)


CASES: dict[str, tuple[Facts, History, RemediationSettings, VerdictKind, str]] = {
    "nothing else": (capped(), History(), samples.settings(), VerdictKind.REFUSE, "playbook"),
    "protected": (capped(protected=frozenset({VM})), History(), samples.settings(), VerdictKind.REFUSE, "protected"),
    "acknowledged": (capped(alarm=ACKNOWLEDGED), History(), samples.settings(), VerdictKind.NOTHING, "acknowledged"),
    "cleared": (capped(alarm=None), History(), samples.settings(), VerdictKind.NOTHING, "red"),
    "yellow": (
        capped(alarm=samples.alarm(status=AlarmStatus.YELLOW)),
        History(),
        samples.settings(),
        VerdictKind.NOTHING,
        "red",
    ),
    "off": (capped(), History(), OFF, VerdictKind.NOTHING, "mode"),
    "stopped": (capped(), samples.history(switches=STOPPED), samples.settings(), VerdictKind.REFUSE, "stopped"),
    "protected and stopped": (
        capped(protected=frozenset({VM})),
        samples.history(switches=STOPPED),
        samples.settings(),
        VerdictKind.REFUSE,
        "protected",
    ),
    "in a storm": (capped(), samples.history(reddenings=STORM), samples.settings(), VerdictKind.WAIT, "storm"),
    "protected in a storm": (
        samples.facts(protected=frozenset({VM})),
        samples.history(reddenings=STORM),
        samples.settings(),
        VerdictKind.WAIT,
        "storm",
    ),
    "paused in a storm": (
        samples.facts(),
        samples.history(reddenings=STORM, switches=[samples.switch("pause", f"{samples.ahead(hours=2).isoformat()}")]),
        samples.settings(),
        VerdictKind.WAIT,
        "storm",
    ),
    "acknowledged in a storm": (
        samples.facts(alarm=ACKNOWLEDGED),
        samples.history(reddenings=STORM),
        samples.settings(),
        VerdictKind.NOTHING,
        "acknowledged",
    ),
}


@pytest.mark.parametrize(("facts", "history", "settings", "kind", "guard"), CASES.values(), ids=CASES)
def test_what_makes_all_else_pointless_is_said_first(
    facts: Facts, history: History, settings: RemediationSettings, kind: VerdictKind, guard: str
) -> None:
    verdict = looking(settings).judge(facts, history).verdict

    assert (verdict.kind, verdict.guard) == (kind, guard)


def test_a_protected_vm_at_its_cap_is_not_told_to_have_the_cap_raised() -> None:
    protected = capped(protected=frozenset({VM}))

    told = looking(samples.settings()).judge(protected, History()).verdict

    assert "protected" in told.reason
    assert "cap" not in told.way_out


def test_a_stopped_vm_at_its_cap_is_told_both_and_how_it_is_started_again() -> None:
    told = looking(samples.settings()).judge(capped(), samples.history(switches=STOPPED)).verdict

    assert told.reason.startswith("<@U1> has stopped automatic changes of web-01. web-01 has 8 vCPU")
    assert told.way_out == "Start them again with `remediation start web-01`."


def test_a_datastore_that_somebody_has_acknowledged_is_left_to_them_though_nothing_would_relieve_it() -> None:
    full = samples.datastore(used_gib=990)
    alarm = samples.alarm(entity=GOLD, entity_kind="Datastore", acknowledged=True)
    incident = samples.incident(alarm=alarm, entity_name="gold-1", playbook=PlaybookName.RELIEVE_DATASTORE)
    stuck = samples.vm(ref=Ref(LAB, "vm-9"))
    facts = samples.facts(
        incident=incident, alarm=alarm, vm=None, datastore=full, datastores=(full,), vms=(stuck,), disks={}
    )
    settings = samples.settings(
        playbooks=(samples.playbook(PlaybookName.RELIEVE_DATASTORE, alarms=("alarm.DatastoreDiskUsageAlarm",)),)
    )

    verdict = looking(settings).judge(facts, History()).verdict

    assert (verdict.kind, verdict.guard) == (VerdictKind.NOTHING, "acknowledged")


def test_a_look_in_a_storm_is_the_next_when_the_brake_lets_go() -> None:
    verdict = looking(samples.settings()).judge(capped(), samples.history(reddenings=STORM)).verdict

    assert verdict.look_at is not None
    assert verdict.look_at > NOW
