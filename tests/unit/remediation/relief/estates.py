"""Small estates for the tests of relief: `gold-1` of 1000 GiB is full, and `gold-2` has room, unless a test says so."""

from collections.abc import Mapping
from typing import Any

from remediation.relief.plan import Estate
from tests.unit.remediation.samples import GIB, LAB, datastore, host, vm
from vsphere.model import Datastore, DiskFacts, Host, Ref, Vm

SOURCE = "datastore-1"


def a_vm(name: str, /, *, esx: str = "host-1", **changes: Any) -> Vm:
    """A VM whose name is its moref as well."""
    return vm(**({"ref": Ref(LAB, name), "name": name, "host": Ref(LAB, esx)} | changes))


def on(*parts: int, **changes: Any) -> DiskFacts:
    """Files of so many GiB on `datastore-1`, `datastore-2` and so on."""
    sizes = {f"datastore-{number}": gib * GIB for number, gib in enumerate(parts, 1) if gib}
    return DiskFacts(**({"bytes_by_datastore": sizes} | changes))


def an_estate(
    sizes: Mapping[str, int | DiskFacts] | None = None,
    *,
    used_gib: int = 850,
    targets: tuple[Datastore, ...] | None = None,
    vms: tuple[Vm, ...] | None = None,
    **changes: Any,
) -> Estate:
    """VMs by name with their GiB on `gold-1`, or with their disks; one host reaches everything."""
    disks = {name: size if isinstance(size, DiskFacts) else on(size) for name, size in (sizes or {}).items()}
    full = datastore(SOURCE, used_gib=used_gib)
    others = (datastore("datastore-2", used_gib=200),) if targets is None else targets
    values: dict[str, Any] = {
        "source": full,
        "vms": tuple(a_vm(name) for name in disks) if vms is None else vms,
        "hosts": (reaching("host-1", full, *others),),
        "datastores": (full, *others),
        "disks": {Ref(LAB, name): facts for name, facts in disks.items()},
    }
    return Estate(**(values | changes))


def reaching(moref: str, *datastores: Datastore, **changes: Any) -> Host:
    """A host that reaches these."""
    return host(moref, **({"datastores": tuple(one.ref for one in datastores)} | changes))
