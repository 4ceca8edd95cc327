"""One vCenter for the rest of the bot: session, mirror, tasks, reads and writes put together, and their threads."""

import threading
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.inventory import Inventory, inventory_filters
from vsphere.metrics import Metrics
from vsphere.model import Event, Health, Placement, Ref, Sample, Snapshot, Vm
from vsphere.placement import PlacementRules
from vsphere.promises import Promises
from vsphere.reads import Reads
from vsphere.recommend import recommend_placement
from vsphere.session import Session
from vsphere.settings import VcenterSettings
from vsphere.tasks import TaskWatcher, task_filters
from vsphere.watch import Watch
from vsphere.writes import Writes

log = structlog.get_logger(__name__)

_STALE_S = 90.0
"""The mirror hears from vCenter every 45 s at least; twice that means that the connection is gone."""
_JOIN_S = 5.0


class Gateway(Writes):
    """Everything that is said to one vCenter goes through here. The writes are those of `Writes`."""

    def __init__(self, settings: VcenterSettings, *, clock: Clock) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._session = Session(settings, clock=clock)
        self._promises = Promises(clock)
        self.inventory = Inventory(settings.name, clock=clock)
        self.tasks = TaskWatcher(self._session, clock=clock, name_of=self._name)
        self._reads = Reads(self._session, clock=clock, mirrored_names=self.inventory.field_names, name_of=self._name)
        self._metrics = Metrics(self._session, self._reads, clock=clock, name_of=self._name)
        super().__init__(self._session, self.inventory, self._reads)
        self._watches = [
            Watch(session=self._session, name="inventory", filters=inventory_filters, sink=self.inventory, clock=clock),
            Watch(session=self._session, name="tasks", filters=task_filters, sink=self.tasks, clock=clock),
        ]
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep_alive, name=f"{self.name}-keepalive", daemon=True)

    def start(self) -> None:
        """Connect in the background and stay connected for ever; a vCenter that is down is waited for."""
        for watch in self._watches:
            watch.start()
        self._keeper.start()

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait for the first inventory; False when it did not come in time."""
        return self.inventory.wait_ready(timeout_s)

    def close(self) -> None:
        """Log out and end the threads."""
        self._stop.set()
        for watch in self._watches:
            watch.stop()
        self._session.close(politely=self.health().connected)
        for watch in self._watches:
            watch.join(_JOIN_S)
        if self._keeper.is_alive():
            self._keeper.join(_JOIN_S)

    def health(self) -> Health:
        """What is known of the connection, without asking vCenter."""
        age_s = self.inventory.age_s()
        failures = (self._session.failure, *(watch.failure for watch in self._watches))
        failure = next((one for one in failures if one is not None), None)
        connected = failure is None and age_s is not None and age_s < _STALE_S
        return Health(
            vcenter=self.name,
            connected=connected,
            failed=failure is not None,
            detail=_detail(failure, self._session.product, age_s),
            inventory_age_s=age_s,
        )

    def server_time_offset(self) -> timedelta:
        """See `Session.time_offset`."""
        return self._session.time_offset

    def read_vm(self, ref: Ref) -> Vm:
        """See `Reads.read_vm`."""
        return self._reads.read_vm(ref)

    def read_operation_id(self, ref: Ref) -> str | None:
        """See `Reads.read_operation_id`."""
        return self._reads.read_operation_id(ref)

    def snapshots(self, ref: Ref) -> list[Snapshot]:
        """See `Reads.snapshots`."""
        return self._reads.snapshots(ref)

    def snapshot_size(self, snapshot: Ref) -> tuple[int, int]:
        """See `Reads.snapshot_size`."""
        return self._reads.snapshot_size(snapshot)

    def read_metrics(self, ref: Ref, window: timedelta) -> list[Sample]:
        """See `Metrics.read`."""
        vm = self.inventory.vm(ref)
        return self._metrics.read(ref, window, vcpus=vm.cpu_count if vm else 1)

    def events_since(self, ref: Ref, since: datetime, kinds: Collection[str]) -> list[Event]:
        """See `Reads.events_since`."""
        return self._reads.events_since(ref, since, kinds)

    def recommend_placement(
        self, *, cpu_count: int, memory_mib: int, disk_gib: int, allowed: PlacementRules, folder: Ref
    ) -> Placement:
        """See `vsphere.recommend.recommend_placement`."""
        return recommend_placement(
            self._session,
            self.inventory,
            cpu_count=cpu_count,
            memory_mib=memory_mib,
            disk_gib=disk_gib,
            allowed=allowed,
            folder=folder,
            promises=self._promises,
        )

    def _keep_alive(self) -> None:
        while not self._stop.wait(self._settings.keepalive_s):
            try:
                self._session.keep_alive()
            except VsphereError as error:
                # The watches reconnect by themselves; this thread only keeps an idle session from ending.
                log.debug("vcenter.keepalive.failed", vcenter=self.name, reason=str(error))


def _detail(failure: VsphereError | None, product: str | None, age_s: float | None) -> str:
    if failure is not None:
        return f"{failure} {failure.way_out}"
    if age_s is None:
        return "The first inventory has not arrived yet."
    if age_s >= _STALE_S:
        return f"vCenter was last heard {age_s:.0f} s ago."
    return product or ""
