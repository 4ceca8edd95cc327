"""A person has paused remediation, for a time or until it is resumed."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.switches import pause_of
from remediation.words import span


class Paused:
    """The switch `pause`."""

    name: Final = "pause"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        pause = pause_of(case.history.switches, case.facts.now)
        if pause is None:
            return None
        length = f"for another {span(pause.until - case.facts.now)}" if pause.until else "until somebody resumes it"
        why = f": {pause.reason}" if pause.reason else ""
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"<@{pause.by}> has paused remediation {length}{why}.",
            way_out="An administrator can end it: `remediation resume`.",
            until=pause.until,
        )
