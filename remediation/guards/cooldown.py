"""A VM rests after a change, so that it can show what it brings; longer after a failure or a no, longest for moves.

What came to nothing without anybody's no brings no rest: its alarm had cleared, a guard rail held it at the last
moment, somebody had changed the VM. Only what is overtaken again and again rests, so that nothing is tried without end.
Numbers: design §7 (30 min after success, 60 after failure, 6 h between moves), peers' guard-rail table, "Cooldown".
vCenter sends no second event for what stays red, so it is looked at again when the rest is over.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from remediation.admission import Case
from remediation.lookback import MOVING, ended, of_vm
from remediation.model import Dropped, Hold, HoldKind, Mode, Remedy, RemedyState
from remediation.words import counted, span

_MOST_OVERTAKEN: Final = 3
"""So often within one rest while the alarm stays red, and it rests."""


class Cooldown:
    """Since the last remedy of the same VM, whichever playbook it was."""

    name: Final = "cooldown"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        past = of_vm(case.history.remedies, case.recommendation.vm.ref)
        often = _overtaken_lately(past, case)
        rests = [(ended(one) + length, one, length) for one in past if (length := _rest(one, case, often)) is not None]
        if not rests:
            return None
        until, last, length = max(rests, key=lambda rest: rest[0])
        if case.facts.now >= until:
            return None
        when = span(case.facts.now - ended(last))
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"{last.vm_name} {_what(last, often)} {when} ago and rests for {span(length)}.",
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )


def _rest(remedy: Remedy, case: Case, often: int) -> timedelta | None:
    """How long the VM rests after it before what is recommended now; None where not at all."""
    guards = case.settings.guards
    match remedy.state:
        case RemedyState.SUCCEEDED:
            moves = remedy.playbook in MOVING and case.recommendation.verb == "move"
            return guards.cooldown_of_moves if moves else guards.cooldown
        case RemedyState.FAILED:
            return guards.cooldown_after_failure
        case RemedyState.DROPPED if remedy.mode is not Mode.RECOMMEND:
            return _rest_of_dropped(remedy, case, often)
        case _:
            # It is on its way; or a person has begun it and let it be.
            return None


def _rest_of_dropped(remedy: Remedy, case: Case, often: int) -> timedelta | None:
    guards = case.settings.guards
    match remedy.dropped:
        case Dropped.NO | Dropped.SILENCE:
            return guards.cooldown_after_failure
        case Dropped.OVERTAKEN:
            return guards.cooldown if often >= _MOST_OVERTAKEN else None
        case _:
            # It was refused at the door while the alarm stayed red: asking each minute would bring the same answer.
            return guards.cooldown if remedy.incident_id == case.facts.incident.id else None


def _overtaken_lately(past: Iterable[Remedy], case: Case) -> int:
    """Since the alarm has turned red: where it clears and comes back, that is no reason to rest."""
    incident = case.facts.incident
    since = max(case.facts.now - case.settings.guards.cooldown, incident.opened_at, *incident.reddened)
    return sum(1 for one in past if one.dropped is Dropped.OVERTAKEN and ended(one) > since)


def _what(remedy: Remedy, often: int) -> str:
    name = remedy.playbook.value
    by = "a person, as recommended," if remedy.mode is Mode.RECOMMEND else name
    match remedy.state, remedy.dropped:
        case RemedyState.SUCCEEDED, _:
            return f"was changed by {by}"
        case RemedyState.FAILED, _:
            return f"could not be changed by {by}"
        case _, Dropped.NO:
            return f"got a no for {name}"
        case _, Dropped.SILENCE:
            return f"got no yes in time for {name}"
        case _, Dropped.OVERTAKEN:
            return f"was left alone by {name} at the last moment {counted(often, 'time')}, the last one"
        case _:
            return f"was refused to {name}"
