"""A person has undone what the bot did to this VM, or is about to: they don't want it again."""

from typing import Final

from remediation.admission import Case
from remediation.lookback import undone_of
from remediation.model import Hold, HoldKind
from remediation.words import quoted


class TakenBack:
    """By the operations themselves, so it holds from the moment at which the undo is asked for.

    The switch that a pass sets for it, see `remediation.undone`, comes later; another replica may admit meanwhile.
    """

    name: Final = "undone"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        undone = undone_of(case.history, vm.ref)
        if not undone:
            return None
        remedy, undoing = undone[-1]
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=f"<@{undoing.by}> has undone a change of {vm.name} by {remedy.playbook.value}.",
            way_out=f"Start automatic changes again with `remediation start {quoted(vm.name)}`.",
        )
