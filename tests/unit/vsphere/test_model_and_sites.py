"""Values, and names that say which vCenter is meant."""

import pytest

from tests.unit.vsphere.world import FakeClock, datastore, frame, host, inventory, modify, vm
from vsphere.collector import Change
from vsphere.errors import NotFoundError
from vsphere.gateway import Gateway
from vsphere.model import PowerState, Ref, Vm
from vsphere.placement import PlacementRules
from vsphere.promises import Promises
from vsphere.recommend import recommend_placement
from vsphere.session import Session
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites


def settings(name: str) -> VcenterSettings:
    return VcenterSettings(name=name, host="vcenter.example", username="bot", read_password=lambda: "secret")


def gateway(name: str, changes: list[Change]) -> Gateway:
    """A gateway that was never started, with a picture of its own."""
    made = Gateway(settings(name), clock=FakeClock())
    made.inventory.begin()
    made.inventory.apply(iter([*frame(), *changes]))
    made.inventory.complete()
    return made


@pytest.fixture
def sites() -> Sites:
    return Sites(
        [
            gateway("prod", [vm("vm-1", "web-01"), vm("vm-3", "mail@work")]),
            gateway("lab", [vm("vm-1", "web-01"), vm("vm-2", "only-lab")]),
        ]
    )


def refs(vms: list[Vm]) -> list[str]:
    return [str(one.ref) for one in vms]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web-01", ["prod/vm-1", "lab/vm-1"]),
        ("web-01@lab", ["lab/vm-1"]),
        ("WEB-01@PROD", ["prod/vm-1"]),
        ("vm/web-01@lab", ["lab/vm-1"]),
        ("only-lab", ["lab/vm-2"]),
        ("only-lab@prod", []),
        ("mail@work", ["prod/vm-3"]),
        ("mail@work@prod", ["prod/vm-3"]),
        ("nobody", []),
    ],
)
def test_a_vm_is_found_in_all_vcenters_or_in_the_one_named(sites: Sites, name: str, expected: list[str]) -> None:
    assert refs(sites.find_vms(name)) == expected


def test_an_unknown_vcenter_is_named_with_those_there_are(sites: Sites) -> None:
    with pytest.raises(NotFoundError, match="no vCenter is called 'moon'; there are prod, lab"):
        sites.find_vms("web-01@moon")


def test_the_first_vcenter_is_the_default_and_references_find_theirs(sites: Sites) -> None:
    assert sites.default.name == "prod"
    assert sites.of(Ref("lab", "vm-1")).name == "lab"
    assert [one.name for one in sites] == ["prod", "lab"]


def test_no_vcenter_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="one vCenter at least"):
        Sites([])


def test_a_reference_reads_what_it_wrote() -> None:
    assert Ref.parse(str(Ref("lab", "vm-1"))) == Ref("lab", "vm-1")


@pytest.mark.parametrize("text", ["vm-1", "/vm-1", "lab/", ""])
def test_half_a_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not VCENTER/MOREF"):
        Ref.parse(text)


def test_settings_show_no_password() -> None:
    assert "secret" not in repr(settings("lab"))


def test_a_gateway_that_was_not_started_is_not_connected() -> None:
    made = Gateway(settings("lab"), clock=FakeClock())

    health = made.health()

    assert (health.connected, health.inventory_age_s) == (False, None)
    assert "has not arrived" in health.detail


def test_drs_chooses_the_host_where_it_is_on() -> None:
    where = inventory(
        [
            datastore("datastore-1"),
            host("host-1"),
            modify("ClusterComputeResource", "domain-c1", configuration__drsConfig__enabled=True),
        ]
    )

    chosen = recommend_placement(
        Session(settings("lab"), clock=FakeClock()),
        where,
        cpu_count=1,
        memory_mib=512,
        disk_gib=4,
        allowed=PlacementRules(),
        folder=Ref("lab", "group-v1"),
        promises=Promises(FakeClock()),
    )

    assert (chosen.host, chosen.pool) == (None, Ref("lab", "resgroup-1"))
    assert "DRS of prod chooses the host" in chosen.reason


def test_a_vm_without_a_power_state_counts_as_off() -> None:
    (found,) = inventory([vm("vm-1", "web-01", runtime__powerState="")]).vms()

    assert found.power is PowerState.OFF
