"""What makes VMs hard to move, and what hosts use, asked of the sandbox's vCenter."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.integration.vsphere.lab import Lab
from vsphere.model import DiskFacts, HostSample, Ref

GIB = 2**30


@pytest.fixture
def vms(lab: Lab) -> Iterator[dict[str, Ref]]:
    """Six VMs, each hard to move in a way of its own, and a plain one with a snapshot."""
    names = ["plain", "raw", "bus", "writers", "clone", "base", "spread"]
    made = {name: lab.create(f"facts-{name}").ref for name in names}
    lab.estate.take_snapshot(made["plain"].moref, "s1", size_bytes=GIB)
    lab.estate.set_disk(made["raw"].moref, backing="rdm")
    lab.estate.set_disk(made["bus"].moref, bus="physicalSharing")
    lab.estate.set_disk(made["writers"].moref, sharing="sharingMultiWriter")
    lab.estate.set_disk(made["clone"].moref, backing="linked", base=made["base"].moref, own_bytes=GIB)
    lab.estate.take_snapshot(made["clone"].moref, "s1")
    home = lab.gateway.read_vm(made["spread"]).datastores[0]
    other = next(one.ref for one in lab.gateway.inventory.datastores() if one.ref != home)
    lab.estate.set_disk(made["spread"].moref, datastore=other.moref)
    lab.estate.take_snapshot(made["spread"].moref, "s1")
    yield made
    for ref in made.values():
        lab.estate.delete_vm(ref.moref)


def told(facts: DiskFacts) -> set[str]:
    """The names of what is in the way."""
    names = ("has_rdm", "shares_disks", "is_linked", "is_base", "fault_tolerant")
    return {name for name in names if getattr(facts, name)}


def test_each_vm_is_told_to_be_what_it_is_in_one_call(lab: Lab, vms: dict[str, Ref]) -> None:
    lab.estate.reset_calls()

    found = lab.gateway.read_disk_facts([*vms.values(), Ref("lab", "vm-404")])

    assert lab.estate.calls().get("RetrievePropertiesEx") == 1
    assert {name: told(found[ref]) for name, ref in vms.items()} == {
        "plain": set(),
        "raw": {"has_rdm"},
        "bus": {"shares_disks"},
        "writers": {"shares_disks"},
        "clone": {"is_linked"},
        "base": {"is_base"},
        "spread": set(),
    }
    assert set(found) == set(vms.values())


def test_bytes_are_told_by_datastore(lab: Lab, vms: dict[str, Ref]) -> None:
    found = lab.gateway.read_disk_facts([vms["plain"], vms["spread"]])

    assert list(found[vms["plain"]].bytes_by_datastore.values()) == [5 * GIB]
    assert sorted(found[vms["spread"]].bytes_by_datastore.values()) == [0, 4 * GIB]


def test_where_memory_ends_is_told_while_the_vm_runs(lab: Lab) -> None:
    vm = lab.create("facts-memory").ref
    off = lab.gateway.read_disk_facts([vm])[vm]
    lab.end(lab.gateway.power_on(vm))

    on = lab.gateway.read_disk_facts([vm])[vm]
    lab.estate.set_vm(vm.moref, memory_at_boot_mib=4096)
    large = lab.gateway.read_disk_facts([vm])[vm]

    limits = [(one.memory_at_boot_mib, one.hot_memory_limit_mib) for one in (off, on, large)]
    assert limits == [(None, None), (None, 3072), (4096, 65536)]
    assert lab.gateway.read_vm(vm).hot_memory_limit_mib == 65536
    lab.estate.delete_vm(vm.moref)


def test_no_vm_costs_no_call(lab: Lab) -> None:
    lab.estate.reset_calls()

    assert lab.gateway.read_disk_facts([]) == {}
    assert "RetrievePropertiesEx" not in lab.estate.calls()


def test_the_latest_sample_of_a_host_shows_its_load_per_core(lab: Lab) -> None:
    host = next(one for one in lab.gateway.inventory.hosts() if one.name == "esx-14.corp.example")
    lab.estate.set_load(
        host=host.name, cpu_percent=82, memory_percent=91, ready_percent=6, balloon_mib=2048, swap_mib=512
    )

    samples = lab.gateway.read_host_metrics(host.ref, timedelta(minutes=15))

    assert len(samples) == 45
    assert samples[-1] == HostSample(
        at=samples[-1].at,
        interval_s=20,
        cpu_percent=82.0,
        ready_percent=6.0,
        memory_percent=91.0,
        balloon_mib=2048.0,
        swapped_mib=512.0,
    )
