"""One consistent picture of an inventory, changed by one thread at a time and read by any.

Values are immutable and every change is one dict assignment, which the interpreter makes whole: readers need no lock,
but whoever changes something does, since a value is made of the one before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from vsphere.collector import Change
from vsphere.model import Cluster, Container, Datastore, Host, Ref, Vm
from vsphere.properties import (
    CLUSTER_KINDS,
    CUSTOM_VALUE,
    Refs,
    Row,
    Tables,
    number,
    tables,
    text,
)
from vsphere.soaptree import Tree, as_list

_T = TypeVar("_T", Vm, Host, Cluster, Datastore, Container)
_NO_ATTRIBUTES: MappingProxyType[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Names:
    """Objects by their name, without regard to case."""

    by_name: dict[str, tuple[Ref, ...]] = field(default_factory=dict)

    def move(self, ref: Ref, *, old: str | None, new: str | None) -> None:
        """Take an object from its old name to its new one; None is no name."""
        if old == new:
            return
        if old is not None:
            left = tuple(other for other in self.by_name.get(old.casefold(), ()) if other != ref)
            if left:
                self.by_name[old.casefold()] = left
            else:
                self.by_name.pop(old.casefold(), None)
        if new is not None:
            key = new.casefold()
            self.by_name[key] = (*(other for other in self.by_name.get(key, ()) if other != ref), ref)


class Table(Generic[_T]):
    """The objects of one type; a change replaces one of them."""

    def __init__(self, model: type[_T], rows: dict[str, Row] | Any) -> None:  # noqa: ANN401  any mapping of rows
        self.items: dict[Ref, _T] = {}
        self._model: Any = model
        self._rows = rows
        self._unset = {name: convert(None) for name, convert in rows.values()}

    def put(self, ref: Ref, values: dict[str, Any], extra: dict[str, Any]) -> _T:
        """Make or change the object; `values` are properties by path, `extra` are fields."""
        rows = self._rows
        converted = {rows[path][0]: rows[path][1](value) for path, value in values.items() if path in rows}
        known = self.items.get(ref)
        if known is None:
            made: _T = self._model(ref=ref, **{**self._unset, **converted, **extra})
        else:
            made = replace(known, **converted, **extra)
        self.items[ref] = made
        return made


class Store:
    """All objects of one vCenter."""

    def __init__(self, refs: Refs) -> None:
        self.refs = refs
        made: Tables = tables(refs)
        self.vms = Table(Vm, made.vm)
        self.hosts = Table(Host, made.host)
        self.clusters = Table(Cluster, made.cluster)
        self.datastores = Table(Datastore, made.datastore)
        self.containers = Table(Container, made.container)
        self.parents: dict[Ref, Ref] = {}
        self._cluster_kinds: dict[Ref, str] = {}
        self.vm_names = Names()
        self.field_names: dict[int, str] = {}
        self._custom: dict[Ref, Tree] = {}

    def apply(self, change: Change, *, read_at: datetime) -> Ref:
        """Take one change and return whom it concerns."""
        ref = self.refs.get(change.obj.moref)
        if change.kind == "leave":
            self._forget(ref)
        elif change.obj.kind == "CustomFieldsManager":
            self.name_fields(field_names(change.values.get("field")))
        else:
            self._put(ref, change, read_at)
        return ref

    def name_fields(self, names: dict[int, str]) -> None:
        """Custom attributes are stored by key; with new names every object that has some is written anew."""
        if names == self.field_names:
            return
        self.field_names = names
        for ref, custom in self._custom.items():
            named = {"attributes": attributes(custom, names)}
            if ref in self.vms.items:
                self.vms.put(ref, {}, named)
            elif ref in self.datastores.items:
                self.datastores.put(ref, {}, named)

    def name(self, ref: Ref) -> str | None:
        """The display name of any object; None when it is not known."""
        for table in self._tables():
            known = table.items.get(ref)
            if known is not None:
                return str(known.name)
        return None

    def kind(self, ref: Ref) -> str | None:
        """The vSphere type of any object; None when it is not known."""
        if ref in self.vms.items:
            return "VirtualMachine"
        if ref in self.hosts.items:
            return "HostSystem"
        if ref in self.datastores.items:
            return "Datastore"
        container = self.containers.items.get(ref)
        return container.kind if container else self._cluster_kinds.get(ref)

    def _tables(self) -> Iterable[Table[Any]]:
        return (self.vms, self.containers, self.hosts, self.clusters, self.datastores)

    def _put(self, ref: Ref, change: Change, read_at: datetime) -> None:
        values = dict(change.values)
        if "parent" in values:
            parent = self.refs.of(values["parent"])
            if parent is not None:
                self.parents[ref] = parent
        kind = change.obj.kind
        if kind == "VirtualMachine":
            self._put_vm(ref, values, read_at)
        elif kind == "HostSystem":
            self.hosts.put(ref, values, {})
        elif kind == "Datastore":
            self.datastores.put(ref, values, self._attributes(ref, values))
        elif kind in CLUSTER_KINDS:
            self._cluster_kinds[ref] = kind
            self.clusters.put(ref, values, {})
        else:
            self.containers.put(ref, values, {} if ref in self.containers.items else {"kind": kind})

    def _put_vm(self, ref: Ref, values: dict[str, Any], read_at: datetime) -> None:
        known = self.vms.items.get(ref)
        made = self.vms.put(ref, values, {"read_at": read_at, **self._attributes(ref, values)})
        self.vm_names.move(ref, old=known.name if known else None, new=made.name)

    def _attributes(self, ref: Ref, values: dict[str, Any]) -> dict[str, Any]:
        if CUSTOM_VALUE not in values:
            return {}
        custom = values[CUSTOM_VALUE]
        if custom:
            self._custom[ref] = custom
        else:
            self._custom.pop(ref, None)
        return {"attributes": attributes(custom, self.field_names)}

    def _forget(self, ref: Ref) -> None:
        known = self.vms.items.get(ref)
        if known is not None:
            self.vm_names.move(ref, old=known.name, new=None)
        for table in self._tables():
            table.items.pop(ref, None)
        self.parents.pop(ref, None)
        self._custom.pop(ref, None)


def field_names(definitions: Tree) -> dict[int, str]:
    """The names of custom attributes by vCenter's key."""
    return {number(one["key"]): text(one["name"]) for one in as_list(definitions)}


def attributes(custom: Tree, names: dict[int, str]) -> MappingProxyType[str, str]:
    """Custom values by name; a value whose name is not known yet is left out until it is."""
    found = {
        names[number(one["key"])]: text(one.get("value"))
        for one in as_list(custom)
        if isinstance(one, dict) and number(one.get("key")) in names
    }
    return MappingProxyType(found) if found else _NO_ATTRIBUTES
