"""Leases: tells owners before the end, shuts down at the end, and puts into the bin some days later.

The attribute on the VM is read anew at every pass, so what somebody writes there in vCenter counts from then on.
"""

from datetime import datetime, timedelta
from typing import Final

from operations.changes.leasing import SET_EXPIRES
from operations.duties.acting import Hands, one_by_one
from operations.leases import EXPIRES, due_step, end_of_lease
from operations.model import Arguments, Operation, State
from operations.moments import write_moment
from operations.plans import began, end_of, specs_of
from operations.record.store import Store
from operations.record.told import Told
from operations.recycling import LEASE, bins
from operations.settings import OperationsSettings
from vsphere.clock import Clock
from vsphere.model import Vm
from vsphere.sites import Sites

_RECENT: Final = 20
_ROUNDING: Final = timedelta(minutes=2)
_OVER: Final = frozenset({State.SUCCEEDED, State.CANCELLED, State.UNKNOWN})
"""How a shutdown ends that is not tried again; that of a cancelled one is a person's wish."""


class Leases:
    """See `operations.sweeps.Duty`."""

    name = LEASE

    def __init__(
        self,
        *,
        sites: Sites,
        settings: OperationsSettings,
        store: Store,
        clock: Clock,
        told: Told,
        hands: Hands,
    ) -> None:
        self._sites = sites
        self._settings = settings
        self._store = store
        self._clock = clock
        self._told = told
        self._hands = hands

    def run_once(self) -> None:
        """Look at every VM that has a lease and is not in the recycle bin."""
        for gateway in self._sites:
            if not gateway.inventory.ready:
                continue
            binned = bins(gateway.inventory, self._settings)
            found = (vm for vm in gateway.inventory.vms() if vm.attributes.get(EXPIRES) and vm.folder not in binned)
            one_by_one(LEASE, found, self._look)

    def _look(self, vm: Vm) -> None:
        try:
            ends = end_of_lease(vm, self._settings.tonight.zone)
        except ValueError:
            text = vm.attributes[EXPIRES]
            self._hands.tell(vm, key=f"{_key(vm)}/unreadable/{text}", kind="lease.unreadable", data={"text": text})
            return
        if ends is None:
            return
        key, left = f"{_key(vm)}/{write_moment(ends)}", ends - self._clock.now()
        if left > timedelta(0):
            self._remind(vm, ends, left, key)
        else:
            self._end(vm, ends, key)

    def _remind(self, vm: Vm, ends: datetime, left: timedelta, key: str) -> None:
        """Tell that the end is near: the nearest step alone, be it that this process was away at an earlier one."""
        step = due_step(left)
        if step is None:
            return
        key = f"{key}/{int(step.total_seconds())}"
        if self._told.knows(key):
            return
        if self._is_shorter_than(step, vm, ends):
            self._told.leave(key)
        elif self._hands.shield("poweroff", vm) is None:
            self._hands.tell(vm, key=key, kind="lease.ends", data={"ends_at": ends.isoformat()})

    def _end(self, vm: Vm, ends: datetime, key: str) -> None:
        shield = self._hands.shield("poweroff", vm)
        if shield is not None:
            told = {"ends_at": ends.isoformat(), "reason": shield}
            self._hands.tell(vm, key=f"{key}/shield/{shield}", kind="lease.kept", data=told)
            return
        arguments: Arguments = {"insist": True, "expires": vm.attributes[EXPIRES]}
        off = self._hands.act("poweroff", vm, key=f"{key}/off", arguments=arguments)
        if off is None or off.state not in _OVER or off.finished_at is None:
            return
        bin_at = off.finished_at + self._settings.lease_bin_after
        data = {"ends_at": ends.isoformat(), "bin_at": bin_at.isoformat(), "text": off.text}
        self._hands.tell(vm, key=f"{key}/ended", kind="lease.ended", data=data)
        if self._clock.now() >= bin_at:
            self._hands.act("nuke", vm, key=f"{key}/bin", arguments={"expires": vm.attributes[EXPIRES]})

    def _is_shorter_than(self, step: timedelta, vm: Vm, ends: datetime) -> bool:
        """Whether the whole lease is no longer than the step, so that its maker knows; not for one made by hand."""
        # Whatever became of it: a new VM has its lease before it is on.
        for operation in self._store.recent(_RECENT, vm=vm.ref):
            if _wrote(operation, ends):
                return ends - began(operation) <= step + _ROUNDING
        return False


def _key(vm: Vm) -> str:
    return f"lease/{vm.ref.vcenter}/{vm.instance_uuid}"


def _wrote(operation: Operation, ends: datetime) -> bool:
    """Whether it was this operation that wrote this end of the lease."""
    if operation.plan is None:
        return False
    moment = write_moment(ends)
    if any(spec.get("expires") == moment for spec in specs_of(operation.plan) if spec["stage"] == SET_EXPIRES):
        return True
    made = end_of(operation.plan, began(operation)) if operation.result is not None else None
    return made is not None and write_moment(made) == moment
