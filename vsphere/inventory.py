"""The live mirror of one vCenter's inventory: look-ups that cost no call, and what it knows of its own age."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import structlog

from vsphere.api import vim
from vsphere.clock import Clock
from vsphere.collector import Change, filter_spec, object_spec, property_spec
from vsphere.model import Cluster, Container, Datastore, Host, Ref, Vm
from vsphere.properties import CLUSTER_KINDS, CONTAINER_KINDS, Refs, paths, tables
from vsphere.session import Session
from vsphere.store import Store

log = structlog.get_logger(__name__)

Subscriber = Callable[[set[Ref]], None]
_KINDS = ("VirtualMachine", "HostSystem", "Datastore", *CLUSTER_KINDS, *CONTAINER_KINDS)
_NETWORK_KINDS = frozenset({"Network", "DistributedVirtualPortgroup", "OpaqueNetwork"})
_POOL_KINDS = frozenset({"ResourcePool", "VirtualApp"})


def inventory_filters(session: Session) -> list[Any]:
    """One filter over a container view of everything below the root, plus the root and the custom attributes' names."""
    content = session.content
    view = content.viewManager.CreateContainerView(
        container=content.rootFolder, type=[getattr(vim, kind) for kind in _KINDS], recursive=True
    )
    rows = tables(Refs(session.name))
    objects = [object_spec(view, via="view"), object_spec(content.rootFolder)]
    properties = [property_spec(kind, paths(kind, rows)) for kind in _KINDS]
    if content.customFieldsManager is not None:
        objects.append(object_spec(content.customFieldsManager))
        properties.append(property_spec("CustomFieldsManager", ["field"]))
    return [filter_spec(objects, properties)]


