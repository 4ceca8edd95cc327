"""An alarm that turns red again and again is left to a person: more of something does not calm it.

Number: four times within an hour, our own; the replay of real alarms is to confirm it (peers, user ask 17: flapping).
"""

from typing import Final

from remediation.admission import Case
from remediation.lookback import room_again
from remediation.model import Hold, HoldKind
from remediation.words import counted, span


class Flapping:
    """Of one entity and one playbook."""

    name: Final = "flapping"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        guards, entity = case.settings.guards, case.facts.incident.alarm.entity
        times = [
            one.at for one in case.history.reddenings if one.entity == entity and one.playbook is case.playbook.name
        ]
        until = room_again(times, most=guards.flaps, within=guards.flap_within, now=case.facts.now)
        if until is None:
            return None
        often = sum(1 for at in times if at > case.facts.now - guards.flap_within)
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=(
                f"The alarm on {case.facts.incident.entity_name} turned red {counted(often, 'time')} within"
                f" {span(guards.flap_within)}."
            ),
            way_out="Look for what comes and goes there, or give the alarm a longer time or a wider gap to green.",
            until=until,
        )
