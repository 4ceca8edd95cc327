"""From what is triggered now to incidents: new ones, those that go on, those that are over. Pure."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from remediation.matching import playbook_for
from remediation.model import Incident, IncidentState
from remediation.record import Change
from remediation.returning import MOST_REDDENINGS, may_return, returned
from remediation.settings import PlaybookSettings
from vsphere.model import AlarmStatus, Ref, TriggeredAlarm

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

Place = tuple[Ref, Ref]
"""An alarm and what it is on: together they are triggered once at a time."""


class Scene(Protocol):
    """What is known of the vCenter that the alarms are of."""

    def entity_name(self, entity: Ref) -> str | None:
        """As people call it; None where it is not there."""

    def cluster_of(self, entity: Ref) -> Ref | None:
        """Where the VM runs; None for what is no VM."""

    def time_offset(self) -> timedelta:
        """How far its clock is ahead of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What has to be written."""

    new: tuple[Incident, ...] = ()
    changes: tuple[Change, ...] = ()
    calm: tuple[Incident, ...] = ()
    """Those for which something is under way although their alarm is no longer red."""


def intake(
    alarms: Iterable[TriggeredAlarm],
    opened: Sequence[Incident],
    *,
    scene: Scene,
    playbooks: Sequence[PlaybookSettings],
    now: datetime,
    lately: Iterable[Incident] = (),
    goes_on: Callable[[Incident], bool] = lambda _incident: False,
) -> Found:
    """Compare what is triggered in a vCenter with its open incidents.

    Args:
        alarms: all of them, read after the incidents were: what is missing among them has cleared.
        opened: the incidents of that vCenter that are not closed, oldest first.
        scene: names and places.
        playbooks: which alarms are answered; all others are nobody's business here.
        now: by our clock.
        lately: those that have ended lately, read in one with `opened`; see `remediation.returning`.
        goes_on: whether what was begun about an incident is to be brought to its end although its alarm is red no
            more; see `remediation.relieving`.
    """
    triggered = {(alarm.alarm, alarm.entity): alarm for alarm in alarms}
    known = {place(incident): incident for incident in reversed(opened)}
    earlier = may_return(lately, now)
    made = {
        where: one
        for where, alarm in triggered.items()
        if where not in known and (one := _opened(alarm, scene, playbooks, now)) is not None
    }
    again = [
        Change(before=earlier[where], after=returned(earlier[where], one), reason="Its alarm has turned red again.")
        for where, one in made.items()
        if where in earlier
    ]
    calm = [
        one
        for one in opened
        if one.state is IncidentState.ACTING and not _is_red(triggered.get(place(one))) and not goes_on(one)
    ]
    changes = _changes(triggered, opened, known, scene=scene, now=now, goes_on=goes_on)
    new = [one for where, one in made.items() if where not in earlier]
    return Found(new=tuple(new), changes=(*changes, *again), calm=tuple(calm))


def place(incident: Incident) -> Place:
    """Of its alarm."""
    return incident.alarm.alarm, incident.alarm.entity


def is_due_for_reading(
    alarms: Iterable[TriggeredAlarm], opened: Iterable[Incident], playbooks: Sequence[PlaybookSettings]
) -> bool:
    """Whether what the watcher saw last may change any incident; if not, nothing has to be read anew."""
    seen = {(one.alarm, one.entity): one for one in alarms}
    known = {place(incident): incident.alarm for incident in opened}
    return any(seen.get(where) != _triggered(alarm) for where, alarm in known.items()) or any(
        where not in known and _answers(alarm, playbooks) is not None for where, alarm in seen.items()
    )


def _triggered(alarm: TriggeredAlarm) -> TriggeredAlarm | None:
    """An incident's alarm as vCenter would tell of it: not at all, once it is green."""
    return None if alarm.status is AlarmStatus.GREEN else alarm


def closed(incident: Incident, reason: str, now: datetime) -> Change:
    """An incident that is over."""
    after = replace(incident, state=IncidentState.CLOSED, closed_at=now, look_at=None)
    return Change(before=incident, after=after, reason=reason)


