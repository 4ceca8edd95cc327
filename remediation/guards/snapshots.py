"""A VM with many snapshots is not moved: it takes long, and a chain that breaks on the way takes data along.

Number: peers' guard-rail table, "Snapshots" (2-3 in a chain, after VMware's own advice).
"""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.words import counted, quoted


class Snapshots:
    """For moves alone."""

    name: Final = "snapshots"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm, most = case.recommendation.vm, case.settings.relief.most_snapshots
        if case.recommendation.verb != "move" or vm.snapshot_count <= most:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.REFUSE,
            reason=(
                f"{vm.name} has {counted(vm.snapshot_count, 'snapshot')}, and a VM with more than {most} is not moved."
            ),
            way_out=f"Remove those that nobody needs: `snapshot {quoted(vm.name)} list`.",
        )
