"""Where a VM's files may go: the rules for targets, for relief and for moving one VM alike. Pure.

A datastore takes a VM when all of this holds:

- it is not the one to be left, its attribute `iaas.auto` does not say `off`, and nobody has stopped it;
- it is accessible, in normal mode, and the VM's host reaches it;
- the VM has not left it within the last 30 days, so that nothing moves to and fro;
- its attribute `tier` is the same as that of the datastore to be left; none is the same as none;
- after the move it is used to at most `target_percent`, and to at least `better_points` percentage points less than the
  datastore to be left was before the first move.

A move takes all files of the VM along, also those on other datastores; what lies on the target already stays there.
What a move frees on a third datastore is not counted on, so each move of a plan is safe in any order.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from remediation.settings import ReliefSettings
from remediation.words import gib, percent
from vsphere.model import Datastore, DiskFacts, Host, Ref

TIER = "tier"
"""Custom attribute of a datastore; nothing moves by itself from one tier to another."""
AUTO = "iaas.auto"
"""Custom attribute of a VM or datastore; what `says_off` reads in it keeps automatic moves away."""
LEFT = "was left lately, and nothing moves to and fro"
"""Why a VM does not go back to where it came from."""
MIB = 1024**2
_OFF = frozenset({"off", "no", "false", "0"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """A datastore that can take a VM."""

    target: Datastore
    moves_bytes: int
    """What has to be copied there: all of the VM that is not there yet."""
    percent_after: float
    """Used, with the VM."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """A datastore that can't take a VM, and why."""

    target: Datastore
    reason: str
    """Without the datastore's name: `is not reached by esx-01`."""


def fits_and_lacks(
    disks: DiskFacts,
    *,
    source: Datastore,
    host: Host | None,
    datastores: Iterable[Datastore],
    settings: ReliefSettings,
    left: Collection[Ref] = (),
    stopped: Collection[Ref] = (),
) -> tuple[list[Fit], list[Lack]]:
    """Judge every datastore but the source for one VM: those that can take it, emptiest after the move first.

    Args:
        disks: of the VM.
        source: the datastore that it is to leave.
        host: the VM's.
        datastores: all.
        settings: how full a target may be.
        left: the datastores that the VM has left lately.
        stopped: those that somebody has stopped automatic changes of.
    """
    fits, lacks = [], []
    for target in sorted(datastores, key=lambda one: one.name):
        if target.ref == source.ref:
            continue
        moves = arriving_bytes(disks, target)
        reason = (
            unusable(target, source, stopped)
            or unreached(target, host)
            or (LEFT if target.ref in left else None)
            or too_full(target, source, settings, needs=moves)
        )
        if reason is None:
            fits.append(Fit(target=target, moves_bytes=moves, percent_after=used_percent(target, more_bytes=moves)))
        else:
            lacks.append(Lack(target=target, reason=reason))
    return sorted(fits, key=lambda one: (one.percent_after, one.target.name)), lacks


def unusable(target: Datastore, source: Datastore, stopped: Collection[Ref] = ()) -> str | None:
    """Why a datastore takes no VM of the source at all, whatever its size; None where it may."""
    if not target.accessible or target.capacity_bytes <= 0:
        return "is not accessible"
    if target.in_maintenance:
        return "is in maintenance mode"
    if says_off(target.attributes.get(AUTO, "")):
        return f"is left out by its attribute {AUTO}"
    if target.ref in stopped:
        return "is stopped by a person"
    if target.attributes.get(TIER, "") != source.attributes.get(TIER, ""):
        return f"has {_tier(target)}, and {source.name} has {_tier(source)}"
    return None


def unreached(target: Datastore, host: Host | None) -> str | None:
    """Why a VM's host can't write there; None where it can."""
    if host is None:
        return "is not known to be reached: the VM has no host"
    return None if target.ref in host.datastores else f"is not reached by {host.name}"


def room_bytes(target: Datastore, source: Datastore, settings: ReliefSettings) -> int:
    """How many bytes may still come from the source as it is now; below zero where it is too full already."""
    return int(target.capacity_bytes * most_percent(source, settings) / 100) - used_bytes(target)


def too_full(target: Datastore, source: Datastore, settings: ReliefSettings, *, needs: int) -> str | None:
    """Why so many bytes more are too many; None where there is room."""
    if needs <= room_bytes(target, source, settings):
        return None
    return f"{room_words(target, source, settings)}, and {gib(needs / MIB)} are needed"


def room_words(target: Datastore, source: Datastore, settings: ReliefSettings) -> str:
    """How much it takes: `has room for 10 GB up to 75 % used`."""
    room = max(room_bytes(target, source, settings), 0)
    return f"has room for {gib(room / MIB)} up to {percent(most_percent(source, settings))} used"


def most_percent(source: Datastore, settings: ReliefSettings) -> float:
    """How full a target may be after the moves."""
    return min(settings.target_percent, used_percent(source) - settings.better_points)


def arriving_bytes(disks: DiskFacts, target: Datastore) -> int:
    """What a move to the target copies."""
    return sum(count for moref, count in disks.bytes_by_datastore.items() if moref != target.ref.moref)


def leaving_bytes(disks: DiskFacts, source: Datastore) -> int:
    """What a move frees on the source; fewer than it copies where the VM has files elsewhere."""
    return disks.bytes_by_datastore.get(source.ref.moref, 0)


def used_bytes(datastore: Datastore) -> int:
    """What is used now."""
    return datastore.capacity_bytes - datastore.free_bytes


def used_percent(datastore: Datastore, *, more_bytes: int = 0) -> float:
    """How full it is, with so many bytes more; 100 where its capacity is not known."""
    if datastore.capacity_bytes <= 0:
        return 100.0
    return 100 * (used_bytes(datastore) + more_bytes) / datastore.capacity_bytes


def says_off(value: str) -> bool:
    """Whether an attribute `iaas.auto` asks to be left alone."""
    return value.strip().casefold() in _OFF


def _tier(datastore: Datastore) -> str:
    tier = datastore.attributes.get(TIER, "")
    return f"tier {tier}" if tier else "no tier"
