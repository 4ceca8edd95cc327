"""Approvers at work: a click is checked against Slack and vCenter as they are now, then weighed and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

import structlog

from operations import approvals
from operations.amounts import memory
from operations.approvalrules import Wanted, approval_for
from operations.approvals import Weigh, drift, objection, size_of, void
from operations.changes.making import new_vm_settings
from operations.changes.stage import Asking
from operations.crash import crash_point
from operations.errors import BadRequestError, NotDecidableError, StorageError, UncheckedError
from operations.footprint import footprint_after
from operations.model import Actor, Approval, Operation, Origin, Plan, Request, Scalar, State
from operations.policy import Decision
from operations.ports import Directory
from operations.record.cards import Cards
from operations.record.decisions import Decisions
from operations.record.refusals import Refusals
from operations.record.store import Store
from operations.recycling import home_path
from operations.remedies import is_remedy
from operations.settings import OperationsSettings
from operations.terms import ApprovalRule
from operations.verbnames import DECIDING
from operations.verbs import Verb
from vsphere.clock import Clock
from vsphere.errors import NotFoundError, VsphereError
from vsphere.gateway import Gateway
from vsphere.model import Vm
from vsphere.sites import Sites

log = structlog.get_logger(__name__)

LEAST_HASH = 12
"""So many letters of a plan's hash name it."""
_MOST_WAITING = 200
_MOST_REASON = 500
_WORDS = MappingProxyType({"cpu_count": "vCPU", "memory_mib": "memory"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What waits for somebody's yes."""

    to_decide: tuple[Operation, ...]
    """By this person."""
    own: tuple[Operation, ...]
    """Asked for by this person."""


class Deciding:
    """Approvals of one replica."""

    def __init__(  # noqa: PLR0913  what a click is checked against, each named by the composition root
        self,
        *,
        settings: OperationsSettings,
        store: Store,
        decisions: Decisions,
        cards: Cards,
        refusals: Refusals,
        sites: Sites,
        directory: Directory,
        clock: Clock,
        replan: Callable[[Request, Approval], Plan],
        enqueue: Callable[[Operation], None],
        locked: Callable[[], Decision | None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._decisions = decisions
        self._cards = cards
        self._refusals = refusals
        self._sites = sites
        self._directory = directory
        self._clock = clock
        self._replan = replan
        self._enqueue = enqueue
        self._locked = locked

    def needed(self, verb: Verb, asking: Asking, plan: Plan) -> Approval | None:
        """Whose yes a plan needs before it may be carried out; None where nobody has to be asked."""
        approval, vm = self._rule_for(verb, asking, plan), asking.vm
        if approval is None or vm is None:
            return approval
        return replace(approval, change_version=_change_version(asking.gateway, vm))

    def lacking(self, verb: Verb, asking: Asking, operation: Operation) -> Approval | None:
        """Whose yes it needs as the VM is by now, and has not: it may have been moved to where others decide."""
        needed = self._rule_for(verb, asking, operation.plan) if operation.plan else None
        return None if needed is None or approvals.is_met(needed, operation) else needed

    def _rule_for(self, verb: Verb, asking: Asking, plan: Plan) -> Approval | None:
        settings, vm = self._settings, asking.vm
        path = home_path(vm, asking.gateway.inventory, settings) if vm is not None else ""
        wanted = Wanted(
            plan=plan,
            request=asking.request,
            path=new_vm_settings(asking).folder if verb.makes else path,
            after=footprint_after(plan, vm),
        )
        return approval_for(self._rules(asking.request), wanted, settings.prices)

    def ttl(self, request: Request) -> timedelta:
        """How long a request waits for a yes."""
        return self._settings.remedy_approval_ttl if is_remedy(request.actor) else self._settings.approval_ttl

    def ask(self, operation: Operation) -> None:
        """Have the approvers asked; where Slack does not tell who they are, a later pass asks them.

        Where it can't be written, a later pass does it as well.
        """
        approval = operation.approval
        if approval is None:
            return
        members = self._directory.members(approval.groups)
        where = approvals.places(approval, members or (), operation.actor.id)
        if not where:
            log.warning(
                "approval.nobody.asked", operation_id=operation.id, rule=approval.rule, known=members is not None
            )
        try:
            self._cards.ask(operation.id, where)
        except StorageError as error:
            log.warning("approval.ask.delayed", operation_id=operation.id, reason=str(error))

    def approve(
        self,
        operation_id: str,
        actor: Actor,
        origin: Origin,
        *,
        plan_hash: str | None = None,
        cpu_count: int | None = None,
        memory_mib: int | None = None,
    ) -> Operation:
        """Say yes to what an operation will do, or to less.

        Args:
            operation_id: which.
            actor: who says so; who that is now is asked anew.
            origin: where.
            plan_hash: of the plan that they saw, or its beginning; None for the plan as it is.
            cpu_count: no more than this.
            memory_mib: no more than this.

        Returns:
            The operation: queued, or still waiting for others.

        Raises:
            NotDecidableError: it is not to be decided by this person, any more, or in this form.
            UncheckedError: Slack does not tell who they are.
            BadRequestError: the lower figures can't be.
            VsphereError: the VM can't be looked at, so nothing was decided.
            StorageError: it can't be written, so nothing was decided.
        """
        operation, person = self._waiting_for(operation_id, actor, origin, "approve")
        self._ensure_unlocked(operation, person, origin)
        plan = _seen(operation, plan_hash)
        self._ensure_same_vm(operation)
        now = self._clock.now()
        weigh = approvals.vote(person, seen=plan.hash, now=now)
        if cpu_count is not None or memory_mib is not None:
            weigh = self._lower(operation, plan, person, cpu_count=cpu_count, memory_mib=memory_mib) or weigh
        decided = self._turn(operation.id, weigh)
        if decided.state is State.QUEUED:
            crash_point("approve.recorded")
            self._enqueue(decided)
            crash_point("approve.queued")
        return decided

    def deny(self, operation_id: str, actor: Actor, origin: Origin, *, reason: str) -> Operation:
        """Say no, and why.

        Raises:
            BadRequestError: it is not said why.
            NotDecidableError: see `approve`, as for the other errors.
        """
        words = " ".join(reason.split())
        if approvals.says_nothing(words):
            raise BadRequestError("a no needs a reason", hint=f"`/iaas deny {operation_id} REASON`.")
        if len(words) > _MOST_REASON:
            raise BadRequestError(f"the reason has {len(words)} characters", hint=f"{_MOST_REASON} are enough.")
        operation, person = self._waiting_for(operation_id, actor, origin, "deny")
        return self._turn(operation.id, approvals.deny(person, reason=words, now=self._clock.now()))

    def waiting(self, actor: Actor) -> Waiting:
        """What waits for this person, and what of theirs waits for others; oldest first."""
        found = self._store.recent(_MOST_WAITING, states={State.AWAITING_APPROVAL})[::-1]
        return Waiting(
            to_decide=tuple(one for one in found if objection(one, actor) is None),
            own=tuple(one for one in found if one.actor.id == actor.id),
        )

    def verbs_of(self, actor: Actor) -> frozenset[str]:
        """Which verbs about approvals are of use to this person."""
        rules = (*self._settings.approvals, *self._of_remedies())
        if any(approvals.may_decide(rule, actor) for rule in rules):
            return DECIDING
        waiting = self.waiting(actor)
        if waiting.to_decide:
            return DECIDING
        return frozenset({"pending"}) if waiting.own else frozenset()

    def _rules(self, request: Request) -> tuple[ApprovalRule, ...]:
        """Those that may ask for a yes: remediation's own where its mode wants one, else those for everybody."""
        return self._of_remedies() if request.needs_yes else self._settings.approvals

    def _of_remedies(self) -> tuple[ApprovalRule, ...]:
        rule = self._settings.remedy_approval
        return () if rule is None else (rule,)

    def _waiting_for(self, operation_id: str, actor: Actor, origin: Origin, verb: str) -> tuple[Operation, Actor]:
        """The operation, and the person as Slack knows them at this moment, if it is theirs to decide."""
        operation = self._store.get(operation_id)
        approvals.ensure_waits(operation)
        person = self._directory.look_up(actor.id, fresh=True)
        if person is None:
            raise UncheckedError("who you are, and in which groups, could not be checked; nothing was decided")
        against = objection(operation, person)
        if against is not None:
            rule = operation.approval.rule if operation.approval else None
            raise self._refused(against, operation, person, origin, verb=verb, rule=rule)
        return operation, person

    def _ensure_unlocked(self, operation: Operation, person: Actor, origin: Origin) -> None:
        """A yes while nothing can be done would spend the request for a reason that passes.

        Raises:
            NotDecidableError: the bot is read-only.
        """
        locked = self._locked()
        if locked is not None:
            no = approvals.no_yes_now(operation)
            raise self._refused(no, operation, person, origin, verb="approve", rule=locked.rule)

    def _refused(
        self,
        error: NotDecidableError,
        operation: Operation,
        person: Actor,
        origin: Origin,
        *,
        verb: str,
        rule: str | None,
    ) -> NotDecidableError:
        """The same, put on record."""
        no = Decision(allowed=False, rule=rule, reason=str(error), way_out=error.way_out)
        self._refusals.note(actor=person, origin=origin, verb=verb, decision=no, subject=operation.id)
        return error

    def _ensure_same_vm(self, operation: Operation) -> None:
        """Compare the VM with the one that was asked about; where it is another, the operation ends.

        Raises:
            NotDecidableError: it has ended for that.
            VsphereError: it can't be looked at.
        """
        if operation.vm is None:
            return
        try:
            changed = drift(operation, self._sites.of(operation.vm).read_vm(operation.vm))
        except NotFoundError:
            changed = f"{operation.vm_name} is no longer in vCenter {operation.vm.vcenter}"
        if changed is not None:
            self._turn(operation.id, void(changed, now=self._clock.now()))

    def _turn(self, operation_id: str, weigh: Weigh) -> Operation:
        operation = self._decisions.turn(operation_id, weigh)
        log.info("approval.turned", operation_id=operation.id, state=operation.state.value, reason=operation.text)
        if operation.state is State.EXPIRED:
            raise NotDecidableError(operation.text.rstrip("."), hint="Whoever asked for it can ask again.")
        return operation

    def _lower(
        self, operation: Operation, plan: Plan, person: Actor, *, cpu_count: int | None, memory_mib: int | None
    ) -> Weigh | None:
        """Plan it with lower figures; None where they are those that were asked for.

        Raises:
            BadRequestError: they are higher, or can't be.
        """
        asked = size_of(plan)
        given = {"cpu_count": cpu_count, "memory_mib": memory_mib}
        wanted = {name: value for name, value in given.items() if value is not None}
        _check_lower(operation, asked, wanted)
        if all(asked[name] == value for name, value in wanted.items()):
            return None
        request = self._store.request(operation.id)
        arguments: dict[str, Scalar] = {name: value for name, value in request.arguments.items() if name != "size"}
        request = replace(request, arguments={**arguments, **asked, **wanted})
        lowered, request = self._plan(operation, request)
        if lowered.unchanged is not None:
            raise BadRequestError(
                f"that is what {operation.vm_name} has already, so nothing would be left to do",
                hint=f"Deny it instead: `/iaas deny {operation.id} REASON`.",
            )
        return approvals.lower(person, seen=plan.hash, plan=lowered, request=request, now=self._clock.now())

    def _plan(self, operation: Operation, request: Request) -> tuple[Plan, Request]:
        """Plan it anew; what it does to people must stay the same."""
        plan = self._replan(request, approvals.ensure_waits(operation))
        if operation.plan is not None and plan.unchanged is None and plan.effect is not operation.plan.effect:
            raise BadRequestError(
                f"with these figures it would be another thing for whoever uses {operation.vm_name}",
                hint=f"Deny it, and say what you would agree to: `/iaas deny {operation.id} REASON`.",
            )
        # Whoever said yes to more, with its interruption, is taken to agree to less with the same one.
        return plan, replace(request, confirmed=plan.hash if request.confirmed else None)


def _change_version(gateway: Gateway, vm: Vm) -> str:
    """Of the VM as it is now: the mirror may not have heard yet of what somebody did a moment ago."""
    try:
        return gateway.read_vm(vm.ref).change_version
    except VsphereError as error:
        log.info("approval.vm.unread", target=str(vm.ref), reason=str(error))
        return vm.change_version


def _seen(operation: Operation, plan_hash: str | None) -> Plan:
    """The plan that is said yes to.

    Raises:
        NotDecidableError: it is not the one that the person saw.
    """
    plan = operation.plan
    if plan is None or (
        plan_hash is not None and not (len(plan_hash) >= LEAST_HASH and plan.hash.startswith(plan_hash))
    ):
        raise NotDecidableError(
            f"what {operation.id} will do has changed since you looked at it; nothing was decided",
            hint=f"Look at it again: `/iaas pending {operation.id}`.",
        )
    return plan


def _check_lower(operation: Operation, asked: Mapping[str, int], wanted: Mapping[str, int]) -> None:
    """An approver may give less than was asked for, but not less than the VM has, which would be another change."""
    has = operation.plan.details.get("expects") if operation.plan else None
    for name, value in wanted.items():
        most = asked.get(name)
        if most is None:
            raise BadRequestError(
                f"{operation.id} asks for no {_WORDS[name]}, so there is none to lower",
                hint=f"Say yes or no to it as it is: `/iaas pending {operation.id}`.",
            )
        least = has.get(name) if isinstance(has, Mapping) else None
        if value > most:
            raise BadRequestError(
                f"{_figure(name, value)} is more than the {_figure(name, most)} that were asked for",
                hint="An approver may lower, never raise.",
            )
        if value < min(most, least if isinstance(least, int) else 1):
            raise BadRequestError(
                f"{operation.vm_name} would shrink below what it has",
                hint=f"Deny it instead: `/iaas deny {operation.id} REASON`.",
            )


def _figure(name: str, value: int) -> str:
    return f"{value} vCPU" if name == "cpu_count" else f"{memory(value)} memory"
