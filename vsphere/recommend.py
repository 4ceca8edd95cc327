"""Asks vCenter where a new VM should go: Storage DRS for the datastore, DRS for the host; without them `placement`."""

from dataclasses import replace
from typing import Any

import structlog

from vsphere import specs
from vsphere.api import moref_of, vim
from vsphere.errors import VsphereError
from vsphere.inventory import Inventory
from vsphere.model import Placement, Ref
from vsphere.placement import PlacementRules, place
from vsphere.promises import Promises
from vsphere.session import Session
from vsphere.soap import SoapFault

log = structlog.get_logger(__name__)

_GIB = 1024**3


def recommend_placement(
    session: Session,
    inventory: Inventory,
    *,
    cpu_count: int,
    memory_mib: int,
    disk_gib: int,
    allowed: PlacementRules,
    folder: Ref,
    promises: Promises,
) -> Placement:
    """Choose as `place` does, then let DRS choose the host and Storage DRS the datastore where they are on.

    Raises:
        NoPlacementError: see `place`.
    """
    chosen = place(
        inventory,
        cpu_count=cpu_count,
        memory_mib=memory_mib,
        disk_gib=disk_gib,
        allowed=allowed,
        folder=folder,
        promised=promises.sums(),
    )
    chosen = _ask_storage_drs(session, inventory, chosen, folder=folder, disk_gib=disk_gib, allowed=allowed)
    promises.add(chosen, host=chosen.host, memory_mib=memory_mib, disk_bytes=disk_gib * _GIB)
    host = inventory.host(chosen.host) if chosen.host else None
    cluster = inventory.cluster(host.cluster) if host and host.cluster else None
    if cluster is None or not cluster.drs_enabled:
        return chosen
    return replace(chosen, host=None, reason=f"{chosen.reason}; DRS of {cluster.name} chooses the host at power-on")


def _ask_storage_drs(  # the arguments are those of `recommend_placement`
    session: Session,
    inventory: Inventory,
    chosen: Placement,
    *,
    folder: Ref,
    disk_gib: int,
    allowed: PlacementRules,
) -> Placement:
    datastore = inventory.datastore(chosen.datastore)
    if datastore is None or datastore.storage_pod is None:
        return chosen
    pod = inventory.name(datastore.storage_pod)
    spec = _storage_spec(datastore.storage_pod, chosen, folder=folder, disk_gib=disk_gib)
    try:
        answer = session.content.storageResourceManager.RecommendDatastores(spec)
    except (SoapFault, VsphereError) as fault:
        # A recommendation is a courtesy: the pod may have Storage DRS off, and the choice made stays good.
        log.info(
            "placement.storage_drs.unavailable", vcenter=session.name, reason=f"{pod}: {type(fault).__name__}: {fault}"
        )
        return chosen
    wanted = _first_destination(answer)
    known = inventory.datastore(Ref(session.name, wanted)) if wanted else None
    names = {name.casefold() for name in allowed.datastores}
    if known is None or (names and known.name.casefold() not in names):
        return chosen
    return replace(chosen, datastore=known.ref, reason=f"{chosen.reason}; Storage DRS of {pod} recommends {known.name}")


def _storage_spec(pod: Ref, chosen: Placement, *, folder: Ref, disk_gib: int) -> Any:  # noqa: ANN401  pyVmomi's spec
    disk = specs.thin_disk(disk_gib)
    pod_object = vim.StoragePod(pod.moref)
    locator = vim.storageDrs.PodSelectionSpec.DiskLocator(diskId=disk.device.key)
    selection = vim.storageDrs.PodSelectionSpec(
        storagePod=pod_object,
        initialVmConfig=[vim.storageDrs.PodSelectionSpec.VmPodConfig(storagePod=pod_object, disk=[locator])],
    )
    return vim.storageDrs.StoragePlacementSpec(
        type=vim.storageDrs.StoragePlacementSpec.PlacementType.create,
        podSelectionSpec=selection,
        folder=vim.Folder(folder.moref),
        resourcePool=vim.ResourcePool(chosen.pool.moref),
        configSpec=vim.vm.ConfigSpec(name="placement", deviceChange=[disk]),
    )


def _first_destination(answer: Any) -> str | None:  # noqa: ANN401  pyVmomi's StoragePlacementResult
    for recommendation in answer.recommendations:
        for action in recommendation.action:
            destination = getattr(action, "destination", None)
            if destination is not None:
                return moref_of(destination)
    return None
