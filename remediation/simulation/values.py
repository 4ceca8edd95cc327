"""Parts of a simulated estate as the values in which vCenter's are told. Pure."""

from datetime import datetime, timedelta
from typing import Final

from remediation.simulation.estate import GIB, HOSTS_PER_CLUSTER, MHZ_PER_CORE, START, VCENTER, step_time
from remediation.simulation.world import Body, World
from vsphere.model import (
    Cluster,
    ConnectionState,
    Datastore,
    DiskFacts,
    Host,
    HostSample,
    PowerState,
    Ref,
    Sample,
    Vm,
)

STARTED: Final = START - timedelta(days=1)
"""VMs and the bot run since then."""
_SAMPLE_S: Final = 20
_SAMPLES: Final = 45
"""15 minutes of them."""
_STEPS: Final = 3
_MIB_PER_GIB: Final = 1024
_GIB_PER_CORE: Final = 5
_BALLOON_FROM: Final = 0.96
"""Of a host's memory: from there on it takes memory back from its VMs."""


def vm_of(world: World, body: Body, now: datetime) -> Vm:
    """A VM as it is now."""
    machine = body.machine
    return Vm(
        ref=machine.ref,
        instance_uuid=machine.name,
        bios_uuid=machine.name,
        name=machine.name,
        is_template=False,
        power=PowerState.ON,
        cpu_count=body.cpus,
        cores_per_socket=1,
        memory_mib=body.memory_mib,
        cpu_hot_add=machine.hot_add,
        memory_hot_add=machine.hot_add,
        guest_id="debian12_64Guest",
        guest_name="Debian GNU/Linux 12 (64-bit)",
        tools_running=True,
        ip_address=None,
        host_name=None,
        host=_host_ref(body.host),
        folder=None,
        pool=None,
        datastores=(world.plan.stores[body.store].ref,),
        networks=(),
        committed_bytes=round(body.disk_bytes),
        uncommitted_bytes=0,
        snapshot_count=0,
        change_version="1",
        booted_at=STARTED,
        read_at=now,
    )


def disks_of(world: World, body: Body) -> DiskFacts:
    """Its disks."""
    moref = world.plan.stores[body.store].ref.moref
    boot = body.machine.size.memory_mib
    return DiskFacts(bytes_by_datastore={moref: round(body.disk_bytes)}, memory_at_boot_mib=boot)


def datastores_of(world: World) -> tuple[Datastore, ...]:
    """All datastores, by number."""
    return tuple(
        Datastore(
            ref=store.ref,
            name=store.name,
            capacity_bytes=round(store.capacity_bytes),
            free_bytes=max(0, round(store.capacity_bytes - world.used[number])),
            accessible=True,
            in_maintenance=False,
            storage_pod=None,
            attributes={"tier": store.tier},
        )
        for number, store in enumerate(world.plan.stores)
    )


def hosts_of(world: World) -> tuple[Host, ...]:
    """All hosts, by number."""
    return tuple(_host(world, number) for number in range(len(world.plan.cores)))


def _host(world: World, number: int) -> Host:
    cores = world.plan.cores[number]
    is_down = number in world.down
    return Host(
        ref=_host_ref(number),
        name=f"esx-{number + 1:02}",
        cluster=cluster_of(number // HOSTS_PER_CLUSTER).ref,
        connection=ConnectionState.NOT_RESPONDING if is_down else ConnectionState.CONNECTED,
        in_maintenance=False,
        powered_on=not is_down,
        cpu_cores=cores,
        cpu_mhz_per_core=MHZ_PER_CORE,
        memory_bytes=cores * _GIB_PER_CORE * GIB,
        cpu_used_mhz=round(min(world.host_demand[number], cores) * MHZ_PER_CORE),
        memory_used_mib=round(world.host_memory[number]),
        datastores=tuple(store.ref for store in world.plan.stores),
        networks=(),
    )


def samples_of(world: World, body: Body) -> tuple[Sample, ...]:
    """The last 15 minutes in steps of 20 s; within a step they are alike."""
    demand, ready = body.machine.demand, world.ready_percent(body.host)
    balloon = _balloon_mib(world, body.host)
    found = []
    for number in range(_SAMPLES):
        step = max(0, min(world.step, world.plan.steps - 1) - (_SAMPLES - 1 - number) * _STEPS // _SAMPLES)
        found.append(
            Sample(
                at=step_time(world.step) - timedelta(seconds=_SAMPLE_S * (_SAMPLES - 1 - number)),
                interval_s=_SAMPLE_S,
                cpu_percent=min(100.0, 100 * demand.cpu[step] / body.cpus),
                ready_percent=ready,
                costop_percent=0.0,
                memory_percent=min(100.0, 100 * demand.memory[step] / body.memory_mib),
                balloon_mib=balloon,
                swapped_mib=0.0,
            )
        )
    return tuple(found)


def host_samples_of(world: World, host: int) -> tuple[HostSample, ...]:
    """The same of a host."""
    cores = world.plan.cores[host]
    used, mib = min(world.host_demand[host], cores), world.host_memory[host]
    newest = HostSample(
        at=step_time(world.step),
        interval_s=_SAMPLE_S,
        cpu_percent=100 * used / cores,
        ready_percent=world.ready_percent(host),
        memory_percent=100 * mib / (cores * _GIB_PER_CORE * _MIB_PER_GIB),
        balloon_mib=_balloon_mib(world, host),
        swapped_mib=0.0,
    )
    # Within a step they are alike, and one value many times is as good as many.
    return (newest,) * _SAMPLES


def _balloon_mib(world: World, host: int) -> float:
    capacity = world.plan.cores[host] * _GIB_PER_CORE * _MIB_PER_GIB
    return max(0.0, world.host_memory[host] - _BALLOON_FROM * capacity)


def _host_ref(number: int) -> Ref:
    return Ref(VCENTER, f"host-{number + 1}")


def cluster_of(number: int) -> Cluster:
    """A cluster by its number."""
    ref = Ref(VCENTER, f"domain-c{number + 1}")
    return Cluster(
        ref=ref, name=f"cluster-{number + 1}", root_pool=Ref(VCENTER, f"resgroup-{number + 1}"), drs_enabled=True
    )
