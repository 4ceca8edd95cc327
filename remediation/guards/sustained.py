"""The load has been high for a while, not for a moment: p95 of the last 15 minutes, with enough samples to tell.

Numbers: peers' guard-rail table, "Alarm trigger" (p95 >= 85 % over 15 min of 20 s samples, 80 % of them present).
"""

import math
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from remediation.admission import Case
from remediation.figures import p95
from remediation.model import Facts, Hold, HoldKind, PlaybookName
from remediation.words import percent, span
from vsphere.model import Sample

_WINDOW: Final = timedelta(minutes=15)
_INTERVAL: Final = timedelta(seconds=20)
_ROOM: Final = 0.001
"""So that 36 of 45 samples are 80 % in binary fractions too."""
_LOADS: Final = MappingProxyType[PlaybookName, tuple[str, Callable[[Sample], float | None]]](
    {
        PlaybookName.ADD_CPU: ("CPU", lambda one: one.cpu_percent),
        PlaybookName.ADD_MEMORY: ("memory", lambda one: one.memory_percent),
    }
)


class Sustained:
    """For CPU and memory; space on a datastore does not jitter."""

    name: Final = "sustained"
    needs_metrics: Final = True

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        least, load = case.settings.guards.sustained_percent, _LOADS.get(case.recommendation.playbook)
        if load is None or least <= 0:
            return None
        label, of = load
        known = [value for one in _recent(case.facts) if (value := of(one)) is not None]
        expected = _WINDOW // _INTERVAL
        found = p95(known)
        if found is None or len(known) < case.settings.guards.sustained_share * expected - _ROOM:
            return self._too_few(case, len(known), expected)
        if found >= least:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=(
                f"The {label} of {case.recommendation.vm.name} is not high for long enough: p95 of the last"
                f" {span(_WINDOW)} is {percent(found, beside=least)}, under {percent(least)}."
            ),
            way_out="It is looked at again while the alarm is red.",
        )

    def _too_few(self, case: Case, known: int, expected: int) -> Hold:
        share = case.settings.guards.sustained_share
        missing = max(math.ceil(share * expected - known - _ROOM), 1)
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=(
                f"vCenter has {known} of {expected} samples of {case.recommendation.vm.name} for the last"
                f" {span(_WINDOW)}, and {percent(100 * share)} are needed to tell."
            ),
            way_out="It is looked at again once there are more.",
            until=case.facts.now + missing * _INTERVAL,
        )


def _recent(facts: Facts) -> tuple[Sample, ...]:
    """Those of the 15 minutes up to the newest; none where the newest is as old as that itself."""
    if not facts.samples:
        return ()
    # Hosts stamp samples by clocks of their own, so they are held against each other rather than against ours.
    end = facts.samples[-1].at
    return tuple(one for one in facts.samples if end - _WINDOW < one.at) if facts.now - end < _WINDOW else ()
