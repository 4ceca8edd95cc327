"""What there is in vCenter today, read once for a replay."""

from collections.abc import Collection, Sequence
from typing import Final

from remediation.facts import Shield
from remediation.replay.estate import Picture
from vsphere.gateway import Gateway
from vsphere.inventory import Inventory
from vsphere.model import DiskFacts, Ref

_AT_ONCE: Final = 500
"""VMs whose disks are asked for in one call."""


def take_picture(gateways: Sequence[Gateway], entities: Collection[Ref], shield: Shield) -> Picture:
    """Read these vCenters' inventories, and the disks of those VMs that a replay may change.

    Args:
        gateways: with their inventories.
        entities: VMs and datastores that alarms were on.
        shield: asks policy.

    Raises:
        VsphereError: a vCenter can't be asked.
    """
    parts = [_of_one(gateway, [one for one in entities if one.vcenter == gateway.name], shield) for gateway in gateways]
    return Picture(
        vms=tuple(vm for part in parts for vm in part.vms),
        hosts=tuple(host for part in parts for host in part.hosts),
        clusters=tuple(cluster for part in parts for cluster in part.clusters),
        datastores=tuple(datastore for part in parts for datastore in part.datastores),
        folders={entity: path for part in parts for entity, path in part.folders.items()},
        disks={vm: disks for part in parts for vm, disks in part.disks.items()},
        protected=frozenset(vm for part in parts for vm in part.protected),
    )


def _of_one(gateway: Gateway, entities: Sequence[Ref], shield: Shield) -> Picture:
    inventory, wanted = gateway.inventory, frozenset(entities)
    vms = tuple(inventory.vms())
    may_change = [vm.ref for vm in vms if vm.ref in wanted or wanted.intersection(vm.datastores)]
    return Picture(
        vms=vms,
        hosts=tuple(inventory.hosts()),
        clusters=tuple(inventory.clusters()),
        datastores=tuple(inventory.datastores()),
        folders={entity: _folder(inventory, entity) for entity in entities},
        disks=_disks(gateway, may_change),
        protected=frozenset(vm.ref for vm in vms if shield(vm) is not None),
    )


def _folder(inventory: Inventory, entity: Ref) -> str:
    """See `Facts.folder`."""
    vm = inventory.vm(entity)
    if vm is not None and vm.folder is not None:
        return inventory.path(vm.folder)
    return inventory.path(entity).rpartition("/")[0]


def _disks(gateway: Gateway, vms: Sequence[Ref]) -> dict[Ref, DiskFacts]:
    found: dict[Ref, DiskFacts] = {}
    for first in range(0, len(vms), _AT_ONCE):
        found |= gateway.read_disk_facts(vms[first : first + _AT_ONCE])
    return found
