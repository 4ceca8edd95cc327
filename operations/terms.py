"""What the configuration grants, limits and asks for beside permission. Plain values, judged by elsewhere."""

from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """The most that all VMs of one owner may have together. None is no limit."""

    vms: int | None = None
    cpu_count: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseTerms:
    """How long a VM lives that is made under a rule. None: for ever."""

    default: timedelta | None = None
    """Where nothing was said."""
    longest: timedelta | None = None
    """From today on, whatever is asked; None is no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalRule:
    """What needs somebody's yes. Verb and folder must agree; of the thresholds one is enough, none given is always."""

    name: str
    verbs: tuple[str, ...]
    folders: tuple[str, ...] = ("*",)
    cpu_over: int | None = None
    """More vCPUs than this after the change."""
    memory_mib_over: int | None = None
    disk_gib_over: int | None = None
    cost_over: float | None = None
    """More than this a month after the change, in the currency of `Prices`."""
    groups: tuple[str, ...] = ()
    """Whose members may decide, by handle or id."""
    users: tuple[str, ...] = ()
    """Slack user ids that may decide beside them."""
    channel: str = ""
    """Where the card goes, `#name` or id; empty asks the approvers in direct messages alone."""
    votes: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What a month costs."""

    currency: str
    cpu: float
    """One vCPU."""
    memory_gib: float
    disk_gib: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Hours of a day, as those for what interrupts somebody; it may span midnight."""

    start: time
    end: time
    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(7))
    """Those on which it opens, at least one; Monday is 0."""
