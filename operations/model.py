"""The values of an operation: who asked for what, what it will change, how far it is. Plain and frozen; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from vsphere.model import Ref

Scalar = str | int | bool | None
Arguments = Mapping[str, Scalar]
"""What a verb was given, JSON-like: `{"cpu": 4, "memory_mib": 8192}`."""

NO_ARGUMENTS: Arguments = MappingProxyType({})


class State(Enum):
    """Where an operation is. The last six are final."""

    PROPOSED = "proposed"
    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """Whether vCenter did it could not be settled by looking: a person must."""

    @property
    def is_final(self) -> bool:
        """Whether nothing follows this state."""
        return self not in {State.PROPOSED, State.AWAITING_APPROVAL, State.QUEUED, State.RUNNING}


class ActorKind(Enum):
    """Who can ask for a change."""

    PERSON = "person"
    REMEDIATION = "remediation"
    SYSTEM = "system"


class Effect(Enum):
    """What the change does to whoever uses the VM."""

    NONE = "none"
    """Nobody notices: hot-add, snapshot, a new VM."""
    RESTART = "restart"
    """The guest goes down and comes back."""
    STOP = "stop"
    """The guest goes down."""
    LOSS = "loss"
    """Data is gone for good."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks. Groups are what the directory said at the time of asking."""

    id: str
    """Slack user id, or the name of the playbook."""
    name: str
    kind: ActorKind = ActorKind.PERSON
    groups: frozenset[str] = frozenset()
    """User group ids and handles, both."""
    is_guest: bool = False
    is_stranger: bool = False
    """From another organisation, by Slack Connect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where it was asked: the second of the three gates."""

    channel: str
    """Slack channel id; `cli` for the terminal, `alarm` for a remediation."""
    channel_name: str = ""
    is_direct: bool = False
    """A direct message with the bot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A change that somebody wants. `key` makes it happen once, however often it is delivered."""

    verb: str
    """The command's name: `poweron`, `snapshot.create`…"""
    actor: Actor
    origin: Origin
    key: str
    """Idempotency key: Slack's trigger for a command, the alarm's identity and round for a remediation."""
    vm: Ref | None = None
    """The VM it changes; None where it makes one."""
    name: str | None = None
    """The name of the VM to be made."""
    vcenter: str | None = None
    """Where a new VM goes; None for the default vCenter."""
    arguments: Arguments = field(default_factory=lambda: NO_ARGUMENTS)
    reason: str | None = None
    confirmed: str | None = None
    """The hash of the plan that the person saw and said yes to; None where nothing was asked yet."""
    needs_yes: bool = False
    """Whether remediation's approvers must say yes first, as in mode `approve`; for requests of remediation alone."""
    not_before: datetime | None = None
    """When it may begin at the earliest, for what is to be done in tonight's window; None for at once."""
    undoes: str | None = None
    """The operation that this one takes back."""
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One line of a plan: `vCPU  2 → 4`."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What one VM will count against its owner's quota once an operation is done."""

    owner: str
    makes: bool
    """Whether the VM is made, so that it is the operation's result; else it is the one that is changed."""
    vms: int
    cpu_count: int
    memory_mib: int
    disk_gib: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What an operation will do, computed from what vCenter said; nothing is sent that is not in it."""

    verb: str
    vm: Ref | None
    vm_name: str
    summary: str
    """One sentence in the imperative: `Resize web-01`."""
    effect: Effect
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[Change, ...] = ()
    """What a person decides by: headroom, cost, quota left. See `operations.seen` for what of it a yes is bound to."""
    claim: Claim | None = None
    """What it reserves of somebody's quota until vCenter shows it; None where it takes up nothing more."""
    needs_confirmation: bool = False
    type_name_to_confirm: bool = False
    unchanged: str | None = None
    """Set where the wanted state is there already: the words for it, and nothing will be sent."""
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """What the stages need, JSON-like: placement, sizes, snapshot…; and what somebody has seen who looked at it."""
    hash: str
    """SHA-256 over all of the above except warnings, notes and claim, in hex."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """One approver's yes to one plan."""

    actor: Actor
    at: datetime
    plan_hash: str
    """What they saw: a vote for another plan does not count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """Who must say yes before an operation may run, and who has."""

    rule: str
    """The approval rule that asks for it."""
    reason: str
    """Why it needs somebody's yes: `more than 4 vCPU`."""
    votes_needed: int
    groups: tuple[str, ...]
    """Slack user groups, by handle or id, whose members may decide."""
    users: tuple[str, ...]
    """Slack user ids that may decide beside them."""
    channel: str
    """Where the card for approvers goes; empty where there is none and they are asked in direct messages alone."""
    votes: tuple[Vote, ...] = ()
    why: str | None = None
    """What the asker says it is for."""
    change_version: str | None = None
    """Of the VM as it was when it was asked for: another one makes all this void."""
    asked: str = ""
    """What was asked for, in figures, where an approver has lowered it."""
    lowered_by: Actor | None = None
    reminded: bool = False
    """Whether the approvers have been reminded at half time."""
    decided_by: Actor | None = None
    """Whose click decided it, be it the last yes or a no."""
    decided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One change and how far it is: the row that a card shows."""

    id: str
    """Short and speakable: `R7F3K`."""
    version: int
    """Grows with each change a person may see."""
    verb: str
    state: State
    actor: Actor
    origin: Origin
    vm: Ref | None
    vm_name: str
    summary: str
    plan: Plan | None
    stage: str | None
    """What is running now: `create`, `power on`…"""
    stages: tuple[str, ...]
    """The names of all stages in order."""
    stages_done: int
    percent: int | None
    """vCenter's own percent of the running stage."""
    text: str
    """The news in one sentence: why refused, what failed, what was done."""
    way_out: str | None
    """What a person can do, for refused, failed and unknown."""
    rule: str | None
    """The policy rule that decided."""
    task: str | None
    """The vCenter task followed last, `VCENTER/task-12`."""
    result: Ref | None
    """The VM that was made."""
    cancel_requested_by: str | None
    approval: Approval | None = None
    """None where nobody has to be asked."""
    expires_at: datetime | None = None
    """When waiting for approval ends."""
    not_before: datetime | None = None
    """See `Request.not_before`."""
    undoes: str | None = None
    """The operation that this one takes back."""
    undone_by: str | None = None
    """The operation that takes, or took, this one back."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A row of the append-only record; each carries the hash of the one before."""

    seq: int
    at: datetime
    operation_id: str | None
    kind: str
    """`operation.requested`, `operation.refused`, `stage.sent`…"""
    actor: str
    data: Mapping[str, object]
    previous_hash: str
    hash: str
