"""The PropertyCollector: specs for leaf properties, one-shot reads of them, and the shape of a change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vsphere.api import vim, vmodl
from vsphere.errors import NotFoundError
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list

_PC = vmodl.query.PropertyCollector
PAGE_SIZE = 500
"""Objects per answer; vCenter may send fewer."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a poll says about one object."""

    kind: str
    """enter, modify or leave."""
    obj: Moref
    values: Mapping[str, Tree]
    """By property path; None where the property was unset."""


def property_spec(kind: str, paths: Iterable[str]) -> Any:  # noqa: ANN401  pyVmomi's PropertySpec
    """Ask for these leaf properties of every object of a type."""
    return _PC.PropertySpec(type=_type(kind), all=False, pathSet=list(paths))


def object_spec(obj: Any, *, via: str | None = None) -> Any:  # noqa: ANN401  pyVmomi's values
    """Start at an object, or with `via` at the objects that this property of it lists."""
    steps = []
    if via is not None:
        steps = [_PC.TraversalSpec(name=via, type=type(obj), path=via, skip=False, selectSet=[])]
    return _PC.ObjectSpec(obj=obj, skip=via is not None, selectSet=steps)


def filter_spec(objects: list[Any], properties: list[Any]) -> Any:  # noqa: ANN401  pyVmomi's FilterSpec
    """Put both halves together; an object that vanishes while it is collected is reported, not raised."""
    return _PC.FilterSpec(objectSet=objects, propSet=properties, reportMissingObjectsInResults=True)


def read(session: Session, obj: Moref, paths: Iterable[str]) -> dict[str, Tree]:
    """Read leaf properties of one object now, in one call.

    Returns:
        The values by path; a property that is not set is missing.

    Raises:
        NotFoundError: the object is gone.
    """
    target = managed(session.reads, obj)
    found = list(retrieve(session, filter_spec([object_spec(target)], [property_spec(obj.kind, paths)])))
    if not found:
        raise NotFoundError(f"{obj.moref} is no longer in vCenter {session.name}")
    return dict(found[0].values)


def retrieve(session: Session, spec: Any) -> Iterator[Change]:  # noqa: ANN401  pyVmomi's FilterSpec
    """Read what a filter selects, once, page by page."""
    collector = session.content.propertyCollector
    page = collector.RetrievePropertiesEx([spec], _PC.RetrieveOptions(maxObjects=PAGE_SIZE))
    while page:
        for item in as_list(page.get("objects")):
            values = {prop["name"]: prop.get("val") for prop in as_list(item.get("propSet"))}
            yield Change("enter", item["obj"], values)
        token = page.get("token")
        page = collector.ContinueRetrievePropertiesEx(token) if token else None


def changes(update: Tree) -> Iterator[Change]:
    """Every object change of a WaitForUpdatesEx answer."""
    for one_filter in as_list(update.get("filterSet")):
        for item in as_list(one_filter.get("objectSet")):
            values = {prop["name"]: prop.get("val") for prop in as_list(item.get("changeSet"))}
            yield Change(item["kind"], item["obj"], values)


def managed(stub: Any, obj: Moref) -> Any:  # noqa: ANN401  pyVmomi's managed object
    """The managed object of a reference, sending through `stub`."""
    return _type(obj.kind)(obj.moref, stub)


def _type(kind: str) -> Any:  # noqa: ANN401  a pyVmomi class
    """The class of a vSphere type name; the manager classes live in `vim` and in its subspaces alike."""
    return getattr(vim, kind)
