"""What is said first of an alarm: what may not be touched, before what could be done about it."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from remediation.admission import Admission
from remediation.guards import ALL_GUARDS
from remediation.lasting import is_outlasted
from remediation.looking import Looking
from remediation.model import Facts, History, Mode, PlaybookName, VerdictKind
from remediation.registry import PLAYBOOKS
from remediation.settings import Calendar, RemediationSettings
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


FROZEN = (Calendar(name="c", kind="freeze", start=time(0), end=time(0), zone=ZoneInfo("UTC")),)
"""At all hours."""
RECOMMENDING = (samples.playbook(mode=Mode.RECOMMEND),)
LEFT_ALONE = samples.vm(attributes={"iaas.auto": "off"})
NO_HOT_ADD = samples.vm(cpu_hot_add=False)


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


PAUSED = samples.switch("pause", f"{samples.ahead(hours=2).isoformat()}")
OUTLASTED: dict[str, tuple[Facts, History, RemediationSettings, VerdictKind, str]] = {
    "frozen": (samples.facts(), History(), samples.settings(calendars=FROZEN), VerdictKind.WAIT, "calendar"),
    "stopped in a freeze": (
        samples.facts(),
        samples.history(switches=STOPPED),
        samples.settings(calendars=FROZEN),
        VerdictKind.RECOMMEND,
        "stopped",
    ),
    "left alone in a freeze": (
        samples.facts(vm=LEFT_ALONE),
        History(),
        samples.settings(calendars=FROZEN),
        VerdictKind.RECOMMEND,
        "mode",
    ),
    "only recommended, in a freeze": (
        samples.facts(),
        History(),
        samples.settings(calendars=FROZEN, playbooks=RECOMMENDING),
        VerdictKind.RECOMMEND,
        "mode",
    ),
    "stopped in a pause": (
        samples.facts(),
        samples.history(switches=[*STOPPED, PAUSED]),
        samples.settings(),
        VerdictKind.RECOMMEND,
        "stopped",
    ),
    "stopped in a freeze, while it is not sure yet": (
        samples.facts(samples={}),
        samples.history(switches=STOPPED),
        samples.settings(calendars=FROZEN),
        VerdictKind.WAIT,
        "sustained",
    ),
    "stopped in a storm and a freeze": (
        samples.facts(),
        samples.history(switches=STOPPED, reddenings=STORM),
        samples.settings(calendars=FROZEN),
        VerdictKind.WAIT,
        "storm",
    ),
    "protected in a freeze": (
        samples.facts(protected=frozenset({VM})),
        samples.history(switches=STOPPED),
        samples.settings(calendars=FROZEN),
        VerdictKind.REFUSE,
        "protected",
    ),
    "needs a restart": (samples.facts(vm=NO_HOT_ADD), History(), samples.settings(), VerdictKind.WINDOW, "hot-add"),
    "needs a restart and is stopped": (
        samples.facts(vm=NO_HOT_ADD),
        samples.history(switches=STOPPED),
        samples.settings(),
        VerdictKind.RECOMMEND,
        "stopped",
    ),
    "needs a restart and somebody has undone one": (
        samples.facts(vm=NO_HOT_ADD),
        samples.history(samples.remedy(ago(hours=2), key="done"), undone={"done": samples.undoing(ago(minutes=5))}),
        samples.settings(),
        VerdictKind.RECOMMEND,
        "undone",
    ),
    "needs a restart and is only recommended": (
        samples.facts(vm=NO_HOT_ADD),
        History(),
        samples.settings(playbooks=RECOMMENDING),
        VerdictKind.WINDOW,
        "hot-add",
    ),
    "needs a restart and is frozen": (
        samples.facts(vm=NO_HOT_ADD),
        History(),
        samples.settings(calendars=FROZEN),
        VerdictKind.WAIT,
        "calendar",
    ),
}


@pytest.mark.parametrize(("facts", "history", "settings", "kind", "guard"), OUTLASTED.values(), ids=OUTLASTED)
def test_what_lasts_is_said_before_hours_that_nothing_hangs_on(
    facts: Facts, history: History, settings: RemediationSettings, kind: VerdictKind, guard: str
) -> None:
    verdict = looking(settings).judge(facts, history).verdict

    assert (verdict.kind, verdict.guard) == (kind, guard)
    assert (verdict.look_at is None) is (kind is not VerdictKind.WAIT)


def test_hours_spare_the_figures_of_what_waits_for_them_and_of_nothing_else() -> None:
    admission = Admission(ALL_GUARDS)
    frozen = samples.case(settings=samples.settings(calendars=FROZEN))
    stopped = samples.case(settings=samples.settings(calendars=FROZEN), history=samples.history(switches=STOPPED))

    glanced = [admission.glance(one) for one in (frozen, stopped)]

    assert [None if one is None else is_outlasted(one) for one in glanced] == [False, True]
