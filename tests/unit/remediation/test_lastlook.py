"""What a verdict of the last moment means for a remedy that is about to be written."""

from dataclasses import replace

import pytest

from remediation.guards import ALL_GUARDS
from remediation.lastlook import OVERRIDDEN, objection_to, with_vm, without
from remediation.model import Mode, Verdict, VerdictKind
from tests.unit.remediation.samples import ago, facts, history, remedy, vm
from vsphere.model import Ref

GOES_ON = {(VerdictKind.ACT, Mode.AUTO), (VerdictKind.ACT, Mode.APPROVE), (VerdictKind.ASK, Mode.APPROVE)}


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.APPROVE])
@pytest.mark.parametrize("kind", list(VerdictKind))
def test_a_remedy_goes_on_only_where_it_would_be_admitted_now(kind: VerdictKind, mode: Mode) -> None:
    why = objection_to(Verdict(kind=kind, reason="It is so."), remedy(mode=mode))

    assert (why is None) is ((kind, mode) in GOES_ON)


def test_what_runs_by_itself_needs_the_yes_that_its_mode_asks_for_by_now() -> None:
    verdict = Verdict(kind=VerdictKind.ASK, reason="Add 1 vCPU.")

    assert objection_to(verdict, remedy(mode=Mode.AUTO)) == "add-cpu needs a yes by now."


def test_a_remedy_is_not_counted_against_itself() -> None:
    mine, other = remedy(ago(minutes=1), key="mine"), remedy(ago(minutes=2), key="other")

    assert without(history(other, mine), mine) == history(other)


def test_the_vm_is_judged_as_the_door_has_just_read_it() -> None:
    old, new = vm(), vm(attributes={"iaas.auto": "off"})
    other = vm(ref=Ref("lab", "vm-2"))

    of_vm, of_datastore = with_vm(facts(vm=old), new), with_vm(facts(vm=None, vms=(other, old)), new)

    assert of_vm == replace(facts(vm=old), vm=new)
    assert of_datastore == replace(facts(vm=None, vms=(other, old)), vms=(other, new))


def test_a_yes_overrides_nothing_but_that_somebody_is_at_it() -> None:
    names = [guard.name for guard in ALL_GUARDS if guard.name in OVERRIDDEN]

    assert names == ["acknowledged"]
