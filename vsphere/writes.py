"""Every change to a vCenter: each is sent exactly once, and what comes back is its task.

There is no retry here and must never be one: after a lost answer the caller looks at what happened. The one resend,
after "log in first", lives in `vsphere.soap`, since vCenter had refused the first.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from vsphere import specs
from vsphere.api import moref_of, vim
from vsphere.collector import managed, read
from vsphere.errors import UnexpectedFaultError
from vsphere.faults import translated
from vsphere.inventory import Inventory
from vsphere.model import CloneSpec, NewVm, Ref
from vsphere.properties import text, wire_name
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref

log = structlog.get_logger(__name__)


class Writes:
    """The changes of one vCenter. Each returns the task's `Ref`, except where vSphere has no task for it."""

    def __init__(self, session: Session, inventory: Inventory, reads: Reads) -> None:
        self._session = session
        self._inventory = inventory
        self._reads = reads

    def power_on(self, vm: Ref) -> Ref:
        """Ask for power and return at once with the task."""
        return self._task("power on", vm, lambda: self._vm(vm).PowerOnVM_Task(None))

    def power_off(self, vm: Ref) -> Ref:
        """Cut the power, whatever the guest does, and return at once with the task."""
        return self._task("power off", vm, lambda: self._vm(vm).PowerOffVM_Task())

    def shutdown_guest(self, vm: Ref) -> None:
        """Ask the guest to shut down; there is no task, the power state tells.

        Raises:
            ToolsNotRunningError: nobody in the guest listens.
        """
        self._send("shut down", vm, lambda: self._vm(vm).ShutdownGuest())

    def reboot_guest(self, vm: Ref) -> None:
        """Ask the guest to restart; there is no task, `VmGuestRebootEvent` and the boot time tell.

        Raises:
            ToolsNotRunningError: nobody in the guest listens.
        """
        self._send("reboot", vm, lambda: self._vm(vm).RebootGuest())

    def reset(self, vm: Ref) -> Ref:
        """Press the reset button and return at once with the task."""
        return self._task("reset", vm, lambda: self._vm(vm).ResetVM_Task())

    def create_vm(self, new: NewVm) -> Ref:
        """Create a VM from nothing; the task's result is the VM.

        Raises:
            NameTakenError: the folder holds that name already.
        """
        with translated(f"create {new.name}", name_of=self._name):
            config = specs.new_vm(
                new,
                datastore_name=self._inventory.name(new.placement.datastore),
                network=self._backing(new.placement.network) if new.placement.network else None,
            )
        placement = new.placement
        host = vim.HostSystem(placement.host.moref) if placement.host else None
        pool = vim.ResourcePool(placement.pool.moref)
        folder = managed(self._session.writes, Moref("Folder", new.folder.moref))
        return self._task("create", new.name, lambda: folder.CreateVM_Task(config, pool, host))

    def clone_vm(self, source: Ref, spec: CloneSpec) -> Ref:
        """Clone a VM or deploy a template; the task's result is the new VM.

        Raises:
            NotFoundError: the customization spec or the source is not there.
        """
        known = self._inventory.vm(source)
        with translated(f"clone {self._name(source.moref)} to {spec.name}", name_of=self._name):
            clone_spec = specs.clone(
                spec,
                cores_per_socket=known.cores_per_socket if known else None,
                nic_changes=self._nic_changes(source, spec.placement.network),
                customization=self._customization(spec.customization),
            )
        folder = vim.Folder(spec.folder.moref)
        name = wire_name(spec.name)
        return self._task("clone", source, lambda: self._vm(source).CloneVM_Task(folder, name, clone_spec))

    def reconfigure(
        self,
        vm: Ref,
        *,
        cpu_count: int | None = None,
        memory_mib: int | None = None,
        cores_per_socket: int | None = None,
        change_version: str,
    ) -> Ref:
        """Resize a VM; None keeps what it has.

        Raises:
            ChangedMeanwhileError: the VM's `change_version` is another by now (this may also come as the task's error).
        """
        spec = specs.resize(
            change_version=change_version,
            cpu_count=cpu_count,
            memory_mib=memory_mib,
            cores_per_socket=cores_per_socket,
        )
        return self._task("resize", vm, lambda: self._vm(vm).ReconfigVM_Task(spec))

    def rename(self, ref: Ref, name: str) -> Ref:
        """Give an object another name; what the mirror does not know yet is taken for a VM that was just made."""
        target = managed(self._session.writes, Moref(self._inventory.kind(ref) or "VirtualMachine", ref.moref))
        return self._task(f"rename to {name}", ref, lambda: target.Rename_Task(wire_name(name)))

    def move_to_folder(self, vm: Ref, folder: Ref) -> Ref:
        """Put a VM into another folder of the same datacenter."""
        target = managed(self._session.writes, Moref("Folder", folder.moref))
        return self._task("move", vm, lambda: target.MoveIntoFolder_Task([vim.VirtualMachine(vm.moref)]))

    def create_folder(self, parent: Ref, name: str) -> Ref:
        """Make a folder and return it: vSphere has no task for this.

        Raises:
            NameTakenError: the parent holds that name already.
        """
        folder = managed(self._session.writes, Moref("Folder", parent.moref))
        return self._task("create the folder", name, lambda: folder.CreateFolder(wire_name(name)))

    def destroy(self, vm: Ref) -> Ref:
        """Delete a VM with its disks; there is no way back."""
        return self._task("delete", vm, lambda: self._vm(vm).Destroy_Task())

    def relocate(self, vm: Ref, *, datastore: Ref, host: Ref | None = None, pool: Ref | None = None) -> Ref:
        """Move a VM's files to another datastore, and the VM to another host or pool where given."""
        spec = vim.vm.RelocateSpec(
            datastore=vim.Datastore(datastore.moref),
            host=vim.HostSystem(host.moref) if host else None,
            pool=vim.ResourcePool(pool.moref) if pool else None,
        )
        return self._task("move", vm, lambda: self._vm(vm).RelocateVM_Task(spec, None))

    def create_snapshot(
        self, vm: Ref, name: str, description: str, *, memory: bool = False, quiesce: bool = False
    ) -> Ref:
        """Take a snapshot; the task's result is the snapshot."""
        return self._task(
            "take a snapshot of",
            vm,
            lambda: self._vm(vm).CreateSnapshot_Task(wire_name(name), description, memory, quiesce),
        )

    def revert_snapshot(self, snapshot: Ref) -> Ref:
        """Put the VM back to a snapshot; what happened since is lost."""
        target = managed(self._session.writes, Moref("VirtualMachineSnapshot", snapshot.moref))
        return self._task("revert to", snapshot, lambda: target.RevertToSnapshot_Task(None, None))

    def remove_snapshot(self, snapshot: Ref) -> Ref:
        """Delete one snapshot and keep its children."""
        target = managed(self._session.writes, Moref("VirtualMachineSnapshot", snapshot.moref))
        return self._task("remove", snapshot, lambda: target.RemoveSnapshot_Task(removeChildren=False))

    def set_attributes(self, vm: Ref, values: Mapping[str, str]) -> None:
        """Write custom attributes, whose definitions are made where they are missing; the mirror hears of it later."""
        if not values.keys() <= set(self._inventory.field_names().values()):
            # Somebody else may have made them since the mirror last heard.
            self._inventory.learn_fields(self._reads.field_names())
        keys = {name: key for key, name in self._inventory.field_names().items()}
        manager = self._session.content.customFieldsManager
        writer = managed(self._session.writes, Moref("CustomFieldsManager", moref_of(manager)))
        target = vim.VirtualMachine(vm.moref)
        for name, value in values.items():
            key = keys[name] if name in keys else self._define(writer, name)
            with translated(f"set {name} of {self._name(vm.moref)}", name_of=self._name):
                writer.SetField(target, key, value)
        log.info("vcenter.attributes.set", vcenter=self._session.name, target=str(vm), names=sorted(values))

    def cancel_task(self, task: Ref) -> None:
        """Ask vCenter to cancel a task; whether it does, the task tells.

        Raises:
            InvalidStateError: it has ended already.
            NotSupportedError: this kind of task can't be cancelled.
        """
        target = managed(self._session.writes, Moref("Task", task.moref))
        self._send("cancel the task", task, target.CancelTask)

    def _define(self, manager: Any, name: str) -> int:  # noqa: ANN401  pyVmomi's CustomFieldsManager
        with translated(f"define the custom attribute {name}"):
            key = int(manager.AddCustomFieldDef(name, vim.VirtualMachine, None, None).key)
        self._inventory.learn_fields({key: name})
        return key

    def _task(self, verb: str, what: Ref | str, call: Callable[[], Any]) -> Ref:
        """Send a write whose answer names an object: its task, or the folder that it made."""
        answer = self._send(verb, what, call)
        if answer is None:
            raise UnexpectedFaultError(f"vCenter accepted to {verb} {what}, but named no task")
        return answer

    def _send(self, verb: str, what: Ref | str, call: Callable[[], Any]) -> Ref | None:
        name = self._name(what.moref) if isinstance(what, Ref) else what
        with translated(f"{verb} {name}", name_of=self._name):
            answer = call()
        moref = moref_of(answer) if answer is not None else None
        log.info("vcenter.write.sent", vcenter=self._session.name, verb=verb, target=str(what), task=moref)
        return Ref(self._session.name, moref) if moref else None

    def _vm(self, vm: Ref) -> Any:  # noqa: ANN401  pyVmomi's VirtualMachine
        return managed(self._session.writes, Moref("VirtualMachine", vm.moref))

    def _name(self, moref: str) -> str:
        return self._inventory.name(Ref(self._session.name, moref))

    def _customization(self, name: str | None) -> Any:  # noqa: ANN401  pyVmomi's customization spec
        if name is None:
            return None
        manager = self._session.content.customizationSpecManager
        return self._reads.patiently(lambda: manager.GetCustomizationSpec(name)).spec

    def _nic_changes(self, source: Ref, network: Ref | None) -> list[Any]:
        if network is None:
            return []
        obj = Moref("VirtualMachine", source.moref)
        values = self._reads.patiently(lambda: read(self._session, obj, ["config.hardware.device"]))
        return specs.move_first_nic(values.get("config.hardware.device"), self._backing(network))

    def _backing(self, network: Ref) -> specs.NetworkBacking:
        """What a NIC must name to be on this network; a distributed port group needs two reads."""
        kind, name = self._inventory.kind(network) or "Network", self._inventory.name(network)
        if kind == "DistributedVirtualPortgroup":
            group = self._values(Moref(kind, network.moref), ["key", "config.distributedVirtualSwitch"])
            switch = self._values(group["config.distributedVirtualSwitch"], ["uuid"])
            return specs.NetworkBacking(
                kind=kind, moref=network.moref, name=name, portgroup_key=group["key"], switch_uuid=switch["uuid"]
            )
        if kind == "OpaqueNetwork":
            paths = ["summary.opaqueNetworkId", "summary.opaqueNetworkType"]
            values = self._values(Moref(kind, network.moref), paths)
            return specs.NetworkBacking(
                kind=kind,
                moref=network.moref,
                name=name,
                opaque_id=text(values[paths[0]]),
                opaque_type=text(values[paths[1]]),
            )
        return specs.NetworkBacking(kind=kind, moref=network.moref, name=name)

    def _values(self, obj: Moref, paths: list[str]) -> dict[str, Any]:
        return self._reads.patiently(lambda: read(self._session, obj, paths))
