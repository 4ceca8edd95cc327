"""Each rule about who may leave a datastore by itself, alone."""

from dataclasses import replace
from typing import Any

import pytest

from operations.recycling import BINNED
from remediation.relief.movers import Surroundings, immovable
from remediation.settings import ReliefSettings
from tests.unit.remediation.relief.estates import SOURCE, a_vm, on, reaching
from tests.unit.remediation.samples import LAB, datastore
from vsphere.model import ConnectionState, DiskFacts, Ref, Vm

FULL = datastore(SOURCE, used_gib=850)
SAME_TIER = datastore("datastore-2")
SILVER = datastore("datastore-3", name="silver-1", attributes={"tier": "silver"})
AWAY = datastore("datastore-4", accessible=False)
WEB = a_vm("web-01")


def around(disks: DiskFacts | None, **changes: Any) -> Surroundings:
    """What stands around `web-01`."""
    values: dict[str, Any] = {
        "source": FULL,
        "hosts": {Ref(LAB, "host-1"): reaching("host-1", FULL, SAME_TIER)},
        "datastores": {one.ref.moref: one for one in (FULL, SAME_TIER, SILVER, AWAY)},
        "disks": {} if disks is None else {WEB.ref: disks},
        "settings": ReliefSettings(),
    }
    return Surroundings(**(values | changes))


@pytest.mark.parametrize(
    ("vm", "surroundings"),
    [
        pytest.param(WEB, around(on(20)), id="all of it on the source"),
        pytest.param(WEB, around(on(20, 30)), id="on two datastores of the tier"),
        pytest.param(replace(WEB, snapshot_count=2), around(on(20)), id="as many snapshots as may be"),
        pytest.param(replace(WEB, attributes={"iaas.auto": "on"}), around(on(20)), id="auto is on"),
        pytest.param(replace(WEB, attributes={"iaas.auto": ""}), around(on(20)), id="auto says nothing"),
    ],
)
def test_a_vm_may_be_moved_where_nothing_speaks_against_it(vm: Vm, surroundings: Surroundings) -> None:
    assert immovable(vm, surroundings) is None


@pytest.mark.parametrize(
    ("vm", "surroundings", "reason"),
    [
        pytest.param(WEB, around(None), "has disks that could not be read", id="disks unknown"),
        pytest.param(WEB, around(on(20), protected=frozenset({WEB.ref})), "is protected", id="protected"),
        pytest.param(
            replace(WEB, attributes={"iaas.auto": " OFF "}),
            around(on(20)),
            "is left alone by its attribute iaas.auto",
            id="auto off",
        ),
        pytest.param(
            WEB, around(on(20), resting={WEB.ref: "it rests"}), "is held: it rests", id="held by a guard rail"
        ),
        pytest.param(
            replace(WEB, snapshot_count=3), around(on(20)), "has 3 snapshots, more than 2", id="too many snapshots"
        ),
        pytest.param(WEB, around(on(20, has_rdm=True)), "has a raw device mapping", id="raw device mapping"),
        pytest.param(WEB, around(on(20, shares_disks=True)), "shares disks with other VMs", id="shared disks"),
        pytest.param(
            WEB, around(on(20, is_linked=True)), "is a linked clone, whose base would stay", id="linked clone"
        ),
        pytest.param(WEB, around(on(20, is_base=True)), "is the base of linked clones", id="base"),
        pytest.param(WEB, around(on(20, fault_tolerant=True)), "is fault tolerant", id="fault tolerance"),
        pytest.param(replace(WEB, is_template=True), around(on(20)), "is a template", id="template"),
        pytest.param(
            replace(WEB, attributes={BINNED: "yesterday"}), around(on(20)), "is in the recycle bin", id="recycle bin"
        ),
        pytest.param(replace(WEB, host=None), around(on(20)), "has no host that is known", id="no host"),
        pytest.param(
            replace(WEB, host=Ref(LAB, "host-9")), around(on(20)), "has no host that is known", id="a host unknown"
        ),
        pytest.param(
            WEB,
            around(on(20), hosts={WEB.host: reaching("host-1", connection=ConnectionState.NOT_RESPONDING)}),
            "is on esx-01, which can't move it now",
            id="host away",
        ),
        pytest.param(WEB, around(on(0, 20)), "has no files on gold-1", id="only an ISO of it there"),
        pytest.param(WEB, around(on(20, 0, 5)), "has files on silver-1 too, which is of another tier", id="two tiers"),
        pytest.param(
            WEB, around(on(20, 0, 0, 5)), "has files on gold-4, which can't be read now", id="files out of reach"
        ),
        pytest.param(
            WEB,
            around(on(20, 0, 0, 0, 5)),
            "has files on datastore-5, which can't be read now",
            id="files nowhere known",
        ),
    ],
)
def test_a_vm_stays_and_the_reason_is_told(vm: Vm, surroundings: Surroundings, reason: str) -> None:
    assert immovable(vm, surroundings) == reason
