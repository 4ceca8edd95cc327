"""The world of a replay: VMs as they are today, alarms as they were, and remedies that take effect here alone."""

from datetime import datetime, timedelta
from typing import Final

from remediation.lookback import MOVING
from remediation.matching import DATASTORE
from remediation.model import Facts, Incident, Recommendation
from remediation.replay.estate import Estate
from vsphere.model import Ref

_NOTHING: Final[frozenset[Ref]] = frozenset()
_RESIZE_TAKES: Final = timedelta(minutes=1)
_BYTES_PER_S: Final = 150 * 1024**2
"""Of a move."""


class Past:
    """See `remediation.replay.ports.World`."""

    def __init__(self, estate: Estate, *, datastore_red: float, started_at: datetime) -> None:
        """Take the estate, and what is known of the past beside the alarms.

        Args:
            estate: as it is today; this replay's own.
            datastore_red: percent: a datastore whose alarm was red is taken to have been used to that at least.
            started_at: since when the bot would have watched.
        """
        self._estate = estate
        self._datastore_red = datastore_red
        self._started_at = started_at
        self._filled: dict[Ref, datetime] = {}

    def facts(self, incident: Incident, now: datetime) -> Facts:
        """See `World.facts`; there are no samples of the past.

        Hosts and datastores are told where something would be moved alone, since a big estate has many.
        """
        entity = incident.alarm.entity
        if incident.alarm.entity_kind == DATASTORE:
            return self._of_datastore(incident, now)
        vm, moves = self._estate.vm(entity), incident.playbook in MOVING
        host = self._estate.host(vm.host) if vm else None
        cluster = host.cluster if host else None
        return Facts(
            now=now,
            started_at=self._started_at,
            incident=incident,
            alarm=incident.alarm,
            vm=vm,
            folder=self._estate.folders.get(entity, ""),
            host=host,
            cluster=self._estate.cluster(cluster),
            cluster_hosts=self._estate.hosts_of(cluster),
            datastores=self._estate.datastores_in(entity.vcenter) if moves else (),
            hosts=self._estate.hosts_in(entity.vcenter) if moves else (),
            disks=self._estate.disks_of([entity]),
            protected=frozenset({entity}) if entity in self._estate.protected else _NOTHING,
            vms_in_cluster=self._estate.running_in(cluster),
        )

    def cluster_of(self, entity: Ref) -> Ref | None:
        """See `World.cluster_of`."""
        vm = self._estate.vm(entity)
        return self._estate.cluster_of(vm) if vm else None

    def begin(self, recommendation: Recommendation, now: datetime) -> timedelta:  # noqa: ARG002  at any time the same
        """See `World.begin`."""
        if recommendation.target is None:
            return _RESIZE_TAKES
        return _RESIZE_TAKES + timedelta(seconds=recommendation.moves_bytes / _BYTES_PER_S)

    def finish(self, recommendation: Recommendation, now: datetime) -> bool:  # noqa: ARG002  at any time the same
        """See `World.finish`; nothing fails."""
        self._estate.carry_out(recommendation)
        return True

    def _of_datastore(self, incident: Incident, now: datetime) -> Facts:
        entity = incident.alarm.entity
        self._fill(entity, incident)
        vms = self._estate.vms_on(entity)
        refs = {vm.ref for vm in vms}
        return Facts(
            now=now,
            started_at=self._started_at,
            incident=incident,
            alarm=incident.alarm,
            datastore=self._estate.datastore(entity),
            folder=self._estate.folders.get(entity, ""),
            datastores=self._estate.datastores_in(entity.vcenter),
            vms=vms,
            hosts=self._estate.hosts_in(entity.vcenter),
            disks=self._estate.disks_of(refs),
            protected=self._estate.protected & refs,
        )

    def _fill(self, datastore: Ref, incident: Incident) -> None:
        """Once an incident: what has been moved away since then stays away."""
        if self._estate.datastore(datastore) is None or self._filled.get(datastore) == incident.opened_at:
            return
        self._filled[datastore] = incident.opened_at
        self._estate.fill(datastore, self._datastore_red)
