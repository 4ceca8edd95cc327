"""The `History` of a replay or a simulation, in memory; it stays small however long it runs."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from remediation.model import History, Reddening, Remedy, RemedyState, Switch
from remediation.settings import GuardSettings
from vsphere.model import Ref

_HOUR: Final = timedelta(hours=1)
_BY_TIME: Final = attrgetter("at")
_UNFINISHED: Final = (RemedyState.ASKED, RemedyState.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookback:
    """How far the guard rails look back; what is older changes no decision."""

    vm: timedelta = timedelta(days=30)
    """At the remedies of the VM that would be changed; see `History`."""
    all: timedelta
    """At those of all VMs, and at what turned red."""
    failures: timedelta
    """At those that failed, for the breaker."""


def lookback(guards: GuardSettings) -> Lookback:
    """By the numbers of the configuration."""
    storm = guards.storm_within + guards.storm_pause
    return Lookback(all=max(_HOUR, storm, guards.flap_within), failures=guards.breaker_within)


class Ledger:
    """Remedies, reddenings and switches of the last while."""

    def __init__(self, back: Lookback) -> None:
        self._back = back
        self._remedies: dict[str, Remedy] = {}
        self._recent: dict[str, None] = {}
        self._failed: dict[str, None] = {}
        self._fleet: tuple[Remedy, ...] | None = None
        """What is recent, whichever VM it is of; None where it has to be put together."""
        self._by_vm: defaultdict[Ref, list[str]] = defaultdict(list)
        self._reddenings: defaultdict[Ref | None, deque[Reddening]] = defaultdict(deque)
        self.switches: dict[str, Switch] = {}

    def note(self, reddening: Reddening) -> None:
        """Something turned red."""
        self._reddenings[reddening.cluster].append(reddening)

    def put(self, remedy: Remedy) -> None:
        """A remedy is new, or another than before."""
        if remedy.key not in self._remedies:
            self._recent[remedy.key] = None
            self._by_vm[remedy.vm].append(remedy.key)
        if remedy.state is RemedyState.FAILED:
            self._failed[remedy.key] = None
        self._remedies[remedy.key] = remedy
        self._fleet = None

    def set(self, switch: Switch) -> None:
        """What a person would set, or the breaker."""
        self.switches[switch.key] = switch

    def history(self, now: datetime, vms: Iterable[Ref] = (), clusters: Iterable[Ref | None] | None = None) -> History:
        """What the guard rails look back at for a change of one of these VMs.

        All of their remedies and what is recent of others'; what turned red in these clusters (None among them: in no
        cluster), or where they are None, anywhere.
        """
        self._forget(now)
        return History(
            remedies=self._of(vms),
            reddenings=self._reddened(now, tuple(self._reddenings) if clusters is None else tuple(clusters)),
            switches=self.switches,
        )

    def _of(self, vms: Iterable[Ref]) -> tuple[Remedy, ...]:
        """Newest last: mostly what is recent, and what these VMs had before that."""
        if self._fleet is None:
            self._fleet = self._sorted(self._failed | self._recent)
        older = {key: None for vm in vms for key in self._by_vm.get(vm, ()) if key not in self._recent}
        return self._sorted(older | self._failed | self._recent) if older else self._fleet

    def _sorted(self, keys: Iterable[str]) -> tuple[Remedy, ...]:
        return tuple(sorted((self._remedies[key] for key in keys), key=_BY_TIME))

    def _reddened(self, now: datetime, clusters: tuple[Ref | None, ...]) -> tuple[Reddening, ...]:
        for cluster in clusters:
            reddenings = self._reddenings[cluster]
            while reddenings and reddenings[0].at < now - self._back.all:
                reddenings.popleft()
        if len(clusters) == 1:
            return tuple(self._reddenings[clusters[0]])
        return tuple(sorted((one for cluster in clusters for one in self._reddenings[cluster]), key=_BY_TIME))

    def _forget(self, now: datetime) -> None:
        while key := self._over(self._recent, now - self._back.all):
            del self._recent[key]
            self._fleet = None
        while key := self._over(self._failed, now - self._back.failures):
            del self._failed[key]
            self._fleet = None
        while key := self._over(self._remedies, now - self._back.vm):
            self._by_vm[self._remedies.pop(key).vm].remove(key)

    def _over(self, keys: Mapping[str, object], before: datetime) -> str | None:
        """The oldest, if nothing looks back at it any more."""
        oldest = next(iter(keys), None)
        if oldest is None:
            return None
        remedy = self._remedies[oldest]
        is_over = remedy.state not in _UNFINISHED and (remedy.ended_at or remedy.at) < before
        return oldest if is_over else None
