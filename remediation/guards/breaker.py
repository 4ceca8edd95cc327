"""A playbook that has failed three times within 24 h only recommends until a person rearms it.

Number: peers' guard-rail table, "Circuit breaker" (3 failures / 24 h, after VMware-Policy).
"""

from typing import Final

from remediation.admission import Case
from remediation.breaker import tripped
from remediation.model import Hold, HoldKind


class Breaker:
    """Counted since the last rearming, from the record of remedies."""

    name: Final = "breaker"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        why = tripped(case.history, case.playbook.name, case.settings.guards)
        if why is None:
            return None
        way_out = f"Find out why, then an administrator rearms it: `remediation rearm {case.playbook.name.value}`."
        return Hold(guard=self.name, kind=HoldKind.RECOMMEND, reason=why, way_out=way_out)
