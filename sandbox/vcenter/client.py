"""The control door of a sandbox vCenter: one method per lever. Speaks HTTP on loopback only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypedDict, Unpack
from urllib.parse import urlencode, urlsplit

TIMEOUT_S: Final = 60

Json = Any
"""What JSON can hold; the door's answers are checked where they become values."""


class DoorError(Exception):
    """The door refused, or did not answer."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a VM uses. Ready and co-stop are percent of one vCPU's time."""

    cpu_percent: float = 0
    memory_percent: float = 0
    ready_percent: float = 0
    costop_percent: float = 0
    balloon_mib: float = 0
    swap_mib: float = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Vm:
    """A VM as it really is in the sandbox, whatever anybody was told."""

    id: str
    name: str
    power: str
    """poweredOn, poweredOff or suspended."""
    cpus: int
    cores_per_socket: int
    memory_mib: int
    folder: str
    datastore: str
    host: str
    pool: str
    template: bool
    tools_running: bool
    ip: str
    cpu_hot_add: bool
    memory_hot_add: bool
    disk_bytes: int
    uuid: str
    instance_uuid: str
    custom: Mapping[str, str] = field(default_factory=dict)
    """Custom attributes by name, as in iaas.owner."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """extraConfig, as in iaas.operation."""
    snapshots: tuple[str, ...] = ()
    alarms: tuple[Mapping[str, str], ...] = ()
    load: Load = Load()
    boot_time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One SOAP call that changes something, as it arrived."""

    method: str
    entity: str
    """The id of the object called, as in vm-100007."""
    entity_name: str
    at: datetime
    outcome: str
    """accepted, fault, or which way it was dropped."""
    argument: str = ""
    """The first name in the request: of the VM to be, or the new name."""


class VmChanges(TypedDict, total=False):
    """What Door.set_vm can change."""

    name: str
    folder: str
    power: Literal["on", "off"]
    tools_running: bool
    cpu_hot_add: bool
    memory_hot_add: bool
    cpus: int
    memory_mib: int
    custom: Mapping[str, str]
    """Custom attributes by name; an empty value removes one."""


