"""What a VM in the recycle bin carries, what it is called there, and which folder the bin is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from operations.changes.binning import binned_name
from operations.changes.deleting import DELETE
from operations.changes.stage import Work
from operations.recycling import Marks, bin_path, bins, home_path, is_in_bin, marks_of
from operations.settings import NewVmSettings, OperationsSettings
from operations.verbs import STAGES
from tests.unit.bot import world
from tests.unit.operations.samples import vm
from tests.unit.views.samples import OPERATION
from vsphere.errors import ChangedMeanwhileError
from vsphere.inventory import Inventory
from vsphere.model import Ref

SINCE = datetime(2026, 11, 26, 5, 12, 40, tzinfo=UTC)
MARKS = {
    "iaas.binned": "2026-11-26T05:12Z by U1, operation R7F3K",
    "iaas.binned.from": "DC/vm/Web",
    "iaas.binned.name": "web-01",
    "iaas.binned.power": "on",
    "iaas.purge": "2026-12-03T05:12Z",
}
WEB, VMS, ROOT = Ref("prod", "group-v10"), Ref("prod", "group-v3"), Ref("prod", "group-d1")


def settings(bin_folder: str | None = None) -> OperationsSettings:
    where = NewVmSettings(folder="DC/vm/Web", bin_folder=bin_folder)
    return OperationsSettings(database_url="sqlite://", replica_id="one", new_vms={"prod": where})


def inventory() -> Inventory:
    return next(iter(world.sites())).inventory


def test_a_name_in_the_bin_tells_since_when_and_fits_vsphere() -> None:
    assert binned_name("web-01", SINCE) == "web-01.binned-20261126-0512"
    assert binned_name("web-01", SINCE, "R7F3K") == "web-01.binned-20261126-0512-R7F3K"
    assert {len(binned_name("w" * 80, SINCE)), len(binned_name("w" * 80, SINCE, "R7F3K"))} == {80}


def test_marks_are_read_as_they_stand_there() -> None:
    assert marks_of(vm(attributes=MARKS)) == Marks(
        operation_id="R7F3K",
        folder="DC/vm/Web",
        name="web-01",
        was_on=True,
        by_itself=False,
        purge="2026-12-03T05:12Z",
    )


@pytest.mark.parametrize("missing", ["iaas.binned", "iaas.binned.from", "iaas.binned.name"])
def test_without_what_brings_it_back_there_are_no_marks(missing: str) -> None:
    assert marks_of(vm(attributes={**MARKS, missing: ""})) is None


@pytest.mark.parametrize("text", ["yes", "by U1, operation ", "operation R7F3K by U1", "by U1, operation r7f3k"])
def test_a_text_that_names_no_operation_proves_nothing(text: str) -> None:
    found = marks_of(vm(attributes={**MARKS, "iaas.binned": text}))

    assert found is not None
    assert found.operation_id is None


@pytest.mark.parametrize(
    ("bin_folder", "path"),
    [
        (None, "DC/vm/Web/Recycle bin"),
        ("DC/vm/Old/Away", "DC/vm/Old/Away"),
        ("/DC/vm/Away/", "DC/vm/Away"),
        ("Other DC/vm/Old/Away", "DC/vm/Away"),
    ],
    ids=["within the folder for new VMs", "as configured", "slashes", "of another datacenter"],
)
def test_which_folder_is_the_bin(bin_folder: str | None, path: str) -> None:
    assert bin_path(vm(folder=WEB), inventory(), settings(bin_folder)) == path


def test_a_vm_in_no_folder_has_no_bin() -> None:
    assert bin_path(vm(folder=None), inventory(), settings()) is None
    assert not is_in_bin(vm(folder=None), inventory(), settings())


def test_a_vcenter_that_takes_no_new_vms_has_a_bin_all_the_same() -> None:
    plain = OperationsSettings(database_url="sqlite://", replica_id="one")

    assert bin_path(vm(folder=WEB), inventory(), plain) == "DC/vm/Recycle bin"


def test_only_the_folder_itself_is_the_bin() -> None:
    where = settings("dc/VM/web")

    assert bins(inventory(), where) == {WEB}
    assert [is_in_bin(vm(folder=one), inventory(), where) for one in (WEB, VMS, ROOT)] == [True, False, False]


@pytest.mark.parametrize(
    ("attributes", "bin_folder", "path"),
    [
        (MARKS, "DC/vm/Web", "DC/vm/Web/web-01"),
        ({}, "DC/vm/Web", "DC/vm/Web/web-01.binned"),
        ({**MARKS, "iaas.binned.from": "DC/vm/Finance"}, "DC/vm/Web", "DC/vm/Finance/web-01"),
        ({**MARKS, "iaas.binned.from": "DC/vm/Finance"}, None, "DC/vm/Web/web-01.binned"),
    ],
    ids=["where it came from", "no marks", "another folder", "not in the bin"],
)
def test_policy_judges_a_binned_vm_by_where_it_came_from(
    attributes: Mapping[str, str], bin_folder: str | None, path: str
) -> None:
    binned = vm(folder=WEB, name="web-01.binned", attributes=attributes)

    assert home_path(binned, inventory(), settings(bin_folder)) == path


@pytest.mark.parametrize("now", ["2099-01-01", "", None])
def test_more_time_that_is_given_right_before_the_write_counts(now: str | None) -> None:
    seen = None if now is None else vm(attributes={**MARKS, "iaas.purge": now})
    gateway = next(iter(world.sites()))
    work = Work(operation=replace(OPERATION), gateway=gateway, spec={"purge": MARKS["iaas.purge"]}, vm=seen)

    with pytest.raises(ChangedMeanwhileError, match="was changed in vCenter"):
        STAGES[DELETE].send(work)
