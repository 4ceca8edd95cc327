"""Who has how much: the live inventory of all vCenters, with what operations hold beside it; see `quota`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from operations.changes.stage import Asking
from operations.errors import QuotaExceededError
from operations.footprint import footprint_after
from operations.gates import owner_of
from operations.model import Change, Claim, Operation, Plan
from operations.policy import Decision
from operations.quota import Amount, Balance, Wish, exceeded, lines, reserved_by, step_of, total, way_out
from operations.recycling import RecycleBin
from operations.terms import Quota
from operations.verbs import Verb
from vsphere.clock import Clock
from vsphere.errors import NotFoundError, NotReadyError
from vsphere.model import Ref, Vm
from vsphere.sites import Sites

_GROWS: Final = frozenset({"transform", "restore", "snapshot.revert"})
"""Verbs that make a VM count more than it does."""
_SETTLED_AFTER: Final = timedelta(minutes=2)
"""A mirror that vCenter has spoken to so long after an operation's end has heard of all that it did."""


class Accounts:
    """Reads alone; what is reserved is what stands in the operations' plans."""

    def __init__(self, *, sites: Sites, content: RecycleBin, clock: Clock) -> None:
        self._sites = sites
        self._bin = content
        self._clock = clock

    def with_claim(self, plan: Plan, verb: Verb, asking: Asking) -> Plan:
        """The same plan with what it will count for whom; as it was where it counts nothing more."""
        if plan.unchanged is not None:
            return plan
        owner = asking.request.actor.id if verb.makes else _owner(verb, asking)
        after = footprint_after(plan, asking.vm)
        if owner is None or after is None:
            return plan
        claim = Claim(
            owner=owner,
            makes=verb.makes,
            vms=1,
            cpu_count=after.cpu_count,
            memory_mib=after.memory_mib,
            # No verb makes the disks of a VM larger, and what its files take up changes by itself.
            disk_gib=after.disk_gib if verb.makes else 0,
        )
        return replace(plan, claim=claim)

    def since(self) -> datetime:
        """From when on operations that have ended may hold something that a mirror does not show."""
        ages = [gateway.inventory.age_s() or 0 for gateway in self._sites]
        return self._clock.now() - _SETTLED_AFTER - timedelta(seconds=max(ages))

    def balance(self, owner: str, quota: Quota, operations: Sequence[Operation]) -> Balance:
        """How an owner stands.

        Args:
            owner: by Slack id.
            quota: the limits.
            operations: see `Store.holding`.

        Raises:
            NotReadyError: a vCenter's inventory has not arrived yet, so what is in it can't be counted.
        """
        return Balance(
            quota=quota,
            used=total(self.owned_by(owner), self._bin.holds),
            reserved=reserved_by(
                owner, operations, find=self._find, is_binned=self._bin.holds, is_settled=self._is_settled
            ),
        )

    def room(self, plan: Plan, decision: Decision, asking: Asking) -> "Room | None":
        """What holds a plan against the quota of the rule that allows it; None where none applies.

        Args:
            plan: with its claim.
            decision: the yes, with its rule.
            asking: what was planned from.
        """
        quota = decision.grant.quota if decision.grant else None
        if plan.claim is None or quota is None:
            return None
        return Room(
            accounts=self,
            claim=plan.claim,
            asker=asking.request.actor.id,
            rule=str(decision.rule),
            quota=quota,
            step=step_of(plan.claim, asking.vm, self._bin.holds),
            wish=Wish(verb=plan.verb, makes=plan.claim.makes, is_undo=asking.request.undoes is not None),
            changed=None if plan.claim.makes or asking.vm is None else asking.vm.ref,
        )

    def owned_by(self, owner: str) -> list[Vm]:
        """Every VM that names this owner.

        Raises:
            NotReadyError: see `balance`.
        """
        return [vm for vm in self._vms() if owner_of(vm) == owner]

    def standing(self, owner: str) -> list[Vm]:
        """Those of an owner's VMs that are not in a recycle bin already.

        Raises:
            NotReadyError: see `balance`.
        """
        return [vm for vm in self.owned_by(owner) if not self._bin.holds(vm)]

    def _vms(self) -> list[Vm]:
        missing = [gateway.name for gateway in self._sites if not gateway.inventory.ready]
        if missing:
            raise NotReadyError(
                f"the inventory of {', '.join(missing)} has not arrived yet, so no quota can be counted"
            )
        return [vm for gateway in self._sites for vm in gateway.inventory.vms()]

    def _find(self, ref: Ref) -> Vm | None:
        try:
            return self._sites.of(ref).inventory.vm(ref)
        except NotFoundError:
            # A vCenter that the configuration has no more; what was there counts no more either.
            return None

    def _is_settled(self, operation: Operation) -> bool:
        target = operation.result or operation.vm
        try:
            gateway = self._sites.of(target) if target else self._sites.default
        except NotFoundError:
            return True
        age_s, ended = gateway.inventory.age_s(), operation.finished_at
        if age_s is None or ended is None:
            return False
        return self._clock.now() - timedelta(seconds=age_s) >= ended + _SETTLED_AFTER


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """See `operations.record.store.Room`: whether one more step of an owner fits."""

    accounts: Accounts
    claim: Claim
    asker: str
    rule: str
    quota: Quota
    step: Amount
    wish: Wish
    changed: Ref | None
    """The VM that is to become larger; None where one is made."""

    def since(self) -> datetime:
        """See `Accounts.since`."""
        return self.accounts.since()

    def notes(self, operations: Sequence[Operation]) -> tuple[Change, ...]:
        """How much of the quota is taken once it is done.

        Raises:
            NotReadyError: see `Accounts.balance`.
        """
        return lines(self.accounts.balance(self.claim.owner, self.quota, operations), self.step)

    def check(self, operations: Sequence[Operation]) -> None:
        """See `operations.record.store.Room.check`.

        Raises:
            QuotaExceededError: it does not fit.
            NotReadyError: see `Accounts.balance`.
        """
        owner = self.claim.owner
        balance = self.accounts.balance(owner, self.quota, operations)
        broken = exceeded(balance, self.step)
        if broken:
            whose = "your quota" if owner == self.asker else f"the quota of <@{owner}>"
            raise QuotaExceededError(
                f"That is over {whose} under the rule {self.rule}. {'; '.join(broken)}.",
                hint=way_out(balance, self.step, self.wish, self._others()),
            )

    def _others(self) -> list[Vm]:
        return [vm for vm in self.accounts.standing(self.claim.owner) if vm.ref != self.changed]


def _owner(verb: Verb, asking: Asking) -> str | None:
    return owner_of(asking.vm) if asking.vm is not None and verb.name in _GROWS else None
