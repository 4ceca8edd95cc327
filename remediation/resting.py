"""What the history says of the VMs on a full datastore: which rest now, and which datastores they left lately. Pure.

A guard rail that holds one VM must not hold the datastore: relief passes such a VM over and takes the next best.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from remediation.admission import Case, Guard
from remediation.guards.budgets import VmBudget
from remediation.guards.cooldown import Cooldown
from remediation.guards.no_effect import NoEffect
from remediation.guards.stopping import StoppedForVm
from remediation.guards.taken_back import TakenBack
from remediation.guards.underway import UnderWay
from remediation.lookback import MOVING, ended
from remediation.model import Facts, History, PlaybookName, Recommendation, RemedyState
from remediation.switches import stop_key, stopped_datastores
from vsphere.model import Ref, Vm

NO_RETURN: Final = timedelta(days=30)
"""A VM does not go back within so long to a datastore that it left: as far as the history is read."""
_OF_ONE_VM: Final[tuple[Guard, ...]] = (StoppedForVm(), TakenBack(), UnderWay(), Cooldown(), VmBudget(), NoEffect())
"""Guard rails that look at nothing but the VM's own history."""
CaseOf = Callable[[Recommendation], Case]


def with_past(facts: Facts, history: History, case_of: CaseOf) -> Facts:
    """The facts with what the history says of `vms` and `datastores`."""
    return replace(
        facts,
        resting=dict(_resting(facts, history, case_of)),
        left=left_lately(facts, history),
        stopped=stopped_datastores(history.switches),
    )


def left_lately(facts: Facts, history: History) -> Mapping[Ref, frozenset[Ref]]:
    """By VM, the datastores that remedies have moved it away from."""
    left: dict[Ref, frozenset[Ref]] = {}
    for one in history.remedies:
        has_left = one.playbook in MOVING and one.state is RemedyState.SUCCEEDED and one.datastore is not None
        if has_left and one.datastore is not None and facts.now - ended(one) < NO_RETURN:
            left[one.vm] = left.get(one.vm, frozenset()) | {one.datastore}
    return left


def _resting(facts: Facts, history: History, case_of: CaseOf) -> Iterator[tuple[Ref, str]]:
    """Those of `vms` that a guard rail would hold, with its reason; most have no history, and none is asked."""
    known = {one.vm for one in history.remedies}
    for vm in facts.vms:
        if vm.ref in known or stop_key(vm.ref) in history.switches:
            case = case_of(_move_of(vm))
            hold = next((hold for guard in _OF_ONE_VM if (hold := guard.check(case)) is not None), None)
            if hold is not None:
                yield vm.ref, hold.reason.removesuffix(".")


def _move_of(vm: Vm) -> Recommendation:
    """Some move of it; where to makes no difference to its own history."""
    name = PlaybookName.RELIEVE_DATASTORE
    return Recommendation(playbook=name, verb="move", vm=vm, arguments={}, summary="", command=f"move {vm.name}")
