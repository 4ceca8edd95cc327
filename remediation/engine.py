"""Remediation as a whole: one pass from what is triggered to what was done about it; safe in all replicas at once.

Everything that counts is on record, so a pass that is broken off is gone on with by the next one, here or elsewhere.
"""

import threading
from collections.abc import Mapping
from typing import Final

import structlog

from operations.errors import StorageError
from operations.model import ActorKind, Operation, State
from remediation.acting import Acting
from remediation.admission import Admission
from remediation.breaker import tripped
from remediation.byhand import ByHand
from remediation.facts import Shield
from remediation.following import Following
from remediation.guards import ALL_GUARDS
from remediation.hostwatch import HostWatch
from remediation.hourly import Hourly
from remediation.looking import Looking
from remediation.model import Decided, History, Incident, Mode, Remedy, RemedyState, Switch
from remediation.ports import Changes
from remediation.record import Listener, RemediationRecord
from remediation.registry import PLAYBOOKS
from remediation.rounds import Rounds
from remediation.settings import RemediationSettings
from remediation.switches import breaker_key
from remediation.trust import Ladder, Notices
from remediation.undone import Undone
from remediation.verifier import Verifier
from remediation.watching import Watching
from remediation.withdrawing import Withdrawing
from vsphere.clock import Clock
from vsphere.model import Ref
from vsphere.sites import Sites

log = structlog.get_logger(__name__)

_LONGEST_REST_S: Final = 30.0
"""Other replicas' news comes by the record alone."""
_REST_WHILE_UNDER_WAY_S: Final = 5.0
_REST_WHILE_UNREAD_S: Final = 5.0
"""A vCenter that can't be read is not asked more often."""
_SHORTEST_REST_S: Final = 1.0
_REMEDIES: Final = frozenset({"transform", "move"})
"""Verbs of operations that help against an alarm."""


