"""What is said of an alarm before anything else: it is over, somebody's, off, protected, or part of a storm. Pure.

A playbook that has nothing to recommend leaves the guard rails nothing to judge; so those that hold whatever it is that
would be done are asked all the same. Else a VM that nobody may touch would be told to have its cap raised.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from remediation.admission import Case, Guard, without_remedy
from remediation.guards import STOPPED
from remediation.guards.acknowledged import Acknowledged
from remediation.guards.mode import ModeOfPlaybook
from remediation.guards.protection import Protected
from remediation.guards.redness import StillRed
from remediation.guards.stopping import StoppedForDatastore, StoppedForVm
from remediation.guards.storm import StormBrake
from remediation.guards.taken_back import TakenBack
from remediation.matching import VM
from remediation.model import Facts, Hold, HoldKind, NoRemedy, PlaybookName, Recommendation, Verdict, VerdictKind
from vsphere.model import Vm

_OF_ALARMS: Final[tuple[Guard, ...]] = (StillRed(), Acknowledged(), ModeOfPlaybook(), StoppedForDatastore())
_OF_VMS: Final[tuple[Guard, ...]] = (Protected(), StoppedForVm(), TakenBack(), StormBrake())
MakeCase = Callable[[Recommendation], Case]


def nothing_to_do(none: NoRemedy, facts: Facts, make: MakeCase) -> Verdict:
    """The verdict where a playbook has nothing to recommend.

    Args:
        none: why it has nothing.
        facts: of the alarm.
        make: a case of them.
    """
    holds = tuple(_holds(facts, make))
    first = next((one for one in holds if one.kind in {HoldKind.NOTHING, HoldKind.REFUSE}), None)
    if first is None:
        stopped = next((one for one in holds if one.guard in STOPPED), None)
        return replace(without_remedy(none) if stopped is None else _stopped(stopped, none), holds=holds)
    kind = VerdictKind.NOTHING if first.kind is HoldKind.NOTHING else VerdictKind.REFUSE
    return Verdict(kind=kind, reason=first.reason, guard=first.guard, way_out=first.way_out, holds=holds)


def braked(verdict: Verdict, facts: Facts) -> Verdict:
    """The same, unless the storm brake holds a VM: that is said first, since nothing else matters until it lets go.

    What has cleared, is off or is somebody's stays so: nothing is to be done about it in any case.
    """
    hold = brake_of(verdict)
    if hold is None or verdict.kind is VerdictKind.NOTHING or facts.incident.alarm.entity_kind != VM:
        return verdict
    return replace(
        verdict,
        kind=VerdictKind.WAIT,
        reason=hold.reason,
        guard=hold.guard,
        way_out=hold.way_out,
        look_at=hold.until,
    )


def brake_of(verdict: Verdict) -> Hold | None:
    """What the storm brake says among all that was said; None where it is silent."""
    return next((hold for hold in verdict.holds if hold.guard == StormBrake.name), None)


def _holds(facts: Facts, make: MakeCase) -> Iterator[Hold]:
    """What is said whatever would be done; of a datastore that no VM is on, nothing."""
    name, vm = facts.incident.playbook, facts.vm or next(iter(facts.vms), None)
    if name is None or vm is None:
        return
    case = make(_whatever(name, vm))
    for guard in (*_OF_ALARMS, *(_OF_VMS if facts.vm is not None else ())):
        hold = guard.check(case)
        if hold is not None:
            yield hold


def _whatever(playbook: PlaybookName, vm: Vm) -> Recommendation:
    return Recommendation(playbook=playbook, verb="", vm=vm, arguments={}, summary="", command="")


def _stopped(hold: Hold, none: NoRemedy) -> Verdict:
    reason = f"{hold.reason} {none.reason}"
    return Verdict(kind=VerdictKind.REFUSE, reason=reason, guard=hold.guard, way_out=hold.way_out)
