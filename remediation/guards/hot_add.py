"""A running VM grows only where hot-add can do it; else the owner chooses when it restarts. Never a silent reboot.

Numbers and rules: `remediation.hotadd`; design §7 ("Hot-add or window").
"""

from typing import Final

from remediation.admission import Case
from remediation.hotadd import obstacle_to
from remediation.model import Hold, HoldKind
from remediation.sizes import grown
from vsphere.model import PowerState


class HotAdd:
    """For what grows; a VM that is off needs none."""

    name: Final = "hot-add"
    needs_metrics: Final = True

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm, wanted = case.recommendation.vm, grown(case.recommendation)
        if wanted is None or vm.power is not PowerState.ON:
            return None
        found = obstacle_to(
            vm,
            cpu_count=wanted.cpu_count,
            memory_mib=wanted.memory_mib,
            disks=case.facts.disks.get(vm.ref),
            guards=case.settings.guards,
        )
        if found is None:
            return None
        if not found.restart_helps:
            way_out = "Turn that off in vCenter first, or give it the size with fault tolerance off."
            return Hold(guard=self.name, kind=HoldKind.REFUSE, reason=f"{vm.name} {found.reason}.", way_out=way_out)
        return Hold(
            guard=self.name,
            kind=HoldKind.WINDOW,
            reason=f"{vm.name} {found.reason}; more needs a restart.",
            way_out=f"Choose when it restarts: `{case.recommendation.command} at=tonight`.",
        )
