"""What the guard rails count in the history: which remedies, since when, and when there is room again. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from remediation.model import History, Mode, Outcome, PlaybookName, Remedy, RemedyState, Undoing
from remediation.switches import again_key, since
from vsphere.model import Ref

MOVING: Final = frozenset({PlaybookName.RELIEVE_DATASTORE, PlaybookName.MOVE_VM})
"""Playbooks whose remedies are moves."""
_GROWING: Final = frozenset({PlaybookName.ADD_CPU, PlaybookName.ADD_MEMORY})
_ON_ITS_WAY: Final = frozenset({RemedyState.ASKED, RemedyState.RUNNING})


def counted(history: History) -> tuple[Remedy, ...]:
    """The remedies that count for budgets: neither what waits for a yes, nor what was dropped before it was sent."""
    return tuple(one for one in history.remedies if one.state not in {RemedyState.ASKED, RemedyState.DROPPED})


def counts_from(remedy: Remedy) -> datetime:
    """From when on it counts for budgets: a yes may come long after the question."""
    return remedy.began_at or remedy.at


def on_their_way(history: History) -> tuple[Remedy, ...]:
    """Those that run, and those that somebody may say yes to at any moment."""
    return tuple(one for one in history.remedies if one.state in _ON_ITS_WAY)


def of_vm(remedies: Iterable[Remedy], vm: Ref) -> tuple[Remedy, ...]:
    """Those of one VM."""
    return tuple(one for one in remedies if one.vm == vm)


def has_helped_in_vain(history: History, vm: Ref) -> bool:
    """Whether a remedy of a VM was compared and did not help, since a person has last let the bot try again."""
    again = since(history.switches, again_key(vm))
    compared = (one for one in of_vm(history.remedies, vm) if again is None or one.at > again)
    return any(one.outcome in {Outcome.NO_EFFECT, Outcome.WORSE} for one in compared)


def undone_of(history: History, vm: Ref) -> tuple[tuple[Remedy, Undoing], ...]:
    """The remedies of a VM that a person has taken back, or is about to, since one has started the VM again.

    Whoever takes back what a person has done says nothing about what the bot does.
    """
    again = since(history.switches, again_key(vm))
    return tuple(
        (one, undoing)
        for one in of_vm(history.remedies, vm)
        if one.mode is not Mode.RECOMMEND
        and (undoing := history.undone.get(one.key)) is not None
        and (again is None or undoing.at > again)
    )


def grown(history: History, vm: Ref) -> tuple[Remedy, ...]:
    """The remedies by which the bot has made a VM bigger, since one has started the VM again."""
    again = since(history.switches, again_key(vm))
    return tuple(
        one
        for one in of_vm(history.remedies, vm)
        if one.playbook in _GROWING
        and one.mode is not Mode.RECOMMEND
        and one.state is RemedyState.SUCCEEDED
        and (again is None or ended(one) > again)
    )


def ended(remedy: Remedy) -> datetime:
    """When it ended, or was admitted where that is not known."""
    return remedy.ended_at or remedy.at


def room_again(times: Iterable[datetime], *, most: int, within: timedelta, now: datetime) -> datetime | None:
    """When one more of something is possible that may happen `most` times within a span; None where it is now."""
    recent = sorted(at for at in times if at > now - within)
    if len(recent) < most:
        return None
    return recent[len(recent) - most] + within if most > 0 else now + within
