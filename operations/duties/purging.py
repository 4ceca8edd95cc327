"""The recycle bin: deletes for good what has been there long enough, and only what the bot has put there.

Three things must agree: the VM lies in the bin's folder; its attributes say since when and until when; and the `nuke`
that they name is on our record as done, with nothing since: see `operations.proving`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from operations.duties.acting import Hands, one_by_one
from operations.model import ActorKind, Operation
from operations.moments import is_never, read_moment, write_moment
from operations.proving import Proof
from operations.recycling import Marks, RecycleBin, marks_of
from operations.settings import OperationsSettings
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import PowerState, Vm
from vsphere.sites import Sites

log = structlog.get_logger(__name__)

NAME: Final = "bin"


class Purging:
    """See `operations.sweeps.Duty`."""

    name = NAME

    def __init__(
        self,
        *,
        content: RecycleBin,
        sites: Sites,
        settings: OperationsSettings,
        proof: Proof,
        clock: Clock,
        hands: Hands,
    ) -> None:
        self._bin = content
        self._settings = settings
        self._sites = sites
        self._proof = proof
        self._clock = clock
        self._hands = hands
        self._left_alone: set[str] = set()

    def run_once(self) -> None:
        """Look at every VM in the bin, and at every one that carries its marks elsewhere."""
        one_by_one(NAME, self._bin.content(), self._look)
        one_by_one(NAME, self._bin.strays(), self._mistrust)

    def _mistrust(self, vm: Vm) -> None:
        """Note that somebody has taken it out by hand: were it dragged back, its marks would prove nothing."""
        nuke = self._proof.of(vm)
        if nuke is None:
            return
        try:
            # The mirror may be a moment behind an operation that has just ended.
            seen = self._sites.of(vm.ref).read_vm(vm.ref)
        except VsphereError as error:
            log.info("bin.stray.unreadable", target=str(vm.ref), reason=str(error))
            return
        if marks_of(seen) is not None and not self._bin.holds(seen):
            self._proof.void(nuke, path=self._bin.home_path(seen))

    def _look(self, vm: Vm) -> None:
        marks = marks_of(vm)
        if marks is None or is_never(marks.purge):
            return
        try:
            purge_at = read_moment(marks.purge, self._settings.tonight.zone)
        except ValueError:
            purge_at = None
        key = f"bin/{vm.ref.vcenter}/{vm.instance_uuid}/{marks.operation_id}"
        is_told = not marks.by_itself or self._hands.has_told(f"{key}/put")
        if purge_at is not None and self._clock.now() < purge_at and vm.power is PowerState.OFF and is_told:
            return
        nuke = self._proof.of(vm)
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

    def _leave_alone(self, vm: Vm, marks: Marks) -> None:
        if str(vm.ref) not in self._left_alone:
            self._left_alone.add(str(vm.ref))
            log.info("bin.vm.unproven", target=str(vm.ref), name=vm.name, operation_id=marks.operation_id)
