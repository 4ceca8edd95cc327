"""What a query may look at: narrow, already cut down to what the person may see. See `bot.powercli.estate`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from vsphere.model import Cluster, Container, Datastore, Event, Host, Ref, Snapshot, Task, Vm


class View(Protocol):
    """A part of the estate. All but `snapshots` and `events` answer from memory."""

    def vms(self) -> Collection[Vm]:
        """VMs that are no templates."""

    def templates(self) -> Collection[Vm]:
        """Templates."""

    def hosts(self) -> Collection[Host]:
        """ESXi hosts."""

    def clusters(self) -> Collection[Cluster]:
        """Clusters."""

    def datastores(self) -> Collection[Datastore]:
        """Datastores."""

    def folders(self) -> Collection[Container]:
        """Folders and datacenters."""

    def pools(self) -> Collection[Container]:
        """Resource pools."""

    def tasks(self) -> Sequence[Task]:
        """Recent tasks, oldest first."""

    def vcenters(self) -> Sequence[str]:
        """The names of all vCenters."""

    def name_of(self, ref: Ref) -> str:
        """The display name."""

    def path(self, ref: Ref) -> str:
        """The inventory path."""

    def ancestors(self, ref: Ref) -> Sequence[Ref]:
        """What an object lies in, nearest first."""

    def snapshots(self, ref: Ref) -> Sequence[Snapshot]:
        """A VM's snapshots in tree order. Raises VsphereError."""

    def events(self, ref: Ref, since: datetime) -> Sequence[Event]:
        """What happened to a VM, oldest first. Raises VsphereError."""