class Door:
    """Everything that the control door can do."""

    def __init__(self, control: str) -> None:
        self.control: Final = control

    def estate(self) -> Mapping[str, Json]:
        """Give VMs, datastores, hosts and the last 20 tasks, in the door's own form."""
        found: Mapping[str, Json] = self._get("/estate")
        return found

    def vm(self, name: str) -> Vm:
        """Give the truth about one VM, by name, folder/name or id.

        Raises:
            DoorError: there is none, or more than one.
        """
        return _vm(self._get("/vm", name=name))

    def vms(self) -> list[str]:
        """List folder/name of every VM."""
        return [str(name) for name in self._get("/vms")]

    def tasks(self) -> list[Mapping[str, Json]]:
        """List the latest tasks, newest first."""
        return list(self._get("/tasks"))

    def calls(self) -> dict[str, int]:
        """Count SOAP calls by method since the last reset."""
        return dict(self._get("/calls")["calls"])

    def writes(self) -> list[Write]:
        """List the calls that change something, in the order in which they arrived."""
        return [_write(each) for each in self._get("/calls")["writes"]]

    def reset_calls(self) -> None:
        """Start counting anew."""
        self._post("/calls/reset")

    def fail_next(
        self,
        method: str,
        fault: str,
        *,
        count: int = 1,
        entity: str | None = None,
        privilege: str = "",
        in_task: bool = False,
        details: Mapping[str, Json] | None = None,
    ) -> None:
        """Make the next calls of a method fail with a fault.

        Args:
            method: a SOAP name such as PowerOnVM_Task, or * for all.
            fault: vSphere's name, such as NoPermission, DuplicateName or NoDiskSpace.
            count: how many calls; -1 until clear_faults().
            entity: only calls on the object of this name or id.
            privilege: of NoPermission, as in VirtualMachine.Interact.PowerOn.
            in_task: the call is accepted and its task ends with the fault.
            details: further fields of the fault.
        """
        self._post(
            "/fault",
            method=method,
            fault=fault,
            count=count,
            entity=entity or "",
            privilege=privilege,
            when="task" if in_task else "call",
            details=details,
        )

    def drop_after(self, method: str, *, count: int = 1, entity: str | None = None) -> None:
        """Apply the next calls and then cut the connection before the answer."""
        self._post("/fault", method=method, count=count, entity=entity or "", when="drop_after")

    def drop_before(self, method: str, *, count: int = 1, entity: str | None = None) -> None:
        """Cut the connection at the next calls and apply nothing."""
        self._post("/fault", method=method, count=count, entity=entity or "", when="drop_before")

    def clear_faults(self) -> None:
        """Forget every fault and drop rule."""
        self._post("/faults/clear")

    def raise_alarm(
        self,
        entity: str,
        alarm: str,
        *,
        kind: Literal["vm", "datastore", "host"] = "vm",
        status: Literal["red", "yellow"] = "red",
    ) -> datetime:
        """Raise an alarm by its system name (or its name) and give the moment."""
        answer = self._post("/alarm", entity=entity, alarm=alarm, kind=kind, status=status)
        return datetime.fromisoformat(answer["at"])

    def clear_alarm(self, entity: str, alarm: str, *, kind: Literal["vm", "datastore", "host"] = "vm") -> None:
        """Turn an alarm green."""
        self._post("/alarm", entity=entity, alarm=alarm, kind=kind, status="green")

    def set_load(
        self,
        vm: str,
        *,
        cpu_percent: float | None = None,
        memory_percent: float | None = None,
        ready_percent: float | None = None,
        costop_percent: float | None = None,
        balloon_mib: float | None = None,
        swap_mib: float | None = None,
    ) -> Load:
        """Set what a VM uses from now on; what is not given stays. Gives the load in force."""
        answer = self._post(
            "/load",
            vm=vm,
            cpu_percent=cpu_percent,
            memory_percent=memory_percent,
            ready_percent=ready_percent,
            costop_percent=costop_percent,
            balloon_mib=balloon_mib,
            swap_mib=swap_mib,
        )
        return Load(**answer)

    def set_datastore(
        self,
        datastore: str,
        *,
        capacity_bytes: int | None = None,
        free_bytes: int | None = None,
        maintenance: bool | None = None,
    ) -> None:
        """Set a datastore's figures; what is not given stays."""
        self._post(
            "/datastore",
            datastore=datastore,
            capacity_bytes=capacity_bytes,
            free_bytes=free_bytes,
            maintenance=maintenance,
        )

    def set_host(self, host: str, *, maintenance: bool | None = None, connected: bool | None = None) -> None:
        """Take a host into or out of maintenance, or lose its connection."""
        self._post("/host", host=host, maintenance=maintenance, connected=connected)

    def set_vm(self, vm: str, **changes: Unpack[VmChanges]) -> None:
        """Change a VM by hand, behind the bot's back and without vCenter's rules; what is not given stays."""
        self._post("/vm", vm=vm, **changes)

    def rename_vm(self, vm: str, name: str) -> None:
        """Rename a VM by hand."""
        self.set_vm(vm, name=name)

    def delete_vm(self, vm: str) -> None:
        """Delete a VM by hand, running or not."""
        self._post("/vm/delete", vm=vm)

    def set_task(self, seconds: float, method: str = "") -> None:
        """Set how long tasks of a method take; without a method all do, and earlier settings are forgotten."""
        self._post("/task", method=method, seconds=seconds)

    def set_boot(self, seconds: float) -> None:
        """Set how long guests take until their tools run."""
        self._post("/guest", boot_seconds=seconds)

    def set_latency(self, seconds: float) -> None:
        """Let every SOAP answer take longer."""
        self._post("/latency", seconds=seconds)

    def expire_sessions(self) -> int:
        """End every session; the next call meets NotAuthenticated. Gives how many there were."""
        return int(self._post("/sessions/expire")["expired"])

    def drop_connections(self) -> int:
        """Cut every open SOAP connection and give how many there were."""
        return int(self._post("/connections/drop")["dropped"])

    def outage(self, mode: Literal["off", "refuse", "blackhole"], seconds: float = 0) -> None:
        """Start or end an outage: connections are refused, or taken and never answered.

        Args:
            mode: off ends it.
            seconds: ends by itself after these; 0 lasts until "off".
        """
        self._post("/outage", mode=mode, seconds=seconds)

    def restore(self) -> None:
        """Take back faults, outages, latency, task and boot times, and the counts; VMs stay as they are."""
        self.outage("off")
        self.clear_faults()
        self.set_latency(0)
        self.set_task(0)
        self.set_boot(0)
        self.reset_calls()

    def _get(self, path: str, **query: str) -> Json:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def _post(self, path: str, **body: Json) -> Json:
        return self._ask("POST", path, {key: value for key, value in body.items() if value is not None})

    def _ask(self, method: str, path: str, body: Mapping[str, Json] | None) -> Json:
        connection = http.client.HTTPConnection(urlsplit(self.control).netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as failure:
            raise DoorError(f"the door at {self.control} did not answer: {failure}", "is it running?") from failure
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise DoorError(answer["error"], answer["hint"])
        return answer


def _vm(answer: Mapping[str, Json]) -> Vm:
    fields = dict(answer)
    fields["load"] = Load(**fields["load"])
    fields["snapshots"] = tuple(fields["snapshots"])
    fields["alarms"] = tuple(fields["alarms"])
    if fields["boot_time"] is not None:
        fields["boot_time"] = datetime.fromisoformat(fields["boot_time"])
    return Vm(**fields)


def _write(answer: Mapping[str, Json]) -> Write:
    fields = dict(answer)
    fields["at"] = datetime.fromisoformat(fields["at"])
    return Write(**fields)
