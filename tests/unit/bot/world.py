"""A small inventory made of plain values: the product's own mirror and sites, fed by hand, with no vCenter behind."""

from collections.abc import Iterable
from datetime import UTC, datetime

from vsphere.clock import SystemClock
from vsphere.collector import Change
from vsphere.gateway import Gateway
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites
from vsphere.soaptree import Moref, Tree

BOOTED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
OWNER_KEY = 100
EXPIRES_KEY = 101
_MARKS = {102: "iaas.binned", 103: "iaas.binned.from", 104: "iaas.binned.name"}
_FOLDERS = {"Web": "group-v10", "Finance": "group-v11", "Recycle bin": "group-v12"}
_BASE = (
    Change(
        "enter",
        Moref("CustomFieldsManager", "CustomFieldsManager"),
        {
            "field": [
                {"key": OWNER_KEY, "name": "iaas.owner"},
                {"key": EXPIRES_KEY, "name": "iaas.expires"},
                *({"key": key, "name": name} for key, name in _MARKS.items()),
            ]
        },
    ),
    Change("enter", Moref("Folder", "group-d1"), {"name": "Datacenters"}),
    Change("enter", Moref("Datacenter", "datacenter-2"), {"name": "DC", "parent": Moref("Folder", "group-d1")}),
    Change("enter", Moref("Folder", "group-v3"), {"name": "vm", "parent": Moref("Datacenter", "datacenter-2")}),
    *(
        Change("enter", Moref("Folder", moref), {"name": name, "parent": Moref("Folder", "group-v3")})
        for name, moref in _FOLDERS.items()
    ),
    Change("enter", Moref("ClusterComputeResource", "domain-c7"), {"name": "cluster-a"}),
    Change(
        "enter",
        Moref("HostSystem", "host-8"),
        {"name": "esx-1", "parent": Moref("ClusterComputeResource", "domain-c7")},
    ),
    Change("enter", Moref("Datastore", "datastore-9"), {"name": "gold-01"}),
    Change("enter", Moref("Datastore", "datastore-10"), {"name": "silver-01"}),
)


def vm(
    number: int, name: str, *, folder: str = "Web", owner: str | None = None, on: bool = True, **more: Tree
) -> Change:
    """A VM as vCenter would tell it; `more` are properties with `__` for the dot."""
    values: dict[str, Tree] = {
        "name": name,
        "parent": Moref("Folder", _FOLDERS[folder]),
        "runtime.powerState": "poweredOn" if on else "poweredOff",
        "runtime.host": Moref("HostSystem", "host-8"),
        "runtime.bootTime": BOOTED if on else None,
        "config.hardware.numCPU": 2,
        "config.hardware.memoryMB": 4096,
        "config.cpuHotAddEnabled": True,
        "config.guestFullName": "Debian GNU/Linux 12",
        "guest.toolsRunningStatus": "guestToolsRunning" if on else "guestToolsNotRunning",
        "guest.ipAddress": f"10.0.0.{number}" if on else None,
        "datastore": [Moref("Datastore", "datastore-9")],
        "summary.storage.committed": 5 * 1024**3,
        "customValue": [{"key": OWNER_KEY, "value": owner}] if owner else [],
    }
    values.update({key.replace("__", "."): value for key, value in more.items()})
    return Change("enter", Moref("VirtualMachine", f"vm-{number}"), values)


def template(number: int, name: str) -> Change:
    """A template."""
    return vm(number, name, on=False, config__template=True)


def binned(number: int, name: str, *, since: str = "20261126-0512", folder: str = "Web") -> Change:
    """A VM in the recycle bin that was called so and lay in this folder."""
    said = dict(zip(_MARKS, (f"{since} by U1DANA, operation R7F3K", f"DC/vm/{folder}", name), strict=True))
    marks: list[Tree] = [{"key": key, "value": value} for key, value in said.items()]
    return vm(number, f"{name}.binned-{since}", folder="Recycle bin", on=False, customValue=marks)


def gateway(name: str, changes: Iterable[Change] | None) -> Gateway:
    """A gateway that never connects; None leaves it without its first inventory."""
    made = Gateway(
        VcenterSettings(name=name, host="127.0.0.1", username="nobody", read_password=str, insecure=True),
        clock=SystemClock(),
    )
    if changes is not None:
        made.inventory.begin()
        made.inventory.apply(iter([*_BASE, *changes]))
        made.inventory.complete()
    return made


def sites(*changes: Change, lab: Iterable[Change] | None = None) -> Sites:
    """The vCenter `prod`, and `lab` beside it where something is said to be in it."""
    gateways = [gateway("prod", changes)]
    if lab is not None:
        gateways.append(gateway("lab", lab))
    return Sites(gateways)
