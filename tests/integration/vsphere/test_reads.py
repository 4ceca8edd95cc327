"""Metrics, events and placement, asked of the sandbox's vCenter."""

from datetime import timedelta

import pytest

from tests.integration.vsphere.lab import READY_S, Connect, Eventually, Lab
from vsphere.api import moref_of, vim
from vsphere.clock import SystemClock
from vsphere.collector import managed
from vsphere.errors import NoPlacementError, NotFoundError
from vsphere.model import Ref, Sample
from vsphere.placement import PlacementRules
from vsphere.soaptree import Moref

NOW = SystemClock().now


def test_the_latest_sample_shows_the_load_per_vcpu(lab: Lab) -> None:
    lab.estate.set_load(
        "web-cms-01", cpu_percent=95, memory_percent=70, ready_percent=8, costop_percent=2, balloon_mib=100, swap_mib=50
    )

    latest = lab.gateway.read_metrics(lab.vm("web-cms-01").ref, timedelta(minutes=2))[-1]

    assert latest == Sample(
        at=latest.at,
        interval_s=20,
        cpu_percent=95.0,
        ready_percent=8.0,
        costop_percent=2.0,
        memory_percent=70.0,
        balloon_mib=100.0,
        swapped_mib=50.0,
    )


@pytest.mark.parametrize(
    ("window", "interval_s", "count"),
    [(timedelta(minutes=10), 20, 30), (timedelta(hours=24), 300, 288)],
    ids=["ten minutes in steps of 20 s", "a day in steps of five minutes"],
)
def test_the_window_chooses_the_interval(lab: Lab, window: timedelta, interval_s: int, count: int) -> None:
    samples = lab.gateway.read_metrics(lab.vm("web-cms-01").ref, window)

    assert {one.interval_s for one in samples} == {interval_s}
    assert abs(len(samples) - count) <= 1
    assert samples == sorted(samples, key=lambda one: one.at)


def test_events_of_one_vm_and_kind_come_oldest_first(lab: Lab) -> None:
    vm = lab.create("eventful-01")
    since = NOW() - timedelta(seconds=1)
    lab.end(lab.gateway.power_on(vm.ref))
    lab.end(lab.gateway.power_off(vm.ref))

    found = lab.gateway.events_since(vm.ref, since, ["VmPoweredOnEvent", "VmPoweredOffEvent"])

    assert [one.kind for one in found] == ["VmPoweredOnEvent", "VmPoweredOffEvent"]
    assert lab.gateway.events_since(vm.ref, NOW() + timedelta(seconds=60), ["VmPoweredOnEvent"]) == []


def test_reading_a_vm_that_is_not_there_says_so(lab: Lab) -> None:
    with pytest.raises(NotFoundError, match="vm-404 is no longer in vCenter lab"):
        lab.gateway.read_vm(Ref("lab", "vm-404"))


def test_a_placement_names_where_and_why(lab: Lab) -> None:
    placement = lab.gateway.recommend_placement(
        cpu_count=2,
        memory_mib=2048,
        disk_gib=20,
        allowed=PlacementRules(clusters=("prod-cluster",), datastores=("gold-02",), networks=("prod-vlan-120",)),
        folder=lab.folder("Web"),
    )

    inventory = lab.gateway.inventory
    assert inventory.name(placement.datastore) == "gold-02"
    assert placement.network is not None
    assert inventory.name(placement.network) == "prod-vlan-120"
    assert "prod-cluster" in placement.reason
    assert "gold-02" in placement.reason


def test_a_host_in_maintenance_takes_no_vm(lab: Lab, eventually: Eventually) -> None:
    inventory = lab.gateway.inventory
    hosts = [one.name for one in inventory.hosts() if one.cluster and inventory.name(one.cluster) == "lab-cluster"]
    for name in hosts:
        lab.estate.set_host(name, maintenance=True)
    eventually(lambda: sum(one.in_maintenance for one in inventory.hosts()) == len(hosts))

    try:
        with pytest.raises(NoPlacementError, match="in maintenance mode"):
            lab.gateway.recommend_placement(
                cpu_count=1,
                memory_mib=512,
                disk_gib=4,
                allowed=PlacementRules(clusters=("lab-cluster",)),
                folder=lab.folder("Lab"),
            )
    finally:
        for name in hosts:
            lab.estate.set_host(name, maintenance=False)


def test_clocks_are_compared(lab: Lab) -> None:
    assert abs(lab.gateway.server_time_offset()) < timedelta(seconds=5)


def test_storage_drs_is_asked_where_the_datastore_is_in_a_pod(own_lab: Lab, connect: Connect) -> None:
    pod = _make_pod(own_lab, "gold-pod", ["gold-01", "gold-02"])
    lab = _look_again(own_lab, connect)
    assert lab.datastore_of("gold-01").storage_pod == pod
    lab.estate.reset_calls()

    placement = lab.gateway.recommend_placement(
        cpu_count=1,
        memory_mib=512,
        disk_gib=4,
        allowed=PlacementRules(datastores=("gold-01", "gold-02")),
        folder=own_lab.folder("Web"),
    )

    assert lab.estate.calls()["RecommendDatastores"] == 1
    assert "Storage DRS of gold-pod recommends gold-0" in placement.reason


def test_a_storage_drs_that_refuses_leaves_the_own_choice(own_lab: Lab, connect: Connect) -> None:
    pod = _make_pod(own_lab, "plain-pod", ["silver-01"])
    lab = _look_again(own_lab, connect)
    assert lab.datastore_of("silver-01").storage_pod == pod
    lab.estate.fail_next("RecommendDatastores", "InvalidState")

    placement = lab.gateway.recommend_placement(
        cpu_count=1,
        memory_mib=512,
        disk_gib=4,
        allowed=PlacementRules(datastores=("silver-01",)),
        folder=own_lab.folder("Web"),
    )

    assert placement.datastore == own_lab.datastore("silver-01")
    assert "Storage DRS" not in placement.reason


def _look_again(lab: Lab, connect: Connect) -> Lab:
    """A second gateway: the simulator tells nobody that a datastore moved, but shows it to who looks."""
    gateway = connect(lab.estate)
    assert gateway.wait_ready(READY_S)
    return Lab(lab.estate, gateway)


def _make_pod(lab: Lab, name: str, datastores: list[str]) -> Ref:
    """Put datastores into a datastore cluster, as an administrator would."""
    session = lab.gateway._session
    folder = managed(session.writes, Moref("Folder", lab.folder("datastore").moref))
    pod = folder.CreateStoragePod(name)
    moved = managed(session.writes, Moref("StoragePod", moref_of(pod))).MoveIntoFolder_Task(
        [vim.Datastore(lab.datastore(one).moref) for one in datastores]
    )
    assert lab.end(Ref("lab", moref_of(moved))).error is None
    spec = vim.storageDrs.ConfigSpec(podConfigSpec=vim.storageDrs.PodConfigSpec(enabled=True))
    manager = session.content.storageResourceManager
    done = manager.ConfigureStorageDrsForPod_Task(pod, spec, True)  # noqa: FBT003  modify
    assert lab.end(Ref("lab", moref_of(done))).error is None
    return Ref("lab", moref_of(pod))