def key_of(alarm: TriggeredAlarm) -> str:
    """What makes it one incident; see `Incident.key`."""
    ref, at = alarm.alarm, alarm.triggered_at.isoformat()
    return f"{ref.vcenter}/{ref.moref}/{alarm.entity.moref}/{at}"


def _opened(
    alarm: TriggeredAlarm, scene: Scene, playbooks: Sequence[PlaybookSettings], now: datetime
) -> Incident | None:
    """A new incident, where the alarm is red and a playbook answers it."""
    playbook = _answers(alarm, playbooks)
    if playbook is None:
        return None
    return Incident(
        id="I" + "".join(secrets.choice(_LETTERS) for _ in range(6)),
        key=key_of(alarm),
        version=1,
        state=IncidentState.OPEN,
        alarm=alarm,
        entity_name=scene.entity_name(alarm.entity) or alarm.entity.moref,
        playbook=playbook.name,
        cluster=scene.cluster_of(alarm.entity),
        look_at=now,
        opened_at=_turned_red(alarm, scene, now),
    )


def _answers(alarm: TriggeredAlarm, playbooks: Sequence[PlaybookSettings]) -> PlaybookSettings | None:
    """What is done about an alarm that has no incident; only a red one opens one."""
    if alarm.status is not AlarmStatus.RED:
        return None
    return playbook_for(playbooks, entity_kind=alarm.entity_kind, names=(alarm.name, alarm.system_name))


def _changes(
    triggered: dict[Place, TriggeredAlarm],
    opened: Sequence[Incident],
    known: dict[Place, Incident],
    *,
    scene: Scene,
    now: datetime,
    goes_on: Callable[[Incident], bool],
) -> Iterator[Change]:
    for incident in opened:
        first = known[place(incident)]
        alarm = triggered.get(place(incident))
        if incident.state is IncidentState.ACTING:
            # What is under way is followed to its end first.
            continue
        if first.id != incident.id:
            yield closed(incident, f"{first.id} is about the same alarm.", now)
        elif alarm is None or alarm.status is AlarmStatus.GREEN:
            yield from _cleared(incident, scene, now, goes_on=goes_on)
        elif alarm != incident.alarm:
            yield Change(before=incident, after=_goes_on(incident, alarm, scene, now))


def _cleared(
    incident: Incident, scene: Scene, now: datetime, *, goes_on: Callable[[Incident], bool]
) -> Iterator[Change]:
    """The end of an incident; or that it goes on, once, where it is not over yet."""
    if not goes_on(incident):
        yield closed(incident, _over(incident, scene), now)
    elif incident.alarm.status is not AlarmStatus.GREEN:
        green = replace(incident.alarm, status=AlarmStatus.GREEN)
        yield Change(before=incident, after=_goes_on(incident, green, scene, now))


def _goes_on(incident: Incident, alarm: TriggeredAlarm, scene: Scene, now: datetime) -> Incident:
    """The incident with its alarm as it is now; it is looked at again at once."""
    reddened = incident.reddened
    if alarm.status is AlarmStatus.RED and incident.alarm.status is not AlarmStatus.RED:
        reddened = (*reddened, _turned_red(alarm, scene, now))[-MOST_REDDENINGS:]
    return replace(incident, alarm=alarm, reddened=reddened, look_at=now)


def _is_red(alarm: TriggeredAlarm | None) -> bool:
    return alarm is not None and alarm.status is AlarmStatus.RED


def _over(incident: Incident, scene: Scene) -> str:
    if scene.entity_name(incident.alarm.entity) is None:
        return f"{incident.entity_name} is no longer in vCenter {incident.alarm.entity.vcenter}."
    return f"The alarm {incident.alarm.name} on {incident.entity_name} has cleared."


def _turned_red(alarm: TriggeredAlarm, scene: Scene, now: datetime) -> datetime:
    """By our clock; no later than now, whatever the clocks say."""
    return min(alarm.triggered_at - scene.time_offset(), now)
