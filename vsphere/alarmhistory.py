"""What the event history says of alarms: their changes of status in a time, page by page."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from vsphere.alarms import AlarmNames, read_names, status_of
from vsphere.api import on, vim
from vsphere.faults import NameOf, translated
from vsphere.model import AlarmChange
from vsphere.properties import Refs, display_name, text
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list, parse_time

_PAGE = 1000
"""The most events that vCenter gives in one answer."""
_KIND = "AlarmStatusChangedEvent"


class AlarmHistory:
    """Reads only; the collector of each walk is ended again, since a session may have 32."""

    def __init__(self, session: Session, reads: Reads, *, name_of: NameOf) -> None:
        self._session = session
        self._reads = reads
        self._name_of = name_of

    def changes(self, since: datetime, until: datetime) -> list[AlarmChange]:
        """All changes of status of that time, oldest first; times are vCenter's, the arguments go by our clock.

        200,000 of them are read in 200 calls; only one page is held beside the result.

        Raises:
            VsphereError: vCenter can't be asked, or was lost on the way.
        """
        offset = self._session.time_offset
        spec = vim.event.EventFilterSpec(
            time=vim.event.EventFilterSpec.ByTime(beginTime=since + offset, endTime=until + offset),
            eventTypeId=[_KIND],
        )
        with translated("read the history of alarms", name_of=self._name_of):
            # A lost answer would leave a gap, so that a walk is begun anew or given up.
            return self._reads.patiently(lambda: list(self._walk(spec)))

    def _walk(self, spec: Any) -> Iterator[AlarmChange]:  # noqa: ANN401  pyVmomi's EventFilterSpec
        refs = Refs(self._session.name)
        names: AlarmNames = {}
        manager = self._session.content.eventManager
        collector = on(self._session.reads, manager.CreateCollectorForEvents(spec))
        try:
            while page := as_list(collector.ReadNextEvents(_PAGE)):
                names |= read_names(self._session, {one["alarm"]["alarm"].moref for one in page} - names.keys())
                yield from (_change(one, refs, names) for one in page)
        finally:
            collector.DestroyCollector()


def _change(item: dict[str, Tree], refs: Refs, names: AlarmNames) -> AlarmChange:
    entity, alarm = item["entity"], item["alarm"]
    target: Moref = entity["entity"]
    return AlarmChange(
        at=parse_time(item["createdTime"]).astimezone(UTC),
        entity=refs.get(target.moref),
        entity_kind=sys.intern(target.kind),
        entity_name=sys.intern(display_name(entity.get("name"))),
        alarm=refs.get(alarm["alarm"].moref),
        alarm_name=sys.intern(text(alarm.get("name"))),
        alarm_system_name=names[alarm["alarm"].moref][1],
        before=status_of(item.get("from")),
        after=status_of(item.get("to")),
    )
