"""A protected VM is left alone: by name or attribute, vCenter's own VM, the one that the bot runs on."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind


class Protected:
    """As policy says it at the door as well; here the card says so before anything is asked for."""

    name: Final = "protected"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        if vm.ref not in case.facts.protected:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.REFUSE,
            reason=f"{vm.name} is protected; nobody changes it through the bot, and neither does the bot itself.",
            way_out="An administrator can change it in vCenter.",
        )
