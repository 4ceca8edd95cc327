"""The mirror against a vCenter that changes, breaks, comes back and starts late."""

import threading

import pytest

from sandbox.vcenter import Estate
from tests.integration.vsphere.lab import Connect, Eventually, Lab
from vsphere.model import PowerState, Ref


def test_the_first_picture_is_the_whole_estate(own_lab: Lab) -> None:
    inventory = own_lab.gateway.inventory

    named = {one.name for one in [*inventory.vms(), *inventory.templates()]}

    assert named == {path.rpartition("/")[2] for path in own_lab.estate.vms()}
    assert {one.name for one in inventory.templates()} == {"debian-12", "ubuntu-24.04", "windows-2022"}
    assert len(inventory.hosts()) == 8
    assert {one.name for one in inventory.clusters()} == {"prod-cluster", "lab-cluster"}
    assert len(inventory.datastores()) == 6
    assert {one.attributes["tier"] for one in inventory.datastores()} == {"gold", "silver"}


def test_a_vm_is_what_the_sandbox_says(lab: Lab) -> None:
    truth = lab.estate.vm("web-02")

    vm = lab.vm("web-02")

    inventory = lab.gateway.inventory
    assert (vm.ref.moref, vm.cpu_count, vm.memory_mib, vm.ip_address) == (
        truth.id,
        truth.cpus,
        truth.memory_mib,
        truth.ip,
    )
    assert (vm.cpu_hot_add, vm.memory_hot_add, vm.tools_running) == (True, True, truth.tools_running)
    assert (vm.instance_uuid, vm.bios_uuid) == (truth.instance_uuid, truth.uuid)
    assert vm.host is not None
    assert vm.pool is not None
    assert (inventory.name(vm.host), inventory.name(vm.pool)) == (truth.host, truth.pool)
    assert [inventory.name(one) for one in vm.datastores] == [truth.datastore]
    assert dict(vm.attributes) == dict(truth.custom)


def test_two_vms_of_one_name_are_both_found_and_told_apart_by_path(lab: Lab) -> None:
    inventory = lab.gateway.inventory

    both = inventory.find_vms("TWIN-01")
    one = inventory.find_vms("Finance/twin-01")
    whole = inventory.find_vms(inventory.path(one[0].ref))

    assert len(both) == 2
    assert [vm.ref for vm in one] == [vm.ref for vm in whole]
    assert inventory.path(one[0].ref).endswith("/vm/Finance/twin-01")
    assert inventory.find_vms("nance/twin-01") == []


