"""The values that leave this package: plain, frozen, with units in their names; no pyVmomi object is among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType


class PowerState(Enum):
    """`VirtualMachinePowerState` of the vSphere API."""

    ON = "poweredOn"
    OFF = "poweredOff"
    SUSPENDED = "suspended"


class ConnectionState(Enum):
    """`HostSystemConnectionState` of the vSphere API."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    NOT_RESPONDING = "notResponding"


class TaskState(Enum):
    """`TaskInfoState` of the vSphere API."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Identity of a managed object: the configured name of its vCenter and its moref; never a display name."""

    vcenter: str
    moref: str
    """The managed object id alone, for example `vm-12`."""

    # Nothing is compared and looked up more often, so by what tells the most; and most often it is the very same one.
    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Ref) and self.moref == other.moref and self.vcenter == other.vcenter)

    def __hash__(self) -> int:
        return hash(self.moref)

    def __str__(self) -> str:
        return f"{self.vcenter}/{self.moref}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read what `str()` wrote.

        Raises:
            ValueError: there is no slash in `text`.
        """
        vcenter, slash, moref = text.partition("/")
        if not (vcenter and slash and moref):
            raise ValueError(f"{text!r} is not VCENTER/MOREF")
        return cls(vcenter, moref)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vm:
    """A virtual machine or a template, as the mirror or a fresh read saw it."""

    ref: Ref
    instance_uuid: str
    """vCenter-wide identity; clones get a new one."""
    bios_uuid: str
    name: str
    is_template: bool
    power: PowerState
    cpu_count: int
    cores_per_socket: int
    memory_mib: int
    cpu_hot_add: bool
    memory_hot_add: bool
    guest_id: str
    guest_name: str
    """Full name of the guest operating system."""
    tools_running: bool
    ip_address: str | None
    host_name: str | None
    """What the guest calls itself."""
    host: Ref | None
    folder: Ref | None
    pool: Ref | None
    datastores: tuple[Ref, ...]
    networks: tuple[Ref, ...]
    committed_bytes: int
    uncommitted_bytes: int
    snapshot_count: int
    """All of its tree; zero means none at all."""
    change_version: str
    """`config.changeVersion`: a reconfigure that carries an old one is refused."""
    booted_at: datetime | None
    hot_memory_limit_mib: int | None = None
    """As far as memory can grow while it runs, by what it booted with; None where vCenter does not tell."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Custom attributes by name, for example `iaas.owner`."""
    read_at: datetime
    """When vCenter answered (UTC). Decisions re-read their target right before they send."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """An ESXi host with its capacity and present use."""

    ref: Ref
    name: str
    cluster: Ref | None
    """The compute resource that it belongs to."""
    connection: ConnectionState
    in_maintenance: bool
    powered_on: bool
    cpu_cores: int
    cpu_mhz_per_core: int
    memory_bytes: int
    cpu_used_mhz: int
    memory_used_mib: int
    datastores: tuple[Ref, ...]
    networks: tuple[Ref, ...]

    @property
    def usable(self) -> bool:
        """Whether a new VM may be placed here."""
        return self.powered_on and not self.in_maintenance and self.connection is ConnectionState.CONNECTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A cluster, or the compute resource of a stand-alone host."""

    ref: Ref
    name: str
    root_pool: Ref
    drs_enabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Datastore:
    """A datastore with its space and custom attributes (`tier`)."""

    ref: Ref
    name: str
    capacity_bytes: int
    free_bytes: int
    accessible: bool
    in_maintenance: bool
    storage_pod: Ref | None
    """The datastore cluster it belongs to, where Storage DRS may recommend."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A folder, datacenter, resource pool, network or datastore cluster: something with a name and a parent."""

    ref: Ref
    kind: str
    """The vSphere type: Folder, Datacenter, ResourcePool, VirtualApp, Network, StoragePod…"""
    name: str
    parent: Ref | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A vCenter task as the watcher last saw it."""

    ref: Ref
    description_id: str
    """For example `VirtualMachine.powerOn`."""
    entity: Ref | None
    entity_name: str
    state: TaskState
    percent: int | None
    """vCenter's own progress, 0 to 100; None while it gives none."""
    queued_at: datetime
    result: Ref | None
    """The object made, for create and clone."""
    error: Exception | None
    """A `vsphere.errors.VsphereError` when the state is ERROR."""
    cancelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A snapshot of a VM, in tree order."""

    ref: Ref
    name: str
    description: str
    created_at: datetime
    depth: int
    """0 for a root snapshot."""
    is_current: bool
    holds_memory: bool = False
    """Whether it was taken of a running VM with its memory, so that the VM runs after going back to it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a new VM goes, with the reason that a card can show."""

    host: Ref | None
    """None lets DRS choose at power-on."""
    pool: Ref
    datastore: Ref
    network: Ref | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewVm:
    """A VM to create from nothing."""

    name: str
    folder: Ref
    placement: Placement
    cpu_count: int
    memory_mib: int
    disk_gib: int
    guest_id: str
    operation_id: str
    """Written to `extraConfig` as `iaas.operation`, so that a lost answer is settled by looking."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloneSpec:
    """A VM to make from a VM or a template; None keeps what the source has."""

    name: str
    folder: Ref
    placement: Placement
    cpu_count: int | None = None
    memory_mib: int | None = None
    customization: str | None = None
    """Name of a guest customization spec stored in vCenter."""
    power_on: bool = False
    operation_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the gateway knows of its own connection."""

    vcenter: str
    connected: bool
    failed: bool
    """Whether the last attempt to reach it failed; neither this nor connected while the first one lasts."""
    detail: str
    """The product's name and version, or what is wrong and what to do."""
    inventory_age_s: float | None
    """Seconds since the mirror last heard from vCenter; None before the first inventory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a VM's counters said over one interval; None where vCenter has no figure."""

    at: datetime
    """End of the interval (UTC)."""
    interval_s: int
    cpu_percent: float | None
    """Of all vCPUs together, 0 to 100."""
    ready_percent: float | None
    """Time in which a vCPU could run but found no core, per vCPU."""
    costop_percent: float | None
    """Time in which a vCPU was held back for its siblings, per vCPU."""
    memory_percent: float | None
    balloon_mib: float | None
    swapped_mib: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """An entry of vCenter's event log."""

    kind: str
    """The vSphere type, for example `VmGuestRebootEvent`."""
    at: datetime
    user: str
    message: str


