"""Queries over the sandbox's vCenter: the real mirror, snapshots and events, and what a person may not see."""

import threading
from collections.abc import Iterator

import pytest

from bot.powercli import QueryError, Result, run_query
from bot.powercli.estate import SitesView
from sandbox.vcenter import Estate
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import Vm
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with Estate.start() as running:
        yield running


@pytest.fixture(scope="module")
def sites(estate: Estate) -> Iterator[Sites]:
    settings = VcenterSettings(
        name="lab",
        host=estate.host,
        port=estate.port,
        username=estate.username,
        read_password=lambda: estate.password,
        ca_file=estate.ca_file,
    )
    gateway = Gateway(settings, clock=CLOCK)
    gateway.start()
    assert gateway.wait_ready(20)
    yield Sites([gateway])
    gateway.close()


def ask(sites: Sites, text: str, *, only: str = "") -> Result:
    def visible(vm: Vm) -> bool:
        return vm.name == only or not only

    return run_query(text, SitesView(sites, visible=visible), clock=CLOCK)


def test_the_whole_estate_is_listed_as_it_really_is(sites: Sites, estate: Estate) -> None:
    truth = {name.rpartition("/")[2] for name in estate.vms()}

    vms = {row[0] for row in ask(sites, "get-vm").rows}
    templates = {row[0] for row in ask(sites, "get-template").rows}

    assert vms | templates == truth
    assert templates


def test_properties_are_those_of_the_vm(sites: Sites, estate: Estate) -> None:
    name = ask(sites, "get-vm | ? PowerState -eq PoweredOn | select -First 1 -ExpandProperty Name").rows[0][0]
    truth = estate.vm(name)

    (row,) = ask(sites, f"get-vm '{name}' | select NumCpu, MemoryMB, PowerState, VMHost, Id").rows

    assert row == (str(truth.cpus), str(truth.memory_mib), "PoweredOn", truth.host, f"VirtualMachine-{truth.id}")


def test_what_contains_what_is_followed_both_ways(sites: Sites) -> None:
    every = ask(sites, "get-vm").rows
    by_cluster = [row for cluster in ask(sites, "get-cluster").rows for row in _vms_of(sites, cluster[0])]

    assert sorted(by_cluster) == sorted(every)


def _vms_of(sites: Sites, cluster: str) -> tuple[tuple[str, ...], ...]:
    return ask(sites, f"get-cluster '{cluster}' | get-vm").rows


@pytest.mark.parametrize("cmdlet", ["get-vmhost", "get-datastore", "get-folder", "get-resourcepool", "get-cluster"])
def test_every_kind_has_rows_whose_every_property_can_be_read(sites: Sites, cmdlet: str) -> None:
    assert ask(sites, f"{cmdlet} | fl *").rows


def test_snapshots_and_events_come_from_vcenter(sites: Sites) -> None:
    gateway = sites.default
    name = ask(sites, "get-vm | ? PowerState -eq PoweredOn | select -First 1 Name").rows[0][0]
    (vm,) = gateway.inventory.find_vms(name)
    for task in (gateway.create_snapshot(vm.ref, "before patch", ""), gateway.power_off(vm.ref)):
        assert task is not None
        gateway.tasks.follow(task, on_progress=lambda _: None, should_stop=lambda: False, timeout_s=20)
    told = threading.Event()
    gateway.inventory.subscribe(lambda _: told.set())
    while not _mirrored(gateway, vm):
        assert told.wait(10), "the mirror was not told of the snapshot"
        told.clear()

    shown = ask(sites, f"get-vm '{vm.name}' | ? {{ $_.Name }} | get-snapshot | select Name, VM")

    assert shown.rows == (("before patch", vm.name),)
    assert ask(sites, f"get-vievent '{vm.name}' | ? EventTypeId -like *VmPoweredOffEvent").rows


def _mirrored(gateway: Gateway, vm: Vm) -> bool:
    known = gateway.inventory.vm(vm.ref)
    return known is not None and known.snapshot_count > 0


def test_who_may_see_one_vm_sees_nothing_of_the_rest(sites: Sites) -> None:
    only = ask(sites, "get-vm").rows[0][0]

    assert [row[0] for row in ask(sites, "get-vm", only=only).rows] == [only]
    assert ask(sites, "get-template", only=only).rows == ()
    assert len(ask(sites, "get-vmhost", only=only).rows) <= 1
    assert len(ask(sites, "get-cluster", only=only).rows) == 1
    assert len(ask(sites, "get-vmhost").rows) > 1
    with pytest.raises(QueryError, match="that you may see"):
        ask(sites, f"get-vm '{ask(sites, 'get-vm').rows[1][0]}'", only=only)
