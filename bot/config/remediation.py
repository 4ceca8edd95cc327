"""The tables about remediation: what answers which alarm, how far it may go, and the numbers of the guard rails."""

from datetime import time, timedelta
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from bot.config.kinds import Attribute, ChannelOrNone, Folders, Group, User
from bot.config.table import Length, Name, Span, Table, TimeOfDay, Wait, between
from remediation.model import Mode, PlaybookName

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PlaybookTable(Table):
    """`[[remediation.playbook]]`: one of the four. One that is not given keeps its defaults."""

    name: PlaybookName = Field(examples=["add-cpu"])
    """`add-cpu`, `add-memory`, `relieve-datastore` or `move-vm`."""
    mode: Mode = Field(default=Mode.RECOMMEND, examples=["recommend"])
    """`off`; `recommend` says what would help; `approve` asks for it; `auto` does it."""
    alarms: tuple[Name, ...] = Field(default=(), examples=[["alarm.VmCPUUsageAlarm"]])
    """System names or names of the alarms that it answers; empty is the one that vCenter ships for it."""
    step_cpu: int = Field(default=1, ge=1, le=16, examples=[1])
    """vCPUs that are added at once."""
    step_memory_gib: float = Field(default=2, gt=0, le=256, examples=[2])
    """Memory that is added at once, GiB."""
    max_cpu: int = Field(default=8, ge=1, examples=[8])
    """No VM is brought above it by itself."""
    max_memory_gib: float = Field(default=32, gt=0, examples=[32])
    """No VM is brought above it by itself, GiB."""


class OverrideTable(Table):
    """`[[remediation.override]]`: another mode for some VMs or datastores; the last that fits counts."""

    playbooks: tuple[PlaybookName, ...] = Field(default=(), examples=[["add-cpu"]])
    """Empty is all."""
    folders: Folders = Field(default=("*",), examples=[["Datacenter/vm/Prod"]])
    """Inventory folders with all below them; `*` all."""
    attribute: Attribute = Field(default="", examples=["env=dev"])
    """A custom attribute that it must carry."""
    mode: Mode = Field(examples=["approve"])
    """See `[[remediation.playbook]]`."""


class CalendarTable(Table):
    """`[[remediation.calendar]]`: when nothing is done by itself."""

    name: Name = Field(examples=["quarter-end"])
    """Named in every decision."""
    kind: Literal["freeze", "allow"] = Field(examples=["freeze"])
    """`freeze`: nothing is done within it; `allow`: nothing is done outside of it."""
    days: tuple[Day, ...] = Field(default=_WEEK, examples=[["sat", "sun"]])
    """On which it begins."""
    start: TimeOfDay = Field(default=time(0), examples=["22:00"])
    """First minute."""
    end: TimeOfDay = Field(default=time(0), examples=["04:00"])
    """First minute that is no longer in it. It may span midnight; the same as `start` is a whole day."""
    zone: str = Field(default="UTC", examples=["Europe/Berlin"])
    """Time zone by its IANA name."""

    @field_validator("days")
    @classmethod
    def _differ(cls, days: tuple[Day, ...]) -> tuple[Day, ...]:
        if not days:
            raise ValueError("names no day, so it would hold on none: leave it out, and it is all")
        twice = next((day for at, day in enumerate(days) if day in days[:at]), None)
        if twice is not None:
            raise ValueError(f"{twice} stands here twice")
        return days

    @field_validator("zone")
    @classmethod
    def _exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"no time zone is called {zone!r}") from error
        return zone


