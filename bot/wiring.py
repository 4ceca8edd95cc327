"""The composition root: turns settings into the running parts. It alone names concrete classes, but for `auditing`."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.auditing import SQLITE, database_url
from bot.catalogue import Catalogue, Size
from bot.cli.rehearsal import Rehearsal
from bot.command import Context
from bot.config import Settings, translate
from bot.config.model import VcenterTable
from bot.dispatch import Dispatcher
from bot.registry import BY_NAME
from bot.schedule import Schedule
from bot.service import Ending, Service
from bot.slack.app import SlackFront, slack_directory
from bot.slack.incidents import IncidentDesk
from bot.slack.settings import SlackSettings
from operations.errors import StorageError
from operations.policy import Policy, owner_of
from operations.ports import Directory
from operations.protection import ProtectedRules
from operations.record.database import Database
from operations.service import Operations
from operations.settings import Caps, OperationsSettings
from operations.terms import ApprovalRule, Prices
from remediation.consent import Consent
from remediation.engine import Remediation
from remediation.record import RemediationRecord
from remediation.settings import RemediationSettings
from vsphere.clock import Clock, SystemClock
from vsphere.gateway import Gateway
from vsphere.inventory import Inventory
from vsphere.model import Ref
from vsphere.sites import Sites

_OWN_UUID = Path("/sys/class/dmi/id/product_uuid")


def build(settings: Settings) -> Service:
    """All parts of one replica, wired and not yet started."""
    clock = SystemClock()
    gateways = tuple(build_gateways(settings, clock))
    sites = Sites(gateways)
    policy = build_policy(settings)
    slack_settings = build_slack_settings(settings)
    directory = slack_directory(slack_settings, clock)
    ending = Ending()
    operations = Operations(
        settings=build_operations_settings(settings), sites=sites, policy=policy, directory=directory, clock=clock
    )
    remediation = build_remediation(settings, sites=sites, operations=operations, policy=policy, clock=clock)
    context = _context(settings, sites=sites, operations=operations, policy=policy, clock=clock)
    context = replace(context, remediation=remediation)
    dispatcher = Dispatcher(context=context)
    front = SlackFront(
        settings=slack_settings,
        dispatcher=dispatcher,
        operations=operations,
        directory=directory,
        clock=clock,
        give_up=ending.give_up,
        incidents=_incident_desk(
            settings, remediation, sites=sites, operations=operations, can_answer=directory.can_answer
        ),
    )
    schedule = Schedule(sweep=operations.sweep, every_s=settings.service.sweep_every_s, clock=clock)
    return Service(
        operations=operations,
        remediation=remediation,
        schedule=schedule,
        gateways=gateways,
        front=front,
        ending=ending,
    )


def build_rehearsal(settings: Settings, gateways: Sequence[Gateway], directory: Directory, *, folder: Path) -> Context:
    """What the verbs need to run up to the door, where every request is caught.

    Args:
        settings: the configuration.
        gateways: started by the caller.
        directory: who is who.
        folder: where an empty record is made, if there is no database yet.
    """
    clock, sites, policy = SystemClock(), Sites(gateways), build_policy(settings)
    known = build_operations_settings(settings)
    if _is_missing(known.database_url):
        known = replace(known, database_url=f"{SQLITE}{folder / 'empty.db'}")
        empty = Database(known.database_url)
        empty.migrate()
        empty.close()
    operations = Rehearsal(settings=known, sites=sites, policy=policy, directory=directory, clock=clock)
    return _context(settings, sites=sites, operations=operations, policy=policy, clock=clock)


def build_remediation(
    settings: Settings, *, sites: Sites, operations: Operations, policy: Policy, clock: Clock
) -> Remediation:
    """What relieves by itself, heeded by the one door and told what becomes of its operations."""
    known = build_remediation_settings(settings)
    record = RemediationRecord(operations.incidents, clock=clock, comparisons=len(known.verify_after))
    operations.heed(Consent(settings=known, record=record, sites=sites, shield=policy.shield, clock=clock))
    remediation = Remediation(
        settings=known,
        record=record,
        changes=operations,
        sites=sites,
        shield=policy.shield,
        clock=clock,
        notices=operations.notices,
        replica_id=settings.service.replica_id,
    )
    operations.subscribe(remediation.heard)
    return remediation


def _incident_desk(
    settings: Settings,
    remediation: Remediation,
    *,
    sites: Sites,
    operations: Operations,
    can_answer: Callable[[str], bool],
) -> IncidentDesk:
    def inventory_of(ref: Ref) -> Inventory | None:
        # An incident may be of a vCenter that is no longer in the configuration.
        return next((one.inventory for one in sites if one.name == ref.vcenter), None)

    def owner(ref: Ref) -> str | None:
        inventory = inventory_of(ref)
        vm = inventory.vm(ref) if inventory else None
        return owner_of(vm) if vm else None

    def is_gone(ref: Ref) -> bool:
        inventory = inventory_of(ref)
        if inventory is None or not inventory.ready:
            return False
        return inventory.vm(ref) is None and inventory.datastore(ref) is None

    return IncidentDesk(
        remediation=remediation,
        cards=operations.incident_cards,
        channel=settings.remediation.channel,
        owner_of=owner,
        is_gone=is_gone,
        can_answer=can_answer,
        deciders=(*remediation.settings.approvers.groups, *remediation.settings.approvers.users),
        operations=operations,
        notices=operations.notices,
    )


def build_gateways(settings: Settings, clock: Clock) -> list[Gateway]:
    """One gateway a vCenter, the default first."""
    tables = sorted(settings.vcenter.items(), key=lambda item: not item[1].default)
    return [build_gateway(name, table, clock) for name, table in tables]


def build_gateway(name: str, table: VcenterTable, clock: Clock) -> Gateway:
    """The gateway to one vCenter, not yet started.

    Raises:
        CertificateError: its ca_file can't be read.
    """
    return Gateway(translate.vcenter(name, table), clock=clock)


def build_policy(settings: Settings) -> Policy:
    """The rules of the file, and what is protected."""
    protected = ProtectedRules(
        names=settings.protected.names,
        bios_uuids=(*settings.protected.bios_uuids, *_own_uuid()),
        addresses=tuple(table.host for table in settings.vcenter.values()),
    )
    return Policy(
        tuple(translate.rule(table) for table in settings.rule),
        protected=protected,
        read_only=settings.service.read_only,
    )


def build_approvals(settings: Settings) -> tuple[ApprovalRule, ...]:
    """What needs somebody's yes."""
    return tuple(translate.approval(table) for table in settings.approval)