class Remediation:
    """One replica's. `run_once` is one pass; `bot.service` runs it again and again."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        changes: Changes,
        sites: Sites,
        shield: Shield,
        clock: Clock,
        notices: Notices,
        replica_id: str,
    ) -> None:
        """Take what it needs; nothing is looked at yet.

        Args:
            settings: all of them.
            record: what has happened so far.
            changes: the one door.
            sites: the vCenters.
            shield: what protects a VM, by policy.
            clock: time; from now on the bot counts as started.
            notices: where what is to be told to administrators is kept.
            replica_id: unique among replicas, and the same after a restart.
        """
        self.settings = settings
        self._record = record
        self._clock = clock
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._looks_at_all = threading.Event()
        looking = Looking(settings=settings, playbooks=PLAYBOOKS, admission=Admission(ALL_GUARDS), clock=clock)
        acting = Acting(settings=settings, record=record, changes=changes, looking=looking, clock=clock)
        self._rounds = Rounds(
            settings=settings, record=record, looking=looking, acting=acting, clock=clock, by=replica_id
        )
        self._watching = Watching(
            settings=settings, record=record, changes=changes, sites=sites, shield=shield, clock=clock
        )
        self._hosts = HostWatch(sites=sites, record=record, clock=clock, wake=self.wake)
        self._withdrawing = Withdrawing(
            settings=settings, record=record, changes=changes, sites=sites, shield=shield, clock=clock
        )
        self._following = Following(record=record, changes=changes, clock=clock)
        self._hourly = Hourly(record=record, most=settings.guards.per_hour, clock=clock)
        self._undone = Undone(record=record, changes=changes, clock=clock)
        self._verifier = Verifier(
            book=record,
            look=self._watching.look_back,
            undo_of=self._undone.undo_of,
            verify_after=settings.verify_after,
            clock=clock,
        )
        self._by_hand = ByHand(record=record, changes=changes, look=self._watching.look_back, clock=clock)
        self._ladder = Ladder(settings=settings, notices=notices)
        for gateway in sites:
            gateway.subscribe_alarms(self.wake)

    def run_once(self) -> float:
        """One pass: follow what runs, take in what is triggered, look at what is due, compare what was done.

        Returns:
            Seconds until the next one is due, unless something wakes it.

        Raises:
            StorageError: the record can't be read or written; the next pass goes on.
        """
        if not self.settings.enabled:
            return _LONGEST_REST_S
        with self._turn:
            self._wake.clear()
            self._hosts.run_once()
            self._by_hand.run_once()
            self._withdrawing.run_once()
            ended = self._following.run_once()
            self._undone.run_once()
            self._break(ended)
            self._hourly.run_once()
            self._look(others_ended=bool(ended))
            compared = self._verifier.run_once()
            if compared:
                self._ladder.climb(compared, self.history())
            return self._rest_s()

    def wake(self) -> None:
        """Something has changed: let the next pass begin at once."""
        self._wake.set()

    def wait(self, seconds: float) -> None:
        """Wait for the next pass to be due."""
        self._wake.wait(seconds)

    def heard(self, operation: Operation) -> None:
        """See `operations.ports.Listener`."""
        begins = operation.state is State.QUEUED
        is_ours = operation.actor.kind is ActorKind.REMEDIATION
        # What people do may be what is recommended, or take back what was done.
        matters = operation.approval is not None if is_ours else operation.verb in _REMEDIES
        if (is_ours and operation.state.is_final) or (matters and (begins or operation.state.is_final)):
            self.wake()

    def close(self) -> None:
        """End the threads; the pass that runs should have come to its end before."""
        self._rounds.close()

    def subscribe(self, listener: Listener) -> None:
        """See `RemediationRecord.subscribe`."""
        self._record.subscribe(listener)

    def open_incidents(self) -> list[Incident]:
        """All that are not closed, oldest first."""
        return self._record.opened()

    def incident(self, incident_id: str) -> Incident | None:
        """One, closed or not; None where there is none."""
        return self._record.incident(incident_id)

    def of_storm(self, storm: str) -> list[Incident]:
        """See `RemediationRecord.of_storm`."""
        return self._record.of_storm(storm)

    def remedies_of(self, incident: Incident) -> list[Remedy]:
        """What was done, or asked for, about an incident; oldest first."""
        return self._record.remedies(incident_id=incident.id)

    def recent_decisions(self, entity: Ref, limit: int) -> list[Decided]:
        """The latest about a VM or datastore, newest first."""
        return self._record.decisions(entity, limit)

    def latest_decisions(self, limit: int) -> list[tuple[Incident, Decided]]:
        """The latest about anything, newest first, each with its incident."""
        return self._record.latest_decisions(limit)

    def history(self) -> History:
        """What the guard rails look back at."""
        return self._record.history(self._clock.now())

    def switches(self) -> Mapping[str, Switch]:
        """All that are set, by key."""
        return self._record.switches()

    def switch(self, key: str, value: str | None, *, by: str) -> None:
        """Set a switch, or take it away, and look at everything anew.

        Raises:
            StorageError: it can't be written.
        """
        made = None if value is None else Switch(key=key, value=value, by=by, at=self._clock.now())
        self._record.switch(made, key=key, by=by)
        log.info("remediation.switch.set", switch=key, value=value, actor=by)
        self._looks_at_all.set()
        self.wake()

    def _look(self, *, others_ended: bool) -> None:
        """Take in what is triggered and look at what is due, or at everything where a switch was set."""
        looks_at_all = self._looks_at_all.is_set()
        if looks_at_all:
            self._looks_at_all.clear()
        try:
            sceneries = self._watching.take_in(is_due=looks_at_all or others_ended)
            self._rounds.run_once(sceneries, others_ended=others_ended, all_of_them=looks_at_all)
        except StorageError:
            if looks_at_all:
                self._looks_at_all.set()
            raise
        if looks_at_all and self._watching.is_unread:
            self._looks_at_all.set()

    def _break(self, ended: list[Remedy]) -> None:
        """Trip the breaker of what has failed too often, so that it stays tripped until a person rearms it."""
        failed = {one.playbook for one in ended if one.state is RemedyState.FAILED}
        if not failed:
            return
        history = self.history()
        for playbook in failed:
            why, key = tripped(history, playbook, self.settings.guards), breaker_key(playbook)
            if why is not None and key not in history.switches:
                log.warning("remediation.breaker.tripped", playbook=playbook.value, reason=why)
                self._record.switch(Switch(key=key, value=why, by="bot", at=self._clock.now()), key=key)

    def _rest_s(self) -> float:
        """Until the earliest moment at which something is due."""
        times = [one.look_at for one in self._record.opened() if one.look_at is not None]
        compare_at = self._verifier.next_at()
        rests = [(at - self._clock.now()).total_seconds() for at in (*times, *([compare_at] if compare_at else []))]
        # What is planned for later wakes it when it ends.
        is_live = any(not _is_planned(one) for one in self._record.unfinished())
        most = _REST_WHILE_UNDER_WAY_S if is_live else _LONGEST_REST_S
        if not self._watching.is_ready:
            # Nothing wakes it when the inventory has arrived.
            most = _SHORTEST_REST_S
        return max(min([*rests, most]), _REST_WHILE_UNREAD_S if self._watching.is_unread else _SHORTEST_REST_S)


def _is_planned(remedy: Remedy) -> bool:
    """Whether a person has planned it, and it has not begun."""
    return remedy.mode is Mode.RECOMMEND and remedy.state is RemedyState.ASKED