class GuardsTable(Table):
    """`[remediation.guards]`: the numbers of the guard rails."""

    observe_for: Annotated[Wait, between("0s", "7d")] = Field(default=timedelta(minutes=10), examples=["10m"])
    """After a start it only looks on."""
    cooldown: Annotated[Length, between("1m", "30d")] = Field(default=timedelta(minutes=30), examples=["30m"])
    """Of a VM, after a change that succeeded."""
    cooldown_after_failure: Annotated[Length, between("1m", "30d")] = Field(
        default=timedelta(minutes=60), examples=["60m"]
    )
    """Of a VM, after one that failed."""
    cooldown_of_moves: Annotated[Length, between("1m", "90d")] = Field(default=timedelta(hours=6), examples=["6h"])
    """Between two moves of one VM."""
    per_vm_a_day: int = Field(default=2, ge=1, le=100, examples=[2])
    """Changes of one VM in 24 hours."""
    per_hour: int = Field(default=10, ge=1, le=10000, examples=[10])
    """Changes in an hour over all."""
    at_once_per_cluster: int = Field(default=2, ge=1, le=1000, examples=[2])
    """Changes that run at the same time in one cluster."""
    moves_at_once_per_datastore: int = Field(default=1, ge=1, le=100, examples=[1])
    """Moves that run at the same time from one datastore."""
    storm_vms: int = Field(default=5, ge=2, le=1000, examples=[5])
    """So many VMs of a cluster red within `storm_within`, and…"""
    storm_percent: float = Field(default=5.0, ge=0, le=50, examples=[5.0])
    """… such a share of its running VMs, and there is one card and no change."""
    storm_within: Annotated[Length, between("1m", "24h")] = Field(default=timedelta(minutes=10), examples=["10m"])
    """See `storm_vms`."""
    storm_pause: Annotated[Length, between("1m", "7d")] = Field(default=timedelta(minutes=30), examples=["30m"])
    """So long nothing is changed in that cluster after a storm, and after a host of it was lost or has come back."""
    breaker_failures: int = Field(default=3, ge=1, le=100, examples=[3])
    """So many failures of a playbook within `breaker_within` bring it back to `recommend`."""
    breaker_within: Annotated[Length, between("1h", "90d")] = Field(default=timedelta(hours=24), examples=["24h"])
    """See `breaker_failures`."""
    flaps: int = Field(default=4, ge=2, le=100, examples=[4])
    """So often red within `flap_within`, and one alarm on one VM is left to a person."""
    flap_within: Annotated[Length, between("1m", "7d")] = Field(default=timedelta(hours=1), examples=["1h"])
    """See `flaps`."""
    cluster_cpu_percent: float = Field(default=75.0, gt=0, le=95, examples=[75.0])
    """Most of a cluster's CPU that may be used after the change."""
    cluster_memory_percent: float = Field(default=80.0, gt=0, le=95, examples=[80.0])
    """Most of a cluster's memory that may be used after the change."""
    ready_percent: float = Field(default=5.0, gt=0, le=50, examples=[5.0])
    """CPU ready per vCPU above which more vCPUs make it worse."""
    costop_percent: float = Field(default=3.0, gt=0, le=50, examples=[3.0])
    """Co-stop per vCPU above which more vCPUs make it worse."""
    sustained_percent: float = Field(default=85.0, ge=0, le=100, examples=[85.0])
    """The 95th percentile of the last 15 minutes must be at least this; 0 asks for nothing."""
    sustained_share: float = Field(default=0.8, gt=0, le=1, examples=[0.8])
    """Such a share of the samples of 15 minutes must be there."""
    hot_memory_factor: int = Field(default=16, ge=2, examples=[16])
    """Memory can be added while the VM runs up to so many times what it had at boot."""
    linux_small_boot_mib: int = Field(default=3072, ge=0, examples=[3072])
    """Linux that was booted with less can't be brought above this while it runs, MiB."""
    no_effects: int = Field(default=2, ge=1, le=100, examples=[2])
    """So many "no effect" in a row stop a playbook for that VM."""
    leave_acknowledged: bool = Field(default=True, examples=[True])
    """Leave an alarm alone that somebody has acknowledged in vCenter."""


class ReliefTable(Table):
    """`[remediation.relief]`: how a datastore is relieved."""

    target_percent: float = Field(default=75.0, gt=0, le=100, examples=[75.0])
    """Most that is used afterwards, where VMs leave and where they go."""
    better_points: float = Field(default=5.0, ge=0, le=100, examples=[5.0])
    """By so many points at least the target must be emptier than the source after the move."""
    most_snapshots: int = Field(default=2, ge=0, examples=[2])
    """A VM with more is not moved."""


