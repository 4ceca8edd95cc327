"""The alarms of a simulated vCenter: what turns red and what stops being red, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remediation.matching import DATASTORE, VM
from remediation.simulation.estate import VCENTER
from remediation.simulation.world import RED, STORE_RED, VM_STORE_RED, World
from vsphere.model import AlarmChange, AlarmStatus, Ref


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """An alarm of vCenter."""

    ref: Ref
    name: str
    system_name: str
    kind: str


CPU: Final = Alarm(ref=Ref(VCENTER, "alarm-1"), name="VM CPU Usage", system_name="alarm.VmCPUUsageAlarm", kind=VM)
MEMORY: Final = Alarm(
    ref=Ref(VCENTER, "alarm-2"), name="VM Memory Usage", system_name="alarm.VmMemoryUsageAlarm", kind=VM
)
STORAGE: Final = Alarm(ref=Ref(VCENTER, "alarm-3"), name="VM Storage Usage", system_name="", kind=VM)
STORE: Final = Alarm(
    ref=Ref(VCENTER, "alarm-4"),
    name="Datastore usage on disk",
    system_name="alarm.DatastoreDiskUsageAlarm",
    kind=DATASTORE,
)


class Alarms:
    """What is red now; a step is as long as vCenter wants to see something above the threshold."""

    def __init__(self) -> None:
        self._red: dict[tuple[str, str], tuple[Alarm, Ref, str]] = {}

    def changes(self, world: World, at: datetime) -> list[AlarmChange]:
        """What has changed by the end of this step: first what is no longer red."""
        now = {(alarm.name, entity.moref): (alarm, entity, name) for alarm, entity, name in _over(world)}
        gone = [_change(*row, at, AlarmStatus.GREEN) for key, row in self._red.items() if key not in now]
        new = [_change(*row, at, AlarmStatus.RED) for key, row in now.items() if key not in self._red]
        self._red = now
        return gone + new

    def red_vms(self) -> int:
        """How many alarms of VMs are red."""
        return sum(alarm.kind == VM for alarm, _, _ in self._red.values())

    def red_stores(self) -> int:
        """How many alarms of datastores are red."""
        return len(self._red) - self.red_vms()


def _over(world: World) -> Iterator[tuple[Alarm, Ref, str]]:
    percent = [world.store_percent(number) for number in range(len(world.used))]
    for body in world.bodies:
        if body.cpu_percent >= RED:
            yield CPU, body.machine.ref, body.machine.name
        if body.memory_percent >= RED:
            yield MEMORY, body.machine.ref, body.machine.name
        if percent[body.store] >= VM_STORE_RED and world.is_growing(body):
            yield STORAGE, body.machine.ref, body.machine.name
    for number, store in enumerate(world.plan.stores):
        if percent[number] >= STORE_RED:
            yield STORE, store.ref, store.name


def _change(alarm: Alarm, entity: Ref, name: str, at: datetime, after: AlarmStatus) -> AlarmChange:
    return AlarmChange(
        at=at,
        entity=entity,
        entity_kind=alarm.kind,
        entity_name=name,
        alarm=alarm.ref,
        alarm_name=alarm.name,
        alarm_system_name=alarm.system_name,
        before=AlarmStatus.GREEN if after is AlarmStatus.RED else AlarmStatus.RED,
        after=after,
    )
