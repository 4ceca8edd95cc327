"""At first the bot only looks on: what is red at its start may be long known, or the start may be the trouble.

Number: peers' guard-rail table, "Cold start" (10 min, after VPA's mass eviction on redeploy).
"""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.words import span


class ObserveFirst:
    """The first minutes after start."""

    name: Final = "observe"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        length, since = case.settings.guards.observe_for, case.facts.started_at
        until = since + length
        if case.facts.now >= until:
            return None
        watched = span(case.facts.now - since)
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"The bot has watched for {watched} and only looks on for the first {span(length)}.",
            way_out=f"Give the command yourself if it can't wait: `{case.recommendation.command}`.",
            until=until,
        )
