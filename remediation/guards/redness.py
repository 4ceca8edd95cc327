"""The alarm is still red when it is read again, right before anything is decided, or its relief has begun.

Source: peers' guard-rail table, "Alarm trigger" (red and still red on re-read); vCenter reports changes only, so what
was heard may be long over.
"""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.relieving import has_begun
from vsphere.model import AlarmStatus


class StillRed:
    """As it was re-read a moment ago."""

    name: Final = "red"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        alarm, entity = case.facts.alarm, case.facts.incident.entity_name
        if alarm is not None and alarm.status is AlarmStatus.RED:
            return None
        if has_begun(case.facts.incident, case.history.remedies):
            # Something is recommended, so the datastore is not at its target yet.
            return None
        name = case.facts.incident.alarm.name
        reason = (
            f"The alarm {name} on {entity} has cleared by itself."
            if alarm is None or alarm.status is AlarmStatus.GREEN
            else f"The alarm {name} on {entity} is {alarm.status.value}, and only red ones are acted upon."
        )
        return Hold(guard=self.name, kind=HoldKind.NOTHING, reason=reason, way_out="Nothing needs to be done.")
