"""A small estate of plain values, as a `View` for the query tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from vsphere.model import (
    Cluster,
    ConnectionState,
    Container,
    Datastore,
    Event,
    Host,
    PowerState,
    Ref,
    Snapshot,
    Task,
    TaskState,
    Vm,
)

NOON = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
GIB = 1024**3


def ref(moref: str) -> Ref:
    return Ref("lab", moref)


class StillClock:
    """A clock that a test moves; each look may cost time."""

    def __init__(self, *, each_look_s: float = 0.0) -> None:
        self._s = 0.0
        self._each_look_s = each_look_s

    def now(self) -> datetime:
        """See the protocol's `now`."""
        return NOON

    def monotonic(self) -> float:
        """See the protocol's `monotonic`."""
        self._s += self._each_look_s
        return self._s


def vm(
    number: int,
    name: str,
    *,
    power: PowerState = PowerState.ON,
    cpu: int = 2,
    memory_mib: int = 4096,
    host: str = "host-1",
    folder: str = "group-v2",
    template: bool = False,
    snapshots: int = 0,
    ip: str | None = None,
) -> Vm:
    return Vm(
        ref=ref(f"vm-{number}"),
        instance_uuid=f"uuid-{number}",
        bios_uuid=f"bios-{number}",
        name=name,
        is_template=template,
        power=power,
        cpu_count=cpu,
        cores_per_socket=1,
        memory_mib=memory_mib,
        cpu_hot_add=True,
        memory_hot_add=False,
        guest_id="debian12_64Guest",
        guest_name="Debian GNU/Linux 12 (64-bit)",
        tools_running=power is PowerState.ON,
        ip_address=ip,
        host_name=None,
        host=ref(host),
        folder=ref(folder),
        pool=ref("resgroup-2" if host == "host-3" else "resgroup-1"),
        datastores=(ref("datastore-1"),) if number % 2 else (ref("datastore-2"),),
        networks=(),
        committed_bytes=10 * GIB,
        uncommitted_bytes=30 * GIB,
        snapshot_count=snapshots,
        change_version="1",
        booted_at=None,
        attributes=MappingProxyType({"iaas.owner": "U1"}),
        read_at=NOON,
    )


def host(number: int, name: str, cluster: str, *, maintenance: bool = False) -> Host:
    return Host(
        ref=ref(f"host-{number}"),
        name=name,
        cluster=ref(cluster),
        connection=ConnectionState.CONNECTED,
        in_maintenance=maintenance,
        powered_on=True,
        cpu_cores=16,
        cpu_mhz_per_core=2000,
        memory_bytes=128 * GIB,
        cpu_used_mhz=8000,
        memory_used_mib=65536,
        datastores=(ref("datastore-1"), ref("datastore-2")) if cluster == "domain-c1" else (ref("datastore-2"),),
        networks=(),
    )


def datastore(number: int, name: str, free_gib: int) -> Datastore:
    return Datastore(
        ref=ref(f"datastore-{number}"),
        name=name,
        capacity_bytes=1000 * GIB,
        free_bytes=free_gib * GIB,
        accessible=True,
        in_maintenance=False,
        storage_pod=None,
    )


def container(moref: str, kind: str, name: str, parent: str | None) -> Container:
    return Container(ref=ref(moref), kind=kind, name=name, parent=ref(parent) if parent else None)


VMS = (
    vm(1, "web-01", cpu=8, ip="10.0.0.1"),
    vm(2, "web-02", snapshots=1),
    vm(3, "db-01", cpu=4, memory_mib=16384, host="host-2", folder="group-v3"),
    vm(4, "veba-test-vm", power=PowerState.OFF, host="host-3", memory_mib=2560),
    vm(5, "Web [old]", power=PowerState.SUSPENDED, host="host-3"),
)


