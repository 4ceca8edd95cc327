"""An inventory made of plain changes, as a long poll would bring them; and the one clock that a test moves."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from vsphere.collector import Change
from vsphere.inventory import Inventory
from vsphere.soaptree import Moref

GIB = 1024**3
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class FakeClock:
    """See `vsphere.clock.Clock`; it stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.seconds


def enter(kind: str, moref: str, **values: Any) -> Change:
    """An object that comes into sight; double underscores stand for the dots of a path."""
    return Change("enter", Moref(kind, moref), {path.replace("__", "."): value for path, value in values.items()})


def modify(kind: str, moref: str, **values: Any) -> Change:
    """A change of some properties."""
    return Change("modify", Moref(kind, moref), enter(kind, moref, **values).values)


def leave(kind: str, moref: str) -> Change:
    """An object that is gone."""
    return Change("leave", Moref(kind, moref), {})


def frame() -> list[Change]:
    """A datacenter with its folders, a cluster and its root pool, and two networks."""
    return [
        enter("Folder", "group-d1", name="Datacenters"),
        enter("Datacenter", "datacenter-1", name="DC1", parent=Moref("Folder", "group-d1")),
        enter("Folder", "group-v1", name="vm", parent=Moref("Datacenter", "datacenter-1")),
        enter("Folder", "group-h1", name="host", parent=Moref("Datacenter", "datacenter-1")),
        enter(
            "ClusterComputeResource",
            "domain-c1",
            name="prod",
            parent=Moref("Folder", "group-h1"),
            resourcePool=Moref("ResourcePool", "resgroup-1"),
        ),
        enter("ResourcePool", "resgroup-1", name="Resources", parent=Moref("ClusterComputeResource", "domain-c1")),
        enter("Network", "network-1", name="prod-net"),
        enter("DistributedVirtualPortgroup", "dvportgroup-1", name="switch-DVUplinks-1"),
    ]


def host(moref: str, **changes: Any) -> Change:
    """A host of 16 cores and 64 GiB in the cluster `prod` that sees `datastore-1` and both networks."""
    values: dict[str, Any] = {
        "name": moref,
        "parent": Moref("ClusterComputeResource", "domain-c1"),
        "runtime.connectionState": "connected",
        "runtime.inMaintenanceMode": False,
        "runtime.powerState": "poweredOn",
        "summary.hardware.numCpuCores": 16,
        "summary.hardware.cpuMhz": 2000,
        "summary.hardware.memorySize": 64 * GIB,
        "summary.quickStats.overallCpuUsage": 3200,
        "summary.quickStats.overallMemoryUsage": 16 * 1024,
        "datastore": [Moref("Datastore", "datastore-1")],
        "network": [Moref("DistributedVirtualPortgroup", "dvportgroup-1"), Moref("Network", "network-1")],
    }
    return Change("enter", Moref("HostSystem", moref), {**values, **changes})


def datastore(moref: str, **changes: Any) -> Change:
    """A datastore of 1000 GiB, half of it free."""
    values: dict[str, Any] = {
        "name": moref,
        "summary.capacity": 1000 * GIB,
        "summary.freeSpace": 500 * GIB,
        "summary.accessible": True,
        "summary.maintenanceMode": "normal",
    }
    return Change("enter", Moref("Datastore", moref), {**values, **changes})


def vm(moref: str, name: str, folder: str = "group-v1", **values: Any) -> Change:
    """A VM in a folder."""
    return enter("VirtualMachine", moref, name=name, parent=Moref("Folder", folder), **values)


def inventory(changes: Iterable[Change], *, vcenter: str = "lab") -> Inventory:
    """A mirror that has taken its first picture."""
    made = Inventory(vcenter, clock=FakeClock())
    made.begin()
    made.apply(iter([*frame(), *changes]))
    made.complete()
    return made
