"""The record of remediation in its own values: what changes is put down with its event, and nothing twice."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from operations.record.incident_rows import IncidentRow
from operations.record.incidents import Incidents, Past, Turn
from operations.record.journal import News
from remediation.model import Decided, History, Incident, IncidentState, Reddening, Remedy, RemedyState, Switch, Undoing
from remediation.remembering import Remembered
from remediation.returning import red_since
from remediation.rows import (
    decided_data,
    decision_row,
    incident_row,
    read_decided,
    read_incident,
    read_remedy,
    read_switch,
    remedy_row,
    switch_row,
)
from vsphere.clock import Clock
from vsphere.model import Ref

REMEDIES_BACK: Final = timedelta(days=30)
REDDENINGS_BACK: Final = timedelta(days=1)
_BOT: Final = "bot"
_FIGURE: Final = re.compile(r"\d+(?:[.,:]\d+)*")
_LIVE: Final = (RemedyState.ASKED.value, RemedyState.RUNNING.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What becomes of an incident."""

    before: Incident
    after: Incident
    remedy: Remedy | None = None
    """New, or further than it was."""
    reason: str = ""
    """Why it is closed, or how the remedy ended."""
    braked: bool = False
    """Whether the storm brake has a word in it, be it that something else was decided."""


Listener = Callable[[Incident], None]
Weigh = Callable[[History], Change | None]
"""Pure and quick; None leaves everything as it is."""


