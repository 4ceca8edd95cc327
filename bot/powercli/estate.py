"""The real view of a query: the mirrors of all vCenters, cut down to what one person may see."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import TypeVar

from vsphere.gateway import Gateway
from vsphere.model import Cluster, Container, Datastore, Event, Host, Ref, Snapshot, Task, Vm
from vsphere.sites import Sites

_T = TypeVar("_T", Host, Cluster, Datastore, Container)
EVENT_KINDS = tuple(
    f"{name}Event"
    for name in (
        "VmBeingCreated", "VmCreated", "VmBeingCloned", "VmCloned", "VmBeingDeployed", "VmDeployed", "VmRegistered",
        "VmRemoved", "VmRenamed", "VmReconfigured", "VmStarting", "VmPoweredOn", "DrsVmPoweredOn", "VmStopping",
        "VmPoweredOff", "VmResetting", "VmGuestReboot", "VmGuestShutdown", "VmGuestStandby", "VmSuspending",
        "VmSuspended", "VmResuming", "VmFailedToPowerOn", "VmFailedToPowerOff", "VmFailedToReset", "VmFailedMigrate",
        "VmBeingMigrated", "VmBeingHotMigrated", "VmMigrated", "DrsVmMigrated", "VmRelocateSpec", "VmBeingRelocated",
        "VmRelocated", "VmRelocateFailed", "VmResourcePoolMoved", "VmResourceReallocated", "VmMacAssigned",
        "VmMacChanged", "VmUuidAssigned", "VmUuidChanged", "VmInstanceUuidAssigned", "VmInstanceUuidChanged",
        "VmConnected", "VmDisconnected", "VmMessage", "VmMessageError", "VmMessageWarning", "VmOrphaned",
        "VmEmigrating", "VmDateRolledBack", "VmUpgradeComplete", "VmUpgradeFailed", "VmUpgrading", "VmFailoverFailed",
        "VmRestartedOnAlternateHost", "VmRemoteConsoleConnected", "VmRemoteConsoleDisconnected", "VmAcquiredTicket",
        "AlarmStatusChanged", "AlarmActionTriggered", "Task", "CustomFieldValueChanged",
    )
)  # fmt: skip
"""vCenter's kinds of VM events that `Get-VIEvent` reads."""


class SitesView:
    """See `bot.powercli.view.View`.

    Whoever sees every VM sees everything. Anybody else sees, beside the VMs that he may see, only the hosts, clusters,
    datastores, folders and pools that these stand on, and only tasks that work on these VMs.
    """

    def __init__(self, sites: Sites, *, visible: Callable[[Vm], bool]) -> None:
        self._sites = sites
        self._visible = visible

    def vcenters(self) -> Sequence[str]:
        """See `View.vcenters`."""
        return [one.name for one in self._sites]

    def vms(self) -> Collection[Vm]:
        """See `View.vms`."""
        return self._seen[0]

    def templates(self) -> Collection[Vm]:
        """See `View.templates`."""
        return self._seen[1]

    def hosts(self) -> Collection[Host]:
        """See `View.hosts`."""
        return self._standing_on(chain.from_iterable(one.inventory.hosts() for one in self._sites))

    def clusters(self) -> Collection[Cluster]:
        """See `View.clusters`."""
        return self._standing_on(chain.from_iterable(one.inventory.clusters() for one in self._sites))

    def datastores(self) -> Collection[Datastore]:
        """See `View.datastores`."""
        return self._standing_on(chain.from_iterable(one.inventory.datastores() for one in self._sites))

    def folders(self) -> Collection[Container]:
        """See `View.folders`."""
        return self._standing_on(
            chain.from_iterable((*one.inventory.folders(), *one.inventory.datacenters()) for one in self._sites)
        )

    def pools(self) -> Collection[Container]:
        """See `View.pools`."""
        return self._standing_on(chain.from_iterable(one.inventory.pools() for one in self._sites))

    def tasks(self) -> Sequence[Task]:
        """See `View.tasks`."""
        everything = list(chain.from_iterable(one.tasks.recent() for one in self._sites))
        if self._sees_all:
            return everything
        seen = {vm.ref for vm in chain(*self._seen)}
        return [task for task in everything if task.entity in seen]

    def name_of(self, ref: Ref) -> str:
        """See `View.name_of`."""
        return self._of(ref).inventory.name(ref)

    def path(self, ref: Ref) -> str:
        """See `View.path`."""
        return self._of(ref).inventory.path(ref)

    def ancestors(self, ref: Ref) -> Sequence[Ref]:
        """See `View.ancestors`."""
        return self._of(ref).inventory.ancestors(ref)

    def snapshots(self, ref: Ref) -> Sequence[Snapshot]:
        """See `View.snapshots`."""
        return self._of(ref).snapshots(ref)

    def events(self, ref: Ref, since: datetime) -> Sequence[Event]:
        """See `View.events`."""
        return self._of(ref).events_since(ref, since, EVENT_KINDS)

    def _of(self, ref: Ref) -> Gateway:
        return self._sites.of(ref)

    @cached_property
    def _seen(self) -> tuple[list[Vm], list[Vm]]:
        vms = [vm for one in self._sites for vm in one.inventory.vms() if self._visible(vm)]
        templates = [vm for one in self._sites for vm in one.inventory.templates() if self._visible(vm)]
        return vms, templates

    @cached_property
    def _sees_all(self) -> bool:
        there = sum(len(one.inventory.vms()) + len(one.inventory.templates()) for one in self._sites)
        return len(self._seen[0]) + len(self._seen[1]) >= there

    @cached_property
    def _ground(self) -> frozenset[Ref]:
        """All that the visible VMs stand on and lie in."""
        direct: set[Ref] = set()
        for vm in chain(*self._seen):
            direct.update(ref for ref in (vm.host, vm.folder, vm.pool) if ref is not None)
            direct.update(vm.datastores)
        for ref in tuple(direct):
            host = self._of(ref).inventory.host(ref)
            if host is not None and host.cluster is not None:
                direct.add(host.cluster)
        return frozenset(direct.union(*(self.ancestors(ref) for ref in direct)))

    def _standing_on(self, objects: Iterable[_T]) -> list[_T]:
        if self._sees_all:
            return list(objects)
        return [one for one in objects if one.ref in self._ground]
