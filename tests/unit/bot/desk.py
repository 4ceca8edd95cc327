"""A dispatcher over a small inventory of plain values, and four people who type at it."""

import atexit
import shutil
import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.answers import Answer, Reply
from bot.catalogue import Catalogue, Size
from bot.command import Context
from bot.dispatch import Dispatcher
from bot.registry import BY_NAME
from operations.model import Actor, Origin
from operations.policy import Policy, Rule
from operations.record.database import Database
from operations.service import Operations
from operations.settings import OperationsSettings
from operations.terms import ApprovalRule, Quota
from remediation.engine import Remediation
from remediation.model import Mode, PlaybookName
from remediation.record import RemediationRecord
from remediation.settings import PlaybookSettings, RemediationSettings
from vsphere.clock import SystemClock
from vsphere.sites import Sites

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CATALOGUE = Catalogue(
    sizes=(
        Size(name="small", cpu_count=1, memory_mib=2048, disk_gib=20),
        Size(name="large", cpu_count=4, memory_mib=8192, disk_gib=80),
    ),
    max_cpu=8,
    max_memory_mib=32768,
    max_disk_gib=500,
)
DANA = Actor(id="U1DANA", name="dana", groups=frozenset({"S1", "@vm-users"}))
ANN = Actor(id="U2ANN", name="ann", groups=frozenset({"S2", "@vm-admins"}))
GUS = Actor(id="U3GUS", name="gus", is_guest=True)
ROOM = Origin(channel="C1", channel_name="vm-requests")
RULES = (
    Rule(
        name="web team",
        groups=("@vm-users",),
        channels=("#vm-requests",),
        verbs=("read", "spawn"),
        folders=("DC/vm/Web",),
        quota=Quota(vms=5, cpu_count=8),
    ),
    Rule(name="admins", groups=("@vm-admins",), channels=("*",), verbs=("*",)),
)


APPROVALS = (
    ApprovalRule(name="big", verbs=("transform",), cpu_over=4, memory_mib_over=16384, groups=("@vm-approvers",)),
    ApprovalRule(name="bin", verbs=("nuke",), folders=("DC/vm/Web",), users=("U4",), votes=2),
)


REMEDIATION = RemediationSettings(
    playbooks=(
        PlaybookSettings(name=PlaybookName.ADD_CPU, mode=Mode.AUTO, alarms=("alarm.VmCPUUsageAlarm",)),
        PlaybookSettings(name=PlaybookName.ADD_MEMORY, alarms=("alarm.VmMemoryUsageAlarm",)),
        PlaybookSettings(name=PlaybookName.RELIEVE_DATASTORE, alarms=("alarm.DatastoreDiskUsageAlarm",)),
    )
)


class People:
    """A directory that knows these people."""

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:  # noqa: ARG002  it never remembers
        """See `operations.ports.Directory`."""
        return next((person for person in (DANA, ANN) if person.id == actor_id), None)

    def members(self, groups: Collection[str]) -> tuple[str, ...]:
        """See `operations.ports.Directory`."""
        return tuple(person.id for person in (DANA, ANN) if person.groups & set(groups))


@cache
def _shared_url() -> str:
    """An empty record for the whole run; what is typed here starts nothing."""
    return database_url()


def database_url() -> str:
    """An empty record of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="iaas-desk-"))
    atexit.register(shutil.rmtree, folder)
    url = f"sqlite:///{folder}/record.db"
    database = Database(url)
    database.migrate()
    database.close()
    return url


class Desk:
    """Where lines are typed. Operations are on record only: nothing runs, and no vCenter is behind."""

    def __init__(self, sites: Sites, *, url: str | None = None) -> None:
        """Sit down.

        Args:
            sites: the inventory.
            url: of the record; None shares one with other desks.
        """
        policy, clock = Policy(RULES), SystemClock()
        operations = Operations(
            settings=OperationsSettings(database_url=url or _shared_url(), replica_id="desk", approvals=APPROVALS),
            sites=sites,
            policy=policy,
            directory=People(),
            clock=clock,
        )
        self.context = Context(
            sites=sites,
            operations=operations,
            policy=policy,
            catalogue=CATALOGUE,
            clock=clock,
            commands=BY_NAME,
            remediation=Remediation(
                settings=REMEDIATION,
                record=RemediationRecord(operations.incidents, clock=clock, comparisons=2),
                changes=operations,
                sites=sites,
                shield=policy.shield,
                clock=clock,
                notices=operations.notices,
                replica_id="desk",
            ),
        )
        self.dispatcher = Dispatcher(context=self.context)

    def run(self, line: str, actor: Actor = ANN, origin: Origin = ROOM) -> Reply:
        """What the line gives."""
        return self.dispatcher.run(line, actor=actor, origin=origin, key=f"test:{line}", asked_at=NOW)

    def ask(self, line: str, actor: Actor = ANN, origin: Origin = ROOM) -> Answer:
        """What the line is answered with, where it starts no operation."""
        reply = self.run(line, actor, origin)
        assert isinstance(reply, Answer)
        return reply
