"""Which VMs may be moved by themselves to another datastore at all: the rules, each with its reason. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from operations.recycling import BINNED
from remediation.model import NOTHING_HELD
from remediation.relief.targets import AUTO, TIER, leaving_bytes, says_off
from remediation.settings import ReliefSettings
from remediation.words import counted
from vsphere.model import Datastore, DiskFacts, Host, Ref, Vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the rules look at beside the VM."""

    source: Datastore
    """The datastore to be left."""
    hosts: Mapping[Ref, Host]
    datastores: Mapping[str, Datastore]
    """By moref."""
    disks: Mapping[Ref, DiskFacts]
    settings: ReliefSettings
    protected: frozenset[Ref] = field(default_factory=frozenset)
    resting: Mapping[Ref, str] = field(default_factory=lambda: NOTHING_HELD)
    """VMs that a guard rail holds now, as within six hours of their last move, with its reason."""


def immovable(vm: Vm, around: Surroundings) -> str | None:
    """Why a VM must not be moved, `has 3 snapshots, more than 2`; None where it may."""
    disks = around.disks.get(vm.ref)
    if disks is None:
        return "has disks that could not be read"
    return _asked_for(vm, around) or _by_its_disks(vm, disks, around) or _by_its_place(vm, disks, around)


def _asked_for(vm: Vm, around: Surroundings) -> str | None:
    if vm.ref in around.protected:
        return "is protected"
    if says_off(vm.attributes.get(AUTO, "")):
        return f"is left alone by its attribute {AUTO}"
    held = around.resting.get(vm.ref)
    return f"is held: {held}" if held else None


def _by_its_disks(vm: Vm, disks: DiskFacts, around: Surroundings) -> str | None:
    if vm.snapshot_count > around.settings.most_snapshots:
        return f"has {counted(vm.snapshot_count, 'snapshot')}, more than {around.settings.most_snapshots}"
    return next((reason for holds, reason in _DISK_RULES if holds(vm, disks)), None)


_DISK_RULES: Final[tuple[tuple[Callable[[Vm, DiskFacts], bool], str], ...]] = (
    (lambda _vm, disks: disks.has_rdm, "has a raw device mapping"),
    (lambda _vm, disks: disks.shares_disks, "shares disks with other VMs"),
    (lambda _vm, disks: disks.is_linked, "is a linked clone, whose base would stay"),
    (lambda _vm, disks: disks.is_base, "is the base of linked clones"),
    (lambda _vm, disks: disks.fault_tolerant, "is fault tolerant"),
    (lambda vm, _disks: vm.is_template, "is a template"),
    (lambda vm, _disks: BINNED in vm.attributes, "is in the recycle bin"),
)


def _by_its_place(vm: Vm, disks: DiskFacts, around: Surroundings) -> str | None:
    host = around.hosts.get(vm.host) if vm.host else None
    if host is None:
        return "has no host that is known"
    if not host.usable:
        return f"is on {host.name}, which can't move it now"
    if leaving_bytes(disks, around.source) <= 0:
        return f"has no files on {around.source.name}"
    return next((reason for moref in disks.bytes_by_datastore if (reason := _stays(moref, around)) is not None), None)


def _stays(moref: str, around: Surroundings) -> str | None:
    """Why the files on one datastore, the source or another one, can't come along."""
    datastore = around.datastores.get(moref)
    if datastore is None or not datastore.accessible:
        return f"has files on {datastore.name if datastore else moref}, which can't be read now"
    if datastore.attributes.get(TIER, "") != around.source.attributes.get(TIER, ""):
        return f"has files on {datastore.name} too, which is of another tier"
    return None
