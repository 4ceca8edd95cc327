"""Where a new VM goes: a table of cases, and what never happens whatever the inventory looks like."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vsphere.world import GIB, datastore, enter, host, inventory
from vsphere.collector import Change
from vsphere.errors import NoPlacementError
from vsphere.inventory import Inventory
from vsphere.model import Placement, Ref
from vsphere.placement import DATASTORE_RESERVE_RATIO, PlacementRules, place
from vsphere.soaptree import Moref

ALL = PlacementRules()
SMALL: dict[str, Any] = {"cpu_count": 2, "memory_mib": 4096, "disk_gib": 40}
STORE_1 = Moref("Datastore", "datastore-1")
STORE_2 = Moref("Datastore", "datastore-2")


def small(where: Inventory, allowed: PlacementRules = ALL, **changes: Any) -> Placement:
    """Place a VM of 2 vCPU, 4 GiB and a disk of 40 GiB."""
    return place(where, allowed=allowed, **{**SMALL, **changes})


def ref(moref: str) -> Ref:
    return Ref("lab", moref)


def test_the_host_with_the_most_headroom_is_chosen_and_named() -> None:
    where = inventory(
        [
            datastore("datastore-1"),
            host("host-1", **{"summary.quickStats.overallMemoryUsage": 40 * 1024}),
            host("host-2", **{"summary.quickStats.overallMemoryUsage": 8 * 1024}),
        ]
    )

    chosen = small(where)

    assert (chosen.host, chosen.pool, chosen.datastore, chosen.network) == (
        ref("host-2"),
        ref("resgroup-1"),
        ref("datastore-1"),
        ref("network-1"),
    )
    assert "host-2 in prod: most headroom of 2 hosts" in chosen.reason


def test_the_scarcer_of_cpu_and_memory_decides() -> None:
    where = inventory(
        [
            datastore("datastore-1"),
            host("host-1", **{"summary.quickStats.overallCpuUsage": 31000, "summary.quickStats.overallMemoryUsage": 0}),
            host("host-2", **{"summary.quickStats.overallMemoryUsage": 30 * 1024}),
        ]
    )

    assert small(where).host == ref("host-2")


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"runtime.inMaintenanceMode": True}, "in maintenance mode"),
        ({"runtime.connectionState": "notResponding"}, "notResponding"),
        ({"runtime.connectionState": ""}, "disconnected"),
        ({"runtime.powerState": "standBy"}, "power off"),
        ({"summary.hardware.numCpuCores": 1}, "1 cores for 2 vCPUs"),
        ({"summary.quickStats.overallMemoryUsage": 60 * 1024}, "MiB of memory free, 4096 needed"),
        ({"datastore": []}, "no allowed datastore"),
        ({"network": []}, "no allowed network"),
        ({"network": [Moref("DistributedVirtualPortgroup", "dvportgroup-1")]}, "no allowed network"),
        ({"parent": Moref("ClusterComputeResource", "domain-c404")}, "its cluster is not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_host_that_will_not_do_is_named_with_what_it_lacks(changes: dict[str, Any], lack: str) -> None:
    where = inventory([datastore("datastore-1"), host("host-1", **changes)])

    with pytest.raises(NoPlacementError) as raised:
        small(where)

    assert "host-1: " in str(raised.value)
    assert lack in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"summary.freeSpace": 30 * GIB}, "30 GiB free"),
        ({"summary.freeSpace": 80 * GIB}, "80 GiB free"),
        ({"summary.accessible": False}, "datastore-1 unusable"),
        ({"summary.maintenanceMode": "inMaintenance"}, "datastore-1 unusable"),
    ],
    ids=["full", "the reserve would be touched", "inaccessible", "in maintenance"],
)
def test_a_datastore_that_will_not_do_is_named_with_what_it_lacks(changes: dict[str, Any], lack: str) -> None:
    where = inventory([datastore("datastore-1", **changes), host("host-1")])

    with pytest.raises(NoPlacementError, match="no datastore with room for 40 GiB") as raised:
        small(where)

    assert lack in str(raised.value)


def test_the_datastore_with_most_space_is_chosen() -> None:
    both = [STORE_1, STORE_2]
    where = inventory(
        [
            datastore("datastore-1"),
            datastore("datastore-2", **{"summary.freeSpace": 600 * GIB}),
            host("host-1", datastore=both),
            host("host-2", datastore=both),
        ]
    )

    assert small(where).datastore == ref("datastore-2")


def test_a_shared_datastore_goes_before_a_larger_local_one() -> None:
    where = inventory(
        [
            datastore("datastore-1"),
            datastore("datastore-2", **{"summary.freeSpace": 900 * GIB}),
            host("host-1", datastore=[STORE_1, STORE_2]),
            host("host-2", datastore=[STORE_1], **{"runtime.inMaintenanceMode": True}),
        ]
    )

    assert small(where).datastore == ref("datastore-1")


@pytest.mark.parametrize(
    ("rules", "lack"),
    [
        (PlacementRules(clusters=("lab",)), "cluster prod is not allowed"),
        (PlacementRules(datastores=("gold",)), "no allowed datastore"),
        (PlacementRules(networks=("dmz",)), "no allowed network"),
        (PlacementRules(pools=("small",)), "no pool of small"),
    ],
    ids=["cluster", "datastore", "network", "pool"],
)
def test_what_is_not_allowed_is_not_used(rules: PlacementRules, lack: str) -> None:
    where = inventory([datastore("datastore-1"), host("host-1")])

    with pytest.raises(NoPlacementError, match=lack):
        small(where, rules)


def test_names_are_allowed_without_regard_to_case() -> None:
    where = inventory([datastore("datastore-1"), host("host-1")])
    rules = PlacementRules(clusters=("PROD",), datastores=("Datastore-1",), networks=("PROD-net",))

    assert small(where, rules).host == ref("host-1")


def test_an_allowed_pool_below_the_cluster_is_used() -> None:
    pool = enter("ResourcePool", "resgroup-2", name="dev", parent=Moref("ResourcePool", "resgroup-1"))
    where = inventory([datastore("datastore-1"), host("host-1"), pool])

    assert small(where, PlacementRules(pools=("dev",))).pool == ref("resgroup-2")


def test_the_rules_order_of_networks_is_kept() -> None:
    networks = [Moref("Network", "network-1"), Moref("Network", "network-2")]
    where = inventory(
        [datastore("datastore-1"), enter("Network", "network-2", name="z-net"), host("host-1", network=networks)]
    )

    assert small(where, PlacementRules(networks=("z-net", "prod-net"))).network == ref("network-2")


def test_a_folder_ties_the_vm_to_its_datacenter() -> None:
    other = [
        enter("Datacenter", "datacenter-2", name="DC2", parent=Moref("Folder", "group-d1")),
        enter("Folder", "group-v2", name="vm", parent=Moref("Datacenter", "datacenter-2")),
    ]
    where = inventory([datastore("datastore-1"), host("host-1"), *other])

    assert small(where, folder=ref("group-v1")).host == ref("host-1")
    with pytest.raises(NoPlacementError, match="another datacenter"):
        small(where, folder=ref("group-v2"))


def test_an_empty_vcenter_says_so() -> None:
    with pytest.raises(NoPlacementError, match="no host"):
        small(inventory([]))


def test_hosts_that_lack_the_same_are_told_together_and_three_reasons_are_enough() -> None:
    resting = [host(f"host-{number:02}", **{"runtime.inMaintenanceMode": True}) for number in range(28)]
    others = [
        host("host-31", **{"summary.hardware.numCpuCores": 1}),
        host("host-32", datastore=[]),
        host("host-33", network=[]),
        host("host-34", **{"runtime.powerState": "standBy"}),
    ]

    with pytest.raises(NoPlacementError) as raised:
        small(inventory([datastore("datastore-1"), *resting, *others]))

    told = str(raised.value)
    assert "host-00 and 27 more: in maintenance mode; " in told
    assert told.endswith("; and 2 more")
    assert told.count(";") == 3


def test_of_many_full_datastores_the_three_with_most_space_are_named() -> None:
    stores = [datastore(f"datastore-{number}", **{"summary.freeSpace": number * GIB}) for number in range(1, 7)]
    seen = [Moref("Datastore", f"datastore-{number}") for number in range(1, 7)]

    with pytest.raises(NoPlacementError) as raised:
        small(inventory([*stores, host("host-1", datastore=seen), host("host-2", datastore=seen)]))

    assert str(raised.value) == (
        "No host can take this VM. host-1 and 1 more: no datastore with room for 40 GiB"
        " (datastore-6 6 GiB free, datastore-5 5 GiB free, datastore-4 4 GiB free, and 3 more)"
    )


HOSTS = st.builds(
    lambda moref, **values: host(f"host-{moref}", **values),
    st.integers(1, 9),
    **{
        "runtime.connectionState": st.sampled_from(["connected", "disconnected", "notResponding", ""]),
        "runtime.inMaintenanceMode": st.booleans(),
        "runtime.powerState": st.sampled_from(["poweredOn", "poweredOff", "standBy", "unknown"]),
        "summary.hardware.numCpuCores": st.integers(0, 64),
        "summary.quickStats.overallMemoryUsage": st.integers(0, 64 * 1024),
        "datastore": st.lists(
            st.sampled_from([Moref("Datastore", f"datastore-{number}") for number in range(1, 5)]), max_size=3
        ),
    },
)
STORES = st.builds(
    lambda moref, **values: datastore(f"datastore-{moref}", **values),
    st.integers(1, 4),
    **{
        "summary.freeSpace": st.integers(0, 1000 * GIB),
        "summary.accessible": st.booleans(),
        "summary.maintenanceMode": st.sampled_from(["normal", "inMaintenance", "enteringMaintenance"]),
    },
)


@given(hosts=st.lists(HOSTS, max_size=6), stores=st.lists(STORES, max_size=4), disk_gib=st.integers(1, 900))
def test_no_vm_is_ever_put_on_an_unusable_host_or_a_full_datastore(
    hosts: list[Change], stores: list[Change], disk_gib: int
) -> None:
    where = inventory([*stores, *hosts])

    try:
        chosen = small(where, disk_gib=disk_gib)
    except NoPlacementError:
        return

    assert chosen.host is not None
    on, store = where.host(chosen.host), where.datastore(chosen.datastore)
    assert on is not None
    assert store is not None
    assert on.usable
    assert on.cpu_cores >= SMALL["cpu_count"]
    assert on.memory_used_mib + SMALL["memory_mib"] <= on.memory_bytes // 1024**2
    assert chosen.datastore in on.datastores
    assert chosen.network in on.networks
    assert store.accessible
    assert not store.in_maintenance
    assert store.free_bytes - disk_gib * GIB >= store.capacity_bytes * DATASTORE_RESERVE_RATIO
