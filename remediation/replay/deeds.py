"""Remedies on the virtual clock: asked for, sent, at their end, compared; all of it written to the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediation.admission import Case
from remediation.breaker import tripped
from remediation.intake import Place, place
from remediation.model import Dropped, Mode, Remedy, RemedyState, Switch
from remediation.places import cluster_of, leaves
from remediation.replay.agenda import Agenda, Kind
from remediation.replay.ledger import Ledger
from remediation.replay.ports import Witness, World
from remediation.settings import GuardSettings
from remediation.switches import breaker_key
from remediation.verification import compare, figures
from vsphere.model import AlarmStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast things go where nobody but the clock decides."""

    answer_after: timedelta = timedelta(minutes=10)
    """In mode `approve` somebody says yes so long after being asked."""
    patience: timedelta | None = None
    """What waits for nothing is looked at again after so long; None is the settings' `look_every`."""
    verify_after: tuple[timedelta, ...] = ()
    """When what was done is compared; empty compares nothing."""


@dataclass(slots=True)
class _Deed:
    """A remedy under way, or still to be compared."""

    remedy: Remedy
    case: Case


class Deeds:
    """All remedies that are not over."""

    def __init__(
        self,
        *,
        guards: GuardSettings,
        world: World,
        witness: Witness,
        pace: Pace,
        ledger: Ledger,
        agenda: Agenda,
        over: Callable[[Place, datetime], None],
        status_of: Callable[[Place], AlarmStatus],
    ) -> None:
        """Take its neighbours.

        Args:
            guards: when the breaker trips.
            world: where remedies are carried out.
            witness: who counts.
            pace: how fast.
            ledger: the history.
            agenda: what is due.
            over: is told whose remedy is no longer under way.
            status_of: how an alarm is now.
        """
        self._guards = guards
        self._world = world
        self._witness = witness
        self._pace = pace
        self._ledger = ledger
        self._agenda = agenda
        self._over = over
        self._status_of = status_of
        self._deeds: dict[str, _Deed] = {}

    def admit(self, case: Case, *, asks: bool) -> str:
        """Put a remedy on the ledger, and send it or ask for a yes; its key."""
        now, remedy = case.facts.now, _remedy(case, asks=asks)
        self._ledger.put(remedy)
        self._deeds[remedy.key] = _Deed(remedy, case)
        if asks:
            self._witness.asked(remedy)
            self._agenda.add(now + self._pace.answer_after, Kind.ANSWER, remedy.key)
        else:
            self._begin(remedy.key, now)
        return remedy.key

    def go_on(self, kind: Kind, key: str, now: datetime) -> None:
        """Do what is due; nothing where the remedy is over."""
        if key not in self._deeds:
            return
        match kind:
            case Kind.ANSWER:
                self._begin(key, now)
            case Kind.END:
                self._end(key, now)
            case Kind.COMPARE:
                self._compare(key, now)
            case Kind.LOOK | Kind.LINE:
                raise ValueError(f"{key} is no incident")

    def withdraw(self, key: str, now: datetime) -> None:
        """The alarm is no longer red: what has not been sent is not sent any more."""
        if self._deeds[key].remedy.state is RemedyState.ASKED:
            deed = self._deeds.pop(key)
            deed.remedy = replace(deed.remedy, dropped=Dropped.OVERTAKEN)
            self._conclude(deed, RemedyState.DROPPED, now)

    def _begin(self, key: str, now: datetime) -> None:
        deed = self._deeds[key]
        self._write(deed, replace(deed.remedy, state=RemedyState.RUNNING))
        takes = self._world.begin(deed.case.recommendation, now)
        self._witness.began(deed.remedy, deed.case.recommendation)
        self._agenda.add(now + takes, Kind.END, key)

    def _end(self, key: str, now: datetime) -> None:
        deed = self._deeds[key]
        succeeds = self._world.finish(deed.case.recommendation, now)
        if not succeeds or not self._pace.verify_after:
            del self._deeds[key]
        self._conclude(deed, RemedyState.SUCCEEDED if succeeds else RemedyState.FAILED, now)
        if not succeeds:
            self._break(deed.remedy, now)
            return
        for after in self._pace.verify_after:
            self._agenda.add(now + after, Kind.COMPARE, key)

    def _conclude(self, deed: _Deed, state: RemedyState, now: datetime) -> None:
        self._write(deed, replace(deed.remedy, state=state, ended_at=now))
        self._witness.ended(deed.remedy)
        self._over(place(deed.case.facts.incident), now)

    def _break(self, failed: Remedy, now: datetime) -> None:
        """What has failed too often stays broken until a person rearms it."""
        history = self._ledger.history(now)
        why, key = tripped(history, failed.playbook, self._guards), breaker_key(failed.playbook)
        if why is not None and key not in history.switches:
            self._ledger.set(Switch(key=key, value=why, by="bot", at=now))

    def _compare(self, key: str, now: datetime) -> None:
        deed = self._deeds[key]
        incident = deed.case.facts.incident
        after = figures(self._world.facts(incident, now), since=deed.remedy.ended_at)
        status = self._status_of(place(incident))
        outcome = compare(deed.remedy.playbook, deed.remedy.before, after, alarm_now=status).outcome
        self._write(deed, replace(deed.remedy, outcome=outcome, checked=deed.remedy.checked + 1))
        self._witness.compared(deed.remedy)
        if deed.remedy.checked == len(self._pace.verify_after):
            del self._deeds[key]

    def _write(self, deed: _Deed, remedy: Remedy) -> None:
        deed.remedy = remedy
        self._ledger.put(remedy)


def _remedy(case: Case, *, asks: bool) -> Remedy:
    found, facts = case.recommendation, case.facts
    source = leaves(facts, found.vm) if found.target else None
    return Remedy(
        key=f"{facts.incident.key}/{facts.incident.round}",
        incident_id=facts.incident.id,
        operation_id=None,
        playbook=found.playbook,
        mode=Mode.APPROVE if asks else Mode.AUTO,
        vm=found.vm.ref,
        vm_name=found.vm.name,
        cluster=cluster_of(facts, found.vm),
        datastore=source.ref if source else None,
        target=found.target.ref if found.target else None,
        summary=found.summary,
        state=RemedyState.ASKED if asks else RemedyState.RUNNING,
        at=facts.now,
        before=figures(facts),
    )
