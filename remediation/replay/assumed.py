"""What is assumed of an estate of which only alarms are known: every VM small, all in one cluster with room. Pure."""

from collections.abc import Mapping
from typing import Final

from remediation.matching import DATASTORE, VM
from remediation.replay.estate import Picture
from vsphere.clock import Clock
from vsphere.model import Cluster, ConnectionState, Datastore, DiskFacts, Host, PowerState, Ref, Vm

CPU_COUNT: Final = 2
MEMORY_MIB: Final = 4096
_GIB: Final = 1024**3
_PLENTY: Final = 100_000
"""Cores, and GiB of memory, of the one host."""

Known = Mapping[Ref, tuple[str, str]]
"""By entity, its vSphere type and its name."""


def assumed(known: Known, clock: Clock) -> Picture:
    """An estate with these VMs and datastores."""
    vcenters = sorted({entity.vcenter for entity in known})
    vms = tuple(_vm(entity, name, clock) for entity, (kind, name) in known.items() if kind == VM)
    return Picture(
        vms=vms,
        hosts=tuple(_host(vcenter) for vcenter in vcenters),
        clusters=tuple(_cluster(vcenter) for vcenter in vcenters),
        datastores=tuple(_datastore(entity, name) for entity, (kind, name) in known.items() if kind == DATASTORE),
        disks={vm.ref: DiskFacts(memory_at_boot_mib=MEMORY_MIB) for vm in vms},
    )


def _vm(entity: Ref, name: str, clock: Clock) -> Vm:
    return Vm(
        ref=entity,
        instance_uuid=str(entity),
        bios_uuid=str(entity),
        name=name,
        is_template=False,
        power=PowerState.ON,
        cpu_count=CPU_COUNT,
        cores_per_socket=1,
        memory_mib=MEMORY_MIB,
        cpu_hot_add=True,
        memory_hot_add=True,
        guest_id="",
        guest_name="",
        tools_running=True,
        ip_address=None,
        host_name=None,
        host=_host(entity.vcenter).ref,
        folder=None,
        pool=None,
        datastores=(),
        networks=(),
        committed_bytes=0,
        uncommitted_bytes=0,
        snapshot_count=0,
        change_version="",
        booted_at=None,
        read_at=clock.now(),
    )


def _host(vcenter: str) -> Host:
    return Host(
        ref=Ref(vcenter, "host"),
        name="host",
        cluster=_cluster(vcenter).ref,
        connection=ConnectionState.CONNECTED,
        in_maintenance=False,
        powered_on=True,
        cpu_cores=_PLENTY,
        cpu_mhz_per_core=1,
        memory_bytes=_PLENTY * _GIB,
        cpu_used_mhz=0,
        memory_used_mib=0,
        datastores=(),
        networks=(),
    )


def _cluster(vcenter: str) -> Cluster:
    return Cluster(ref=Ref(vcenter, "cluster"), name="cluster", root_pool=Ref(vcenter, "pool"), drs_enabled=True)


def _datastore(entity: Ref, name: str) -> Datastore:
    return Datastore(
        ref=entity,
        name=name,
        capacity_bytes=1024 * _GIB,
        free_bytes=512 * _GIB,
        accessible=True,
        in_maintenance=False,
        storage_pod=None,
    )
