"""A VM rests after a change, so that it can show what it brings; longer after a failure or a no, longest for moves.

Numbers: design §7 (30 min after success, 60 after failure, 6 h between moves), peers' guard-rail table, "Cooldown".
vCenter sends no second event for what stays red, so it is looked at again when the rest is over.
"""

from datetime import timedelta
from typing import Final

from remediation.admission import Case
from remediation.lookback import MOVING, ended, of_vm
from remediation.model import Hold, HoldKind, Mode, Remedy, RemedyState
from remediation.settings import GuardSettings
from remediation.words import span


class Cooldown:
    """Since the last remedy of the same VM, whichever playbook it was."""

    name: Final = "cooldown"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        past = of_vm(case.history.remedies, case.recommendation.vm.ref)
        rests = [(ended(one) + length, one, length) for one in past if (length := _rest(one, case)) is not None]
        if not rests:
            return None
        until, last, length = max(rests, key=lambda rest: rest[0])
        if case.facts.now >= until:
            return None
        when = span(case.facts.now - ended(last))
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"{last.vm_name} {_what(last)} {when} ago and rests for {span(length)}.",
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )


def _rest(remedy: Remedy, case: Case) -> timedelta | None:
    """How long the VM rests after it before what is recommended now; None where not at all."""
    guards: GuardSettings = case.settings.guards
    match remedy.state:
        case RemedyState.SUCCEEDED:
            moves = remedy.playbook in MOVING and case.recommendation.verb == "move"
            return guards.cooldown_of_moves if moves else guards.cooldown
        case RemedyState.FAILED:
            return guards.cooldown_after_failure
        case RemedyState.DROPPED if remedy.mode is Mode.APPROVE:
            return guards.cooldown_after_failure
        case RemedyState.DROPPED if remedy.mode is Mode.RECOMMEND:
            # A person has begun it and let it be.
            return None
        case RemedyState.DROPPED if remedy.incident_id == case.facts.incident.id:
            # It was refused at the door while the alarm stayed red: asking each minute would bring the same answer.
            return guards.cooldown
        case _:
            return None


def _what(remedy: Remedy) -> str:
    by = "a person, as recommended," if remedy.mode is Mode.RECOMMEND else remedy.playbook.value
    match remedy.state:
        case RemedyState.SUCCEEDED:
            return f"was changed by {by}"
        case RemedyState.FAILED:
            return f"could not be changed by {by}"
        case _ if remedy.mode is Mode.APPROVE:
            return f"got no yes for {remedy.playbook.value}"
        case _:
            return f"was refused to {remedy.playbook.value}"
