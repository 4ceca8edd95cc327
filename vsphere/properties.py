"""Which leaf properties of each vSphere type are watched, and how each becomes a field of a value in `vsphere.model`.

A row is path -> (field, converter). Because every row stands alone, a change of one property is one `replace()`, and
nothing raw has to be kept beside the values. Whole objects are never asked for: they are slow, and they break across
versions.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vsphere.model import ConnectionState, PowerState, Ref
from vsphere.soaptree import Moref, Tree, as_list

Convert = Callable[[Tree], Any]
Row = tuple[str, Convert]

CONTAINER_KINDS = (
    "Folder",
    "StoragePod",
    "Datacenter",
    "ResourcePool",
    "VirtualApp",
    "Network",
    "DistributedVirtualPortgroup",
    "OpaqueNetwork",
)
CLUSTER_KINDS = ("ClusterComputeResource", "ComputeResource")
CUSTOM_VALUE = "customValue"
"""Custom attributes arrive by key; their names come from the CustomFieldsManager, so no row can convert them alone."""


class Refs:
    """Gives out one shared `Ref` per object, since ten thousand VMs name the same few hosts and datastores."""

    def __init__(self, vcenter: str) -> None:
        self._vcenter = vcenter
        self._known: dict[str, Ref] = {}

    def of(self, value: Tree) -> Ref | None:
        """The `Ref` of a moref, or None when the property is not set."""
        moref = value.moref if isinstance(value, Moref) else None
        return self.get(moref) if moref else None

    def get(self, moref: str) -> Ref:
        """The `Ref` of an id."""
        ref = self._known.get(moref)
        if ref is None:
            ref = self._known[moref] = Ref(self._vcenter, moref)
        return ref

    def many(self, value: Tree) -> tuple[Ref, ...]:
        """The `Ref`s of an array of morefs."""
        return tuple(self.get(item.moref) for item in as_list(value) if isinstance(item, Moref))


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of one vCenter; they close over its `Refs`."""

    vm: Mapping[str, Row]
    host: Mapping[str, Row]
    cluster: Mapping[str, Row]
    datastore: Mapping[str, Row]
    container: Mapping[str, Row]

    def of_kind(self, kind: str) -> Mapping[str, Row]:
        """The rows for a vSphere type; empty for a type that is not watched."""
        if kind == "VirtualMachine":
            return self.vm
        if kind == "HostSystem":
            return self.host
        if kind == "Datastore":
            return self.datastore
        if kind in CLUSTER_KINDS:
            return self.cluster
        return self.container if kind in CONTAINER_KINDS else {}


def paths(kind: str, tables: Tables) -> list[str]:
    """The property paths to ask for; the parent is asked for everywhere, since paths are made of it."""
    found = {"parent", *tables.of_kind(kind)}
    if kind in {"VirtualMachine", "Datastore"}:
        found.add(CUSTOM_VALUE)
    if kind == "ComputeResource":
        found.discard("configuration.drsConfig.enabled")
    return sorted(found)


def tables(refs: Refs) -> Tables:
    """Make the rows of one vCenter."""
    return Tables(
        vm=_vm_rows(refs),
        host=_host_rows(refs),
        cluster={
            "name": ("name", display_name),
            "resourcePool": ("root_pool", refs.of),
            "configuration.drsConfig.enabled": ("drs_enabled", bool),
        },
        datastore={
            "name": ("name", display_name),
            "summary.capacity": ("capacity_bytes", number),
            "summary.freeSpace": ("free_bytes", number),
            "summary.accessible": ("accessible", bool),
            "summary.maintenanceMode": ("in_maintenance", lambda mode: text(mode) not in {"", "normal"}),
            "parent": ("storage_pod", lambda parent: refs.of(parent) if _is(parent, "StoragePod") else None),
        },
        container={"name": ("name", display_name), "parent": ("parent", refs.of)},
    )


