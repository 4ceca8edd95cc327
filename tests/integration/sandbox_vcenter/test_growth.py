"""An estate that grows while it runs, and big ones that start big."""

from collections.abc import Iterator
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim


@pytest.fixture
def small() -> Iterator[Estate]:
    """A demo estate of the test's own."""
    with Estate.start() as estate:
        yield estate


def test_grown_vms_reach_a_poll_and_are_whole(small: Estate, client_of: Any) -> None:
    client = client_of(small)
    watch = client.watch_view({vim.VirtualMachine: ["name", "runtime.host", "parent"]})
    watch.next()

    total = small.grow(250)

    names: set[str] = set()
    while len(names) < 250:
        for part in watch.next(30).filterSet:
            names |= {change.val for one in part.objectSet for change in one.changeSet if change.name == "name"}
    assert (total, len(small.vms())) == (295, 295)
    assert names == {f"grown-{number:05d}" for number in range(1, 251)}
    one = client.vm("grown-00007")
    assert (one.parent.name, one.runtime.powerState, one in one.runtime.host.vm) == ("grown", "poweredOff", True)
    assert one in one.datastore[0].vm


def test_estate_grows_again_where_it_left_off() -> None:
    with Estate.start(estate="empty") as estate:
        estate.grow(3)

        assert estate.grow(2, folder="Lab", on=True) == 5

        assert estate.vms()[:2] == ["Lab/grown-00004", "Lab/grown-00005"]
        assert estate.vm("grown-00005").power == "poweredOn"
        assert estate.vm("grown-00001").power == "poweredOff"


@pytest.mark.parametrize(
    ("vms", "folder", "what"),
    [(0, "", "vms is 0"), (-3, "", "vms is -3"), (10**6, "", "vms is"), (1, "Moon", "no Folder")],
)
def test_impossible_growth_is_refused(vms: int, folder: str, what: str) -> None:
    with Estate.start(estate="empty") as estate:
        with pytest.raises(DoorError, match=what):
            estate.grow(vms, folder=folder)

        assert estate.vms() == []


def test_ten_thousand_vms_start_in_a_minute() -> None:
    with Estate.start(vms=10_000) as estate:
        assert estate.address.vms == 10_003
        assert estate.address.loaded_ms < 60_000
        assert len(set(estate.vms())) == 10_003
