"""What would become of a request, and how somebody stands: asked by people and by the terminal. Writes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from operations.accounts import Accounts
from operations.approvalrules import may_ask
from operations.changes.stage import Asking
from operations.door import Door
from operations.errors import QuotaExceededError
from operations.model import Approval, Plan, Request
from operations.policy import Explanation
from operations.quota import Balance
from operations.record.store import Store
from operations.terms import ApprovalRule, Quota
from operations.verbs import Verb


@dataclass(frozen=True, kw_only=True, slots=True)
class Foresight:
    """What a request would come to, as things are."""

    explanation: Explanation
    plan: Plan | None = None
    """None where policy says no."""
    approval: Approval | None = None
    """Whose yes it would wait for; None where nobody has to be asked."""
    balance: Balance | None = None
    """How the owner stands now; None where no quota applies."""
    over: QuotaExceededError | None = None
    """Why it does not fit."""


class Advice:
    """The questions that change nothing."""

    def __init__(
        self,
        *,
        door: Door,
        accounts: Accounts,
        store: Store,
        approvals: tuple[ApprovalRule, ...],
        needed: Callable[[Verb, Asking, Plan], Approval | None],
    ) -> None:
        self._door = door
        self._accounts = accounts
        self._store = store
        self._approvals = approvals
        self._needed = needed

    def explain(self, request: Request) -> Explanation:
        """What policy says to a request, and why.

        Raises:
            BadRequestError: there is no such verb, or no VM can be made there.
            VsphereError: the VM is not there, or the inventory has not arrived yet.
        """
        verb, asking = self._door.look_up(request)
        return self._door.explain(verb, asking, request.actor)

    def foresee(self, request: Request) -> Foresight:
        """The same, with the plan and the owner's quota.

        Raises:
            OperationsError: see `explain`; or it makes no sense for this VM.
            VsphereError: see `explain`; or nothing can take a new VM.
            StorageError: what is under way can't be read, so it is not known what is reserved.
        """
        verb, asking = self._door.look_up(request)
        explanation = self._door.explain(verb, asking, request.actor)
        decision = explanation.decision
        if not decision.allowed:
            return Foresight(explanation=explanation)
        plan = self._accounts.with_claim(verb.plan(asking), verb, asking)
        room = self._accounts.room(plan, decision, asking)
        seen = Foresight(explanation=explanation, plan=plan, approval=self._needed(verb, asking, plan))
        if room is None:
            return seen
        held = self._store.holding(room.since())
        seen = replace(seen, balance=self._accounts.balance(room.claim.owner, room.quota, held))
        try:
            room.check(held)
        except QuotaExceededError as error:
            return replace(seen, over=error)
        return seen

    def approval_rules(self, verb: str, path: str) -> list[ApprovalRule]:
        """The approval rules that may ask for somebody's yes to a verb in a folder; their thresholds decide."""
        return [one for one in self._approvals if may_ask(one, verb, path)]

    def balance(self, owner: str, quota: Quota) -> Balance:
        """How an owner stands under a quota.

        Raises:
            NotReadyError: a vCenter's inventory has not arrived yet.
            StorageError: what is under way can't be read.
        """
        return self._accounts.balance(owner, quota, self._store.holding(self._accounts.since()))
