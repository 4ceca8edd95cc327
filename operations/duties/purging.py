"""The recycle bin: deletes for good what has been there long enough, and only what the bot has put there.

Three things must agree: the VM lies in the bin's folder; its attributes say since when and until when; and the `nuke`
that they name is on our record as done, for this very instance UUID, with no `restore` since. An attribute can be
written and a VM be moved by anybody with rights in vCenter; the record is ours alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from operations.duties.acting import Hands
from operations.errors import UnknownOperationError
from operations.model import ActorKind, Operation, State
from operations.moments import read_moment, write_moment
from operations.record.store import Store
from operations.recycling import Marks, RecycleBin, marks_of
from operations.settings import OperationsSettings
from vsphere.clock import Clock
from vsphere.model import PowerState, Vm

log = structlog.get_logger(__name__)

NAME: Final = "bin"
_RECENT: Final = 50


class Purging:
    """See `operations.sweeps.Duty`."""

    name = NAME

    def __init__(
        self, *, content: RecycleBin, settings: OperationsSettings, store: Store, clock: Clock, hands: Hands
    ) -> None:
        self._bin = content
        self._settings = settings
        self._store = store
        self._clock = clock
        self._hands = hands
        self._left_alone: set[str] = set()

    def run_once(self) -> None:
        """Look at every VM in the bin."""
        for vm in self._bin.content():
            marks = marks_of(vm)
            if marks is not None:
                self._look(vm, marks)

    def _look(self, vm: Vm, marks: Marks) -> None:
        try:
            purge_at = read_moment(marks.purge, self._settings.tonight.zone)
        except ValueError:
            purge_at = None
        key = f"bin/{vm.ref.vcenter}/{vm.instance_uuid}/{marks.operation_id}"
        is_told = not marks.by_itself or self._hands.has_told(f"{key}/put")
        if purge_at is not None and self._clock.now() < purge_at and vm.power is PowerState.OFF and is_told:
            return
        nuke = self._proof(vm, marks)
        if nuke is None:
            self._leave_alone(vm, marks)
            return
        told = {"name": marks.name, "operation_id": nuke.id}
        if purge_at is None:
            data = {**told, "text": marks.purge}
            self._hands.tell(vm, key=f"{key}/unreadable/{marks.purge}", kind="bin.unreadable", data=data)
        else:
            self._mind(vm, nuke, purge_at, key, {**told, "purge_at": purge_at.isoformat()})

    def _mind(self, vm: Vm, nuke: Operation, purge_at: datetime, key: str, told: Mapping[str, str]) -> None:
        if nuke.actor.kind is ActorKind.SYSTEM:
            self._hands.tell(vm, key=f"{key}/put", kind="bin.put", data=told)
        if vm.power is not PowerState.OFF:
            self._hands.tell(vm, key=f"{key}/on", kind="bin.on", data=told)
        elif self._clock.now() >= purge_at and self._hands.shield("purge", vm) is None:
            self._hands.act("purge", vm, key=f"{key}/{write_moment(purge_at)}", arguments={})

    def _proof(self, vm: Vm, marks: Marks) -> Operation | None:
        """The `nuke` on record that put this very VM here; None where there is none, or a `restore` came after it."""
        try:
            nuke = self._store.get(marks.operation_id or "")
        except UnknownOperationError:
            return None
        expects = nuke.plan.details.get("expects") if nuke.plan else None
        same = isinstance(expects, dict) and expects.get("instance_uuid") == vm.instance_uuid
        if nuke.verb != "nuke" or nuke.state is not State.SUCCEEDED or nuke.vm != vm.ref or not same:
            return None
        since = self._store.recent(_RECENT, vm=vm.ref, states=[State.SUCCEEDED], since=nuke.created_at)
        return None if any(one.verb == "restore" for one in since) else nuke

    def _leave_alone(self, vm: Vm, marks: Marks) -> None:
        if str(vm.ref) not in self._left_alone:
            self._left_alone.add(str(vm.ref))
            log.info("bin.vm.unproven", target=str(vm.ref), name=vm.name, operation_id=marks.operation_id)
