"""The looks of one pass: all that is due, many at a time, each claimed so that no other replica looks meanwhile."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from operations.errors import StorageError
from remediation.acting import Acting, decided
from remediation.facts import Scenery
from remediation.foremost import brake_of
from remediation.guards.at_once import AtOnceInCluster, MovesAtOnce
from remediation.guards.underway import UnderWay
from remediation.looking import Looking, Seen, is_to_act
from remediation.model import Decided, History, Incident, IncidentState, VerdictKind
from remediation.record import Change, RemediationRecord
from remediation.settings import RemediationSettings
from remediation.storms import rolled_up
from vsphere.clock import Clock
from vsphere.errors import VsphereError

log = structlog.get_logger(__name__)

VCENTER: Final = "vcenter"
"""Instead of a guard rail's name, where vCenter could not be asked."""
_BOT: Final = "bot"
_WORKERS: Final = 8
_AFTER_OTHERS: Final = frozenset({AtOnceInCluster.name, MovesAtOnce.name, UnderWay.name})
"""Guard rails that let the next one pass when another has ended."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST: Final = timedelta(seconds=1)


class Rounds:
    """Looks at what is due."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        looking: Looking,
        acting: Acting,
        clock: Clock,
        by: str,
    ) -> None:
        self._look_every = max(settings.look_every, _SHORTEST)
        self._storm_within = settings.guards.storm_within
        self._record = record
        self._looking = looking
        self._acting = acting
        self._clock = clock
        self._by = by
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="remediation")
        self._latest = threading.Lock()
        self._history = History()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def run_once(self, sceneries: Mapping[str, Scenery], *, others_ended: bool, all_of_them: bool) -> None:
        """Look at what is due in these vCenters.

        Args:
            sceneries: by the vCenter's name.
            others_ended: whether a remedy has ended, so that one that waited for it may have its turn.
            all_of_them: whether everything is to be looked at, since a switch was set.

        Raises:
            StorageError: the record can't be read or written.
        """
        opened, now = self._record.opened(), self._clock.now()
        due = [
            one
            for one in opened
            if one.state is IncidentState.OPEN
            and one.alarm.entity.vcenter in sceneries
            and (all_of_them or _is_due(one, now) or (others_ended and _waits_for_others(one)))
        ]
        claimed = [one for one in self._record.claim(due, self._by) if one.state is IncidentState.OPEN]
        if not claimed:
            return
        self._history = self._record.history(now)
        looks = [(one, self._pool.submit(self._look, one, sceneries[one.alarm.entity.vcenter])) for one in claimed]
        found = [change for one, look in looks if (change := self._outcome(one, look)) is not None]
        is_stormy = any(one.braked for one in found)
        closed = self._record.closed_of(now - self._storm_within) if is_stormy else ()
        self._record.save(rolled_up(found, opened, closed))

    def _look(self, incident: Incident, scenery: Scenery) -> Change | None:
        """Look at one, and do what is to be done; what is to be written otherwise."""
        with self._latest:
            history = self._history
        try:
            seen = self._looking.look(incident, scenery, history)
        except VsphereError as error:
            return self._postponed(incident, VCENTER, f"vCenter {scenery.gateway.name} could not be asked: {error}.")
        if is_to_act(seen.verdict):
            acted = self._acting.act(seen)
            with self._latest:
                self._history = acted.history or self._history
            if acted.remedy is not None or is_to_act(acted.seen.verdict):
                # The second is so where somebody else has changed the incident first.
                return acted.change
            seen = acted.seen
        return self._after(seen)

    def _outcome(self, incident: Incident, look: Future[Change | None]) -> Change | None:
        """Of one look; whatever one incident brings about, the others are looked at."""
        error = look.exception()
        if error is None:
            return look.result()
        if isinstance(error, StorageError):
            log.warning("incident.look.unwritten", incident=incident.id, reason=str(error))
            return None
        log.error("incident.look.failed", incident=incident.id, exc_info=error)
        return self._postponed(incident, _BOT, "The bot failed to look at it; an administrator finds why in its log.")

    def _after(self, seen: Seen) -> Change:
        """The incident once it was looked at, and nothing was done."""
        now = self._clock.now()
        after = replace(
            seen.incident,
            decided=decided(seen.verdict, now),
            look_at=seen.verdict.look_at or self._next(now),
        )
        return Change(before=seen.incident, after=after, braked=brake_of(seen.verdict) is not None)

    def _postponed(self, incident: Incident, guard: str, reason: str) -> Change:
        now = self._clock.now()
        said = Decided(verdict=VerdictKind.WAIT, reason=reason, guard=guard, at=now)
        return Change(before=incident, after=replace(incident, decided=said, look_at=self._next(now)))

    def _next(self, now: datetime) -> datetime:
        """When it is looked at again where nothing says when: at the same moment as others, to read the alarms once."""
        every = self._look_every
        return _EPOCH + ((now - _EPOCH) // every + 1) * every


def _is_due(incident: Incident, now: datetime) -> bool:
    return incident.look_at is None or incident.look_at <= now


def _waits_for_others(incident: Incident) -> bool:
    return incident.decided is not None and incident.decided.guard in _AFTER_OTHERS
