"""What this folder's tests work with: a gateway and the estate behind it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.vcenter import Estate
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import CloneSpec, Datastore, NewVm, Ref, Task, Vm
from vsphere.placement import PlacementRules
from vsphere.settings import VcenterSettings

READY_S = 20

Connect = Callable[..., Gateway]
"""Makes a started gateway to an estate; further arguments change its settings."""
Eventually = Callable[..., None]
"""See `wait_until`."""


def settings_for(estate: Estate, **changes: Any) -> VcenterSettings:
    """Settings that fit the estate, with some of them changed."""
    values: dict[str, Any] = {
        "name": "lab",
        "host": estate.host,
        "port": estate.port,
        "username": estate.username,
        "read_password": lambda: estate.password,
        "ca_file": estate.ca_file,
        "read_timeout_s": 10,
    }
    return VcenterSettings(**{**values, **changes})


def wait_until(condition: Callable[[], bool], timeout_s: float = 15) -> None:
    """Wait until a condition holds, and fail when it does not in time."""
    clock = SystemClock()
    deadline = clock.monotonic() + timeout_s
    while not condition():
        assert clock.monotonic() < deadline, "the condition did not come true in time"
        threading.Event().wait(0.02)


@dataclass
class Lab:
    """A gateway with the estate behind it."""

    estate: Estate
    gateway: Gateway

    def vm(self, name: str) -> Vm:
        """The one VM of that name."""
        (found,) = self.gateway.inventory.find_vms(name)
        return found

    def seen(self, ref: Ref) -> Vm:
        """The VM as the mirror shows it."""
        vm = self.gateway.inventory.vm(ref)
        assert vm is not None
        return vm

    def folder(self, name: str) -> Ref:
        """The folder of that name."""
        return next(one.ref for one in self.gateway.inventory.folders() if one.name == name)

    def datastore(self, name: str) -> Ref:
        """The datastore of that name."""
        return next(one.ref for one in self.gateway.inventory.datastores() if one.name == name)

    def datastore_of(self, name: str) -> Datastore:
        """The datastore of that name, as the mirror shows it."""
        return next(one for one in self.gateway.inventory.datastores() if one.name == name)

    def end(self, task: Ref | None) -> Task:
        """The task once it has ended."""
        assert task is not None
        return self.gateway.tasks.follow(task, on_progress=lambda _: None, should_stop=lambda: False, timeout_s=20)

    def made(self, task: Ref | None) -> Ref:
        """What a task made, which must have gone well."""
        ended = self.end(task)
        assert ended.error is None
        assert ended.result is not None
        return ended.result

    def create(self, name: str, folder: str = "Lab") -> Vm:
        """A small new VM, as the mirror shows it."""
        made = self.made(self.gateway.create_vm(self.new_vm(name, folder)))
        wait_until(lambda: self.gateway.inventory.vm(made) is not None)
        return self.gateway.read_vm(made)

    def new_vm(self, name: str, folder: str = "Lab", operation_id: str = "op-1") -> NewVm:
        """The order for a small VM."""
        where = self.folder(folder)
        placement = self.gateway.recommend_placement(
            cpu_count=1, memory_mib=512, disk_gib=4, allowed=PlacementRules(), folder=where
        )
        return NewVm(
            name=name,
            folder=where,
            placement=placement,
            cpu_count=1,
            memory_mib=512,
            disk_gib=4,
            guest_id="debian12_64Guest",
            operation_id=operation_id,
        )

    def clone_spec(self, name: str, **changes: Any) -> CloneSpec:
        """The order for a copy into the folder Lab."""
        order = self.new_vm(name)
        values: dict[str, Any] = {
            "name": name,
            "folder": order.folder,
            "placement": order.placement,
            "operation_id": "op-2",
        }
        return CloneSpec(**{**values, **changes})
