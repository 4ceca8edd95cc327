"""New VMs that are asked for at once are spread, and never promised more than there is."""

from collections import Counter

import pytest

from tests.unit.vsphere.world import FakeClock, datastore, host, inventory
from vsphere.errors import NoPlacementError
from vsphere.inventory import Inventory
from vsphere.model import Placement
from vsphere.placement import PlacementRules, place
from vsphere.promises import Promises

GIB = 1024**3
TWO_HOSTS = (datastore("datastore-1"), host("host-1"), host("host-2"))


def promise(where: Inventory, promises: Promises, *, memory_mib: int = 2048, disk_gib: int = 20) -> Placement:
    """Place a VM and remember it, as the gateway does."""
    chosen = place(
        where,
        cpu_count=1,
        memory_mib=memory_mib,
        disk_gib=disk_gib,
        allowed=PlacementRules(),
        promised=promises.sums(),
    )
    promises.add(chosen, host=chosen.host, memory_mib=memory_mib, disk_bytes=disk_gib * GIB)
    return chosen


def test_vms_asked_for_at_once_are_spread_over_equal_hosts() -> None:
    where, promises = inventory(list(TWO_HOSTS)), Promises(FakeClock())

    hosts = Counter(promise(where, promises).host for _ in range(6))

    assert sorted(hosts.values()) == [3, 3]


def test_vms_asked_for_at_once_are_not_promised_more_disk_than_a_datastore_has() -> None:
    where, promises = inventory(list(TWO_HOSTS)), Promises(FakeClock())
    (store,) = where.datastores()
    half_gib = int(store.free_bytes / GIB * 0.5)

    promise(where, promises, disk_gib=half_gib)

    with pytest.raises(NoPlacementError, match="no datastore with room"):
        promise(where, promises, disk_gib=half_gib)


def test_a_promise_ends_once_vcenter_shows_the_vm_itself() -> None:
    where, clock = inventory(list(TWO_HOSTS)), FakeClock()
    promises = Promises(clock)
    (store,) = where.datastores()
    half_gib = int(store.free_bytes / GIB * 0.5)
    promise(where, promises, disk_gib=half_gib)

    clock.seconds += 181

    assert promise(where, promises, disk_gib=half_gib).datastore == store.ref
