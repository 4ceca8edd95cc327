"""What remediation needs to know, as plain values; `bot.wiring` fills them in. Sources of the numbers: docs/guides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from remediation.model import Mode, PlaybookName

SHIPPED_ALARMS: Final[Mapping[PlaybookName, tuple[str, ...]]] = MappingProxyType(
    {
        PlaybookName.ADD_CPU: ("alarm.VmCPUUsageAlarm",),
        PlaybookName.ADD_MEMORY: ("alarm.VmMemoryUsageAlarm",),
        PlaybookName.RELIEVE_DATASTORE: ("alarm.DatastoreDiskUsageAlarm",),
        PlaybookName.MOVE_VM: ("VM Storage Usage",),
    }
)
"""What each playbook answers where nothing is said. vCenter ships no alarm for the last: `setup alarms` makes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybookSettings:
    """One playbook: which alarms it answers, how far it may go, its step and cap."""

    name: PlaybookName
    mode: Mode = Mode.RECOMMEND
    alarms: tuple[str, ...]
    """System names (`alarm.VmCPUUsageAlarm`, language-neutral) or names, either of which matches, without case."""
    step_cpu: int = 1
    step_memory_mib: int = 2048
    max_cpu: int = 8
    max_memory_mib: int = 32 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class ModeOverride:
    """Another mode for some VMs or datastores; the last that fits counts."""

    playbooks: tuple[PlaybookName, ...] = ()
    """Empty is all."""
    folders: tuple[str, ...] = ("*",)
    """Inventory paths; a folder's own subfolders belong to it. `*` is any."""
    attribute: str = ""
    """`env=dev`: a custom attribute that the VM or datastore must carry; empty asks for none."""
    mode: Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """Hours in which remediation does nothing by itself (`freeze`), or outside of which it does nothing (`allow`)."""

    name: str
    kind: str
    """`freeze` or `allow`."""
    days: frozenset[int] = frozenset(range(7))
    """Of its start; Monday is 0."""
    start: time
    end: time
    """It may span midnight."""
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardSettings:
    """The numbers of the guard rails (design §7)."""

    observe_for: timedelta = timedelta(minutes=10)
    """After start it only looks on."""
    cooldown: timedelta = timedelta(minutes=30)
    """After a remedy of the same VM that succeeded."""
    cooldown_after_failure: timedelta = timedelta(minutes=60)
    cooldown_of_moves: timedelta = timedelta(hours=6)
    """Between two moves of the same VM."""
    per_vm_a_day: int = 2
    per_hour: int = 10
    at_once_per_cluster: int = 2
    moves_at_once_per_datastore: int = 1
    storm_vms: int = 5
    storm_percent: float = 5.0
    storm_within: timedelta = timedelta(minutes=10)
    storm_pause: timedelta = timedelta(minutes=30)
    breaker_failures: int = 3
    breaker_within: timedelta = timedelta(hours=24)
    flaps: int = 4
    """So many reddenings of one alarm on one entity within `flap_within` and it is left to a person."""
    flap_within: timedelta = timedelta(hours=1)
    cluster_cpu_percent: float = 75.0
    """At most, after the change."""
    cluster_memory_percent: float = 80.0
    ready_percent: float = 5.0
    """Per vCPU; more means that the host has too little, and adding makes it worse."""
    costop_percent: float = 3.0
    sustained_percent: float = 85.0
    """p95 over the samples must be at least this; 0 asks for nothing."""
    sustained_share: float = 0.8
    """At least this share of the samples of 15 minutes must be there."""
    hot_memory_factor: int = 16
    """Hot-add goes to so many times the memory at boot."""
    linux_small_boot_mib: int = 3072
    """Linux booted under it stops at it."""
    no_effects: int = 2
    """So many "no effect" in a row stop the playbook for that VM."""
    leave_acknowledged: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliefSettings:
    """Datastore relief."""

    target_percent: float = 75.0
    """Used, of source and of every target after the moves."""
    better_points: float = 5.0
    """A target must be fuller by less than the source by at least so many points after the move."""
    most_snapshots: int = 2
    """A VM with more is not moved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproverSettings:
    """Who says yes in mode `approve`."""

    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    votes: int = 1
    expire_after: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class ThresholdSettings:
    """Of the alarms that `iaas-bot setup alarms` makes, in percent but for the last two."""

    cpu_red: float = 90.0
    cpu_yellow: float = 75.0
    memory_red: float = 90.0
    memory_yellow: float = 75.0
    datastore_red: float = 85.0
    datastore_yellow: float = 75.0
    sustain: timedelta = timedelta(minutes=5)
    """So long a VM's CPU or memory must be above it; space does not come and go."""
    vm_storage_red_gib: float = 500.0
    """What all files of a VM take; vSphere has no share of anything for a single VM."""
    vm_storage_yellow_gib: float = 400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RemediationSettings:
    """Everything."""

    enabled: bool = True
    """The kill switch of the file: False and no alarm is looked at."""
    channel: str = ""
    """Where incident cards go, `#name` or id; empty shows none."""
    playbooks: tuple[PlaybookSettings, ...]
    overrides: tuple[ModeOverride, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    guards: GuardSettings = field(default_factory=GuardSettings)
    relief: ReliefSettings = field(default_factory=ReliefSettings)
    approvers: ApproverSettings = field(default_factory=ApproverSettings)
    thresholds: ThresholdSettings = field(default_factory=ThresholdSettings)
    look_every: timedelta = timedelta(seconds=60)
    """How often an incident that waits for nothing special is looked at again."""
    verify_after: tuple[timedelta, ...] = (timedelta(minutes=10), timedelta(minutes=30))
    trust_runs: int = 5
    """So many helpful approved runs by `trust_people` people, and auto is offered."""
    trust_people: int = 2
