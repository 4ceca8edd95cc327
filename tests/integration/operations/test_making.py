"""New VMs, end to end: spawn, clone, clonetemplate."""

import pytest

from operations.errors import BadRequestError, ConfirmationNeededError
from operations.model import State
from operations.policy import Policy
from operations.protection import ProtectedRules
from operations.settings import Caps, NewVmSettings
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import FOLDER, RULES, SITE, Lab, eventually
from vsphere.errors import NameTakenError, NoPlacementError
from vsphere.placement import PlacementRules

SMALL = {"cpu_count": 1, "memory_mib": 2048, "disk_gib": 20}


def test_spawn_makes_a_vm_that_is_on_and_the_askers(lab: Lab) -> None:
    ended = lab.do("spawn", name="spawned-01", arguments=SMALL)

    made = lab.estate.vm("spawned-01")
    assert (made.power, made.cpus, made.memory_mib) == ("poweredOn", 1, 2048)
    assert made.custom["iaas.owner"] == "U1"
    assert made.custom["iaas.operation"] == ended.id
    assert made.extra["iaas.operation"] == ended.id
    assert made.folder == "Lab"
    assert ended.result is not None
    assert ended.result.moref == made.id
    assert ended.stages == ("create", "set owner", "power on")
    assert (ended.stages_done, ended.text) == (3, "spawned-01 is there, and on.")


def test_clone_makes_a_copy_that_is_off_and_the_askers(lab: Lab) -> None:
    ended = lab.do("clone", "web-02", name="cloned-01")

    made, source = lab.estate.vm("cloned-01"), lab.estate.vm("web-02")
    assert (made.power, made.cpus, made.memory_mib) == ("poweredOff", source.cpus, source.memory_mib)
    assert made.custom["iaas.owner"] == "U1"
    assert made.extra["iaas.operation"] == ended.id


def test_clonetemplate_makes_a_vm_of_the_size_that_was_said(lab: Lab) -> None:
    template = lab.vm("debian-12").ref

    lab.do("clonetemplate", template, name="deployed-01", arguments={"cpu_count": 4, "memory_mib": 8192})

    made = lab.estate.vm("deployed-01")
    assert (made.power, made.cpus, made.memory_mib) == ("poweredOn", 4, 8192)
    assert made.custom["iaas.owner"] == "U1"


def test_clonetemplate_without_a_size_keeps_the_templates(lab: Lab) -> None:
    lab.do("clonetemplate", lab.vm("debian-12").ref, name="deployed-02")

    made, template = lab.estate.vm("deployed-02"), lab.estate.vm("debian-12")
    assert (made.cpus, made.memory_mib) == (template.cpus, template.memory_mib)


def test_clonetemplate_copies_no_vm_whoever_asks(lab: Lab) -> None:
    request = lab.request("clonetemplate", "web-02", name="stolen-01")

    refused = lab.operations.submit(request)
    told = lab.operations.advice.explain(request).decision

    assert (refused.state, refused.rule, refused.text) == (State.REFUSED, "template", "web-02 is no template.")
    assert refused.way_out == "`/iaas clone web-02 NAME` copies a VM, for whoever may clone it."
    assert (told.allowed, told.reason) == (False, refused.text)
    assert lab.writes() == []


def test_a_protected_template_is_copied_by_nobody(make_lab: MakeLab, sqlite_url: str) -> None:
    policy = Policy(RULES, protected=ProtectedRules(names=("debian-*",)))
    lab = make_lab(sqlite_url, policy=policy)

    refused = lab.ask("clonetemplate", lab.vm("debian-12").ref, name="stolen-02")

    assert (refused.state, refused.rule) == (State.REFUSED, "protected")
    assert lab.writes() == []


def test_a_name_that_is_taken_is_said_before_anything_is_sent(lab: Lab) -> None:
    with pytest.raises(NameTakenError, match="lab-build-01"):
        lab.ask("spawn", name="lab-build-01", arguments=SMALL)

    assert lab.writes() == []


def test_a_name_taken_between_plan_and_send_fails_and_changes_nothing(lab: Lab) -> None:
    lab.estate.fail_next("CreateVM_Task", "DuplicateName", in_task=True, details={"name": "raced-01"})

    ended = lab.end(lab.ask("spawn", name="raced-01", arguments=SMALL))

    assert ended.state is State.FAILED
    assert "raced-01 is taken" in ended.text
    assert "Nothing was changed." in ended.text


