"""How a duty acts: by operations of the system itself, each once in all replicas, and by notices to the VM's owner."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

import structlog

from operations.errors import OperationsError, StorageError
from operations.model import Actor, ActorKind, Arguments, Operation, Origin, Request, State
from operations.policy import Decision, owner_of
from operations.record.store import Store
from operations.record.told import Told
from vsphere.clock import Clock
from vsphere.errors import VsphereError
from vsphere.model import Vm

log = structlog.get_logger(__name__)

_AGAIN: Final = frozenset({State.FAILED, State.REFUSED, State.EXPIRED})
_AGAIN_AFTER: Final = timedelta(hours=1)
_LATEST_AFTER: Final = timedelta(days=1)
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{1,20}")


def one_by_one(duty: str, vms: Iterable[Vm], look: Callable[[Vm], None]) -> None:
    """Look at each VM; what is wrong with one of them is logged, and keeps no other from its turn.

    Raises:
        StorageError: the record can't be read or written, which is so for all of them.
    """
    for vm in vms:
        try:
            look(vm)
        except StorageError:
            raise
        except Exception:  # whatever ails one of them, the others have their turn
            log.exception("duty.vm.failed", duty=duty, target=str(vm.ref))


class Hands:
    """Asks for what is due in the name of one duty."""

    def __init__(
        self,
        duty: str,
        *,
        store: Store,
        clock: Clock,
        judge: Callable[[Request], Decision],
        submit: Callable[[Request], Operation],
        told: Told,
    ) -> None:
        """Take what it needs.

        Args:
            duty: its name, as the record shows it in the place of a person and of a channel.
            store: the record, for what was done already.
            clock: ours.
            judge: whether policy lets the system do that now.
            submit: see `Operations.submit`.
            told: where what is told to people is kept.
        """
        self._actor = Actor(id=duty, name=f"iaas-bot ({duty})", kind=ActorKind.SYSTEM)
        self._origin = Origin(channel=duty)
        self._store = store
        self._clock = clock
        self._judge = judge
        self._submit = submit
        self._told = told
        self._known: dict[str, int] = {}
        """How many tries each key had when it was last looked at."""

    def shield(self, verb: str, vm: Vm) -> str | None:
        """Why policy does not let the system do that to the VM now; None where it does."""
        decision = self._judge(self._request(verb, vm, key=""))
        return None if decision.allowed else decision.reason

    def act(self, verb: str, vm: Vm, *, key: str, arguments: Arguments) -> Operation | None:
        """Ask for it, unless that was done; what has failed is tried again an hour later, then ever less often.

        Args:
            verb: what for.
            vm: of what.
            key: what makes it once, in all replicas and for ever.
            arguments: see `Request`.

        Returns:
            The operation that does it or did it; None where none could be begun.
        """
        known, tries = self._tries(key)
        if known is not None and not self._may_repeat(known, tries):
            return known
        try:
            return self._submit(self._request(verb, vm, key=f"{key}/{tries}", arguments=arguments))
        except (OperationsError, VsphereError) as error:
            log.warning("duty.act.failed", duty=self._actor.id, verb=verb, target=str(vm.ref), reason=str(error))
            return None

    def tell(self, vm: Vm, *, key: str, kind: str, data: Mapping[str, object]) -> None:
        """Tell the VM's owner once; where it names no person, that stands on record and in the log alone."""
        owner = owner_of(vm) or ""
        self._told.tell(
            key=key,
            recipient=owner if _PERSON.fullmatch(owner) else None,
            kind=kind,
            data={"vm": vm.name, "vcenter": vm.ref.vcenter, **data},
        )

    def has_told(self, key: str) -> bool:
        """Whether this process knows it to have been told; a no may be wrong."""
        return self._told.knows(key)

    def _tries(self, key: str) -> tuple[Operation | None, int]:
        """The last of the operations that have tried it, and how many there were."""
        tries, last = self._known.get(key, 0), None
        if tries:
            last = self._store.by_key(f"{key}/{tries - 1}")
        while (found := self._store.by_key(f"{key}/{tries}")) is not None:
            last, tries = found, tries + 1
        self._known[key] = tries
        return last, tries

    def _may_repeat(self, operation: Operation, tries: int) -> bool:
        if operation.state not in _AGAIN or operation.finished_at is None:
            return False
        wait = min(_AGAIN_AFTER * (1 << min(tries - 1, 10)), _LATEST_AFTER)
        return self._clock.now() - operation.finished_at >= wait

    def _request(self, verb: str, vm: Vm, *, key: str, arguments: Arguments | None = None) -> Request:
        return Request(
            verb=verb,
            actor=self._actor,
            origin=self._origin,
            key=key,
            vm=vm.ref,
            vcenter=vm.ref.vcenter,
            arguments=arguments or {},
            asked_at=self._clock.now(),
        )
