"""The control door of a sandbox vCenter: one method per lever. Speaks HTTP on loopback only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, Unpack
from urllib.parse import urlencode, urlsplit

from sandbox.vcenter.values import (
    DiskChanges,
    Json,
    Kind,
    Load,
    LoadChanges,
    PastEvent,
    Vm,
    VmChanges,
    Write,
    event_body,
    read_vm,
    read_write,
)

__all__ = ["Door", "DoorError", "Load", "PastEvent", "Vm", "VmChanges", "Write"]

TIMEOUT_S: Final = 60
SUSTAIN_S: Final = 1.0
"""How long a figure must be over a threshold until its alarm turns; a vCenter waits for minutes."""


class DoorError(Exception):
    """The door refused, or did not answer."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.hint = hint


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
        return read_vm(self._get("/vm", name=name))

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
        return [read_write(each) for each in self._get("/calls")["writes"]]

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

    def chaos(
        self, *, drop_before: float = 0, drop_after: float = 0, methods: Sequence[str] = (), seed: int = 0
    ) -> int:
        """Lose writes by chance from now on, or with zeros no longer; gives how many were lost since the last setting.

        Args:
            drop_before: probability that a write is lost before it is applied.
            drop_after: probability that it is applied and its answer is lost.
            methods: SOAP names; all writes unless given.
            seed: the same one loses the same calls of the same order.
        """
        answer = self._post("/chaos", drop_before=drop_before, drop_after=drop_after, methods=list(methods), seed=seed)
        return int(answer["dropped"])

    def alarms(self) -> list[Mapping[str, Json]]:
        """List the alarms there are, with what each one watches."""
        return list(self._get("/alarms"))

    def raise_alarm(
        self,
        entity: str,
        alarm: str,
        *,
        kind: Kind = "vm",
        status: Literal["red", "yellow"] = "red",
        at: datetime | None = None,
        silent: bool = False,
    ) -> datetime:
        """Raise an alarm by its system name, its name or its id, as of now or of a past time; gives the moment.

        It stays until `clear_alarm`, whatever the figures say. One that is `silent` reaches no long poll.
        """
        answer = self._post("/alarm", entity=entity, alarm=alarm, kind=kind, status=status, at=_iso(at), silent=silent)
        return datetime.fromisoformat(answer["at"])

    def clear_alarm(self, entity: str, alarm: str, *, kind: Kind = "vm", silent: bool = False) -> None:
        """Turn an alarm green; figures over its threshold raise it again when they change."""
        self._post("/alarm", entity=entity, alarm=alarm, kind=kind, status="green", silent=silent)

    def acknowledge_alarm(self, entity: str, alarm: str, *, kind: Kind = "vm") -> None:
        """Note by hand that somebody has seen a triggered alarm."""
        self._post("/alarm/acknowledge", entity=entity, alarm=alarm, kind=kind)

    def remove_alarm(self, alarm: str) -> None:
        """Take an alarm out of vCenter by hand, with all that it has raised."""
        self._post("/alarm/remove", alarm=alarm)

    def set_alarm_sustain(self, seconds: float) -> None:
        """Set how long a load or a fill must last until it raises its alarm; 0 raises it at once."""
        self._post("/alarm/sustain", seconds=seconds)

    def write_events(self, events: Iterable[PastEvent]) -> int:
        """Put events into the log that happened in the past, all of them or none; gives how many."""
        return int(self._post("/events", events=[event_body(event) for event in events])["written"])

    def set_load(
        self, vm: str | None = None, *, host: str | None = None, at: datetime | None = None, **load: Unpack[LoadChanges]
    ) -> Load:
        """Set what a VM (or a host) uses, from now or from a past time on; what is not given stays.

        Without a load of its own a host shows the sum of its VMs'. A VM that grows is less busy by as much, since its
        guest does the same. What is over the thresholds of an alarm raises it. Gives the load in force.
        """
        return Load(**self._post("/load", vm=vm, host=host, at=_iso(at), **load))

    def set_datastore(
        self,
        datastore: str,
        *,
        capacity_bytes: int | None = None,
        free_bytes: int | None = None,
        maintenance: bool | None = None,
        tier: str | None = None,
    ) -> None:
        """Set a datastore's figures and its tier; what is not given stays, and an empty tier takes it away.

        One that is over the thresholds of its alarm raises it.
        """
        self._post(
            "/datastore",
            datastore=datastore,
            capacity_bytes=capacity_bytes,
            free_bytes=free_bytes,
            maintenance=maintenance,
            tier=tier,
        )

    def set_host(
        self,
        host: str,
        *,
        maintenance: bool | None = None,
        connected: bool | None = None,
        connection: Literal["connected", "notResponding", "disconnected"] | None = None,
    ) -> None:
        """Take a host into or out of maintenance, or lose its connection (False is notResponding)."""
        self._post("/host", host=host, maintenance=maintenance, connected=connected, connection=connection)

    def set_disk(self, vm: str, disk: int = 1, **changes: Unpack[DiskChanges]) -> None:
        """Change what a VM's disk (1 is the first) is made of; what is not given stays."""
        self._post("/disk", vm=vm, disk=disk, **changes)

    def take_snapshot(self, vm: str, name: str, *, size_bytes: int = 0, at: datetime | None = None) -> None:
        """Take a snapshot by hand, as of now or of a past time, after which the VM has written so many bytes."""
        self._post("/snapshot", vm=vm, name=name, bytes=size_bytes, at=_iso(at))

    def set_vm(self, vm: str, **changes: Unpack[VmChanges]) -> None:
        """Change a VM by hand, behind the bot's back and without vCenter's rules; what is not given stays."""
        self._post("/vm", vm=vm, **changes)

    def grow(self, vms: int, *, folder: str = "", on: bool = False) -> int:
        """Add many small VMs to a folder ("grown" unless given), spread over all hosts; gives how many VMs there are.

        The new ones are called grown-00001 and so on. Most estates have room for a few thousand that run.
        """
        return int(self._post("/grow", vms=vms, folder=folder, on=on)["vms"])

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
        """Take back faults, chaos, outages, latency, all times that were set, and the counts; VMs stay as they are."""
        self.outage("off")
        self.chaos()
        self.clear_faults()
        self.set_latency(0)
        self.set_task(0)
        self.set_boot(0)
        self.set_alarm_sustain(SUSTAIN_S)
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


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
