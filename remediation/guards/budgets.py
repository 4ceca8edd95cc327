"""At most so many remedies of one VM a day, and of all VMs an hour.

Numbers: design §7 and peers' guard-rail table, "Per-VM budget" (2 a day, then recommend only) and "Global budget"
(10 an hour, counted in the database: the lesson of the autoscaler's mass action after a restart). What waits for a yes
changes nothing and counts for nothing; once it has its yes it is counted where it takes its turn: `remediation.turns`.
"""

from datetime import datetime, timedelta
from typing import Final

from remediation.admission import Case
from remediation.lookback import counted, counts_from, of_vm, room_again
from remediation.model import History, Hold, HoldKind
from remediation.words import counted as say
from remediation.words import span

_DAY: Final = timedelta(hours=24)
_HOUR: Final = timedelta(hours=1)


class VmBudget:
    """A VM that needs more than that a day needs a person."""

    name: Final = "vm budget"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm, most = case.recommendation.vm, case.settings.guards.per_vm_a_day
        times = [counts_from(one) for one in of_vm(counted(case.history), vm.ref)]
        until = room_again(times, most=most, within=_DAY, now=case.facts.now)
        if until is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=f"{vm.name} has had {say(most, 'remedy')} within 24 h, which is the most.",
            way_out=f"Give it the right size once: `{case.recommendation.command}`, or more.",
            until=until,
        )


class HourlyBudget:
    """Whatever happens, no more than that changes by itself within any hour."""

    name: Final = "hourly budget"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        most, now = case.settings.guards.per_hour, case.facts.now
        until = next_within_the_hour(case.history, most=most, now=now)
        if until is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=used_up(until, most=most, now=now),
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )


def next_within_the_hour(history: History, *, most: int, now: datetime) -> datetime | None:
    """When one more may begin; None where it may now."""
    return room_again(map(counts_from, counted(history)), most=most, within=_HOUR, now=now)


def used_up(until: datetime, *, most: int, now: datetime) -> str:
    """Why none may begin before that moment, one sentence."""
    be = "was" if most == 1 else "were"
    return (
        f"There {be} {say(most, 'remedy')} within the last hour, which is the most; in {span(until - now)} one more is"
        " possible."
    )
