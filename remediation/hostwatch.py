"""Watches the hosts of all vCenters, so that one that is lost for a moment alone is put on record as well."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from remediation.hosts import Turn, is_lost, turn_of, turned
from remediation.record import RemediationRecord
from vsphere.clock import Clock
from vsphere.gateway import Gateway
from vsphere.model import Host, Ref
from vsphere.sites import Sites

log = structlog.get_logger(__name__)


class HostWatch:
    """One replica's. It tells only of what it has seen change: a mirror that lags behind takes back no other's word."""

    def __init__(self, *, sites: Sites, record: RemediationRecord, clock: Clock, wake: Callable[[], None]) -> None:
        """Take what it needs, and listen to the mirrors.

        Args:
            sites: the vCenters.
            record: where turns are kept.
            clock: time.
            wake: told when there is something to put on record.
        """
        self._sites = sites
        self._record = record
        self._clock = clock
        self._wake = wake
        self._lock = threading.Lock()
        self._seen: dict[Ref, bool] = {}
        self._news: deque[tuple[Ref, Turn]] = deque()
        for gateway in sites:
            gateway.inventory.subscribe(partial(self._heard, gateway))

    def run_once(self) -> None:
        """Put on record which hosts were lost or have come back, whatever the bot was doing meanwhile.

        Raises:
            StorageError: it can't be written; the next pass tries again.
        """
        for gateway in self._sites:
            if gateway.inventory.ready:
                self._look(gateway.inventory.hosts())
        switches = self._record.switches() if self._news else {}
        while self._news:
            ref, turn = self._news[0]
            switch = turned(ref, turn, switches)
            if switch is not None:
                self._record.switch(switch, key=switch.key)
                switches[switch.key] = switch
                log.warning("host.turned", target=str(ref), lost=turn.is_lost, reason=turn.words)
            self._news.popleft()

    def _heard(self, gateway: Gateway, changed: set[Ref]) -> None:
        """See `Inventory.subscribe`."""
        hosts = (gateway.inventory.host(ref) for ref in changed)
        if self._look(host for host in hosts if host is not None):
            self._wake()

    def _look(self, hosts: Iterable[Host]) -> bool:
        """Note those that are not as they were, the first time each; whether there was one that has turned."""
        now = self._clock.now()
        with self._lock:
            news = [(one.ref, turn_of(one, now)) for one in hosts if self._seen.get(one.ref) is not is_lost(one)]
            has_turned = any(turn.is_lost or ref in self._seen for ref, turn in news)
            self._seen.update((ref, turn.is_lost) for ref, turn in news)
            self._news.extend(news)
        return has_turned
