"""A simulated estate as remediation sees one: facts from it, and changes to it."""

from datetime import datetime, timedelta
from typing import Final

from remediation.matching import DATASTORE
from remediation.model import Facts, Incident, Recommendation
from remediation.simulation.estate import HOSTS_PER_CLUSTER
from remediation.simulation.loads import STEP
from remediation.simulation.measures import Deed, Score
from remediation.simulation.values import (
    STARTED,
    cluster_of,
    datastores_of,
    disks_of,
    host_samples_of,
    hosts_of,
    samples_of,
    vm_of,
)
from remediation.simulation.world import RefusedError, World
from vsphere.model import Ref

_RESIZE_TAKES: Final = timedelta(seconds=30)


class View:
    """See `remediation.replay.ports.World`."""

    def __init__(self, world: World, score: Score) -> None:
        self._world = world
        self._score = score
        self._stores = {store.ref.moref: number for number, store in enumerate(world.plan.stores)}

    def facts(self, incident: Incident, now: datetime) -> Facts:
        """See `World.facts`."""
        if incident.alarm.entity_kind == DATASTORE:
            return self._facts_of_store(incident, now)
        body = self._world.by_moref[incident.alarm.entity.moref]
        hosts = hosts_of(self._world)
        cluster = body.host // HOSTS_PER_CLUSTER
        first = cluster * HOSTS_PER_CLUSTER
        vm = vm_of(self._world, body, now)
        return Facts(
            now=now,
            started_at=STARTED,
            incident=incident,
            alarm=incident.alarm,
            vm=vm,
            folder="Sim/vm",
            host=hosts[body.host],
            cluster=cluster_of(cluster),
            cluster_hosts=hosts[first : first + HOSTS_PER_CLUSTER],
            datastores=datastores_of(self._world),
            hosts=hosts,
            disks={vm.ref: disks_of(self._world, body)},
            samples=samples_of(self._world, body),
            host_samples=host_samples_of(self._world, body.host),
            vms_in_cluster=sum(one.host // HOSTS_PER_CLUSTER == cluster for one in self._world.bodies),
        )

    def cluster_of(self, entity: Ref) -> Ref | None:
        """See `World.cluster_of`."""
        body = self._world.by_moref.get(entity.moref)
        return None if body is None else cluster_of(body.host // HOSTS_PER_CLUSTER).ref

    def begin(self, recommendation: Recommendation, now: datetime) -> timedelta:  # noqa: ARG002  the world has its step
        """See `World.begin`."""
        body = self._world.by_moref[recommendation.vm.ref.moref]
        if recommendation.target is None:
            self._score.sent(self._world, body, Deed(playbook=recommendation.playbook))
            return _RESIZE_TAKES
        to = self._stores[recommendation.target.ref.moref]
        self._score.sent(self._world, body, Deed(playbook=recommendation.playbook, leaves=body.store, to=to))
        return self._world.steps_to_move(body) * STEP - _RESIZE_TAKES

    def finish(self, recommendation: Recommendation, now: datetime) -> bool:  # noqa: ARG002  the world has its step
        """See `World.finish`."""
        body = self._world.by_moref[recommendation.vm.ref.moref]
        arguments = recommendation.arguments
        try:
            if recommendation.target is not None:
                self._world.move(body, self._stores[recommendation.target.ref.moref])
            else:
                cpus = int(arguments.get("cpu_count", body.cpus))
                self._world.resize(body, cpus=cpus, memory_mib=int(arguments.get("memory_mib", body.memory_mib)))
        except RefusedError as error:
            self._score.refused(str(error))
            return False
        return True

    def _facts_of_store(self, incident: Incident, now: datetime) -> Facts:
        number = self._stores[incident.alarm.entity.moref]
        bodies = [body for body in self._world.bodies if body.store == number]
        datastores = datastores_of(self._world)
        return Facts(
            now=now,
            started_at=STARTED,
            incident=incident,
            alarm=incident.alarm,
            datastore=datastores[number],
            folder="Sim/datastore",
            datastores=datastores,
            vms=tuple(vm_of(self._world, body, now) for body in bodies),
            hosts=hosts_of(self._world),
            disks={body.machine.ref: disks_of(self._world, body) for body in bodies},
        )
