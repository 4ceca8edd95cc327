"""How far the playbook may go by itself here: off, recommend, approve, auto."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind, Mode
from remediation.modes import standing


class ModeOfPlaybook:
    """Only `approve` and `auto` do anything; `remediation.modes` says which holds and why."""

    name: Final = "mode"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        if case.mode in {Mode.APPROVE, Mode.AUTO}:
            return None
        playbook = case.playbook.name.value
        found = standing(case.facts, case.history, case.playbook, case.settings)
        reason = found.reason if found.mode is case.mode else f"{playbook} is in mode {case.mode.value}."
        if case.mode is Mode.OFF:
            way_out = f"An administrator can change it: `remediation mode {playbook} recommend`."
            return Hold(guard=self.name, kind=HoldKind.NOTHING, reason=reason, way_out=way_out)
        way_out = f"Give the command yourself: `{case.recommendation.command}`."
        return Hold(guard=self.name, kind=HoldKind.RECOMMEND, reason=reason, way_out=way_out)
