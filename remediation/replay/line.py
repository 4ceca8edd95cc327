"""Incidents that wait for nothing but others' remedies: they stand in line, and only the first are looked at.

With hundreds red at once a look at each of them, whenever there is room for one more, would take for ever.
"""

from collections.abc import Callable
from typing import Final

from remediation.guards.at_once import AtOnceInCluster, MovesAtOnce
from remediation.guards.budgets import HourlyBudget
from remediation.guards.underway import UnderWay
from remediation.intake import Place
from remediation.model import HoldKind, Verdict, VerdictKind

_OTHERS: Final = frozenset({HourlyBudget.name, AtOnceInCluster.name, MovesAtOnce.name, UnderWay.name})
"""Guard rails that let the next one pass when another's remedy has ended, or is an hour old."""
_IN_VAIN: Final = 2
"""So many looks in vain, and there is no room for those behind them either."""


def waits_for_others(verdict: Verdict) -> bool:
    """Whether all that it waits for is others' remedies."""
    return verdict.kind is VerdictKind.WAIT and all(
        hold.guard in _OTHERS for hold in verdict.holds if hold.kind is HoldKind.WAIT
    )


class Line:
    """Who has waited longest is first."""

    def __init__(self) -> None:
        self._places: dict[Place, None] = {}

    def join(self, place: Place) -> None:
        """Stand at the end."""
        self._places.pop(place, None)
        self._places[place] = None

    def leave(self, place: Place) -> None:
        """Whether it stood there or not."""
        self._places.pop(place, None)

    def let_in(self, look: Callable[[Place], bool]) -> None:
        """Look at the first ones until there is no more room.

        Args:
            look: says whether there was room; an incident that still waits has joined again.
        """
        in_vain = 0
        for place in tuple(self._places):
            if in_vain == _IN_VAIN:
                return
            self.leave(place)
            in_vain = 0 if look(place) else in_vain + 1