def _vm_rows(refs: Refs) -> dict[str, Row]:
    return {
        "name": ("name", display_name),
        "parent": ("folder", refs.of),
        "resourcePool": ("pool", refs.of),
        "datastore": ("datastores", refs.many),
        "network": ("networks", refs.many),
        "config.instanceUuid": ("instance_uuid", text),
        "config.uuid": ("bios_uuid", text),
        "config.template": ("is_template", bool),
        "config.hardware.numCPU": ("cpu_count", number),
        "config.hardware.numCoresPerSocket": ("cores_per_socket", number),
        "config.hardware.memoryMB": ("memory_mib", number),
        "config.cpuHotAddEnabled": ("cpu_hot_add", bool),
        "config.memoryHotAddEnabled": ("memory_hot_add", bool),
        "config.hotPlugMemoryLimit": ("hot_memory_limit_mib", number_or_none),
        "config.guestId": ("guest_id", shared_text),
        "config.guestFullName": ("guest_name", shared_text),
        "config.changeVersion": ("change_version", text),
        "guest.toolsRunningStatus": ("tools_running", lambda status: text(status) == "guestToolsRunning"),
        "guest.ipAddress": ("ip_address", text_or_none),
        "guest.hostName": ("host_name", text_or_none),
        "runtime.powerState": ("power", power_state),
        "runtime.host": ("host", refs.of),
        "runtime.bootTime": ("booted_at", time_or_none),
        "summary.storage.committed": ("committed_bytes", number),
        "summary.storage.uncommitted": ("uncommitted_bytes", number),
        "snapshot.rootSnapshotList": ("snapshot_count", _snapshots),
    }


def _snapshots(trees: Tree) -> int:
    """All of a tree: a chain of five has one root, and is five to whoever moves it."""
    return sum(1 + _snapshots(one.get("childSnapshotList")) for one in as_list(trees))


def _host_rows(refs: Refs) -> dict[str, Row]:
    return {
        "name": ("name", display_name),
        "parent": ("cluster", refs.of),
        "runtime.connectionState": ("connection", connection_state),
        "runtime.inMaintenanceMode": ("in_maintenance", bool),
        "runtime.powerState": ("powered_on", lambda state: text(state) == "poweredOn"),
        "summary.hardware.numCpuCores": ("cpu_cores", number),
        "summary.hardware.cpuMhz": ("cpu_mhz_per_core", number),
        "summary.hardware.memorySize": ("memory_bytes", number),
        "summary.quickStats.overallCpuUsage": ("cpu_used_mhz", number),
        "summary.quickStats.overallMemoryUsage": ("memory_used_mib", number),
        "datastore": ("datastores", refs.many),
        "network": ("networks", refs.many),
    }


def text(value: Tree) -> str:
    """A string, empty where the property is not set."""
    return value if isinstance(value, str) else ""


def shared_text(value: Tree) -> str:
    """A string that many objects have in common, kept once."""
    return sys.intern(text(value))


def text_or_none(value: Tree) -> str | None:
    """A string, or None where the property is not set or empty."""
    return text(value) or None


def number(value: Tree) -> int:
    """A whole number, 0 where the property is not set; inside a data object numbers come without their type."""
    if isinstance(value, str):
        return int(value) if value else 0
    return int(value or 0)


def number_or_none(value: Tree) -> int | None:
    """A whole number, or None where the property is not set or zero."""
    return number(value) or None


def time_or_none(value: Tree) -> datetime | None:
    """An aware datetime in UTC, or None."""
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def power_state(value: Tree) -> PowerState:
    """The power state; what vCenter leaves empty counts as off."""
    known = {state.value: state for state in PowerState}
    return known.get(text(value), PowerState.OFF)


def connection_state(value: Tree) -> ConnectionState:
    """The connection state of a host; what vCenter leaves empty counts as disconnected, so that nothing is placed."""
    known = {state.value: state for state in ConnectionState}
    return known.get(text(value), ConnectionState.DISCONNECTED)


def display_name(value: Tree) -> str:
    """The name as people know it: vCenter stores three characters escaped."""
    return _ESCAPE.sub(lambda found: _PLAIN[found[1].lower()], text(value))


def wire_name(name: str) -> str:
    """The name as vCenter wants it: it escapes by itself, but would take a `%2f` in a name for an escape of its own."""
    return _LOOKS_ESCAPED.sub("%25", name)


_ESCAPE = re.compile(r"%(2f|5c|25)", re.IGNORECASE)
_LOOKS_ESCAPED = re.compile(r"%(?=2f|5c|25)", re.IGNORECASE)
_PLAIN = {"2f": "/", "5c": "\\", "25": "%"}


def _is(value: Tree, kind: str) -> bool:
    return isinstance(value, Moref) and value.kind == kind