class Inventory:
    """Reads take no lock and no call. It is a `vsphere.watch.Sink`: a resync builds a new picture and swaps it in."""

    def __init__(self, vcenter: str, *, clock: Clock) -> None:
        self._vcenter = vcenter
        self._clock = clock
        self._refs = Refs(vcenter)
        self._live = Store(self._refs)
        self._next: Store | None = None
        self._turn = threading.Lock()
        self._ready = threading.Event()
        self._heard_at: float | None = None
        self._began_at = 0.0
        self._changed: set[Ref] = set()
        self._subscribers: list[Subscriber] = []

    @property
    def ready(self) -> bool:
        """Whether a whole first picture has arrived."""
        return self._ready.is_set()

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait for the first picture; False when it did not come in time."""
        return self._ready.wait(timeout_s)

    def age_s(self) -> float | None:
        """Seconds since vCenter last said something, be it "nothing new"; None before the first picture."""
        return None if self._heard_at is None else self._clock.monotonic() - self._heard_at

    def subscribe(self, callback: Subscriber) -> None:
        """Be told which objects changed, from the mirror's thread; the callback must return at once."""
        self._subscribers.append(callback)

    def vms(self) -> Collection[Vm]:
        """Every VM that is no template."""
        return [vm for vm in tuple(self._live.vms.items.values()) if not vm.is_template]

    def templates(self) -> Collection[Vm]:
        """Every template."""
        return [vm for vm in tuple(self._live.vms.items.values()) if vm.is_template]

    def vm(self, ref: Ref) -> Vm | None:
        """A VM or template; None when it is not there."""
        return self._live.vms.items.get(ref)

    def find_vms(self, name: str) -> list[Vm]:
        """VMs and templates of that name, or under that inventory path or its end, such as `Finance/web-01`.

        Case does not count. More than one is a question for the person, never a choice for the caller.
        """
        found = self._named(name)
        if found or "/" not in name:
            return found
        wanted = "/" + name.strip("/").casefold()
        return [vm for vm in self._named(name.rstrip("/").rpartition("/")[2]) if self._ends(vm.ref, wanted)]

    def hosts(self) -> Collection[Host]:
        """Every ESXi host."""
        return tuple(self._live.hosts.items.values())

    def host(self, ref: Ref) -> Host | None:
        """A host; None when it is not there."""
        return self._live.hosts.items.get(ref)

    def clusters(self) -> Collection[Cluster]:
        """Every cluster and every stand-alone host's compute resource."""
        return tuple(self._live.clusters.items.values())

    def cluster(self, ref: Ref) -> Cluster | None:
        """A cluster; None when it is not there."""
        return self._live.clusters.items.get(ref)

    def datastores(self) -> Collection[Datastore]:
        """Every datastore."""
        return tuple(self._live.datastores.items.values())

    def datastore(self, ref: Ref) -> Datastore | None:
        """A datastore; None when it is not there."""
        return self._live.datastores.items.get(ref)

    def container(self, ref: Ref) -> Container | None:
        """A folder, datacenter, pool, network or datastore cluster; None when it is not there."""
        return self._live.containers.items.get(ref)

    def folders(self) -> Collection[Container]:
        """Every folder, of VMs and of everything else."""
        return self._containers(frozenset({"Folder"}))

    def pools(self) -> Collection[Container]:
        """Every resource pool and vApp."""
        return self._containers(_POOL_KINDS)

    def networks(self) -> Collection[Container]:
        """Every network and distributed port group."""
        return self._containers(_NETWORK_KINDS)

    def datacenters(self) -> Collection[Container]:
        """Every datacenter."""
        return self._containers(frozenset({"Datacenter"}))

    def name(self, ref: Ref) -> str:
        """The name of any object, or its id where it has none."""
        return self._live.name(ref) or ref.moref

    def kind(self, ref: Ref) -> str | None:
        """The vSphere type of any object; None when it is not in the picture, as right after its creation."""
        return self._live.kind(ref)

    def field_names(self) -> dict[int, str]:
        """The names of all custom attributes by vCenter's key."""
        return dict(self._live.field_names)

    def ancestors(self, ref: Ref) -> tuple[Ref, ...]:
        """The parents of an object, nearest first, up to the root folder."""
        found = []
        parent = self._live.parents.get(ref)
        while parent is not None:
            found.append(parent)
            parent = self._live.parents.get(parent)
        return tuple(found)

    def path(self, ref: Ref) -> str:
        """The inventory path without the root folder, such as `DC1/vm/Finance/web-01`."""
        line = [ref, *self.ancestors(ref)]
        if len(line) > 1:
            line.pop()
        return "/".join(self.name(one) for one in reversed(line))

    def begin(self) -> None:
        """See `vsphere.watch.Sink`."""
        self._began_at = self._clock.monotonic()
        self._next = Store(self._refs)

    def apply(self, found: Iterator[Change]) -> None:
        """See `vsphere.watch.Sink`."""
        store = self._next or self._live
        now = self._clock.now()
        with self._turn:
            for change in found:
                self._changed.add(store.apply(change, read_at=now))

    def complete(self) -> None:
        """See `vsphere.watch.Sink`."""
        self._heard_at = self._clock.monotonic()
        if self._next is not None:
            self._swap(self._next)
        changed, self._changed = self._changed, set()
        if changed:
            for tell in self._subscribers:
                tell(changed)

    def learn_fields(self, names: Mapping[int, str]) -> None:
        """Know the names of custom attributes, by vCenter's key, before the mirror hears of them; it forgets none."""
        with self._turn:
            self._live.name_fields({**self._live.field_names, **names})

    def _swap(self, store: Store) -> None:
        self._changed |= set(self._live.vms.items) - set(store.vms.items)
        self._live, self._next = store, None
        self._ready.set()
        log.info(
            "vcenter.inventory.loaded",
            vcenter=self._vcenter,
            vms=len(store.vms.items),
            took_s=round(self._clock.monotonic() - self._began_at, 3),
        )

    def _named(self, name: str) -> list[Vm]:
        live = self._live
        refs = live.vm_names.by_name.get(name.casefold(), ())
        return [vm for vm in map(live.vms.items.get, refs) if vm is not None]

    def _ends(self, ref: Ref, wanted: str) -> bool:
        return f"/{self.path(ref)}".casefold().endswith(wanted)

    def _containers(self, kinds: frozenset[str]) -> Collection[Container]:
        return [one for one in tuple(self._live.containers.items.values()) if one.kind in kinds]
