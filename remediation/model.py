"""The values of remediation: incidents, facts, recommendations, holds, verdicts. Plain and frozen; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from vsphere.model import Cluster, Datastore, DiskFacts, Host, HostSample, Ref, Sample, TriggeredAlarm, Vm

NOTHING: Mapping[str, object] = MappingProxyType({})
NOTHING_HELD: Mapping[Ref, str] = MappingProxyType({})
NOWHERE: Mapping[Ref, frozenset[Ref]] = MappingProxyType({})


class PlaybookName(Enum):
    """What can be done about an alarm; the value is what configuration, cards and `why` call it."""

    ADD_CPU = "add-cpu"
    ADD_MEMORY = "add-memory"
    RELIEVE_DATASTORE = "relieve-datastore"
    MOVE_VM = "move-vm"


class Mode(Enum):
    """How far a playbook may go by itself."""

    OFF = "off"
    RECOMMEND = "recommend"
    """Say on the card what would be done, and offer it as a button to a person who may do it."""
    APPROVE = "approve"
    """Ask for the operation; it waits for somebody's yes."""
    AUTO = "auto"


class IncidentState(Enum):
    """Where one alarm on one entity is."""

    OPEN = "open"
    """Red, and looked at again when `look_at` comes."""
    ACTING = "acting"
    """An operation of ours is on its way; `operation_id` names it."""
    CLOSED = "closed"
    """Green again, or its entity is gone."""


class Outcome(Enum):
    """What a remedy brought, by comparing before and after."""

    HELPED = "helped"
    NO_EFFECT = "no effect"
    WORSE = "worse"
    UNKNOWN = "unknown"
    """There are no figures to compare, as for a VM that was deleted meanwhile."""


class RemedyState(Enum):
    """How far a remedy is; the operation behind it has its own finer states."""

    ASKED = "asked"
    """Waits for somebody's yes."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Failed, or UNKNOWN: it counts for the breaker and the longer cooldown."""
    DROPPED = "dropped"
    """Denied, expired, cancelled, refused, or clear before it was sent: it counts for nothing. See `Dropped`."""