def test_what_happens_behind_the_bots_back_is_seen(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("watched-01")

    lab.estate.set_vm("watched-01", power="on", memory_mib=2048, custom={"iaas.owner": "U9"})

    eventually(lambda: lab.seen(vm.ref).power is PowerState.ON)
    eventually(lambda: lab.seen(vm.ref).memory_mib == 2048)
    eventually(lambda: lab.seen(vm.ref).attributes.get("iaas.owner") == "U9")


def test_a_deleted_vm_leaves_the_mirror(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("leaver-01")
    eventually(lambda: lab.gateway.inventory.vm(vm.ref) is not None)

    lab.estate.delete_vm("leaver-01")

    eventually(lambda: lab.gateway.inventory.vm(vm.ref) is None)
    assert lab.gateway.inventory.find_vms("leaver-01") == []


def test_a_subscriber_hears_which_objects_changed(lab: Lab, eventually: Eventually) -> None:
    vm = lab.create("heard-01")
    heard: list[set[Ref]] = []
    lab.gateway.inventory.subscribe(heard.append)

    lab.estate.set_vm("heard-01", memory_mib=1536)

    eventually(lambda: any(vm.ref in changed for changed in heard))


@pytest.mark.parametrize("trouble", ["drop_connections", "expire_sessions"])
def test_the_mirror_catches_up_after(own_lab: Lab, eventually: Eventually, trouble: str) -> None:
    estate, inventory = own_lab.estate, own_lab.gateway.inventory
    before = {vm.ref for vm in inventory.vms()}

    getattr(estate, trouble)()
    estate.delete_vm("web-04")
    estate.rename_vm("web-03", "web-renamed")

    eventually(lambda: len(inventory.find_vms("web-renamed")) == 1 and not inventory.find_vms("web-04"))
    assert len({vm.ref for vm in inventory.vms()} ^ before) == 1
    assert inventory.find_vms("web-03") == []


def test_no_vm_is_missing_at_any_moment_of_a_resync(own_lab: Lab, eventually: Eventually) -> None:
    inventory = own_lab.gateway.inventory
    counts = set()
    inventory.subscribe(lambda _: counts.add(len(inventory.vms())))
    whole = len(inventory.vms())

    for _ in range(3):
        own_lab.estate.expire_sessions()
        rounds = len(counts)
        eventually(lambda rounds=rounds: len(counts) > rounds or own_lab.gateway.health().connected)
        counts.add(len(inventory.vms()))

    assert counts == {whole}


def test_the_old_picture_stays_in_service_during_an_outage(own_lab: Lab, eventually: Eventually) -> None:
    own_lab.estate.outage("refuse")
    own_lab.estate.drop_connections()

    eventually(lambda: "can't be reached" in own_lab.gateway.health().detail)

    assert not own_lab.gateway.health().connected
    assert own_lab.vm("web-01").name == "web-01"
    own_lab.estate.outage("off")
    eventually(lambda: own_lab.gateway.health().connected, 25)


def test_a_vcenter_that_starts_late_is_waited_for(own_estate: Estate, connect: Connect, eventually: Eventually) -> None:
    own_estate.outage("refuse")
    gateway = connect(own_estate)
    eventually(lambda: "can't be reached" in gateway.health().detail)
    assert not gateway.wait_ready(0.1)

    own_estate.outage("off")

    assert gateway.wait_ready(20)
    assert gateway.health().connected


def test_a_vcenter_that_starts_anew_is_loaded_anew(connect: Connect, eventually: Eventually) -> None:
    with Estate.start() as first:
        port = first.port
        gateway = connect(first, thumbprint=None, insecure=True, ca_file=None)
        assert gateway.wait_ready(20)
        first.delete_vm("web-01")
        eventually(lambda: not gateway.inventory.find_vms("web-01"))

    with Estate.start(port=port):
        eventually(lambda: len(gateway.inventory.find_vms("web-01")) == 1, 30)


def test_close_ends_the_threads_and_the_session(estate: Estate, connect: Connect) -> None:
    gateway = connect(estate)
    assert gateway.wait_ready(20)
    estate.reset_calls()

    gateway.close()

    assert estate.calls().get("Logout") == 1
    assert not [one for one in threading.enumerate() if one.name.startswith("lab-") and one.is_alive()]


def test_an_inventory_of_many_pages_arrives_whole(connect: Connect) -> None:
    with Estate.start(vms=350) as estate:
        gateway = connect(estate)
        assert gateway.wait_ready(30)

        inventory = gateway.inventory
        assert len(inventory.vms()) + len(inventory.templates()) == len(estate.vms())
        assert estate.calls()["WaitForUpdatesEx"] > 3
        gateway.close()


def test_a_collector_that_vcenter_throws_away_is_made_anew(own_lab: Lab, eventually: Eventually) -> None:
    own_lab.gateway._watches[0]._leftover.DestroyPropertyCollector()

    own_lab.estate.rename_vm("web-03", "web-after")

    eventually(lambda: len(own_lab.gateway.inventory.find_vms("web-after")) == 1)


def test_a_subscriber_that_fails_does_not_stop_the_mirror(own_lab: Lab, eventually: Eventually) -> None:
    def fail(changed: set[Ref]) -> None:
        raise RuntimeError(f"a subscriber's bug, met with {len(changed)} changes")

    own_lab.gateway.inventory.subscribe(fail)

    own_lab.estate.rename_vm("web-03", "web-first")
    eventually(lambda: len(own_lab.gateway.inventory.find_vms("web-first")) == 1)
    own_lab.estate.rename_vm("web-04", "web-second")

    eventually(lambda: len(own_lab.gateway.inventory.find_vms("web-second")) == 1)
