"""What this package needs to know, as plain values: no config file, no environment. `bot.wiring` fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from operations.terms import ApprovalRule, Prices, Window
from vsphere.placement import PlacementRules


@dataclass(frozen=True, kw_only=True, slots=True)
class NewVmSettings:
    """Where the new VMs of one vCenter go, and what they are made as."""

    folder: str
    """Inventory path of the folder, such as `Datacenter/vm/Self-Service`."""
    allowed: PlacementRules = field(default_factory=PlacementRules)
    """Names or patterns (`gold-*`); patterns are matched against the mirror before anything is placed."""
    guest_id: str = "otherLinux64Guest"
    """vSphere's identifier of the guest operating system of a VM made from nothing."""
    customization: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Guest customization spec in vCenter, by template name; `*` is the one for every other template."""
    bin_folder: str | None = None
    """Inventory path of the folder for VMs in the recycle bin; None is `Recycle bin` within `folder`."""

    @property
    def bin_path(self) -> str:
        """Inventory path of the recycle bin; the folder is made where it is missing."""
        return self.bin_folder or f"{self.folder.rstrip('/')}/Recycle bin"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """The largest VM that may be asked for. A VM that is larger already is never made smaller by them."""

    cpu_count: int = 8
    memory_mib: int = 32 * 1024
    disk_gib: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationsSettings:
    """Everything but policy."""

    database_url: str
    """`sqlite:////var/lib/iaas-bot/iaas.db` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`."""
    replica_id: str
    """Unique among replicas and the same after a restart: a live replica with the same id would run work twice."""
    new_vms: Mapping[str, NewVmSettings] = field(default_factory=lambda: MappingProxyType({}))
    """By the vCenter's name; a vCenter without an entry takes no new VMs."""
    caps: Caps = field(default_factory=Caps)
    approvals: tuple[ApprovalRule, ...] = ()
    """What needs somebody's yes; the first that agrees decides who is asked."""
    approval_ttl: timedelta = timedelta(hours=4)
    """How long a request waits for a decision."""
    remedy_approval: ApprovalRule | None = None
    """Whose yes remediation needs in mode `approve`; None where nobody is named."""
    remedy_approval_ttl: timedelta = timedelta(minutes=30)
    """How long it waits for them: an alarm goes stale sooner than a person's wish."""
    bin_keep: timedelta = timedelta(days=7)
    """How long a VM stays in the recycle bin."""
    lease_bin_after: timedelta = timedelta(days=3)
    """From power-off at the end of a lease to the recycle bin."""
    undo_within: timedelta = timedelta(hours=1)
    """How long after its end an operation can be taken back."""
    prices: Prices | None = None
    """None: no card speaks of costs."""
    tonight: Window = field(default_factory=lambda: Window(start=time(22), end=time(5), zone=ZoneInfo("UTC")))
    """The hours for what interrupts somebody."""
    concurrency: int = 16
    """Most operations that this replica runs at once."""
    queue_poll_s: float = 0.1
    """Seconds between two looks at the queue while there is work; what is queued here begins at once."""
    duplicate_window_s: float = 60
    """The same person asking the same of the same VM within this time gets the operation that there is."""
    guest_stop_timeout_s: float = 300
    """Longest wait for a guest to shut down."""
    task_timeout_s: float = 7200
    """Longest time that a vCenter task is followed; then the operation is UNKNOWN."""
    first_read_timeout_s: float = 15
    """How long an operation that has changed nothing yet waits for vCenter to be reachable; then it fails."""
    directory_timeout_s: float = 60
    """How long it is waited, right before the first write, for whoever knows the person; then it is REFUSED."""
    settle_timeout_s: float = 900
    """How long a lost answer, or vCenter's absence in the middle of an operation, is waited out; then it is UNKNOWN."""
    settle_grace_s: float = 3
    """With vCenter reachable, how long nothing must be found before a write counts as not arrived."""
    heartbeat_s: float = 10
    """Seconds between two signs of life of a replica."""
    replica_ttl_s: float = 30
    """A replica without a sign of life for this long is dead to the others, and stops by itself."""
    kept_workflows_days: int = 14
    """How long the engine's own journal is kept; operations and events are kept for good."""
