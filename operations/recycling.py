"""The recycle bin as vCenter shows it: which folder it is, what a VM in it carries, where that VM belongs. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from operations.settings import OperationsSettings
from vsphere.inventory import Inventory
from vsphere.model import Ref, Vm
from vsphere.sites import Sites

BINNED: Final = "iaas.binned"
"""Since when, by whom, by which operation: `2026-11-26T05:12Z by U1, operation R7F3K`."""
BINNED_FROM: Final = "iaas.binned.from"
"""Inventory path of the folder it came from."""
BINNED_NAME: Final = "iaas.binned.name"
BINNED_POWER: Final = "iaas.binned.power"
"""`on` or `off`, as it was before."""
PURGE: Final = "iaas.purge"
"""When it is deleted for good; whoever edits it in vCenter decides."""
MARKS: Final = (BINNED, BINNED_FROM, BINNED_NAME, BINNED_POWER, PURGE)
LEASE: Final = "lease"
"""The name under which the bot itself acts at the end of a lease."""
ON: Final = "on"
OFF: Final = "off"
_DEFAULT_NAME: Final = "Recycle bin"
_OPERATION: Final = re.compile(r", operation ([A-Z0-9]+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """What the attributes of a VM say of its way into the bin. They can be forged, so they prove nothing alone."""

    operation_id: str | None
    """The `nuke` that put it there; None where the text names none."""
    folder: str
    """Inventory path of the folder that it came from."""
    name: str
    was_on: bool
    by_itself: bool
    """Whether the bot put it there at the end of its lease."""
    purge: str
    """As it stands there; a person may have written anything."""


class RecycleBin:
    """The bins of all vCenters, for whoever only looks."""

    def __init__(self, *, sites: Sites, settings: OperationsSettings) -> None:
        self._sites = sites
        self._settings = settings

    def holds(self, vm: Vm) -> bool:
        """See `is_in_bin`."""
        return is_in_bin(vm, self._sites.of(vm.ref).inventory, self._settings)

    def home_path(self, vm: Vm) -> str:
        """See `home_path`."""
        return home_path(vm, self._sites.of(vm.ref).inventory, self._settings)

    def content(self) -> list[Vm]:
        """Every VM in a bin of a vCenter whose inventory has arrived, whoever put it there."""
        found = []
        for gateway in self._sites:
            folders = bins(gateway.inventory, self._settings)
            found += [vm for vm in gateway.inventory.vms() if vm.folder in folders]
        return found

    def strays(self) -> list[Vm]:
        """Every VM with marks outside the bin: its `nuke` or `restore` goes on or ended early, or a hand did it."""
        found = []
        for gateway in self._sites:
            folders = bins(gateway.inventory, self._settings)
            found += [vm for vm in gateway.inventory.vms() if marks_of(vm) and vm.folder not in folders]
        return found

    def find(self, name: str) -> list[Vm]:
        """Those that had this name before, or have it now; case does not count. `NAME@VCENTER` is read as well."""
        return _called(name, self.content())

    def find_stray(self, name: str) -> list[Vm]:
        """The same among those that carry marks outside the bin."""
        return _called(name, self.strays())


def _called(name: str, vms: list[Vm]) -> list[Vm]:
    wanted, _, vcenter = name.casefold().partition("@")
    found = [vm for vm in vms if vcenter in {"", vm.ref.vcenter.casefold()}]
    return [vm for vm in found if wanted in {vm.name.casefold(), _former_name(vm).casefold()}]


def _former_name(vm: Vm) -> str:
    marks = marks_of(vm)
    return marks.name if marks else vm.name


def marks_of(vm: Vm) -> Marks | None:
    """The marks that a VM carries; None where it lacks what is needed to bring it back."""
    has = vm.attributes
    if not (has.get(BINNED) and has.get(BINNED_FROM) and has.get(BINNED_NAME)):
        return None
    found = _OPERATION.search(has[BINNED])
    return Marks(
        operation_id=found[1] if found else None,
        folder=has[BINNED_FROM],
        name=has[BINNED_NAME],
        was_on=has.get(BINNED_POWER) == ON,
        by_itself=f" by {LEASE}," in has[BINNED],
        purge=has.get(PURGE, ""),
    )


def bin_path(vm: Vm, inventory: Inventory, settings: OperationsSettings) -> str | None:
    """The inventory path of the bin for a VM; None where it lies in no folder, as within a vApp.

    A VM can't leave its datacenter, so every datacenter has a bin: that of another one than the configured bin's has
    the same name, right below the folder of all its VMs.
    """
    return None if vm.folder is None else _bin_beside(vm.folder, inventory, settings)


def is_in_bin(vm: Vm, inventory: Inventory, settings: OperationsSettings) -> bool:
    """Whether the VM lies in the bin's folder itself, whoever put it there."""
    return vm.folder is not None and _is_bin(vm.folder, inventory, settings)


def bins(inventory: Inventory, settings: OperationsSettings) -> frozenset[Ref]:
    """The folders that are a recycle bin: one in each datacenter at most."""
    return frozenset(one.ref for one in inventory.folders() if _is_bin(one.ref, inventory, settings))


def home_path(vm: Vm, inventory: Inventory, settings: OperationsSettings) -> str:
    """The path by which policy judges a VM: for one in the bin that is where it came from, else where it is."""
    marks = marks_of(vm) if is_in_bin(vm, inventory, settings) else None
    if marks is not None:
        return f"{marks.folder}/{marks.name}"
    # By the folder that it was read with, which the mirror may not have heard of yet.
    return inventory.path(vm.ref) if vm.folder is None else f"{inventory.path(vm.folder)}/{vm.name}"


def folder_at(path: str, inventory: Inventory) -> Ref | None:
    """The folder under an inventory path; None where there is none."""
    wanted = path.strip("/").casefold()
    return next((one.ref for one in inventory.folders() if inventory.path(one.ref).casefold() == wanted), None)


def _is_bin(folder: Ref, inventory: Inventory, settings: OperationsSettings) -> bool:
    path = _bin_beside(folder, inventory, settings)
    if path is None or inventory.name(folder).casefold() != path.rpartition("/")[2].casefold():
        return False
    return inventory.path(folder).casefold() == path.casefold()


def _bin_beside(folder: Ref, inventory: Inventory, settings: OperationsSettings) -> str | None:
    """The bin of the datacenter in which a folder of VMs lies."""
    line = (folder, *inventory.ancestors(folder))
    kinds = [inventory.kind(one) for one in line]
    at = kinds.index("Datacenter") if "Datacenter" in kinds else 0
    if at == 0:
        return None
    root = inventory.path(line[at - 1])
    known = settings.new_vms.get(folder.vcenter)
    wanted = known.bin_path.strip("/") if known else _DEFAULT_NAME
    if wanted.casefold().startswith(f"{root}/".casefold()):
        return wanted
    return f"{root}/{wanted.rpartition('/')[2]}"