class ApproversTable(Table):
    """`[remediation.approvers]`: who says yes in mode `approve`; the card is in `remediation.channel`."""

    groups: tuple[Group, ...] = Field(default=(), examples=[["@vm-approvers"]])
    """Slack user groups whose members may decide, by handle or id."""
    users: tuple[User, ...] = Field(default=(), examples=[["U012AB3CD"]])
    """Slack user ids that may decide beside them."""
    votes: int = Field(default=1, ge=1, le=10, examples=[1])
    """How many of them must say yes."""
    expire_after: Span = Field(default=timedelta(minutes=30), examples=["30m"])
    """How long it waits for them: an alarm goes stale sooner than a person's wish."""


class ThresholdsTable(Table):
    """`[remediation.thresholds]`: of the alarms that `iaas-bot setup alarms` makes, in percent but for the last two."""

    cpu_red: float = Field(default=90.0, gt=0, le=100, examples=[90.0])
    """CPU of a VM."""
    cpu_yellow: float = Field(default=75.0, gt=0, le=100, examples=[75.0])
    """CPU of a VM."""
    memory_red: float = Field(default=90.0, gt=0, le=100, examples=[90.0])
    """Memory of a VM."""
    memory_yellow: float = Field(default=75.0, gt=0, le=100, examples=[75.0])
    """Memory of a VM."""
    datastore_red: float = Field(default=85.0, gt=0, le=100, examples=[85.0])
    """Space of a datastore that is used."""
    datastore_yellow: float = Field(default=75.0, gt=0, le=100, examples=[75.0])
    """Space of a datastore that is used."""
    sustain: Span = Field(default=timedelta(minutes=5), examples=["5m"])
    """So long a VM's CPU or memory must be above it."""
    vm_storage_red_gib: float = Field(default=500.0, gt=0, le=2000, examples=[500.0])
    """What the files of a VM take, GiB; vSphere has no share of anything for a single VM."""
    vm_storage_yellow_gib: float = Field(default=400.0, gt=0, le=2000, examples=[400.0])
    """What the files of a VM take, GiB."""


class RemediationTable(Table):
    """`[remediation]`: relief by itself when an alarm turns red."""

    enabled: bool = Field(default=True, examples=[True])
    """The kill switch: false and no alarm is looked at."""
    channel: ChannelOrNone = Field(default="", examples=["#vm-alarms"])
    """Where incident cards go; empty shows none."""
    look_every: Annotated[Length, between("1s", "1h")] = Field(default=timedelta(seconds=60), examples=["60s"])
    """How often a red alarm is looked at again that waits for nothing special."""
    verify_after: tuple[Wait, ...] = Field(
        default=(timedelta(minutes=10), timedelta(minutes=30)), examples=[["10m", "30m"]]
    )
    """When after a change it is compared with before, soonest first."""
    trust_runs: int = Field(default=5, ge=1, examples=[5])
    """So many approved changes that helped, and none that failed, and `auto` is offered."""
    trust_people: int = Field(default=2, ge=1, examples=[2])
    """By so many different people at least."""
    playbook: tuple[PlaybookTable, ...] = ()
    override: tuple[OverrideTable, ...] = ()
    calendar: tuple[CalendarTable, ...] = ()
    guards: GuardsTable = GuardsTable()
    relief: ReliefTable = ReliefTable()
    approvers: ApproversTable = ApproversTable()
    thresholds: ThresholdsTable = ThresholdsTable()

    @field_validator("verify_after")
    @classmethod
    def _ascend(cls, times: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if not times:
            raise ValueError("names no time, so nothing would ever be compared with before")
        if any(later <= sooner for sooner, later in pairwise((timedelta(0), *times))):
            raise ValueError("must be later than the change, and each later than the one before")
        return times
