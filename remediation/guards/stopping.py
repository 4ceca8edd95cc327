"""A person has stopped auto for this VM."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.switches import stop_key
from remediation.words import quoted


class StoppedForVm:
    """The switch `vm/VCENTER/MOREF`."""

    name: Final = "stopped"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        switch = case.history.switches.get(stop_key(vm.ref))
        if switch is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=f"<@{switch.by}> has stopped automatic changes of {vm.name}.",
            way_out=f"Start them again with `remediation start {quoted(vm.name)}`.",
        )
