"""The performance counters of one vCenter by name, such as `cpu.usage.average`; their numbers differ."""

from collections.abc import Iterable

from vsphere.api import moref_of
from vsphere.collector import read
from vsphere.properties import number, text
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list


class Counters:
    """Read once per vCenter, at the first question; thread-safe, since two first questions only read twice."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def ids(self, names: Iterable[str]) -> dict[int, str]:
        """The counters among `names` that this vCenter has, by number."""
        known = self._known()
        return {known[name]: name for name in names if name in known}

    def name(self, counter_id: int) -> str:
        """The name of a counter; empty where this vCenter has none of that number."""
        self._known()
        return self._names.get(counter_id, "")

    def _known(self) -> dict[str, int]:
        if not self._ids:
            manager = Moref("PerformanceManager", moref_of(self._session.content.perfManager))
            counters = as_list(read(self._session, manager, ["perfCounter"]).get("perfCounter"))
            self._names = {number(one["key"]): _full_name(one) for one in counters}
            self._ids = {name: counter_id for counter_id, name in self._names.items()}
        return self._ids


def _full_name(counter: dict[str, Tree]) -> str:
    group = text(counter["groupInfo"].get("key"))
    return f"{group}.{text(counter['nameInfo'].get('key'))}.{text(counter.get('rollupType'))}"
