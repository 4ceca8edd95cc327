"""The mirror fed with changes: look-ups, paths, attributes and resync."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vsphere.world import FakeClock, datastore, enter, host, inventory, leave, modify, vm
from vsphere.inventory import Inventory
from vsphere.model import Cluster, Container, Datastore, Host, PowerState, Ref, Vm
from vsphere.properties import CONTAINER_KINDS, Refs, display_name, paths, tables, wire_name
from vsphere.soaptree import Moref

FINANCE = enter("Folder", "group-v2", name="Finance", parent=Moref("Folder", "group-v1"))
LAB = enter("Folder", "group-v3", name="Lab", parent=Moref("Folder", "group-v1"))


@pytest.fixture
def swift_threads() -> Iterator[None]:
    """Threads take turns as often as can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def ref(moref: str) -> Ref:
    return Ref("lab", moref)


def found(where: Inventory, name: str) -> list[str]:
    return sorted(one.ref.moref for one in where.find_vms(name))


@pytest.mark.parametrize(
    ("name", "morefs"),
    [
        ("web-01", ["vm-1", "vm-2"]),
        ("WEB-01", ["vm-1", "vm-2"]),
        ("Finance/web-01", ["vm-1"]),
        ("finance/WEB-01", ["vm-1"]),
        ("vm/Lab/web-01", ["vm-2"]),
        ("DC1/vm/Lab/web-01", ["vm-2"]),
        ("/DC1/vm/Lab/web-01", ["vm-2"]),
        ("inance/web-01", []),
        ("web", []),
        ("web-*", []),
        ("a/b", ["vm-3"]),
        ("Lab/a/b", []),
        ("", []),
        ("/", []),
    ],
)
def test_vms_are_found_by_name_or_by_the_end_of_their_path(name: str, morefs: list[str]) -> None:
    where = inventory(
        [FINANCE, LAB, vm("vm-1", "web-01", "group-v2"), vm("vm-2", "web-01", "group-v3"), vm("vm-3", "a%2fb")]
    )

    assert found(where, name) == morefs


def test_a_path_is_made_of_the_parents_without_the_root() -> None:
    where = inventory([FINANCE, vm("vm-1", "web-01", "group-v2")])

    assert where.path(ref("vm-1")) == "DC1/vm/Finance/web-01"
    assert [where.name(one) for one in where.ancestors(ref("vm-1"))] == ["Finance", "vm", "DC1", "Datacenters"]


def test_a_renamed_vm_is_found_under_its_new_name_only() -> None:
    where = inventory([vm("vm-1", "old"), vm("vm-2", "old")])

    where.apply(iter([modify("VirtualMachine", "vm-1", name="new")]))

    assert (found(where, "old"), found(where, "new")) == (["vm-2"], ["vm-1"])


def test_a_vm_that_leaves_is_found_nowhere() -> None:
    where = inventory([vm("vm-1", "web-01")])

    where.apply(iter([leave("VirtualMachine", "vm-1")]))

    assert (where.vm(ref("vm-1")), found(where, "web-01"), where.name(ref("vm-1"))) == (None, [], "vm-1")


def test_a_change_of_one_property_leaves_the_others() -> None:
    where = inventory([vm("vm-1", "web-01", runtime__powerState="poweredOn", config__hardware__numCPU=4)])

    where.apply(iter([modify("VirtualMachine", "vm-1", runtime__powerState="suspended")]))

    changed = where.vm(ref("vm-1"))
    assert changed is not None
    assert (changed.power, changed.cpu_count, changed.name) == (PowerState.SUSPENDED, 4, "web-01")


def test_a_property_that_is_unset_again_goes_back_to_nothing() -> None:
    where = inventory([vm("vm-1", "web-01", guest__ipAddress="10.0.0.1")])

    where.apply(iter([modify("VirtualMachine", "vm-1", guest__ipAddress=None)]))

    changed = where.vm(ref("vm-1"))
    assert changed is not None
    assert changed.ip_address is None


def test_attributes_get_their_names_whichever_comes_first() -> None:
    value = [{"_type": "CustomFieldStringValue", "key": "101", "value": "U1"}]
    where = inventory([vm("vm-1", "web-01", customValue=value), datastore("datastore-1", customValue=value)])
    definition = [{"key": "101", "name": "iaas.owner"}, {"key": "102", "name": "tier"}]

    where.apply(iter([modify("CustomFieldsManager", "CustomFieldsManager", field=definition)]))

    first = where.vm(ref("vm-1"))
    store = where.datastore(ref("datastore-1"))
    assert first is not None
    assert store is not None
    assert (dict(first.attributes), dict(store.attributes)) == ({"iaas.owner": "U1"}, {"iaas.owner": "U1"})


