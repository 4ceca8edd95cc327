"""Something is already being done to this VM, or somebody has been asked for a yes: one remedy of a VM at a time."""

from typing import Final

from remediation.admission import Case
from remediation.lookback import of_vm, on_their_way
from remediation.model import Hold, HoldKind, Mode, Remedy, RemedyState


class UnderWay:
    """Two alarms on one VM don't make two changes at once."""

    name: Final = "under way"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        other = next(iter(of_vm(on_their_way(case.history), vm.ref)), None)
        if other is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"{other.summary} {_stands(other)}; {vm.name} gets one change at once.",
            way_out="It is looked at again once that has ended.",
        )


def _stands(remedy: Remedy) -> str:
    if remedy.state is not RemedyState.ASKED:
        return "is under way"
    if remedy.mode is Mode.RECOMMEND:
        return "is planned for later"
    return "has a yes and is not under way yet" if remedy.approved_by else "waits for a yes"
