"""PowerCLI's objects: each property under PowerCLI's name, read from the values of `vsphere.model`."""

from collections.abc import Callable
from typing import Any

from bot.powercli.syntax import Source
from bot.powercli.values import Env, Property, Record, Schema, Value
from vsphere.model import Cluster, ConnectionState, Container, Host, PowerState, Ref, Task, TaskState, Vm

_GIB = 1024**3
_POWER = {PowerState.ON: "PoweredOn", PowerState.OFF: "PoweredOff", PowerState.SUSPENDED: "Suspended"}
_CONNECTION = {
    ConnectionState.CONNECTED: "Connected",
    ConnectionState.DISCONNECTED: "Disconnected",
    ConnectionState.NOT_RESPONDING: "NotResponding",
}
_TASK = {
    TaskState.QUEUED: "Queued",
    TaskState.RUNNING: "Running",
    TaskState.SUCCESS: "Success",
    TaskState.ERROR: "Error",
}
_TYPES = {"vm": "VirtualMachine", "host": "HostSystem", "group": "Folder", "resgroup": "ResourcePool", "task": "Task"}
_FOLDERS = {"v": "VM", "h": "HostAndCluster", "s": "Datastore", "n": "Network", "d": "Datacenter"}


def full_id(ref: Ref | None) -> str | None:
    """PowerCLI's id, such as `VirtualMachine-vm-12`."""
    if ref is None:
        return None
    head = ref.moref.partition("-")[0]
    kind = {"domain": "ClusterComputeResource", "datastore": "Datastore", "datacenter": "Datacenter"}.get(head)
    return f"{kind or _TYPES.get(head, head.capitalize())}-{ref.moref}"


def record(kind: str, raw: object, env: Env) -> Record:
    """Wrap a value as an object of that schema."""
    return Record(SCHEMAS[kind], raw, env)


def _uid(ref: Ref) -> str:
    return f"/VIServer={ref.vcenter}/{full_id(ref)}/"


def _lookup(source: Source, ref: Ref | None, env: Env) -> Value:
    """The object behind a reference; its name alone where the view doesn't hold it."""
    if ref is None:
        return None
    table = env.once(("table", source), lambda: {one.ref: one for one in collection(source, env)})
    found = table.get(ref)
    return record(source.value, found, env) if found is not None else env.view.name_of(ref)


def collection(source: Source, env: Env) -> Any:  # noqa: ANN401  values of the model, one type a source
    """All objects of a source that answers from memory."""
    view = env.view
    reads: dict[Source, Callable[[], Any]] = {
        Source.VM: view.vms,
        Source.TEMPLATE: view.templates,
        Source.HOST: view.hosts,
        Source.CLUSTER: view.clusters,
        Source.DATASTORE: view.datastores,
        Source.FOLDER: view.folders,
        Source.POOL: view.pools,
        Source.TASK: view.tasks,
    }
    return reads[source]()


def _host_state(host: Host, _env: Env) -> Value:
    connected = host.connection is ConnectionState.CONNECTED
    return "Maintenance" if connected and host.in_maintenance else _CONNECTION[host.connection]


def _parent(one: Host | Cluster | Container, env: Env) -> Value:
    found = list(env.view.ancestors(one.ref))
    return env.view.name_of(found[0]) if found else None


def _folder_type(folder: Container, _env: Env) -> Value:
    if folder.kind != "Folder":
        return folder.kind
    return _FOLDERS.get(folder.ref.moref.partition("-")[2][:1], "Folder")


def _provisioned(vm: Vm, _env: Env) -> Value:
    return (vm.committed_bytes + vm.uncommitted_bytes) / _GIB


def _ids(refs: tuple[Ref, ...]) -> Value:
    return tuple(full_id(ref) for ref in refs)


def _fields(attributes: Any) -> Value:  # noqa: ANN401  a mapping of texts
    return tuple(f"[{name}, {value}]" for name, value in sorted(attributes.items()))


def _of(name: str, read: Callable[[Any], Value]) -> Property:
    return Property(name, lambda raw, _env: read(raw))


