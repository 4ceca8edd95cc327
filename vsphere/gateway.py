"""One vCenter for the rest of the bot: session, mirror, tasks, reads and writes put together, and their threads."""

import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog

from vsphere.alarmdefs import alarm_spec, read_definitions
from vsphere.alarmhistory import AlarmHistory
from vsphere.alarms import REREAD_S, AlarmWatcher, alarm_filters
from vsphere.api import on
from vsphere.clock import Clock
from vsphere.counters import Counters
from vsphere.diskfacts import read_disk_facts
from vsphere.errors import VsphereError
from vsphere.inventory import Inventory, inventory_filters
from vsphere.metrics import Metrics
from vsphere.model import (
    AlarmChange,
    AlarmDefinition,
    DiskFacts,
    Event,
    Health,
    HostSample,
    Placement,
    Ref,
    Sample,
    Snapshot,
    TriggeredAlarm,
    Vm,
)
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
        self._counters = Counters(self._session)
        self._metrics = Metrics(self._session, self._reads, counters=self._counters, clock=clock, name_of=self._name)
        self.alarms = AlarmWatcher(self._session, self._reads, clock=clock, name_of=self._name)
        self._alarm_history = AlarmHistory(self._session, self._reads, name_of=self._name)
        super().__init__(self._session, self.inventory, self._reads)
        self._watches = [
            Watch(session=self._session, name="inventory", filters=inventory_filters, sink=self.inventory, clock=clock),
            Watch(session=self._session, name="tasks", filters=task_filters, sink=self.tasks, clock=clock),
            Watch(session=self._session, name="alarms", filters=alarm_filters, sink=self.alarms, clock=clock),
        ]
        self._stop = threading.Event()
        self._keepers = [
            threading.Thread(target=self._keep_alive, name=f"{self.name}-keepalive", daemon=True),
            threading.Thread(target=self._keep_alarms, name=f"{self.name}-alarms-again", daemon=True),
        ]

    def start(self) -> None:
        """Connect in the background and stay connected for ever; a vCenter that is down is waited for."""
        for watch in self._watches:
            watch.start()
        for keeper in self._keepers:
            keeper.start()

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
        for keeper in self._keepers:
            if keeper.is_alive():
                keeper.join(_JOIN_S)

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

    def snapshots(self, ref: Ref, *, once: bool = False) -> list[Snapshot]:
        """See `Reads.snapshots`."""
        return self._reads.snapshots(ref, once=once)

    def snapshot_size(self, snapshot: Ref) -> tuple[int, int]:
        """See `Reads.snapshot_size`."""
        return self._reads.snapshot_size(snapshot)

    def read_metrics(self, ref: Ref, window: timedelta) -> list[Sample]:
        """See `Metrics.read`."""
        vm = self.inventory.vm(ref)
        return self._metrics.read(ref, window, vcpus=vm.cpu_count if vm else 1)

    def read_host_metrics(self, host: Ref, window: timedelta) -> list[HostSample]:
        """See `Metrics.read_host`."""
        known = self.inventory.host(host)
        return self._metrics.read_host(host, window, cores=known.cpu_cores if known else 1)

    def read_disk_facts(self, vms: Collection[Ref]) -> dict[Ref, DiskFacts]:
        """See `vsphere.diskfacts.read_disk_facts`."""
        return read_disk_facts(self._session, self._reads, vms, name_of=self._name)

    def triggered_alarms(self) -> tuple[TriggeredAlarm, ...] | None:
        """See `AlarmWatcher.triggered`."""
        return self.alarms.triggered()

    def read_triggered_alarms(self) -> tuple[TriggeredAlarm, ...]:
        """See `AlarmWatcher.read`."""
        return self.alarms.read()

    def subscribe_alarms(self, callback: Callable[[], None]) -> None:
        """See `AlarmWatcher.subscribe`."""
        self.alarms.subscribe(callback)

    def alarm_changes(self, since: datetime, until: datetime) -> list[AlarmChange]:
        """See `AlarmHistory.changes`."""
        return self._alarm_history.changes(since, until)

    def alarm_definitions(self) -> tuple[AlarmDefinition, ...]:
        """See `vsphere.alarmdefs.read_definitions`."""
        return read_definitions(self._session, self._reads, self._counters, name_of=self._name)

    def create_alarm(self, definition: AlarmDefinition) -> Ref:
        """Define an alarm on the whole inventory and return it; there is no task.

        Raises:
            PermissionDeniedError: the account lacks Alarm.Create on the root folder.
            NameTakenError: an alarm of this name is there, perhaps on a part of the inventory that can't be seen.
            NotSupportedError: see `vsphere.alarmdefs.alarm_spec`.
        """
        spec, content = alarm_spec(definition, self._counters), self._session.content
        manager = on(self._session.writes, content.alarmManager)
        return self._task("create the alarm", definition.name, lambda: manager.CreateAlarm(content.rootFolder, spec))

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

    def _keep_alarms(self) -> None:
        wait_s = REREAD_S
        while not self._stop.wait(wait_s):
            try:
                wait_s = self.alarms.look_again()
            except Exception:
                log.exception("vcenter.alarms.look_failed", vcenter=self.name)


def _detail(failure: VsphereError | None, product: str | None, age_s: float | None) -> str:
    if failure is not None:
        return f"{failure} {failure.way_out}"
    if age_s is None:
        return "The first inventory has not arrived yet."
    if age_s >= _STALE_S:
        return f"vCenter was last heard {age_s:.0f} s ago."
    return product or ""