@pytest.mark.parametrize("name", ["", "x" * 81, "web-*", "a/b", "../x", "tab\tname"])
def test_a_name_that_can_not_be_is_refused(lab: Lab, name: str) -> None:
    with pytest.raises(BadRequestError, match="can't name a new VM"):
        lab.ask("spawn", name=name, arguments=SMALL)


def test_more_than_the_caps_is_refused(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = make_lab(sqlite_url, caps=Caps(cpu_count=2, memory_mib=4096, disk_gib=50))

    for name, amount in (("cpu_count", 3), ("memory_mib", 8192), ("disk_gib", 51)):
        with pytest.raises(BadRequestError, match="over the limit"):
            lab.ask("spawn", name="huge-01", arguments={**SMALL, name: amount})


def test_a_clone_over_the_caps_is_not_told_to_ask_for_less(make_lab: MakeLab, sqlite_url: str) -> None:
    lab = make_lab(sqlite_url, caps=Caps(cpu_count=1))

    with pytest.raises(BadRequestError, match="over the limit of 1") as told:
        lab.ask("clone", "web-01", name="copy-01")

    assert told.value.way_out == "A clone is as large as what it is made from: ask an administrator."


def test_a_full_datastore_is_told_and_leaves_nothing_behind(lab: Lab) -> None:
    lab.estate.fail_next("CreateVM_Task", "NoDiskSpace", in_task=True, details={"datastore": "gold-01"})

    ended = lab.end(lab.ask("spawn", name="squeezed-01", arguments=SMALL))

    assert ended.state is State.FAILED
    assert "no space left on the datastore gold-01" in ended.text
    assert ended.way_out
    assert lab.gateway.inventory.find_vms("squeezed-01") == []


def test_no_allowed_datastore_with_room_says_what_each_lacks(make_lab: MakeLab, sqlite_url: str) -> None:
    rules = PlacementRules(datastores=("gold-*",))
    lab = make_lab(sqlite_url, new_vms={SITE: NewVmSettings(folder=FOLDER, allowed=rules)}, caps=Caps(disk_gib=10**6))

    with pytest.raises(NoPlacementError, match="gold-01"):
        lab.ask("spawn", name="giant-01", arguments={**SMALL, "disk_gib": 10**5})


def test_patterns_of_the_configuration_choose_the_datastore(make_lab: MakeLab, sqlite_url: str) -> None:
    rules = PlacementRules(datastores=("silver-0[12]",), clusters=("prod-*",))
    lab = make_lab(sqlite_url, new_vms={SITE: NewVmSettings(folder=FOLDER, allowed=rules)})

    lab.do("spawn", name="patterned-01", arguments=SMALL)

    assert lab.estate.vm("patterned-01").datastore in {"silver-01", "silver-02"}


def test_hosts_in_maintenance_take_no_new_vm(lab: Lab) -> None:
    hosts = [host.name for host in lab.gateway.inventory.hosts()]
    for host in hosts:
        lab.estate.set_host(host, maintenance=True)
    eventually(lambda: all(host.in_maintenance for host in lab.gateway.inventory.hosts()))

    with pytest.raises(NoPlacementError, match="maintenance"):
        lab.ask("spawn", name="nowhere-01", arguments=SMALL)

    for host in hosts:
        lab.estate.set_host(host, maintenance=False)
    eventually(lambda: not any(host.in_maintenance for host in lab.gateway.inventory.hosts()))


def test_two_people_who_want_one_new_name_make_one_vm(lab: Lab) -> None:
    first = lab.ask("spawn", name="contested-01", arguments=SMALL, key="a")
    second = lab.ask("spawn", name="Contested-01", arguments=SMALL, key="b")

    ends = [lab.end(first), lab.end(second)]

    assert [one.state for one in ends].count(State.SUCCEEDED) >= 1
    assert len(lab.gateway.inventory.find_vms("contested-01")) == 1


@pytest.mark.parametrize("verb", ["spawn", "clone", "clonetemplate"])
def test_the_plan_of_a_new_vm_says_what_is_left_at_its_place(lab: Lab, verb: str) -> None:
    source = {"clone": "web-02", "clonetemplate": "debian-12"}.get(verb)

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request(verb, source, name=f"looked-at-{verb}", arguments=SMALL), ask=True)

    assert {"Host after", "Cluster after", "Disk space"} <= {one.label for one in asked.value.plan.notes}
