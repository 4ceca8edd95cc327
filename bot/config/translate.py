"""Turns the tables of the file into the plain values that the packages below take. Pure: nothing is opened or read."""

from typing import Final, get_args
from zoneinfo import ZoneInfo

from bot.config.model import LimitsTable, VcenterTable, WindowTable
from bot.config.permission import ApprovalTable, RuleTable
from bot.config.remediation import CalendarTable, Day, PlaybookTable, RemediationTable
from operations.policy import Rule
from operations.settings import NewVmSettings
from operations.terms import ApprovalRule, LeaseTerms, Quota, Window
from remediation.model import PlaybookName
from remediation.settings import (
    SHIPPED_ALARMS,
    ApproverSettings,
    Calendar,
    GuardSettings,
    ModeOverride,
    PlaybookSettings,
    ReliefSettings,
    RemediationSettings,
    ThresholdSettings,
)
from vsphere.placement import PlacementRules
from vsphere.settings import VcenterSettings

_MIB_PER_GIB: Final = 1024
_DAYS: Final = {day: number for number, day in enumerate(get_args(Day))}
_APART: Final = frozenset({"playbook", "override", "calendar", "guards", "relief", "approvers", "thresholds"})


def vcenter(name: str, table: VcenterTable) -> VcenterSettings:
    """Where a vCenter is, and the account there."""
    return VcenterSettings(
        name=name,
        host=table.host,
        port=table.port,
        username=table.username,
        read_password=table.password.read,
        ca_file=table.ca_file,
        thumbprint=table.thumbprint,
        insecure=table.insecure,
        connect_timeout_s=table.connect_timeout_s,
        read_timeout_s=table.read_timeout_s,
    )


def new_vms(table: VcenterTable) -> NewVmSettings:
    """Where new VMs go."""
    place = table.placement
    allowed = PlacementRules(
        clusters=place.clusters, datastores=place.datastores, networks=place.networks, pools=place.pools
    )
    return NewVmSettings(
        folder=place.folder,
        bin_folder=place.bin_folder,
        allowed=allowed,
        guest_id=place.guest_id,
        customization=table.customization,
    )


def rule(table: RuleTable) -> Rule:
    """Who may do what, with quota and lease."""
    quota, lease = table.quota, table.lease
    return Rule(
        **table.model_dump(exclude={"quota", "lease"}),
        quota=None
        if quota is None
        else Quota(
            vms=quota.vms,
            cpu_count=quota.cpu,
            memory_mib=_mib_or_none(quota.memory_gib),
            disk_gib=quota.disk_gib,
        ),
        lease=None if lease is None else LeaseTerms(default=lease.default, longest=lease.longest),
    )


def approval(table: ApprovalTable) -> ApprovalRule:
    """What needs somebody's yes."""
    return ApprovalRule(
        **table.model_dump(exclude={"memory_gib_over"}), memory_mib_over=_mib_or_none(table.memory_gib_over)
    )


def window(table: WindowTable) -> Window:
    """The hours that "tonight" means."""
    return Window(start=table.start, end=table.end, zone=ZoneInfo(table.zone))


def remediation(table: RemediationTable, limits: LimitsTable | None = None) -> RemediationSettings:
    """Playbooks, guard rails and the rest; a playbook that is not given has its defaults, within the limits."""
    given = {playbook.name: playbook for playbook in table.playbook}
    playbooks = [given.get(name) or PlaybookTable(name=name) for name in PlaybookName]
    return RemediationSettings(
        **table.model_dump(exclude=set(_APART)),
        playbooks=tuple(_playbook(playbook, limits) for playbook in playbooks),
        overrides=tuple(ModeOverride(**override.model_dump()) for override in table.override),
        calendars=tuple(_calendar(calendar) for calendar in table.calendar),
        guards=GuardSettings(**table.guards.model_dump()),
        relief=ReliefSettings(**table.relief.model_dump()),
        approvers=ApproverSettings(**table.approvers.model_dump()),
        thresholds=ThresholdSettings(**table.thresholds.model_dump()),
    )


def remedy_approval(table: RemediationTable) -> ApprovalRule | None:
    """Whose yes a remedy needs in mode `approve`; None where nobody is named."""
    approvers = table.approvers
    if not approvers.groups and not approvers.users:
        return None
    return ApprovalRule(
        name="remediation",
        verbs=("transform", "move"),
        groups=approvers.groups,
        users=approvers.users,
        channel=table.channel,
        votes=approvers.votes,
    )


def mib(gib: float) -> int:
    """GiB as whole MiB."""
    return round(gib * _MIB_PER_GIB)


def _playbook(table: PlaybookTable, limits: LimitsTable | None) -> PlaybookSettings:
    most_cpu = limits.cpu if limits else table.max_cpu
    most_memory_gib = limits.memory_gib if limits else table.max_memory_gib
    return PlaybookSettings(
        name=table.name,
        mode=table.mode,
        alarms=table.alarms or SHIPPED_ALARMS[table.name],
        step_cpu=table.step_cpu,
        step_memory_mib=mib(table.step_memory_gib),
        max_cpu=min(table.max_cpu, most_cpu),
        max_memory_mib=mib(min(table.max_memory_gib, most_memory_gib)),
    )


def _calendar(table: CalendarTable) -> Calendar:
    return Calendar(
        name=table.name,
        kind=table.kind,
        days=frozenset(_DAYS[day] for day in table.days),
        start=table.start,
        end=table.end,
        zone=ZoneInfo(table.zone),
    )


def _mib_or_none(gib: int | None) -> int | None:
    return None if gib is None else mib(gib)
