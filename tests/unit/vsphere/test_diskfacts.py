"""What VMs' devices tell, as plain trees: whatever else stands among them."""

from typing import Any

import pytest

from vsphere.diskfacts import facts_of
from vsphere.model import DiskFacts, Ref
from vsphere.soaptree import Moref

WEB, BASE, TWIN = Ref("lab", "vm-1"), Ref("lab", "vm-2"), Ref("lab", "vm-3")


def disk(*files: str, kind: str = "VirtualDiskFlatVer2BackingInfo", **changes: Any) -> dict[str, Any]:
    """A disk with its chain of files, the one it writes to first."""
    backing: dict[str, Any] | None = None
    for file in reversed(files):
        backing = {"fileName": file} if backing is None else {"fileName": file, "parent": backing}
    return {"_type": "VirtualDisk", "key": "2000", "backing": {"_type": kind, **(backing or {}), **changes}}


def values(*devices: dict[str, Any], home: str = "[gold] web/web.vmx", **changes: Any) -> dict[str, Any]:
    """A VM's properties by path; double underscores stand for dots."""
    found = {"config.hardware.device": list(devices), "config.files.vmPathName": home}
    return found | {path.replace("__", "."): value for path, value in changes.items()}


ODD = {"_type": "VirtualQuantumTPM", "key": "9", "backing": "none"}
CONTROLLER = {"_type": "ParaVirtualSCSIController", "sharedBus": "noSharing"}
PLAIN = disk("[gold] web/web.vmdk")
FACTS = {
    "nothing is known": ({}, DiskFacts()),
    "plain": (values(CONTROLLER, PLAIN), DiskFacts()),
    "one device alone": (
        {"config.hardware.device": PLAIN, "config.files.vmPathName": "[gold] web/web.vmx"},
        DiskFacts(),
    ),
    "devices that nobody knows": (values(ODD, PLAIN, {"_type": "VirtualDisk"}), DiskFacts()),
    "raw": (
        values(disk("[gold] web/rdm.vmdk", kind="VirtualDiskRawDiskMappingVer1BackingInfo")),
        DiskFacts(has_rdm=True),
    ),
    "shared bus": (values({**CONTROLLER, "sharedBus": "virtualSharing"}, PLAIN), DiskFacts(shares_disks=True)),
    "several writers": (
        values(disk("[gold] web/web.vmdk", sharing="sharingMultiWriter")),
        DiskFacts(shares_disks=True),
    ),
    "snapshots are no clone": (values(disk("[gold] web/web-000002.vmdk", "[gold] web/web.vmdk")), DiskFacts()),
    "snapshots elsewhere": (
        values(
            disk("[fast] snaps/web-000001.vmdk", "[gold] web/web.vmdk"),
            config__files__snapshotDirectory="[fast] snaps/",
        ),
        DiskFacts(),
    ),
    "second disk elsewhere": (values(PLAIN, disk("[silver] web_1/data.vmdk", "[silver] web_1/d0.vmdk")), DiskFacts()),
    "linked clone": (values(disk("[gold] web/web.vmdk", "[gold] base/base.vmdk")), DiskFacts(is_linked=True)),
    "linked clone with a snapshot": (
        values(disk("[gold] web/web-000001.vmdk", "[gold] web/web.vmdk", "[gold] base/base.vmdk")),
        DiskFacts(is_linked=True),
    ),
    "fault tolerant": (values(PLAIN, runtime__faultToleranceState="running"), DiskFacts(fault_tolerant=True)),
    "fault tolerance set up": (values(PLAIN, config__ftInfo={"role": "1"}), DiskFacts(fault_tolerant=True)),
    "not fault tolerant": (values(PLAIN, runtime__faultToleranceState="notConfigured"), DiskFacts()),
    "sixteen times the boot": (
        values(PLAIN, config__hotPlugMemoryLimit=65536),
        DiskFacts(memory_at_boot_mib=4096, hot_memory_limit_mib=65536),
    ),
    "a small Linux": (values(PLAIN, config__hotPlugMemoryLimit=3072), DiskFacts(hot_memory_limit_mib=3072)),
    "a limit of another kind": (values(PLAIN, config__hotPlugMemoryLimit=1001), DiskFacts(hot_memory_limit_mib=1001)),
    "space": (
        values(
            PLAIN,
            storage__perDatastoreUsage=[
                {"datastore": Moref("Datastore", "ds-1"), "committed": "42949672960", "unshared": "1"},
                {"datastore": Moref("Datastore", "ds-2"), "committed": "0"},
                {"committed": "7"},
            ],
        ),
        DiskFacts(bytes_by_datastore={"ds-1": 42949672960, "ds-2": 0}),
    ),
}


@pytest.mark.parametrize(("found", "facts"), FACTS.values(), ids=FACTS.keys())
def test_a_vm_is_told_by_its_properties(found: dict[str, Any], facts: DiskFacts) -> None:
    assert facts_of({WEB: found}) == {WEB: facts}


def test_the_vm_that_others_stand_on_is_the_base_and_no_twin_is() -> None:
    base = values(disk("[gold] base/base-000001.vmdk", "[gold] base/base.vmdk"), home="[gold] base/base.vmx")
    clone = values(disk("[gold] web/web.vmdk", "[gold] base/base.vmdk"))
    twin = values(disk("[gold] twin/twin.vmdk", "[gold] base/base.vmdk"), home="[gold] twin/twin.vmx")

    found = facts_of({BASE: base, WEB: clone, TWIN: twin})

    assert {ref: (one.is_linked, one.is_base) for ref, one in found.items()} == {
        BASE: (False, True),
        WEB: (True, False),
        TWIN: (True, False),
    }