def build_catalogue(settings: Settings) -> Catalogue:
    """The sizes in ascending order, and the caps."""
    sizes = [
        Size(name=name, cpu_count=table.cpu, memory_mib=translate.mib(table.memory_gib), disk_gib=table.disk_gib)
        for name, table in settings.size.items()
    ]
    return Catalogue(
        sizes=tuple(sorted(sizes, key=lambda size: (size.cpu_count, size.memory_mib, size.disk_gib))),
        max_cpu=settings.limits.cpu,
        max_memory_mib=translate.mib(settings.limits.memory_gib),
        max_disk_gib=settings.limits.disk_gib,
    )


def build_operations_settings(settings: Settings) -> OperationsSettings:
    """What the engine needs, with the database's password read into the url that goes nowhere else."""
    return OperationsSettings(
        database_url=database_url(settings),
        replica_id=settings.service.replica_id,
        new_vms={name: translate.new_vms(table) for name, table in settings.vcenter.items()},
        caps=Caps(
            cpu_count=settings.limits.cpu,
            memory_mib=translate.mib(settings.limits.memory_gib),
            disk_gib=settings.limits.disk_gib,
        ),
        approvals=build_approvals(settings),
        approval_ttl=settings.approvals.expire_after,
        remedy_approval=translate.remedy_approval(settings.remediation),
        remedy_approval_ttl=settings.remediation.approvers.expire_after,
        bin_keep=settings.bin.keep,
        lease_bin_after=settings.leases.bin_after,
        undo_within=settings.undo.within,
        prices=None if settings.prices is None else Prices(**settings.prices.model_dump()),
        tonight=translate.window(settings.window),
        concurrency=settings.service.concurrency,
        queue_poll_s=settings.service.queue_poll_s,
        guest_stop_timeout_s=settings.service.guest_stop_timeout_s,
        task_timeout_s=settings.service.task_timeout_s,
    )


def build_remediation_settings(settings: Settings) -> RemediationSettings:
    """Playbooks, guard rails, who says yes."""
    return translate.remediation(settings.remediation, settings.limits)


def build_slack_settings(settings: Settings) -> SlackSettings:
    """Where Slack is and where the tokens are to be found."""
    return SlackSettings(
        read_bot_token=settings.slack.bot_token.read,
        read_app_token=settings.slack.app_token.read,
        api_url=settings.slack.api_url,
        command=settings.slack.command,
    )


def check_database(settings: Settings) -> str:
    """Reach the database without making or changing anything.

    Returns:
        What was found, in a few words.

    Raises:
        StorageError: it can't be used.
    """
    url = database_url(settings)
    file = Path(url.removeprefix(SQLITE))
    if _is_missing(url):
        if not os.access(file.parent, os.W_OK):
            hint = "Set service.state_dir to a folder that exists and is the bot's own."
            raise StorageError(f"{file.parent} can't be written.", hint=hint)
        return f"{file} will be made at the first start"
    with Database(url).reading():
        return settings.database.url


def _is_missing(url: str) -> bool:
    """Whether it is an SQLite file that is not there."""
    return url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists()


def _context(settings: Settings, *, sites: Sites, operations: Operations, policy: Policy, clock: Clock) -> Context:
    return Context(
        sites=sites,
        operations=operations,
        policy=policy,
        catalogue=build_catalogue(settings),
        clock=clock,
        commands=BY_NAME,
    )


def _own_uuid() -> tuple[str, ...]:
    """The SMBIOS UUID of the VM that the bot runs on, where the system tells it."""
    try:
        return (_OWN_UUID.read_text(encoding="ascii").strip(),)
    except OSError:
        return ()
