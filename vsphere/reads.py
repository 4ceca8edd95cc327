"""Fresh reads: one call each, leaf properties only, tried again a few times because a read changes nothing."""

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, TypeVar

from vsphere.api import moref_of, vim
from vsphere.clock import Clock
from vsphere.collector import Change, read
from vsphere.errors import ConnectionLostError, NotFoundError
from vsphere.faults import NameOf, translated
from vsphere.model import Event, PowerState, Ref, Snapshot, Vm
from vsphere.properties import Refs, display_name, number, paths, tables, text, time_or_none
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list, parse_time
from vsphere.store import Store, field_names

OPERATION_KEY = "iaas.operation"
"""Key in a VM's extraConfig under which the operation that made it is written."""
_RETRY_PAUSES_S = (0.2, 1.0)
_RETRY_WITHIN_S = 5.0
_T = TypeVar("_T")


class Reads:
    """What must be known as of now, not as the mirror last heard it."""

    def __init__(
        self, session: Session, *, clock: Clock, mirrored_names: Callable[[], dict[int, str]], name_of: NameOf
    ) -> None:
        self._session = session
        self._clock = clock
        self._mirrored_names = mirrored_names
        self._name_of = name_of
        self._rest = threading.Event()
        self._vm_paths = paths("VirtualMachine", tables(Refs(session.name)))

    def read_vm(self, ref: Ref) -> Vm:
        """The VM as vCenter has it now.

        Raises:
            NotFoundError: it is gone.
        """
        values = self._read(ref, self._vm_paths)
        store = Store(Refs(self._session.name))
        store.field_names = self._mirrored_names()
        store.apply(Change("enter", Moref("VirtualMachine", ref.moref), values), read_at=self._clock.now())
        return store.vms.items[ref]

    def read_operation_id(self, ref: Ref) -> str | None:
        """The operation that made the VM; None when none of ours did, or when it is gone."""
        try:
            options = self._read(ref, ["config.extraConfig"]).get("config.extraConfig")
        except NotFoundError:
            return None
        for option in as_list(options):
            if option.get("key") == OPERATION_KEY:
                return text(option.get("value")) or None
        return None

    def snapshots(self, ref: Ref, *, once: bool = False) -> list[Snapshot]:
        """The VM's snapshots in tree order, parents before children; empty when it has none.

        Args:
            ref: the VM.
            once: don't try again after a lost connection: for what is nice to know.
        """
        values = self._read(ref, ["snapshot.rootSnapshotList", "snapshot.currentSnapshot"], once=once)
        current = values.get("snapshot.currentSnapshot")
        return list(self._walk(as_list(values.get("snapshot.rootSnapshotList")), 0, current))

    def snapshot_size(self, snapshot: Ref) -> tuple[int, int]:
        """The vCPUs and the MiB of memory that a VM has after going back to a snapshot.

        Raises:
            NotFoundError: the snapshot is gone, or vCenter does not tell.
        """
        target = Moref("VirtualMachineSnapshot", snapshot.moref)
        cpu_count, memory_mib = "config.hardware.numCPU", "config.hardware.memoryMB"
        with translated("read the size in a snapshot", name_of=self._name_of):
            values = self.patiently(lambda: read(self._session, target, [cpu_count, memory_mib]))
        size = number(values.get(cpu_count)), number(values.get(memory_mib))
        if not all(size):
            raise NotFoundError(f"vCenter {self._session.name} does not tell the size in the snapshot")
        return size

    def events_since(self, ref: Ref, since: datetime, kinds: Collection[str]) -> list[Event]:
        """Entries of the event log about a VM, oldest first.

        Args:
            ref: the VM.
            since: by our clock; the difference to vCenter's is taken into account.
            kinds: vSphere types such as `VmGuestRebootEvent`.
        """
        spec = vim.event.EventFilterSpec(
            entity=vim.event.EventFilterSpec.ByEntity(
                entity=vim.VirtualMachine(ref.moref), recursion=vim.event.EventFilterSpec.RecursionOption.self
            ),
            time=vim.event.EventFilterSpec.ByTime(beginTime=since + self._session.time_offset),
            eventTypeId=sorted(kinds),
        )
        with translated(f"read the events of {self._name_of(ref.moref)}", name_of=self._name_of):
            found = self.patiently(lambda: self._session.content.eventManager.QueryEvents(spec))
        events = [_event(item) for item in as_list(found)]
        return sorted((one for one in events if one.kind in kinds), key=lambda one: one.at)

    def field_names(self) -> dict[int, str]:
        """The names of all custom attributes by vCenter's key, which the mirror may not have heard of yet."""
        manager = Moref("CustomFieldsManager", moref_of(self._session.content.customFieldsManager))
        with translated("read custom attributes", name_of=self._name_of):
            found = self.patiently(lambda: read(self._session, manager, ["field"]))
        return field_names(found.get("field"))

    def patiently(self, call: Callable[[], _T]) -> _T:
        """Do a read again after a lost connection, twice at most, and not after one that has cost much time already."""
        began = self._clock.monotonic()
        for pause_s in _RETRY_PAUSES_S:
            try:
                return call()
            except ConnectionLostError:
                if self._clock.monotonic() - began > _RETRY_WITHIN_S:
                    raise
                self._rest.wait(pause_s)
        return call()

    def _read(self, ref: Ref, wanted: list[str], *, once: bool = False) -> dict[str, Tree]:
        with translated(f"read {self._name_of(ref.moref)}", name_of=self._name_of):

            def look() -> dict[str, Tree]:
                return read(self._session, Moref("VirtualMachine", ref.moref), wanted)

            try:
                return look() if once else self.patiently(look)
            except NotFoundError as error:
                raise NotFoundError(
                    f"{self._name_of(ref.moref)} is no longer in vCenter {self._session.name}"
                ) from error

    def _walk(self, nodes: list[Any], depth: int, current: Tree) -> Iterator[Snapshot]:
        for node in nodes:
            yield Snapshot(
                ref=Ref(self._session.name, node["snapshot"].moref),
                name=display_name(node.get("name")),
                description=text(node.get("description")),
                created_at=parse_time(node["createTime"]),
                depth=depth,
                is_current=node["snapshot"] == current,
                # Of a snapshot without memory vCenter says that the VM was off, whatever it was.
                holds_memory=text(node.get("state")) == PowerState.ON.value,
            )
            yield from self._walk(as_list(node.get("childSnapshotList")), depth + 1, current)


def _event(item: dict[str, Tree]) -> Event:
    at = time_or_none(parse_time(item["createdTime"]))
    return Event(
        kind=text(item.get("_type")),
        at=at or parse_time(item["createdTime"]),
        user=text(item.get("userName")),
        message=text(item.get("fullFormattedMessage")),
    )