@dataclass
class PlainView:
    """See `bot.powercli.view.View`."""

    all_vms: tuple[Vm, ...] = VMS
    parents: dict[Ref, Ref] = field(
        default_factory=lambda: {
            ref("group-v3"): ref("group-v2"),
            ref("group-v2"): ref("datacenter-1"),
            ref("host-1"): ref("domain-c1"),
            ref("host-2"): ref("domain-c1"),
            ref("host-3"): ref("domain-c2"),
            ref("domain-c1"): ref("datacenter-1"),
            ref("domain-c2"): ref("datacenter-1"),
            ref("resgroup-1"): ref("domain-c1"),
            ref("resgroup-2"): ref("domain-c2"),
        }
    )

    def vcenters(self) -> tuple[str, ...]:
        """See the protocol's `vcenters`."""
        return ("lab",)

    def vms(self) -> tuple[Vm, ...]:
        """See the protocol's `vms`."""
        return self.all_vms

    def templates(self) -> tuple[Vm, ...]:
        """See the protocol's `templates`."""
        return (vm(9, "tpl-debian-12", template=True, power=PowerState.OFF),)

    def hosts(self) -> tuple[Host, ...]:
        """See the protocol's `hosts`."""
        return (
            host(1, "esx-1", "domain-c1"),
            host(2, "esx-2", "domain-c1", maintenance=True),
            host(3, "esx-3", "domain-c2"),
        )

    def clusters(self) -> tuple[Cluster, ...]:
        """See the protocol's `clusters`."""
        return tuple(
            Cluster(
                ref=ref(f"domain-c{number}"),
                name=f"cluster-{letter}",
                root_pool=ref("resgroup-1"),
                drs_enabled=number == 1,
            )
            for number, letter in ((1, "a"), (2, "b"))
        )

    def datastores(self) -> tuple[Datastore, ...]:
        """See the protocol's `datastores`."""
        return (datastore(1, "gold-1", 100), datastore(2, "silver-1", 700))

    def folders(self) -> tuple[Container, ...]:
        """See the protocol's `folders`."""
        return (
            container("group-v2", "Folder", "vm", "datacenter-1"),
            container("group-v3", "Folder", "Finance", "group-v2"),
            container("datacenter-1", "Datacenter", "DC1", None),
        )

    def pools(self) -> tuple[Container, ...]:
        """See the protocol's `pools`."""
        return tuple(
            container(f"resgroup-{number}", "ResourcePool", "Resources", f"domain-c{number}") for number in (1, 2)
        )

    def tasks(self) -> tuple[Task, ...]:
        """See the protocol's `tasks`."""
        return tuple(
            Task(
                ref=ref(f"task-{number}"),
                description_id="VirtualMachine.powerOn",
                entity=ref("vm-1"),
                entity_name="web-01",
                state=state,
                percent=None,
                queued_at=NOON,
                result=None,
                error=None,
                cancelled=False,
            )
            for number, state in ((1, TaskState.SUCCESS), (2, TaskState.RUNNING))
        )

    def name_of(self, wanted: Ref) -> str:
        """See the protocol's `name_of`."""
        known = {one.ref: one.name for one in self.hosts()}
        known |= {one.ref: one.name for one in self.clusters()}
        known |= {one.ref: one.name for one in self.datastores()}
        known |= {one.ref: one.name for one in (*self.folders(), *self.pools())}
        known |= {one.ref: one.name for one in (*self.all_vms, *self.templates())}
        return known.get(wanted, wanted.moref)

    def path(self, wanted: Ref) -> str:
        """See the protocol's `path`."""
        return "/".join(self.name_of(one) for one in reversed((wanted, *self.ancestors(wanted))))

    def ancestors(self, wanted: Ref) -> Sequence[Ref]:
        """See the protocol's `ancestors`."""
        found: list[Ref] = []
        at = self.parents.get(wanted)
        while at is not None:
            found.append(at)
            at = self.parents.get(at)
        return found

    def snapshots(self, wanted: Ref) -> Sequence[Snapshot]:
        """See the protocol's `snapshots`."""
        if wanted != ref("vm-2"):
            return ()
        return (
            Snapshot(
                ref=ref("snapshot-1"),
                name="before patch",
                description="",
                created_at=NOON - timedelta(days=3),
                depth=0,
                is_current=True,
            ),
        )

    def events(self, wanted: Ref, since: datetime) -> Sequence[Event]:
        """See the protocol's `events`."""
        everything = (
            Event(kind="VmPoweredOnEvent", at=NOON - timedelta(hours=2), user="LAB\\ann", message="web-01 is on"),
            Event(kind="VmPoweredOffEvent", at=NOON - timedelta(days=30), user="LAB\\bob", message="web-01 is off"),
        )
        return [one for one in everything if wanted == ref("vm-1") and one.at >= since]
