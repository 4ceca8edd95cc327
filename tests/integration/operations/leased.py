"""A replica whose rule gives leases, VMs that have one, and a clock that is moved to their end."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from operations.model import Operation
from operations.moments import read_moment
from operations.policy import Policy, Rule
from operations.protection import ProtectedRules
from operations.record.notices import Notice
from operations.terms import LeaseTerms
from tests.integration.operations.lab import Lab, eventually
from vsphere.model import PowerState, Ref, Vm

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SMALL = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}
TERMS = LeaseTerms(default=14 * DAY, longest=30 * DAY)
Make = Callable[..., Ref]


def policy(terms: LeaseTerms | None = TERMS, *, read_only: bool = False) -> Policy:
    """One rule for everything, with these terms."""
    rule = Rule(name="leased", groups=("vm-admins",), channels=("*",), verbs=("*",), lease=terms)
    return Policy((rule,), protected=ProtectedRules(names=("dc-*",)), read_only=read_only)


def clear_leases(lab: Lab) -> None:
    """Take away the estate's own leases, which would end when a test moves the clock."""
    for vm in lab.gateway.inventory.vms():
        if vm.attributes.get("iaas.expires"):
            lab.gateway.set_attributes(vm.ref, {"iaas.expires": ""})
    eventually(lambda: not any(vm.attributes.get("iaas.expires") for vm in lab.gateway.inventory.vms()))


@pytest.fixture
def leased(make_lab: Callable[..., Lab], sqlite_url: str) -> Lab:
    """A replica whose rule gives leases."""
    lab = make_lab(sqlite_url, policy=policy())
    clear_leases(lab)
    return lab


@pytest.fixture
def make(leased: Lab) -> Iterator[Make]:
    """Makes VMs that are gone after the test, since their leases would end in others."""
    made: list[Ref] = []

    def _make(name: str, lab: Lab = leased, **arguments: int) -> Ref:
        ref = lab.do("spawn", name=name, arguments={**SMALL, **arguments}).result
        assert ref is not None
        made.append(ref)
        eventually(lambda: mirrored(lab, ref).power is PowerState.ON and "iaas.owner" in mirrored(lab, ref).attributes)
        lab.estate.reset_calls()
        return ref

    yield _make
    for ref in made:
        leased.estate.set_vm(ref.moref, power="off")
        leased.estate.delete_vm(ref.moref)


def mirrored(lab: Lab, ref: Ref) -> Vm:
    """The VM as the mirror has it."""
    found = lab.gateway.inventory.vm(ref)
    assert found is not None
    return found


def ends(lab: Lab, ref: Ref) -> datetime:
    """When its lease ends, by vCenter."""
    return read_moment(lab.gateway.read_vm(ref).attributes["iaas.expires"], lab.settings.tonight.zone)


def write(lab: Lab, ref: Ref, text: str) -> None:
    """What an administrator writes in vCenter."""
    lab.gateway.set_attributes(ref, {"iaas.expires": text})
    eventually(lambda: mirrored(lab, ref).attributes.get("iaas.expires", "") == text)
    lab.estate.reset_calls()


def sweep_at(lab: Lab, when: datetime) -> None:
    """One pass at a time, which may be far away."""
    lab.clock.move(when - lab.clock.now())
    lab.operations.sweep()


def told(lab: Lab) -> list[Notice]:
    """What waits to be told."""
    return lab.operations.notices.unsent()


def kinds(lab: Lab) -> list[str]:
    """The kinds of what waits to be told, in order."""
    return [one.kind for one in told(lab)]


def own(lab: Lab, verb: str) -> list[Operation]:
    """What the bot did by itself, oldest first."""
    return [one for one in reversed(lab.operations.recent(50, actor_id="lease")) if one.verb == verb]


def ended(lab: Lab, verb: str) -> Operation:
    """The one thing that the bot did by itself, at its end."""
    (operation,) = own(lab, verb)
    return lab.end(operation)
