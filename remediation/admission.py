"""Whether a recommendation may be carried out now, and how: every guard rail is asked; every answer has a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from remediation.model import Facts, History, Hold, HoldKind, Mode, NoRemedy, Recommendation, Verdict, VerdictKind
from remediation.settings import PlaybookSettings, RemediationSettings

PLAYBOOK: Final = "playbook"
"""The name that stands for the playbook itself where it has nothing to recommend."""
_RANK: Final = (HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT, HoldKind.WINDOW, HoldKind.RECOMMEND)
"""Which no decides where there are several: what makes all else pointless stands first."""
_VERDICT: Final = {
    HoldKind.NOTHING: VerdictKind.NOTHING,
    HoldKind.REFUSE: VerdictKind.REFUSE,
    HoldKind.WAIT: VerdictKind.WAIT,
    HoldKind.WINDOW: VerdictKind.WINDOW,
    HoldKind.RECOMMEND: VerdictKind.RECOMMEND,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What a guard rail judges."""

    facts: Facts
    history: History
    settings: RemediationSettings
    playbook: PlaybookSettings
    mode: Mode
    """As it is for this entity now: override, switch and breaker taken into account."""
    recommendation: Recommendation


class Guard(Protocol):
    """One guard rail: pure, and safe to ask in any order."""

    @property
    def name(self) -> str:
        """What cards and `why` call it: `cooldown`."""

    def check(self, case: Case) -> Hold | None:
        """Say no with a reason, or nothing."""


class Admission:
    """All guard rails."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = tuple(guards)

    def judge(self, case: Case) -> Verdict:
        """Ask every guard rail; without a no the mode says whether it is done or asked for."""
        found = [hold for guard in self._guards if (hold := guard.check(case)) is not None]
        if not found:
            kind = VerdictKind.ASK if case.mode is Mode.APPROVE else VerdictKind.ACT
            return Verdict(kind=kind, reason=f"{case.recommendation.summary}.", recommendation=case.recommendation)
        holds = tuple(sorted(found, key=lambda hold: _RANK.index(hold.kind)))
        first = holds[0]
        return Verdict(
            kind=_VERDICT[first.kind],
            reason=first.reason,
            guard=first.guard,
            way_out=first.way_out,
            recommendation=case.recommendation,
            look_at=first.until,
            holds=holds,
        )


def without_remedy(none: NoRemedy) -> Verdict:
    """The verdict where a playbook has nothing to recommend."""
    return Verdict(kind=VerdictKind.REFUSE, reason=none.reason, guard=PLAYBOOK, way_out=none.better)