def test_a_name_that_a_write_has_just_made_is_known_at_once_and_others_stay_known() -> None:
    where = inventory([modify("CustomFieldsManager", "fields", field=[{"key": 1, "name": "iaas.owner"}])])

    where.learn_fields({2: "iaas.expires"})

    assert where.field_names() == {1: "iaas.owner", 2: "iaas.expires"}


@pytest.mark.usefixtures("swift_threads")
def test_a_name_that_is_learned_beside_the_mirror_makes_it_lose_no_change() -> None:
    """What has been lost once is told by vCenter no second time, so the VM would be seen as on for ever."""
    lost = 0
    for _ in range(100):
        where = inventory([vm("vm-1", "web-01", customValue=[{"key": 1, "value": "U1"}])])
        heard = [modify("VirtualMachine", "vm-1", config__hardware__numCPU=count) for count in range(50)]
        learner = threading.Thread(target=lambda at=where: [at.learn_fields({1: f"n-{n}"}) for n in range(50)])
        learner.start()
        for change in heard:
            where.apply(iter([change]))
        learner.join()
        lost += where.find_vms("web-01")[0].cpu_count != 49

    assert lost == 0


def test_templates_are_not_among_the_vms_but_are_found_by_name() -> None:
    where = inventory([vm("vm-1", "web-01"), vm("vm-2", "debian", config__template=True)])

    assert [one.name for one in where.vms()] == ["web-01"]
    assert [one.name for one in where.templates()] == ["debian"]
    assert found(where, "debian") == ["vm-2"]


def test_a_resync_shows_the_old_picture_until_the_new_one_is_whole() -> None:
    where = inventory([vm("vm-1", "web-01"), vm("vm-2", "web-02")])
    heard: list[set[Ref]] = []
    where.subscribe(heard.append)

    where.begin()
    where.apply(iter([vm("vm-1", "web-01")]))
    during = len(where.vms())
    where.complete()

    assert (during, len(where.vms())) == (2, 1)
    assert heard == [{ref("vm-1"), ref("vm-2")}]


def test_the_age_counts_from_the_last_word_of_vcenter() -> None:
    clock = FakeClock()
    where = Inventory("lab", clock=clock)
    assert (where.ready, where.age_s()) == (False, None)

    where.begin()
    where.complete()
    clock.seconds = 30

    assert (where.ready, where.age_s()) == (True, 30)


def test_shared_values_are_kept_once() -> None:
    refs = Refs("lab")

    assert refs.get("host-1") is refs.of(Moref("HostSystem", "host-1"))


@given(st.text(alphabet="%25fFcC/\\ab", max_size=12))
def test_a_name_comes_back_as_it_was_sent(name: str) -> None:
    stored = _as_vcenter_stores(wire_name(name))

    assert display_name(stored) == name


def _as_vcenter_stores(sent: str) -> str:
    """What the API reference says of ManagedEntity.name: escaped, but for a percent sign that starts an escape."""
    stored = ""
    for at, letter in enumerate(sent):
        starts_escape = sent[at + 1 : at + 3].lower() in {"2f", "5c", "25"}
        if letter == "%" and not starts_escape:
            stored += "%25"
        else:
            stored += {"/": "%2f", "\\": "%5c"}.get(letter, letter)
    return stored


@pytest.mark.parametrize(
    ("model", "kind", "extra"),
    [
        (Vm, "VirtualMachine", {"ref", "read_at", "attributes"}),
        (Host, "HostSystem", {"ref"}),
        (Cluster, "ClusterComputeResource", {"ref"}),
        (Datastore, "Datastore", {"ref", "attributes"}),
        *((Container, kind, {"ref", "kind"}) for kind in CONTAINER_KINDS),
    ],
)
def test_every_field_of_a_value_has_a_property(model: type, kind: str, extra: set[str]) -> None:
    rows = tables(Refs("lab")).of_kind(kind)

    assert {name for name, _ in rows.values()} | extra == {one.name for one in fields(model)}


def test_no_watched_property_is_a_whole_object() -> None:
    whole = {"runtime", "config", "summary", "guest", "config.hardware", "summary.storage", "snapshot", "parentVApp"}

    for kind in ("VirtualMachine", "HostSystem", "Datastore", "ClusterComputeResource", *CONTAINER_KINDS):
        assert not whole & set(paths(kind, tables(Refs("lab"))))


def test_hosts_and_datastores_are_there_by_reference() -> None:
    where = inventory([host("host-1"), datastore("datastore-1")])

    one, store = where.host(ref("host-1")), where.datastore(ref("datastore-1"))
    assert one is not None
    assert store is not None
    assert (one.cluster, one.datastores, store.name) == (ref("domain-c1"), (ref("datastore-1"),), "datastore-1")
    assert where.kind(ref("domain-c1")) == "ClusterComputeResource"
    assert where.kind(ref("nothing-1")) is None
