"""All triggered alarms of one vCenter through one property: `triggeredAlarmState` of the root folder lists them all.

A long poll brings each change at once; because updates can be lost, the property is read anew as well when nothing has
been heard for a while. Both write the same picture, and none of them may put an older one in a newer one's place.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import structlog

from vsphere.api import moref_of
from vsphere.clock import Clock
from vsphere.collector import Change, filter_spec, managed, object_spec, property_spec, read, retrieve
from vsphere.errors import VsphereError
from vsphere.faults import NameOf, translated
from vsphere.model import AlarmStatus, TriggeredAlarm
from vsphere.properties import Refs, text, time_or_none
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list, parse_time

log = structlog.get_logger(__name__)

REREAD_S = 30.0
"""How old the picture may be; two reads a minute are what is affordable when idle."""
_STATE = "triggeredAlarmState"
_NAME, _SYSTEM_NAME = "info.name", "info.systemName"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AlarmNames = dict[str, tuple[str, str]]
"""Name and system name by the alarm's moref."""


def alarm_filters(session: Session) -> list[Any]:
    """One property of one object."""
    return [filter_spec([object_spec(session.content.rootFolder)], [property_spec("Folder", [_STATE])])]


class Picture:
    """What is triggered, as last seen; a look that began before the present one came can't take its place."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.alarms: tuple[TriggeredAlarm, ...] | None = None
        """None before the first look."""
        self.version = 0
        """Grows with every look, whether it saw a change or not."""

    def put(self, found: tuple[TriggeredAlarm, ...], *, since: int | None = None) -> bool:
        """Make this the picture, unless another has come since that version; None is never too late.

        Returns:
            Whether what is triggered differs from before.
        """
        with self._turn:
            if since is not None and since != self.version:
                return False
            self.version += 1
            changed = found != self.alarms
            self.alarms = found
        return changed


class AlarmWatcher:
    """Knows every triggered alarm. It is a `vsphere.watch.Sink`; reads take no lock and no call."""

    def __init__(self, session: Session, reads: Reads, *, clock: Clock, name_of: NameOf) -> None:
        self._session = session
        self._reads = reads
        self._clock = clock
        self._name_of = name_of
        self._refs = Refs(session.name)
        self._picture = Picture()
        self._heard_at: float | None = None
        self._names: AlarmNames = {}
        self._subscribers: list[Callable[[], None]] = []

    def triggered(self) -> tuple[TriggeredAlarm, ...] | None:
        """All that are triggered, oldest first, as last seen; None before the first look."""
        return self._picture.alarms

    def read(self) -> tuple[TriggeredAlarm, ...]:
        """The same, read now.

        Raises:
            VsphereError: vCenter can't be asked now.
        """
        root = Moref("Folder", moref_of(self._session.content.rootFolder))
        before = self._picture.version
        with translated("read the triggered alarms", name_of=self._name_of):
            states = self._reads.patiently(lambda: read(self._session, root, [_STATE])).get(_STATE)
            found = self._alarms_of(states)
        self._take(found, since=before)
        return found

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Be told that something has changed, from the thread that saw it; the callback must return at once."""
        self._subscribers.append(callback)

    def look_again(self) -> float:
        """Read anew unless something was heard within `REREAD_S`; one pass. What fails is left to the poll to tell.

        Returns:
            After how many seconds to do so again.
        """
        heard_at = self._heard_at
        silent_s = REREAD_S if heard_at is None else self._clock.monotonic() - heard_at
        if silent_s < REREAD_S:
            return REREAD_S - silent_s
        try:
            self.read()
        except VsphereError as error:
            log.debug("vcenter.alarms.not_read", vcenter=self._session.name, reason=str(error))
        return REREAD_S

    def begin(self) -> None:
        """See `vsphere.watch.Sink`: the picture stays; names are asked for again, since they may have changed."""
        self._names = {}

    def apply(self, found: Iterator[Change]) -> None:
        """See `vsphere.watch.Sink`."""
        for change in found:
            if change.kind != "leave":
                with translated("read the triggered alarms", name_of=self._name_of):
                    self._take(self._alarms_of(change.values.get(_STATE)))

    def complete(self) -> None:
        """See `vsphere.watch.Sink`."""

    def _take(self, found: tuple[TriggeredAlarm, ...], *, since: int | None = None) -> None:
        self._heard_at = self._clock.monotonic()
        if self._picture.put(found, since=since):
            log.info("vcenter.alarms.changed", vcenter=self._session.name, triggered=len(found))
            for tell in self._subscribers:
                tell()

    def _alarms_of(self, states: Tree) -> tuple[TriggeredAlarm, ...]:
        listed = as_list(states)
        names = self._names_of({one["alarm"].moref for one in listed})
        alarms = (alarm_of(one, self._refs, names) for one in listed)
        return tuple(sorted(alarms, key=lambda one: (one.triggered_at, one.key)))

    def _names_of(self, morefs: Collection[str]) -> AlarmNames:
        """Every alarm's names are read once a connection, those that are new in one call."""
        known = self._names
        missing = [moref for moref in morefs if moref not in known]
        if missing:
            known = {**known, **read_names(self._session, missing)}
            self._names = known
        return known


def read_names(session: Session, morefs: Collection[str]) -> AlarmNames:
    """Read the names of alarms in one call; one that is gone, or can't be seen, goes by its id."""
    if not morefs:
        return {}
    objects = [object_spec(managed(session.reads, Moref("Alarm", moref))) for moref in sorted(morefs)]
    spec = filter_spec(objects, [property_spec("Alarm", [_NAME, _SYSTEM_NAME])])
    seen = {one.obj.moref: one.values for one in retrieve(session, spec)}
    return {
        moref: (text(seen.get(moref, {}).get(_NAME)) or moref, text(seen.get(moref, {}).get(_SYSTEM_NAME)))
        for moref in morefs
    }


def status_of(word: Tree) -> AlarmStatus:
    """The status, whatever its case; a word that is not known counts as gray, since nothing follows from it."""
    known = {status.value: status for status in AlarmStatus}
    return known.get(text(word).casefold(), AlarmStatus.GRAY)


def alarm_of(state: dict[str, Tree], refs: Refs, names: AlarmNames) -> TriggeredAlarm:
    """An `AlarmState` as a value."""
    alarm, entity = state["alarm"], state["entity"]
    name, system_name = names[alarm.moref]
    at = state.get("time")
    return TriggeredAlarm(
        key=text(state.get("key")),
        alarm=refs.get(alarm.moref),
        name=name,
        system_name=system_name,
        entity=refs.get(entity.moref),
        entity_kind=entity.kind,
        status=status_of(state.get("overallStatus")),
        triggered_at=(time_or_none(parse_time(at)) if at else None) or _EPOCH,
        acknowledged=state.get("acknowledged") in {True, "true", "1"},
        acknowledged_by=text(state.get("acknowledgedByUser")),
    )
