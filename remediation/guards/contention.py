"""More does not help where the host is short: it makes it worse. Then the card says what would help instead.

Numbers: `remediation.causes`.
"""

from typing import Final

from remediation.admission import Case
from remediation.causes import causes
from remediation.model import Hold, HoldKind


class Contention:
    """Cause check before anything is added; what is not known speaks against nothing."""

    name: Final = "contention"
    needs_metrics: Final = True

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        recommendation = case.recommendation
        found = causes(case.facts, recommendation.vm, recommendation.playbook, case.settings.guards)
        if not found:
            return None
        why = "; ".join(cause.reason for cause in found)
        return Hold(
            guard=self.name,
            kind=HoldKind.REFUSE,
            reason=f"More would make it worse: {why}.",
            way_out=found[0].better,
        )
