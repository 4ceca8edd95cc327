"""Whether a recommendation may be carried out now, and how: every guard rail is asked; every answer has a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from remediation.model import Facts, History, Hold, HoldKind, Mode, NoRemedy, Recommendation, Verdict, VerdictKind
from remediation.settings import PlaybookSettings, RemediationSettings

PLAYBOOK: Final = "playbook"
"""The name that stands for the playbook itself where it has nothing to recommend."""
_RANK: Final = (HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT, HoldKind.WINDOW, HoldKind.RECOMMEND)
"""Which no decides where there are several: what makes all else pointless stands first."""
_FINAL: Final = frozenset({HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT})
"""A no that no figure makes milder: with WINDOW and RECOMMEND the card still says what the figures say."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
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

    @property
    def needs_metrics(self) -> bool:
        """Whether it looks at samples or disks among the facts, each of which costs a call to vCenter."""

    def check(self, case: Case) -> Hold | None:
        """Say no with a reason, or nothing."""


class Admission:
    """All guard rails."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = tuple(guards)

    def glance(self, case: Case) -> Verdict | None:
        """Ask those that need no samples and no disks, so that most looks cost no call to vCenter.

        Returns:
            The verdict where nothing that has yet to be read could make it another one; else None: read, then `judge`.
        """
        holds = _holds(case, (guard for guard in self._guards if not guard.needs_metrics))
        return _verdict(case, holds) if holds and holds[0].kind in _FINAL else None

    def judge(self, case: Case) -> Verdict:
        """Ask every guard rail; without a no the mode says whether it is done or asked for."""
        holds = _holds(case, self._guards)
        if holds:
            return _verdict(case, holds)
        kind = VerdictKind.ASK if case.mode is Mode.APPROVE else VerdictKind.ACT
        return Verdict(kind=kind, reason=f"{case.recommendation.summary}.", recommendation=case.recommendation)


def without_remedy(none: NoRemedy) -> Verdict:
    """The verdict where a playbook has nothing to recommend."""
    return Verdict(kind=VerdictKind.REFUSE, reason=none.reason, guard=PLAYBOOK, way_out=none.better)


def _holds(case: Case, guards: Iterable[Guard]) -> tuple[Hold, ...]:
    """Every no, the deciding one first, in whatever order they are asked."""
    found = (hold for guard in guards if (hold := guard.check(case)) is not None)
    return tuple(sorted(found, key=_weight))


def _weight(hold: Hold) -> tuple[int, float, str, str]:
    """What stands first: the heaviest kind, of several waits the longest, else by name."""
    longest = (hold.until or _LONG_AGO).timestamp() if hold.kind is HoldKind.WAIT else 0.0
    return _RANK.index(hold.kind), -longest, hold.guard, hold.reason


def _verdict(case: Case, holds: Sequence[Hold]) -> Verdict:
    first = holds[0]
    return Verdict(
        kind=_VERDICT[first.kind],
        reason=first.reason,
        guard=first.guard,
        way_out=first.way_out,
        recommendation=case.recommendation,
        look_at=first.until,
        holds=tuple(holds),
    )
