"""A playbook that has not helped a VM twice running leaves that VM alone until a person starts it again.

Number: design §7 ("two 'no effect' stop the rule for that VM"); peers, feature 10.
"""

from typing import Final

from remediation.admission import Case
from remediation.lookback import of_vm
from remediation.model import Hold, HoldKind, Outcome
from remediation.switches import again_key, since
from remediation.words import counted, quoted


class NoEffect:
    """Of the remedies that have been compared; "worse" is no help either."""

    name: Final = "no effect"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm, most = case.recommendation.vm, case.settings.guards.no_effects
        if _in_vain(case) < most:
            return None
        many = "remedy" if most == 1 else counted(most, "remedy")
        return Hold(
            guard=self.name,
            kind=HoldKind.REFUSE,
            reason=f"The last {many} of {vm.name} by {case.playbook.name.value} did not help.",
            way_out=f"Look for another cause; `remediation start {quoted(vm.name)}` lets the bot try again.",
        )


def _in_vain(case: Case) -> int:
    """How many remedies did not help since the last one that did, or since a person has started the VM again."""
    vm = case.recommendation.vm.ref
    again = since(case.history.switches, again_key(vm))
    found = 0
    for remedy in sorted(of_vm(case.history.remedies, vm), key=lambda one: one.at, reverse=True):
        if remedy.playbook is not case.playbook.name or remedy.outcome in {None, Outcome.UNKNOWN}:
            continue
        if remedy.outcome is Outcome.HELPED or (again is not None and remedy.at <= again):
            break
        found += 1
    return found