class AlarmStatus(Enum):
    """`ManagedEntityStatus` of the vSphere API."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GRAY = "gray"


@dataclass(frozen=True, kw_only=True, slots=True)
class TriggeredAlarm:
    """An alarm that is triggered on an entity: `AlarmState` of the vSphere API."""

    key: str
    """`AlarmState.key`, such as `alarm-1.vm-23`."""
    alarm: Ref
    name: str
    """As people have named it, in their language."""
    system_name: str
    """`AlarmInfo.systemName`, such as `alarm.VmCPUUsageAlarm`; empty for one that people have made."""
    entity: Ref
    entity_kind: str
    """The vSphere type: VirtualMachine, Datastore, HostSystem…"""
    status: AlarmStatus
    triggered_at: datetime
    """By vCenter's clock (UTC)."""
    acknowledged: bool = False
    acknowledged_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmChange:
    """An `AlarmStatusChangedEvent` of vCenter's event history."""

    at: datetime
    entity: Ref
    entity_kind: str
    entity_name: str
    alarm: Ref
    alarm_name: str
    alarm_system_name: str = ""
    """As in `TriggeredAlarm.system_name`; empty where the alarm is gone or has none."""
    before: AlarmStatus
    after: AlarmStatus


class ThresholdUnit(Enum):
    """In which unit people say a threshold."""

    PERCENT = "%"
    GIB = "GiB"
    RAW = ""
    """As the counter counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmDefinition:
    """An alarm that vCenter has, or shall have."""

    name: str
    system_name: str = ""
    ref: Ref | None = None
    """None where it is yet to be made."""
    entity_kind: str
    everywhere: bool = True
    """Defined at the root, so that it watches the whole inventory."""
    metric: str = ""
    """The counter that turns it red by being high, such as `cpu.usage.average`; empty where none does."""
    red: float | None = None
    """In `unit`, as is `yellow`."""
    yellow: float | None = None
    unit: ThresholdUnit = ThresholdUnit.PERCENT
    sustain_s: int = 0
    """So long the figure must be over a threshold."""
    enabled: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class HostSample:
    """What a host's counters said over one interval; None where vCenter has no figure."""

    at: datetime
    interval_s: int
    cpu_percent: float | None
    ready_percent: float | None
    """Of one core's time."""
    memory_percent: float | None
    balloon_mib: float | None
    swapped_mib: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskFacts:
    """What makes a VM hard to move or to grow while it runs, read fresh."""

    has_rdm: bool = False
    shares_disks: bool = False
    """A bus that is shared, or a disk that several VMs write."""
    is_linked: bool = False
    """A linked clone, whose base stays where it is."""
    is_base: bool = False
    """Linked clones stand on its disks."""
    fault_tolerant: bool = False
    bytes_by_datastore: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Committed bytes by the datastore's moref."""
    memory_at_boot_mib: int | None = None
    """None where it is not known."""
    hot_memory_limit_mib: int | None = None
    """As far as vCenter itself lets memory grow while it runs; None where it does not tell, as for a VM that is off."""
