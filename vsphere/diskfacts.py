"""What makes VMs hard to move or to grow: their kinds of disks, what stands on what, fault tolerance, hot-add's end.

Devices are read as plain values, so that one of a type that nobody here knows breaks nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from vsphere.collector import filter_spec, managed, object_spec, property_spec, retrieve
from vsphere.faults import NameOf, translated
from vsphere.model import DiskFacts, Ref
from vsphere.properties import number, text
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list

_DEVICES = "config.hardware.device"
_HOME = "config.files.vmPathName"
_SNAPSHOTS = "config.files.snapshotDirectory"
_FT_INFO = "config.ftInfo"
_FT_STATE = "runtime.faultToleranceState"
_LIMIT = "config.hotPlugMemoryLimit"
_USAGE = "storage.perDatastoreUsage"
_PATHS = (_DEVICES, _HOME, _SNAPSHOTS, _FT_INFO, _FT_STATE, _LIMIT, _USAGE)

_RAW = ("VirtualDiskRawDiskMapping", "VirtualDiskRawDiskVer2", "VirtualDiskPartitionedRawDisk")
_SHARED_BUSES = frozenset({"virtualSharing", "physicalSharing"})
_MULTI_WRITER = "sharingMultiWriter"
_NO_FAULT_TOLERANCE = frozenset({"", "notConfigured"})
_HOT_FACTOR = 16
"""Hot-add ends at sixteen times the memory at boot…"""
_SMALL_LINUX_MIB = 3072
"""…or, for Linux that booted with less than this, at this: VMware KB 2008405. Then the memory at boot stays unknown."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One VM's facts, and the files by which VMs stand on one another."""

    facts: DiskFacts
    own: frozenset[str]
    """Of its disks, snapshots included."""
    below: frozenset[str]
    """What its disks are built on that lies outside its own folders: another VM's."""


def read_disk_facts(session: Session, reads: Reads, vms: Collection[Ref], *, name_of: NameOf) -> dict[Ref, DiskFacts]:
    """The facts of these VMs, read in one call; one that is gone is left out.

    `is_base` is known among the VMs that are asked for: ask for all on a datastore to know who stands on whom there.

    Raises:
        VsphereError: vCenter can't be asked now.
    """
    if not vms:
        return {}
    objects = [object_spec(managed(session.reads, Moref("VirtualMachine", ref.moref))) for ref in sorted(vms)]
    spec = filter_spec(objects, [property_spec("VirtualMachine", _PATHS)])
    with translated(f"read the disks of {len(objects)} VMs", name_of=name_of):
        found = reads.patiently(
            lambda: {Ref(session.name, one.obj.moref): one.values for one in retrieve(session, spec)}
        )
    return facts_of(found)


def facts_of(values: Mapping[Ref, Mapping[str, Tree]]) -> dict[Ref, DiskFacts]:
    """The facts by the VMs' leaf properties; what is not set may be missing."""
    found = {ref: _read(one) for ref, one in values.items()}
    stood_on = frozenset[str]().union(*(one.below for one in found.values()))
    return {ref: replace(one.facts, is_base=not one.own.isdisjoint(stood_on)) for ref, one in found.items()}


def _read(values: Mapping[str, Tree]) -> _Read:
    devices = as_list(values.get(_DEVICES))
    backings = [one["backing"] for one in devices if _is_disk(one)]
    own, below = _files(backings, {_folder(text(values.get(path))) for path in (_HOME, _SNAPSHOTS)})
    limit_mib = number(values.get(_LIMIT)) or None
    facts = DiskFacts(
        has_rdm=any(text(one.get("_type")).startswith(_RAW) for one in backings),
        shares_disks=_shares(devices, backings),
        is_linked=bool(below),
        fault_tolerant=_is_fault_tolerant(values),
        bytes_by_datastore=MappingProxyType(dict(_usage(values.get(_USAGE)))),
        memory_at_boot_mib=_at_boot(limit_mib),
        hot_memory_limit_mib=limit_mib,
    )
    return _Read(facts, own, below)


def _is_disk(device: Tree) -> bool:
    return text(device.get("_type")) == "VirtualDisk" and isinstance(device.get("backing"), dict)


def _files(backings: list[Tree], folders: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The files of all chains, those in the VM's own folders and those elsewhere."""
    own: set[str] = set()
    below: set[str] = set()
    for backing in backings:
        top = text(backing.get("fileName"))
        home = folders | {_folder(top)}
        for file in _chain(backing):
            (own if _folder(file) in home else below).add(file)
    return frozenset(own), frozenset(below)


def _chain(backing: Tree) -> Iterator[str]:
    """The file that a disk writes to, then what it is built on, down to the base."""
    while isinstance(backing, dict):
        if file := text(backing.get("fileName")):
            yield file
        backing = backing.get("parent")


def _folder(path: str) -> str:
    """Without the datastore: the disks of one VM may lie on several, in folders of one name."""
    return path.rpartition("] ")[2].rpartition("/")[0]


def _shares(devices: list[Tree], backings: list[Tree]) -> bool:
    return any(text(one.get("sharedBus")) in _SHARED_BUSES for one in devices) or any(
        text(one.get("sharing")) == _MULTI_WRITER for one in backings
    )


def _is_fault_tolerant(values: Mapping[str, Tree]) -> bool:
    return text(values.get(_FT_STATE)) not in _NO_FAULT_TOLERANCE or bool(values.get(_FT_INFO))


def _usage(per_datastore: Tree) -> Iterator[tuple[str, int]]:
    for one in as_list(per_datastore):
        if isinstance(one.get("datastore"), Moref):
            yield one["datastore"].moref, number(one.get("committed"))


def _at_boot(limit_mib: int | None) -> int | None:
    """What vCenter does not tell follows from where it lets hot-add end."""
    if limit_mib is None or limit_mib == _SMALL_LINUX_MIB or limit_mib % _HOT_FACTOR:
        return None
    return limit_mib // _HOT_FACTOR