class RemediationRecord:
    """See `remediation.ports.Record`, and what the engine and the cards need beside it."""

    def __init__(self, rows: Incidents, *, clock: Clock, comparisons: int) -> None:
        """Take the tables, the clock, and how many comparisons each remedy gets."""
        self._rows = rows
        self._clock = clock
        self._comparisons = comparisons
        self._listeners: list[Listener] = []
        self._remedies = Remembered(read_remedy)
        self._reddenings = Remembered(_reddenings)

    def subscribe(self, listener: Listener) -> None:
        """Be told of every new version of an incident that this replica writes, from any thread; it must not raise."""
        self._listeners.append(listener)

    def open(self, incidents: Iterable[Incident]) -> list[Incident]:
        """Put incidents on record; those whose key is known already are left out of what is returned."""
        kept = self._rows.open([(incident_row(one), _opening(one)) for one in incidents])
        return self._told([read_incident(row) for row in kept])

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that have an incident, closed or not."""
        return self._rows.keys(keys)

    def opened(self) -> list[Incident]:
        """See `remediation.ports.Record`; oldest first."""
        return [read_incident(row) for row in self._rows.opened()]

    def lately(self, since: datetime) -> list[Incident]:
        """All that are not closed, and those that were closed since, as of one moment; oldest first."""
        return [read_incident(row) for row in self._rows.lately(since)]

    def incident(self, incident_id: str) -> Incident | None:
        """One incident, closed or not; None where there is none."""
        row = self._rows.get(incident_id)
        return None if row is None else read_incident(row)

    def of_storm(self, storm: str) -> list[Incident]:
        """Those that were rolled up into a storm, open or closed within the last day; oldest first."""
        return [one for one in self.lately(self._clock.now() - REDDENINGS_BACK) if one.storm == storm]

    def closed_of(self, since: datetime) -> list[Incident]:
        """Those that have turned red since and are closed; oldest first."""
        found = [one for one in self.lately(since) if one.state is IncidentState.CLOSED]
        return [one for one in found if red_since(one) >= since]

    def claim(self, incidents: Sequence[Incident], by: str) -> list[Incident]:
        """Take on to look at them; those that were free, as they are now."""
        rows = self._rows.claim([one.id for one in incidents], by) if incidents else []
        return [read_incident(row) for row in rows]

    def save(self, changes: Iterable[Change]) -> list[Incident]:
        """Write what became of incidents; what somebody else has changed meanwhile is left as it is.

        Returns:
            Those that were written.
        """
        turns = [_turn(change) for change in changes]
        news = {turn.after.id for turn in turns if turn.after.version != turn.before.version}
        written = [read_incident(row) for row in self._rows.save(turns)]
        self._told([one for one in written if one.id in news])
        return written

    def admit(self, weigh: Weigh) -> Incident | None:
        """Weigh a change against all that has happened, while nobody else can admit anything, and write it.

        Returns:
            The incident as it was written; None where nothing was.
        """

        def turn(past: Past) -> Turn | None:
            change = weigh(self._history(past, self._clock.now()))
            return None if change is None else _turn(change)

        row = self._rows.admit(turn, **self._since(self._clock.now()))
        return None if row is None else self._told([read_incident(row)])[0]

    def history(self, now: datetime) -> History:
        """See `remediation.ports.Record`."""
        return self._history(self._rows.past(**self._since(now)), now)

    def switches(self) -> dict[str, Switch]:
        """All that are set, by key."""
        return {row.key: read_switch(row) for row in self._rows.switches()}

    def switch(self, switch: Switch | None, *, key: str, by: str = _BOT) -> None:
        """See `remediation.ports.Record`; `by` is who takes it away."""
        data: dict[str, object] = {"switch": key, "value": switch.value if switch else None}
        news = News(kind="switch.set" if switch else "switch.cleared", actor=switch.by if switch else by, data=data)
        self._rows.switch(key, None if switch is None else switch_row(switch), news)

    def remedies(self, *, incident_id: str | None = None, unchecked: bool = False) -> list[Remedy]:
        """See `remediation.ports.Record`."""
        states = (RemedyState.SUCCEEDED.value,) if unchecked else ()
        below = self._comparisons if unchecked else None
        rows = self._rows.remedies(incident_id=incident_id, states=states, checked_below=below)
        return [read_remedy(row) for row in rows]

    def unfinished(self) -> list[Remedy]:
        """Those that wait for a yes or run, oldest first."""
        return [read_remedy(row) for row in self._rows.remedies(states=_LIVE)]

    def undone(self) -> list[Remedy]:
        """See `remediation.verifier.Book`."""
        now = self._clock.now()
        keys = {row.remedy for row in self._rows.undone(now - REMEDIES_BACK)}
        # Most of the time nobody takes anything back, and nothing else is read.
        return [one for one in self.history(now).remedies if one.key in keys] if keys else []

    def compared(self, remedy: Remedy, *, was: int) -> bool:
        """See `remediation.verifier.Book`."""
        news = _of_remedy("remedy.compared", remedy, str(remedy.after.get("reason", "")))
        kept = self._rows.compare(remedy_row(remedy), news, was=was)
        if kept and (incident := self.incident(remedy.incident_id)) is not None:
            self._told([incident])
        return kept

    def decisions(self, entity: Ref, limit: int) -> list[Decided]:
        """The latest about a VM or a datastore, newest first."""
        return [read_decided(row.data) for row in self._rows.decisions(str(entity), limit)]

    def latest_decisions(self, limit: int) -> list[tuple[Incident, Decided]]:
        """The latest about anything, newest first, each with its incident."""
        rows = self._rows.decisions(None, limit)
        found = ((self.incident(row.incident_id), read_decided(row.data)) for row in rows)
        return [(incident, decided) for incident, decided in found if incident is not None]

    def _told(self, incidents: list[Incident]) -> list[Incident]:
        for incident in incidents:
            for tell in self._listeners:
                tell(incident)
        return incidents

    def _history(self, past: Past, now: datetime) -> History:
        known = chain.from_iterable(self._reddenings.values(past.incidents))
        reddenings = (one for one in known if one.at >= now - REDDENINGS_BACK)
        return History(
            remedies=tuple(self._remedies.values(past.remedies)),
            reddenings=tuple(sorted(reddenings, key=lambda one: one.at)),
            switches={row.key: read_switch(row) for row in past.switches},
            undone={row.remedy: Undoing(operation_id=row.operation_id, by=row.by, at=row.at) for row in past.undone},
        )

    @staticmethod
    def _since(now: datetime) -> dict[str, datetime]:
        return {"remedies_since": now - REMEDIES_BACK, "incidents_since": now - REDDENINGS_BACK}


def differs(old: Decided | None, new: Decided | None) -> bool:
    """Whether a decision is another than before; figures that move with each look make none."""
    if old is None or new is None:
        return old is not new

    def gist(one: Decided) -> tuple[object, ...]:
        return (one.verdict, one.guard, _FIGURE.sub("#", one.reason), one.summary, one.command)

    return gist(old) != gist(new)


def _turn(change: Change) -> Turn:
    before, after = change.before, change.after
    decided = after.decided if differs(before.decided, after.decided) else None
    if decided is None and after.decided is not None:
        after = replace(after, decided=before.decided)
    is_news = replace(after, look_at=before.look_at, version=before.version) != before or change.remedy is not None
    after = replace(after, version=before.version + is_news)
    return Turn(
        before=incident_row(before),
        after=incident_row(after),
        remedy=None if change.remedy is None else remedy_row(change.remedy),
        decision=None if decided is None else decision_row(after, decided),
        news=tuple(_news(change, decided)),
    )


def _news(change: Change, decided: Decided | None) -> Iterable[News]:
    incident, remedy = change.after, change.remedy
    if decided is not None:
        data = {"incident": incident.id, "decided": decided_data(decided)}
        yield News(kind="incident.decided", actor=_BOT, data=data)
    if remedy is not None:
        kind = "admitted" if change.after.round > change.before.round else remedy.state.value
        yield _of_remedy(f"remedy.{kind}", remedy, change.reason)
    if incident.state is IncidentState.CLOSED and change.before.state is not IncidentState.CLOSED:
        yield News(kind="incident.closed", actor=_BOT, data={"incident": incident.id, "reason": change.reason})
    if change.before.state is IncidentState.CLOSED and incident.state is not IncidentState.CLOSED:
        yield News(kind="incident.returned", actor=_BOT, data={**_about(incident), "reason": change.reason})


def _opening(incident: Incident) -> News:
    return News(kind="incident.opened", actor=_BOT, data={**_about(incident), "key": incident.key})


def _about(incident: Incident) -> dict[str, object]:
    return {
        "incident": incident.id,
        "entity": str(incident.alarm.entity),
        "entity_name": incident.entity_name,
        "alarm": incident.alarm.name,
        "playbook": incident.playbook.value if incident.playbook else None,
    }


def _of_remedy(kind: str, remedy: Remedy, reason: str) -> News:
    data = {
        "remedy": remedy.key,
        "incident": remedy.incident_id,
        "operation": remedy.operation_id,
        "vm": str(remedy.vm),
        "summary": remedy.summary,
        "mode": remedy.mode.value,
        "state": remedy.state.value,
        "outcome": remedy.outcome.value if remedy.outcome else None,
        "checked": remedy.checked,
        "reason": reason,
    }
    return News(kind=kind, actor=remedy.playbook.value, data=data)


def _reddenings(row: IncidentRow) -> list[Reddening]:
    one = read_incident(row)
    times = (one.opened_at, *one.reddened)
    return [Reddening(at=at, entity=one.alarm.entity, cluster=one.cluster, playbook=one.playbook) for at in times]
