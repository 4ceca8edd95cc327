"""Plain values for the tests of replays: a small estate, and alarms that turn red and green."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from remediation.model import Mode, PlaybookName
from remediation.replay.estate import Picture
from remediation.settings import SHIPPED_ALARMS, GuardSettings, PlaybookSettings, RemediationSettings
from tests.unit.remediation.samples import CLUSTER, GIB, HOST, LAB, datastore, host, vm
from vsphere.model import AlarmChange, AlarmStatus, Cluster, DiskFacts, Ref, Vm

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CPU, MEMORY, DISK = Ref(LAB, "alarm-6"), Ref(LAB, "alarm-7"), Ref(LAB, "alarm-8")
_SYSTEM_NAMES = {
    CPU: "alarm.VmCPUUsageAlarm",
    MEMORY: "alarm.VmMemoryUsageAlarm",
    DISK: "alarm.DatastoreDiskUsageAlarm",
}


def at(minutes: float) -> datetime:
    """So long after the start."""
    return START + timedelta(minutes=minutes)


def ref(number: int) -> Ref:
    """Of `web-NN`."""
    return Ref(LAB, f"vm-{number}")


def change(minutes: float, status: str, *, number: int = 1, alarm: Ref = CPU) -> AlarmChange:
    """The alarm on `web-NN`, or on `gold-N` where it is the datastores', changes."""
    on_datastore = alarm == DISK
    return AlarmChange(
        at=at(minutes),
        entity=Ref(LAB, f"datastore-{number}") if on_datastore else ref(number),
        entity_kind="Datastore" if on_datastore else "VirtualMachine",
        entity_name=f"gold-{number}" if on_datastore else f"web-{number:02}",
        alarm=alarm,
        alarm_name=_SYSTEM_NAMES.get(alarm, "Something else").removeprefix("alarm."),
        alarm_system_name=_SYSTEM_NAMES.get(alarm, ""),
        before=AlarmStatus.GREEN,
        after=AlarmStatus(status),
    )


def picture(vms: int = 20, **changes: Any) -> Picture:
    """So many VMs `web-NN` of 2 vCPU and 4 GB on two hosts and `gold-1`; `gold-2` is half full."""
    made = tuple(_vm(number) for number in range(1, vms + 1))
    known = Picture(
        vms=made,
        hosts=(host(cpu_cores=64, memory_bytes=512 * GIB), host("host-2", cpu_cores=64, memory_bytes=512 * GIB)),
        clusters=(Cluster(ref=CLUSTER, name="prod", root_pool=Ref(LAB, "resgroup-1"), drs_enabled=True),),
        datastores=(datastore(used_gib=700), datastore("datastore-2", used_gib=500)),
        folders={one.ref: "DC1/vm/dev" for one in made},
        disks={
            one.ref: DiskFacts(bytes_by_datastore={"datastore-1": 35 * GIB}, memory_at_boot_mib=4096) for one in made
        },
    )
    return replace(known, **changes)


def _vm(number: int) -> Vm:
    return vm(ref=ref(number), name=f"web-{number:02}", host=HOST, committed_bytes=35 * GIB)


def settings(mode: Mode = Mode.RECOMMEND, **guards: Any) -> RemediationSettings:
    """The shipped ones but for those named, without a time in which the bot only looks on."""
    return RemediationSettings(
        playbooks=tuple(PlaybookSettings(name=one, mode=mode, alarms=SHIPPED_ALARMS[one]) for one in PlaybookName),
        guards=GuardSettings(observe_for=timedelta(0), **guards),
    )
