"""Plain values for the tests of remediation: a VM under a red alarm on a host with room, and nothing in its way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from remediation.admission import Case
from remediation.model import (
    Facts,
    History,
    Incident,
    IncidentState,
    Mode,
    PlaybookName,
    Recommendation,
    Reddening,
    Remedy,
    RemedyState,
    Switch,
    Undoing,
)
from remediation.settings import GuardSettings, PlaybookSettings, RemediationSettings
from tests.unit.operations.samples import vm as operations_vm
from vsphere.model import (
    AlarmStatus,
    Cluster,
    ConnectionState,
    Datastore,
    DiskFacts,
    Host,
    HostSample,
    Ref,
    Sample,
    TriggeredAlarm,
    Vm,
)

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
LAB = "lab"
VM = Ref(LAB, "vm-1")
HOST = Ref(LAB, "host-1")
CLUSTER = Ref(LAB, "domain-c1")
GOLD = Ref(LAB, "datastore-1")
ALARM = Ref(LAB, "alarm-6")
GIB = 1024**3
DAY = timedelta(days=1)


def ago(**length: float) -> datetime:
    """A moment before `NOW`."""
    return NOW - timedelta(**length)


def ahead(**length: float) -> datetime:
    """A moment after `NOW`."""
    return NOW + timedelta(**length)


def vm(**changes: Any) -> Vm:
    """`web-01`: 2 vCPU, 4 GB, with hot-add, on `esx-01` and `gold-1`."""
    values = {"ref": VM, "host": HOST, "datastores": (GOLD,), "attributes": {}} | changes
    return operations_vm(**values)


def host(moref: str = "host-1", **changes: Any) -> Host:
    """`esx-01`: 16 cores of 2000 MHz and 64 GiB, a quarter of it used."""
    values: dict[str, Any] = {
        "ref": Ref(LAB, moref),
        "name": moref.replace("host-", "esx-0"),
        "cluster": CLUSTER,
        "connection": ConnectionState.CONNECTED,
        "in_maintenance": False,
        "powered_on": True,
        "cpu_cores": 16,
        "cpu_mhz_per_core": 2000,
        "memory_bytes": 64 * GIB,
        "cpu_used_mhz": 8000,
        "memory_used_mib": 16 * 1024,
        "datastores": (GOLD, Ref(LAB, "datastore-2")),
        "networks": (),
    }
    return Host(**(values | changes))


def datastore(
    moref: str = "datastore-1", *, used_gib: int = 500, capacity_gib: int = 1000, **changes: Any
) -> Datastore:
    """`gold-1`: 1000 GiB, half of it used."""
    values: dict[str, Any] = {
        "ref": Ref(LAB, moref),
        "name": moref.replace("datastore-", "gold-"),
        "capacity_bytes": capacity_gib * GIB,
        "free_bytes": (capacity_gib - used_gib) * GIB,
        "accessible": True,
        "in_maintenance": False,
        "storage_pod": None,
        "attributes": {"tier": "gold"},
    }
    return Datastore(**(values | changes))


def alarm(**changes: Any) -> TriggeredAlarm:
    """The CPU alarm, red on `web-01` for five minutes."""
    values: dict[str, Any] = {
        "key": "alarm-6.vm-1",
        "alarm": ALARM,
        "name": "Virtual machine CPU usage",
        "system_name": "alarm.VmCPUUsageAlarm",
        "entity": VM,
        "entity_kind": "VirtualMachine",
        "status": AlarmStatus.RED,
        "triggered_at": ago(minutes=5),
    }
    return TriggeredAlarm(**(values | changes))


def incident(**changes: Any) -> Incident:
    """What is open about it."""
    values: dict[str, Any] = {
        "id": "I7F3K",
        "key": "lab/alarm-6/vm-1/2026-11-26T13:55:00+00:00",
        "version": 1,
        "state": IncidentState.OPEN,
        "alarm": alarm(),
        "entity_name": "web-01",
        "playbook": PlaybookName.ADD_CPU,
        "look_at": NOW,
        "opened_at": ago(minutes=5),
    }
    return Incident(**(values | changes))


def facts(**changes: Any) -> Facts:
    """All is known, and nothing of it speaks against helping `web-01`."""
    web, esx = vm(), host()
    values: dict[str, Any] = {
        "now": NOW,
        "started_at": NOW - DAY,
        "incident": incident(),
        "alarm": alarm(),
        "vm": web,
        "folder": "/DC1/vm/dev",
        "host": esx,
        "cluster": Cluster(ref=CLUSTER, name="prod", root_pool=Ref(LAB, "resgroup-1"), drs_enabled=True),
        "cluster_hosts": (esx, host("host-2")),
        "hosts": (esx, host("host-2")),
        "datastores": (datastore(), datastore("datastore-2", used_gib=200)),
        "disks": {VM: DiskFacts(bytes_by_datastore={"datastore-1": 20 * GIB}, memory_at_boot_mib=4096)},
        "samples": samples(cpu=96, memory=96),
        "host_samples": host_samples(),
        "vms_in_cluster": 40,
    }
    return Facts(**(values | changes))


def samples(*, count: int = 45, step_s: int = 20, end: datetime = NOW, **figures: float | None) -> tuple[Sample, ...]:
    """So many equal samples up to `end`: `cpu`, `memory`, `ready`, `costop`, `balloon`, `swapped`."""
    values = {"cpu": 96.0, "memory": 60.0, "ready": 0.5, "costop": 0.0, "balloon": 0.0, "swapped": 0.0} | figures
    return tuple(
        Sample(
            at=end - timedelta(seconds=step_s * (count - 1 - number)),
            interval_s=step_s,
            cpu_percent=values["cpu"],
            ready_percent=values["ready"],
            costop_percent=values["costop"],
            memory_percent=values["memory"],
            balloon_mib=values["balloon"],
            swapped_mib=values["swapped"],
        )
        for number in range(count)
    )


def host_samples(count: int = 45, **figures: float | None) -> tuple[HostSample, ...]:
    """The same of a host."""
    values = {"cpu": 30.0, "ready": 0.5, "memory": 40.0, "balloon": 0.0, "swapped": 0.0} | figures
    return tuple(
        HostSample(
            at=NOW - timedelta(seconds=20 * (count - 1 - number)),
            interval_s=20,
            cpu_percent=values["cpu"],
            ready_percent=values["ready"],
            memory_percent=values["memory"],
            balloon_mib=values["balloon"],
            swapped_mib=values["swapped"],
        )
        for number in range(count)
    )


def playbook(name: PlaybookName = PlaybookName.ADD_CPU, **changes: Any) -> PlaybookSettings:
    """In mode auto."""
    values: dict[str, Any] = {"mode": Mode.AUTO, "alarms": ("alarm.VmCPUUsageAlarm",)} | changes
    return PlaybookSettings(name=name, **values)


def settings(*, guards: Mapping[str, Any] | None = None, **changes: Any) -> RemediationSettings:
    """The shipped numbers, but for those named."""
    values: dict[str, Any] = {"playbooks": (playbook(),), "guards": GuardSettings(**(guards or {}))}
    return RemediationSettings(**(values | changes))


def more_cpu(target: Vm | None = None, *, cpu_count: int | None = None) -> Recommendation:
    """One vCPU more for a VM, or so many in all."""
    target = target or vm()
    wanted = cpu_count or target.cpu_count + 1
    return Recommendation(
        playbook=PlaybookName.ADD_CPU,
        verb="transform",
        vm=target,
        arguments={"cpu_count": wanted},
        summary=f"Add {wanted - target.cpu_count} vCPU to {target.name} ({target.cpu_count} → {wanted})",
        command=f"transform {target.name} cpu={wanted}",
    )


def more_memory(target: Vm | None = None, *, memory_mib: int | None = None) -> Recommendation:
    """2 GB more for a VM, or so much in all."""
    target = target or vm()
    wanted = memory_mib or target.memory_mib + 2048
    return Recommendation(
        playbook=PlaybookName.ADD_MEMORY,
        verb="transform",
        vm=target,
        arguments={"memory_mib": wanted},
        summary=f"Add memory to {target.name}",
        command=f"transform {target.name} memory={wanted}m",
    )


def a_move(target: Vm | None = None, to: Datastore | None = None) -> Recommendation:
    """A move of a VM to `gold-2`."""
    target, to = target or vm(), to or datastore("datastore-2", used_gib=200)
    return Recommendation(
        playbook=PlaybookName.MOVE_VM,
        verb="move",
        vm=target,
        arguments={"datastore": to.name},
        summary=f"Move {target.name} to {to.name}",
        command=f"move {target.name} {to.name}",
        moves_bytes=20 * GIB,
        target=to,
    )


def case(**changes: Any) -> Case:
    """A case that every guard rail lets pass."""
    values: dict[str, Any] = {
        "facts": facts(),
        "history": History(),
        "settings": settings(),
        "playbook": playbook(),
        "mode": Mode.AUTO,
        "recommendation": more_cpu(),
    }
    return Case(**(values | changes))


def remedy(at: datetime = NOW, **changes: Any) -> Remedy:
    """A vCPU for `web-01` that was added in ten seconds."""
    values: dict[str, Any] = {
        "key": f"lab/alarm-6/vm-1/{at.isoformat()}/0",
        "incident_id": "I0000",
        "operation_id": "O1",
        "playbook": PlaybookName.ADD_CPU,
        "mode": Mode.AUTO,
        "vm": VM,
        "vm_name": "web-01",
        "cluster": CLUSTER,
        "summary": "Add 1 vCPU to web-01 (1 → 2)",
        "state": RemedyState.SUCCEEDED,
        "at": at,
        "ended_at": at + timedelta(seconds=10),
    } | changes
    if values["state"] in {RemedyState.ASKED, RemedyState.RUNNING}:
        values["ended_at"] = None
    return Remedy(**values)


def reddening(at: datetime = NOW, moref: str = "vm-1", **changes: Any) -> Reddening:
    """That a VM of the cluster turned red."""
    values: dict[str, Any] = {"cluster": CLUSTER, "playbook": PlaybookName.ADD_CPU} | changes
    return Reddening(at=at, entity=Ref(LAB, moref), **values)


def history(
    *remedies: Remedy,
    reddenings: Iterable[Reddening] = (),
    switches: Iterable[Switch] = (),
    undone: Mapping[str, Undoing] | None = None,
) -> History:
    """What has happened."""
    return History(
        remedies=tuple(remedies),
        reddenings=tuple(reddenings),
        switches={one.key: one for one in switches},
        undone=undone or {},
    )


def undoing(at: datetime = NOW, by: str = "U2") -> Undoing:
    """That somebody takes a remedy back."""
    return Undoing(operation_id="O2", by=by, at=at)


def switch(key: str, value: str = "on", at: datetime = NOW) -> Switch:
    """That somebody has set something."""
    return Switch(key=key, value=value, by="U1", at=at)


def with_vm(**changes: Any) -> Facts:
    """The facts with another VM."""
    return replace(facts(), vm=vm(**changes))