class Dropped(Enum):
    """Why a remedy came to nothing, as far as it matters for what comes next."""

    NO = "no"
    """A person has said no to it, or stopped it: the VM rests."""
    SILENCE = "silence"
    """Nobody has decided in time: the VM rests as after a no."""
    REFUSED = "refused"
    """The door let it not through: asking at once would bring the same answer."""
    OVERTAKEN = "overtaken"
    """Something else is so by now: the alarm has cleared, a guard rail says no, somebody has changed the VM."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What was decided about an incident the last time, for the card, `why` and the record."""

    verdict: "VerdictKind"
    reason: str
    """One sentence: what is done, or why nothing is. Never empty."""
    guard: str | None = None
    """The guard rail that decided; None where none had to."""
    at: datetime
    summary: str = ""
    """What is recommended, `Add 1 vCPU to web-01 (2 → 3)`; empty where nothing is."""
    command: str | None = None
    """The command that a person can give for it, `transform web-01 cpu=3`."""
    way_out: str = ""
    """What would help instead, as the verdict says it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One alarm on one entity from its turning red to its turning green, and on if it soon turns red again: a card."""

    id: str
    """Short and speakable, `I7F3K`."""
    key: str
    """`VCENTER/ALARM/ENTITY/TRIGGERED_AT` of the first time: what makes it one, in all replicas and later."""
    version: int
    """Grows with each change a person may see."""
    state: IncidentState
    alarm: TriggeredAlarm
    entity_name: str
    playbook: PlaybookName | None
    """None where nothing can be done about it: it is shown alone."""
    cluster: Ref | None = None
    """Where its VM ran when it turned red; None for a datastore."""
    round: int = 0
    """How many remedies have been admitted for it."""
    look_at: datetime | None
    """When it is looked at again; None where it is closed."""
    operation_id: str | None = None
    decided: Decided | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    storm: str | None = None
    """The id of the storm that it was rolled up into; it stays once the storm no longer holds it."""
    reddened: tuple[datetime, ...] = ()
    """When it turned red again after it had been yellow or over, by our clock; the latest of them, oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """One admitted change: the row that counters, cooldowns, breaker, verification and trust are counted from."""

    key: str
    """`INCIDENT_KEY/ROUND`: the operation's idempotency key as well."""
    incident_id: str
    operation_id: str | None
    playbook: PlaybookName
    mode: Mode
    """RECOMMEND where a person has done what was recommended: then `approved_by` names them."""
    vm: Ref
    vm_name: str
    cluster: Ref | None
    datastore: Ref | None = None
    """Where a move leaves from; None for what is no move."""
    target: Ref | None = None
    """Where a move goes: while it runs, nothing else is moved there, since both together may be too much."""
    summary: str
    state: RemedyState
    at: datetime
    """When it was admitted."""
    began_at: datetime | None = None
    """When it had its turn after a yes, or a person has begun it; None where that is when it was admitted."""
    ended_at: datetime | None = None
    dropped: Dropped | None = None
    """Why it came to nothing; None where it did not."""
    approved_by: tuple[str, ...] = ()
    """Slack ids."""
    before: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """The figures before it, JSON-like, to compare with: see `remediation.verification`."""
    outcome: Outcome | None = None
    checked: int = 0
    """How many of the comparisons (10 and 30 minutes after) have been made."""
    after: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """What the last comparison found, JSON-like: its words and figures; see `remediation.verification`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoing:
    """That a person takes a remedy back: be it that this waits, runs or is done."""

    operation_id: str
    """Of the undo."""
    by: str
    """Slack id."""
    at: datetime
    """When they asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reddening:
    """That something turned red, for the storm brake and for flapping."""

    at: datetime
    entity: Ref
    cluster: Ref | None
    playbook: PlaybookName | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """Something that a person has set, or the breaker: it outlives a restart."""

    key: str
    """`pause`, `mode/add-cpu`, `vm/VCENTER/MOREF`, `breaker/add-cpu`…: see `remediation.switches`."""
    value: str
    """`on`, a mode, the reason of a breaker."""
    by: str
    """Slack id, or `bot`."""
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What has happened so far, as far as any guard rail looks back (30 days). In memory, newest last; pure."""

    remedies: tuple[Remedy, ...] = ()
    reddenings: tuple[Reddening, ...] = ()
    """Of the last day."""
    switches: Mapping[str, Switch] = field(default_factory=lambda: MappingProxyType({}))
    undone: Mapping[str, Undoing] = field(default_factory=lambda: MappingProxyType({}))
    """By the key of a remedy: who takes it back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that a playbook and the guard rails look at; gathered anew for each look, so they are pure."""

    now: datetime
    started_at: datetime
    """When this bot began to watch: it only looks on at first."""
    incident: Incident
    alarm: TriggeredAlarm | None
    """As it was re-read a moment ago; None where it is no longer triggered."""
    vm: Vm | None = None
    """The VM that the alarm is on; None for a datastore's, or where it is gone."""
    datastore: Datastore | None = None
    """The datastore that the alarm is on."""
    folder: str = ""
    """Inventory path of the folder of the VM, or of the datastore."""
    host: Host | None = None
    """The VM's."""
    cluster: Cluster | None = None
    cluster_hosts: tuple[Host, ...] = ()
    datastores: tuple[Datastore, ...] = ()
    """All of that vCenter."""
    vms: tuple[Vm, ...] = ()
    """Those on the datastore that the alarm is on; empty for other alarms."""
    hosts: tuple[Host, ...] = ()
    """All of that vCenter, for what they reach."""
    disks: Mapping[Ref, DiskFacts] = field(default_factory=lambda: MappingProxyType({}))
    """What makes a VM hard to move or to grow, for the VM or for `vms`."""
    samples: tuple[Sample, ...] = ()
    """The VM's last 15 minutes in steps of 20 s, oldest first; empty where vCenter has none."""
    host_samples: tuple[HostSample, ...] = ()
    """Its host's, the same."""
    protected: frozenset[Ref] = frozenset()
    """Of `vm` and `vms`, those that policy shields."""
    resting: Mapping[Ref, str] = field(default_factory=lambda: NOTHING_HELD)
    """Of `vms`, those that a guard rail holds now, with its reason; relief passes them over. See `resting`."""
    left: Mapping[Ref, frozenset[Ref]] = field(default_factory=lambda: NOWHERE)
    """By VM, the datastores that it has left lately and does not go back to."""
    stopped: frozenset[Ref] = frozenset()
    """Of `datastores`, those that a person has stopped automatic changes of: nothing is moved onto them."""
    vms_in_cluster: int = 0
    """Powered on, for the share that a storm is measured by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """What a playbook would do: one operation."""

    playbook: PlaybookName
    verb: str
    """`transform` or `move`."""
    vm: Vm
    arguments: Mapping[str, int | str]
    """As in `operations.model.Request.arguments`: `{"cpu_count": 3}`, `{"datastore": "gold-2"}`."""
    summary: str
    """`Add 1 vCPU to web-01 (2 → 3)`."""
    command: str
    """What a person would type for it: `transform web-01 cpu=3`."""
    moves_bytes: int = 0
    target: Datastore | None = None
    """Where a move goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoRemedy:
    """Why a playbook has nothing to recommend; `Every decision yields a reason`."""

    reason: str
    better: str = ""
    """What would help instead, in words for the card."""


class HoldKind(Enum):
    """What a guard rail makes of a recommendation."""

    NOTHING = "nothing"
    """There is nothing to be done: the alarm is clear, somebody has acknowledged it…"""
    WAIT = "wait"
    """Not now; it is looked at again at `until`."""
    RECOMMEND = "recommend"
    """Not by itself: say it on the card."""
    WINDOW = "window"
    """Only with a restart: the owner is asked for a window."""
    REFUSE = "refuse"
    """Not at all: it would do harm, or may not be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A guard rail's no."""

    guard: str
    """Its name, as `why` and the card show it: `cooldown`."""
    kind: HoldKind
    reason: str
    """The fact with its figures, one sentence."""
    way_out: str = ""
    until: datetime | None = None
    """When it may be different."""


class VerdictKind(Enum):
    """What is done about an incident now."""

    ACT = "act"
    ASK = "ask"
    """The operation is asked for and waits for somebody's yes."""
    RECOMMEND = "recommend"
    WINDOW = "window"
    WAIT = "wait"
    REFUSE = "refuse"
    NOTHING = "nothing"


OFFERING = frozenset({VerdictKind.RECOMMEND, VerdictKind.WINDOW, VerdictKind.WAIT})
"""Verdicts that leave it to a person, with one click or one command."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What admission decided, with all that it looked at."""

    kind: VerdictKind
    reason: str
    guard: str | None = None
    way_out: str = ""
    recommendation: Recommendation | None = None
    look_at: datetime | None = None
    """When to look again; None lets the engine choose."""
    holds: tuple[Hold, ...] = ()
    """Every guard rail that said no, the deciding one first."""
