"""Gathers what playbooks and guard rails look at: from the mirror for nothing, from vCenter only where it matters."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from remediation.intake import place
from remediation.matching import DATASTORE
from remediation.model import Facts, Incident, PlaybookName
from vsphere.gateway import Gateway
from vsphere.model import DiskFacts, Host, HostSample, PowerState, Ref, TriggeredAlarm, Vm

WINDOW: Final = timedelta(minutes=15)
"""Of samples that a decision looks at."""
_GROWS: Final = frozenset({PlaybookName.ADD_CPU, PlaybookName.ADD_MEMORY})
Shield = Callable[[Vm], object | None]
"""What protects a VM; None where nothing does."""


class Scenery:
    """One vCenter as it is during one pass; what many incidents ask for is read, and counted, once."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        alarms: Iterable[TriggeredAlarm],
        shield: Shield,
        started_at: datetime,
    ) -> None:
        """Take what it needs.

        Args:
            gateway: of the vCenter.
            alarms: as they were read a moment ago.
            shield: asks policy.
            started_at: when the bot began to watch.
        """
        self.gateway = gateway
        self._inventory = gateway.inventory
        self.alarms = tuple(alarms)
        self._by_place = {(one.alarm, one.entity): one for one in self.alarms}
        self._shield = shield
        self._started_at = started_at
        self._hosts: Mapping[Ref, Host] = {one.ref: one for one in self._inventory.hosts()}
        self._datastores = tuple(self._inventory.datastores())
        self._running = Counter(
            host.cluster
            for vm in self._inventory.vms()
            if vm.power is PowerState.ON and vm.host is not None and (host := self._hosts.get(vm.host)) is not None
        )
        self._lock = threading.Lock()
        self._host_samples: dict[Ref, tuple[HostSample, ...]] = {}

    def entity_name(self, entity: Ref) -> str | None:
        """See `intake.Scene`."""
        return None if self._inventory.kind(entity) is None else self._inventory.name(entity)

    def cluster_of(self, entity: Ref) -> Ref | None:
        """See `intake.Scene`."""
        vm = self._inventory.vm(entity)
        host = self._hosts.get(vm.host) if vm and vm.host else None
        return host.cluster if host else None

    def time_offset(self) -> timedelta:
        """See `intake.Scene`."""
        return self.gateway.server_time_offset()

    def glance(self, incident: Incident, now: datetime) -> Facts:
        """What the mirror and the alarms tell; no call."""
        entity = incident.alarm.entity
        on_datastore = incident.alarm.entity_kind == DATASTORE
        vm = None if on_datastore else self._inventory.vm(entity)
        datastore = self._inventory.datastore(entity) if on_datastore else None
        host = self._hosts.get(vm.host) if vm and vm.host else None
        cluster = self._inventory.cluster(host.cluster) if host and host.cluster else None
        vms = tuple(one for one in self._inventory.vms() if entity in one.datastores) if datastore else ()
        return Facts(
            now=now,
            started_at=self._started_at,
            incident=incident,
            alarm=self._by_place.get(place(incident)),
            vm=vm,
            datastore=datastore,
            folder=self._folder(vm, entity),
            host=host,
            cluster=cluster,
            cluster_hosts=tuple(one for one in self._hosts.values() if host and one.cluster == host.cluster),
            datastores=self._datastores,
            vms=vms,
            hosts=tuple(self._hosts.values()),
            protected=frozenset(one.ref for one in (*vms, *((vm,) if vm else ())) if self._shield(one) is not None),
            vms_in_cluster=self._running[host.cluster] if host else 0,
        )

    def read(self, facts: Facts, window: timedelta = WINDOW) -> Facts:
        """The same with what vCenter has to be asked for, as far as the playbook looks at it.

        Raises:
            VsphereError: it could not be asked.
        """
        vms = facts.vms if facts.vm is None else (facts.vm,)
        facts = replace(facts, disks=self.read_disks(vms))
        if facts.vm is None or facts.incident.playbook not in _GROWS:
            return facts
        return replace(
            facts,
            samples=tuple(self.gateway.read_metrics(facts.vm.ref, window)),
            host_samples=self._read_host(facts.host),
        )

    def read_disks(self, vms: Iterable[Vm]) -> dict[Ref, DiskFacts]:
        """Of all of them in one call."""
        refs = [vm.ref for vm in vms]
        return self.gateway.read_disk_facts(refs) if refs else {}

    def _read_host(self, host: Host | None) -> tuple[HostSample, ...]:
        if host is None:
            return ()
        with self._lock:
            known = self._host_samples.get(host.ref)
        if known is None:
            known = tuple(self.gateway.read_host_metrics(host.ref, WINDOW))
            with self._lock:
                self._host_samples[host.ref] = known
        return known

    def _folder(self, vm: Vm | None, entity: Ref) -> str:
        """The inventory path of what a VM or datastore lies in."""
        if vm is not None and vm.folder is not None:
            return self._inventory.path(vm.folder)
        return self._inventory.path(entity).rpartition("/")[0]
