"""Incidents from red to green on a clock that is moved by hand: what the service does, without its database and SOAP.

What is decided is decided by the service's own intake, playbooks, guard rails and admission; only the bookkeeping is
here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from remediation.admission import Admission, Case, Guard
from remediation.hosts import turn_of, turned
from remediation.intake import Place, intake, place
from remediation.looking import Looking, is_to_act
from remediation.model import Facts, History, HoldKind, Incident, IncidentState, Reddening, Verdict, VerdictKind
from remediation.registry import PLAYBOOKS
from remediation.replay.agenda import Agenda, Due, Kind
from remediation.replay.deeds import Deeds, Pace
from remediation.replay.ledger import Ledger, lookback
from remediation.replay.line import Line, waits_for_others
from remediation.replay.memory import remembering
from remediation.replay.ports import HandClock, Witness, World
from remediation.settings import RemediationSettings
from vsphere.model import AlarmChange, AlarmStatus, Host, Ref, TriggeredAlarm

_TRIGGERED: Final = frozenset({AlarmStatus.RED, AlarmStatus.YELLOW})
_A_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True)
class _Open:
    """An incident that is not closed."""

    incident: Incident
    ticket: int = 0
    """The number of the look that is next; others are out of date."""
    remedy: str | None = None
    """The key of what is under way."""


class VirtualEngine:
    """All incidents of a replay or a simulation."""

    def __init__(
        self, *, settings: RemediationSettings, guards: Sequence[Guard], world: World, witness: Witness, pace: Pace
    ) -> None:
        self._settings = settings
        self._world = world
        self._witness = witness
        self._pace = pace
        self._clock = HandClock()
        playbooks = {name: remembering(playbook) for name, playbook in PLAYBOOKS.items()}
        self._looking = Looking(settings=settings, playbooks=playbooks, admission=Admission(guards), clock=self._clock)
        self._ledger = Ledger(lookback(settings.guards))
        self._triggered: dict[Place, TriggeredAlarm] = {}
        self._names: dict[Ref, str] = {}
        self._open: dict[Place, _Open] = {}
        self._line = Line()
        self._rooms: set[datetime] = set()
        """When the line moves on; each moment once."""
        self._agenda = Agenda()
        self._deeds = Deeds(
            guards=settings.guards,
            world=world,
            witness=witness,
            pace=pace,
            ledger=self._ledger,
            agenda=self._agenda,
            over=self._over,
            status_of=self._status_of,
        )

    def change(self, change: AlarmChange) -> None:
        """An alarm changes; what was due before that is done first.

        Changes of one moment are taken in together, as by a look at vCenter: none of them is decided before the last.
        """
        for due in self._agenda.before(change.at):
            self._do(due)
        where = (change.alarm, change.entity)
        self._names[change.entity] = change.entity_name
        if change.after in _TRIGGERED:
            self._triggered[where] = _alarm(change)
        else:
            self._triggered.pop(where, None)
        self._take_in(where, change.at)
        if change.after is AlarmStatus.RED and where not in self._open:
            self._witness.shown(change)

    def advance(self, now: datetime) -> None:
        """Do what is due up to now."""
        for due in self._agenda.until(now):
            self._do(due)

    def see(self, hosts: Iterable[Host], now: datetime) -> None:
        """Hosts are as they are; what of it the service puts on record is kept."""
        for host in hosts:
            switch = turned(host.ref, turn_of(host, now), self._ledger.switches)
            if switch is not None:
                self._ledger.set(switch)

    def entity_name(self, entity: Ref) -> str | None:
        """See `remediation.intake.Scene`."""
        return self._names.get(entity)

    def cluster_of(self, entity: Ref) -> Ref | None:
        """See `remediation.intake.Scene`."""
        return self._world.cluster_of(entity)

    def time_offset(self) -> timedelta:
        """See `remediation.intake.Scene`; there is only one clock."""
        return timedelta(0)

    def _do(self, due: Due) -> None:
        self._clock.at = due.at
        if due.kind is Kind.LINE:
            self._rooms.discard(due.at)
            self._line.let_in(lambda where: self._look(self._open[where], due.at))
        elif isinstance(due.about, str):
            self._deeds.go_on(due.kind, due.about, due.at)
        elif due.about in self._open and self._open[due.about].ticket == due.number:
            self._look(self._open[due.about], due.at)

    def _take_in(self, where: Place, now: datetime) -> None:
        """Compare one alarm as it is now with its incident."""
        alarm, row = self._triggered.get(where), self._open.get(where)
        found = intake(
            () if alarm is None else (alarm,),
            () if row is None else (row.incident,),
            scene=self,
            playbooks=self._settings.playbooks,
            now=now,
        )
        for incident in found.new:
            self._note(incident)
            self._open[where] = row = _Open(incident)
            self._witness.opened(incident)
            self._look_at(now, row)
        for change in found.changes:
            self._changed(where, change.before, change.after, now)
        if found.calm and row is not None and row.remedy is not None:
            self._deeds.withdraw(row.remedy, now)

    def _changed(self, where: Place, before: Incident, after: Incident, now: datetime) -> None:
        if after.state is IncidentState.CLOSED:
            del self._open[where]
            self._line.leave(where)
            self._witness.closed(after)
            return
        if after.reddened != before.reddened:
            self._note(after)
        row = self._open[where]
        row.incident = after
        self._look_at(now, row)

    def _note(self, incident: Incident) -> None:
        """That it has turned red."""
        at = incident.reddened[-1] if incident.reddened else incident.opened_at
        entity = incident.alarm.entity
        self._ledger.note(Reddening(at=at, entity=entity, cluster=incident.cluster, playbook=incident.playbook))

    def _look(self, row: _Open, now: datetime) -> bool:
        """Decide about an incident; whether there was room for it, so that it does not wait for others."""
        facts = self._world.facts(row.incident, now)
        seen = self._looking.judge(facts, self._history(facts))
        self._witness.looked(row.incident, seen.verdict, now)
        if seen.case is not None and is_to_act(seen.verdict):
            self._admit(row, seen.case, asks=seen.verdict.kind is VerdictKind.ASK)
        elif waits_for_others(seen.verdict):
            self._stand_in_line(row, seen.verdict)
            return False
        else:
            self._look_at(self._next_look(seen.verdict, now), row)
        return True

    def _history(self, facts: Facts) -> History:
        """Of what may be changed: the VM, or one of those on the datastore, wherever that runs."""
        if facts.vm is None:
            return self._ledger.history(facts.now, [vm.ref for vm in facts.vms])
        clusters = {facts.incident.cluster, facts.cluster.ref if facts.cluster else None}
        return self._ledger.history(facts.now, [facts.vm.ref], clusters)

    def _stand_in_line(self, row: _Open, verdict: Verdict) -> None:
        """It is its turn when a remedy has ended, or at the time that a budget names."""
        row.ticket = 0
        self._line.join(place(row.incident))
        for hold in verdict.holds:
            if hold.until is not None and hold.until not in self._rooms:
                self._rooms.add(hold.until)
                self._agenda.add(hold.until, Kind.LINE, "")

    def _next_look(self, verdict: Verdict, now: datetime) -> datetime:
        """When something may be different: when all that it waits for is over, else when a no may no longer hold."""
        soon = now + self._settings.look_every
        waits = [hold.until or soon for hold in verdict.holds if hold.kind is HoldKind.WAIT]
        if waits:
            return max(*waits, now + _A_SECOND)
        later = now + (self._pace.patience or self._settings.look_every)
        return max([hold.until or later for hold in verdict.holds], default=later)

    def _admit(self, row: _Open, case: Case, *, asks: bool) -> None:
        row.incident = replace(row.incident, round=row.incident.round + 1, state=IncidentState.ACTING)
        row.ticket = 0
        row.remedy = self._deeds.admit(case, asks=asks)

    def _over(self, where: Place, now: datetime) -> None:
        """A remedy is no longer under way: its incident is looked at again, or is over as well."""
        row = self._open[where]
        row.incident, row.remedy = replace(row.incident, state=IncidentState.OPEN), None
        self._look_at(now, row)
        self._take_in(where, now)
        if not self._rooms:
            # Where a budget is used up, there is no room before the time that it has named.
            self._agenda.add(now, Kind.LINE, "")

    def _status_of(self, where: Place) -> AlarmStatus:
        alarm = self._triggered.get(where)
        return alarm.status if alarm else AlarmStatus.GREEN

    def _look_at(self, at: datetime, row: _Open) -> None:
        row.ticket = self._agenda.add(at, Kind.LOOK, place(row.incident))


def _alarm(change: AlarmChange) -> TriggeredAlarm:
    return TriggeredAlarm(
        key=f"{change.alarm.moref}.{change.entity.moref}",
        alarm=change.alarm,
        name=change.alarm_name,
        system_name=change.alarm_system_name,
        entity=change.entity,
        entity_kind=change.entity_kind,
        status=change.after,
        triggered_at=change.at,
    )