def _link(name: str, source: Source, ref: Callable[[Any], Ref | None]) -> Property:
    return Property(name, lambda raw, env: _lookup(source, ref(raw), env), source.value)


_IDENTITY = (
    _of("Name", lambda one: one.name),
    _of("Id", lambda one: full_id(one.ref)),
    _of("Uid", lambda one: _uid(one.ref)),
    Property("Path", lambda one, env: env.view.path(one.ref)),
)
_MACHINE = (
    _of("NumCpu", lambda vm: vm.cpu_count),
    _of("CoresPerSocket", lambda vm: vm.cores_per_socket),
    _of("MemoryMB", lambda vm: vm.memory_mib),
    _of("MemoryGB", lambda vm: vm.memory_mib / 1024),
    _of("GuestId", lambda vm: vm.guest_id),
    _of("UsedSpaceGB", lambda vm: vm.committed_bytes / _GIB),
    Property("ProvisionedSpaceGB", _provisioned),
    _link("Folder", Source.FOLDER, lambda vm: vm.folder),
    _of("FolderId", lambda vm: full_id(vm.folder)),
    _of("DatastoreIdList", lambda vm: _ids(vm.datastores)),
    _of("CustomFields", lambda vm: _fields(vm.attributes)),
    _of("PersistentId", lambda vm: vm.instance_uuid),
)
_VM = Schema.of(
    Source.VM.value,
    (
        *_IDENTITY,
        _of("PowerState", lambda vm: _POWER[vm.power]),
        *_MACHINE,
        Property("Guest", lambda vm, env: record("Guest", vm, env), "Guest"),
        _link("VMHost", Source.HOST, lambda vm: vm.host),
        _of("VMHostId", lambda vm: full_id(vm.host)),
        _link("ResourcePool", Source.POOL, lambda vm: vm.pool),
        _of("ResourcePoolId", lambda vm: full_id(vm.pool)),
        _of("CpuHotAddEnabled", lambda vm: vm.cpu_hot_add),
        _of("MemoryHotAddEnabled", lambda vm: vm.memory_hot_add),
        _of("BootTime", lambda vm: vm.booted_at),
    ),
    "Name PowerState NumCpu MemoryGB",
)
_GUEST = Schema.of(
    "Guest",
    (
        _of("OSFullName", lambda vm: vm.guest_name),
        _of("HostName", lambda vm: vm.host_name),
        _of("IPAddress", lambda vm: (vm.ip_address,) if vm.ip_address else ()),
        _of("State", lambda vm: "Running" if vm.tools_running else "NotRunning"),
        _of("GuestId", lambda vm: vm.guest_id),
        _of("VmName", lambda vm: vm.name),
        _of("Text", lambda vm: f"{vm.name}:{vm.guest_name}"),
    ),
    "OSFullName IPAddress State",
    label="text",
)
_HOST = Schema.of(
    Source.HOST.value,
    (
        *_IDENTITY,
        Property("ConnectionState", _host_state),
        Property("State", _host_state),
        _of("PowerState", lambda host: "PoweredOn" if host.powered_on else "PoweredOff"),
        _of("NumCpu", lambda host: host.cpu_cores),
        _of("CpuTotalMhz", lambda host: host.cpu_cores * host.cpu_mhz_per_core),
        _of("CpuUsageMhz", lambda host: host.cpu_used_mhz),
        _of("MemoryTotalMB", lambda host: host.memory_bytes / 2**20),
        _of("MemoryTotalGB", lambda host: host.memory_bytes / _GIB),
        _of("MemoryUsageMB", lambda host: host.memory_used_mib),
        _of("MemoryUsageGB", lambda host: host.memory_used_mib / 1024),
        _link("Parent", Source.CLUSTER, lambda host: host.cluster),
        _of("ParentId", lambda host: full_id(host.cluster)),
        _of("DatastoreIdList", lambda host: _ids(host.datastores)),
    ),
    "Name ConnectionState PowerState NumCpu CpuUsageMhz CpuTotalMhz MemoryUsageGB MemoryTotalGB",
)
_CLUSTER = Schema.of(
    Source.CLUSTER.value,
    (*_IDENTITY, _of("DrsEnabled", lambda one: one.drs_enabled), Property("ParentFolder", _parent)),
    "Name DrsEnabled",
)
_DATASTORE = Schema.of(
    Source.DATASTORE.value,
    (
        *_IDENTITY,
        _of("FreeSpaceGB", lambda one: one.free_bytes / _GIB),
        _of("CapacityGB", lambda one: one.capacity_bytes / _GIB),
        _of("FreeSpaceMB", lambda one: one.free_bytes / 2**20),
        _of("CapacityMB", lambda one: one.capacity_bytes / 2**20),
        _of("Accessible", lambda one: one.accessible),
        _of(
            "State",
            lambda one: "Maintenance" if one.in_maintenance else "Available" if one.accessible else "Unavailable",
        ),
        _of("CustomFields", lambda one: _fields(one.attributes)),
    ),
    "Name FreeSpaceGB CapacityGB",
)
_TEMPLATE = Schema.of(Source.TEMPLATE.value, (*_IDENTITY, *_MACHINE), "Name")
_FOLDER = Schema.of(
    Source.FOLDER.value,
    (
        *_IDENTITY,
        Property("Type", _folder_type),
        Property("Parent", _parent),
        _of("ParentId", lambda one: full_id(one.parent)),
    ),
    "Name Type",
)
_POOL = Schema.of(
    Source.POOL.value,
    (*_IDENTITY, Property("Parent", _parent), _of("ParentId", lambda one: full_id(one.parent))),
    "Name Parent",
)
_SNAPSHOT = Schema.of(
    Source.SNAPSHOT.value,
    (
        _of("Name", lambda pair: pair[1].name),
        _of("Description", lambda pair: pair[1].description),
        _of("Created", lambda pair: pair[1].created_at),
        Property("VM", lambda pair, env: record(Source.VM.value, pair[0], env), Source.VM.value),
        _of("VMId", lambda pair: full_id(pair[0].ref)),
        _of("IsCurrent", lambda pair: pair[1].is_current),
        _of("Id", lambda pair: f"VirtualMachineSnapshot-{pair[1].ref.moref}"),
    ),
    "Name Created VM Description",
)
_EVENT = Schema.of(
    Source.EVENT.value,
    (
        _of("CreatedTime", lambda pair: pair[1].at),
        _of("UserName", lambda pair: pair[1].user),
        _of("FullFormattedMessage", lambda pair: pair[1].message),
        Property("Vm", lambda pair, env: record(Source.VM.value, pair[0], env), Source.VM.value),
        _of("EventTypeId", lambda pair: f"vim.event.{pair[1].kind}"),
    ),
    "CreatedTime UserName FullFormattedMessage",
    as_list=True,
    label="fullformattedmessage",
)


def _task_id(task: Task) -> Value:
    return f"Task-{task.ref.moref}"


_TASK_SCHEMA = Schema.of(
    Source.TASK.value,
    (
        _of("Name", lambda task: task.description_id),
        _of("State", lambda task: _TASK[task.state]),
        _of("PercentComplete", lambda task: 100 if task.state is TaskState.SUCCESS else task.percent or 0),
        _of("StartTime", lambda task: task.queued_at),
        _of("Entity", lambda task: task.entity_name),
        _of("IsCancelled", lambda task: task.cancelled),
        _of("Result", lambda task: full_id(task.result)),
        _of("ErrorMessage", lambda task: str(task.error) if task.error else None),
        _of("Id", _task_id),
    ),
    "Name State PercentComplete StartTime Entity",
)
SCHEMAS = {
    one.name: one
    for one in (
        _VM, _GUEST, _HOST, _CLUSTER, _DATASTORE, _TEMPLATE, _FOLDER, _POOL, _SNAPSHOT, _EVENT, _TASK_SCHEMA,
    )
}  # fmt: skip
