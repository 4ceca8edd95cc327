"""Somebody has acknowledged the alarm in vCenter, so somebody is at it."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind


class Acknowledged:
    """Left alone, unless the configuration says otherwise."""

    name: Final = "acknowledged"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        alarm = case.facts.alarm
        if alarm is None or not alarm.acknowledged or not case.settings.guards.leave_acknowledged:
            return None
        who = alarm.acknowledged_by or "Somebody"
        return Hold(
            guard=self.name,
            kind=HoldKind.NOTHING,
            reason=f"{who} has acknowledged the alarm {alarm.name} in vCenter, so it is left to people.",
            way_out="Reset the alarm in vCenter, and it is looked at again when it turns red.",
        )
