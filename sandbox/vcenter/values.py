"""What the control door of a sandbox vCenter tells and takes, as values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict

Json = Any
"""What JSON can hold; the door's answers are checked where they become values."""

Kind = Literal["vm", "datastore", "host", "cluster"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a VM or a host uses. Ready and co-stop are percent of one vCPU's time, of a host percent of one core's."""

    cpu_percent: float = 0
    memory_percent: float = 0
    ready_percent: float = 0
    costop_percent: float = 0
    balloon_mib: float = 0
    swap_mib: float = 0


class LoadChanges(TypedDict, total=False):
    """What Door.set_load can change, in the units of Load."""

    cpu_percent: float
    memory_percent: float
    ready_percent: float
    costop_percent: float
    balloon_mib: float
    swap_mib: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Vm:
    """A VM as it really is in the sandbox, whatever anybody was told."""

    id: str
    name: str
    power: str
    """poweredOn, poweredOff or suspended."""
    cpus: int
    cores_per_socket: int
    memory_mib: int
    folder: str
    datastore: str
    host: str
    pool: str
    template: bool
    tools_running: bool
    ip: str
    cpu_hot_add: bool
    memory_hot_add: bool
    disk_bytes: int
    uuid: str
    instance_uuid: str
    custom: Mapping[str, str] = field(default_factory=dict)
    """Custom attributes by name, as in iaas.owner."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """extraConfig, as in iaas.operation."""
    snapshots: tuple[str, ...] = ()
    alarms: tuple[Mapping[str, str], ...] = ()
    load: Load = Load()
    boot_time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One SOAP call that changes something, as it arrived."""

    method: str
    entity: str
    """The id of the object called, as in vm-100007."""
    entity_name: str
    target: str
    """The id of the object that a manager or a folder was asked to change; else the same as entity."""
    target_name: str
    at: datetime
    outcome: str
    """accepted, fault, or which way it was dropped."""
    argument: str = ""
    """The first name in the request: of the VM to be, or the new name."""


class VmChanges(TypedDict, total=False):
    """What Door.set_vm can change."""

    name: str
    folder: str
    power: Literal["on", "off"]
    tools_running: bool
    cpu_hot_add: bool
    memory_hot_add: bool
    cpus: int
    memory_mib: int
    memory_at_boot_mib: int
    """Of a VM that runs: hot-add ends at sixteen times as much, for Linux with less than 3 GiB at these."""
    custom: Mapping[str, str]
    """Custom attributes by name; an empty value removes one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastEvent:
    """One entry for the event log with the time at which it happened."""

    entity: str
    at: datetime
    """Aware, and past."""
    type: str = "AlarmStatusChangedEvent"
    """Or an event of a VM, such as VmPoweredOnEvent."""
    kind: Kind = "vm"
    alarm: str = ""
    """Of a change of status: system name, name or id. So are from_status and to_status."""
    from_status: str = ""
    to_status: str = ""
    user: str = ""


class DiskChanges(TypedDict, total=False):
    """What Door.set_disk can change."""

    backing: Literal["flat", "rdm", "linked"]
    base: str
    """Of a linked clone's disk: the VM on whose first disk it is built."""
    own_bytes: int
    """Of a linked clone's disk: what it has written since."""
    bus: Literal["noSharing", "virtualSharing", "physicalSharing"]
    """Of the disk's controller."""
    sharing: Literal["sharingNone", "sharingMultiWriter"]
    datastore: str
    """Moves the disk alone."""


def read_vm(answer: Mapping[str, Json]) -> Vm:
    """Read the door's answer about a VM."""
    fields = dict(answer)
    fields["load"] = Load(**fields["load"])
    fields["snapshots"] = tuple(fields["snapshots"])
    fields["alarms"] = tuple(fields["alarms"])
    if fields["boot_time"] is not None:
        fields["boot_time"] = datetime.fromisoformat(fields["boot_time"])
    return Vm(**fields)


def read_write(answer: Mapping[str, Json]) -> Write:
    """Read one entry of the door's list of writes."""
    fields = dict(answer)
    fields["at"] = datetime.fromisoformat(fields["at"])
    return Write(**fields)


def event_body(event: PastEvent) -> dict[str, Json]:
    """Write an event as the door takes it."""
    body = asdict(event)
    body["at"] = event.at.isoformat()
    body["from"], body["to"] = body.pop("from_status"), body.pop("to_status")
    return body
