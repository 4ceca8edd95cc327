"""Who must say yes before an operation may run, and what a click does to that. Pure: values in, values out."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from operations import amounts
from operations.approvalrules import REVERT
from operations.errors import NotDecidableError
from operations.gates import is_one_of
from operations.model import Actor, ActorKind, Approval, Operation, Plan, Request, State, Vote
from operations.moments import say_moment
from operations.plans import mismatch, specs_of
from operations.record.journal import News
from operations.record.rows import plan_data
from operations.terms import ApprovalRule
from vsphere.model import Vm

MOST_ASKED: Final = 20
"""So many people get a card of their own; a larger group has its channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What becomes of an operation that waits for approval; written in one transaction."""

    approval: Approval
    news: tuple[News, ...]
    state: State | None = None
    """None: it goes on waiting."""
    text: str = ""
    way_out: str | None = None
    plan: Plan | None = None
    """Another plan, where an approver has lowered the figures."""
    request: Request | None = None
    """The request that it answers."""
    remind: tuple[str, ...] = ()
    """Who is to be told that it waits still, as `places` names them."""


Weigh = Callable[[Operation], Turn]
"""Asked under the row's lock; raises NotDecidableError to leave everything as it is."""


def may_decide(approval: Approval | ApprovalRule, actor: Actor) -> bool:
    """Whether somebody is among those who decide, be they the asker or not."""
    outsider = actor.is_guest or actor.is_stranger or actor.kind is not ActorKind.PERSON
    return not outsider and is_one_of(actor, groups=approval.groups, users=approval.users)


def objection(operation: Operation, actor: Actor) -> NotDecidableError | None:
    """Why this person can't decide it; None where they can. The asker never can, whatever group they are in."""
    approval = _approval(operation)
    if actor.id == operation.actor.id:
        fact = f"you asked for {operation.id} yourself, so somebody else must decide it"
        return NotDecidableError(fact, hint=f"Wait for {who_decides(approval)}, or cancel it.")
    if not may_decide(approval, actor):
        fact = f"{operation.id} is decided by {who_decides(approval)}, and you are none of them"
        return NotDecidableError(fact, hint="Ask one of them.")
    return None


def no_yes_now(operation: Operation) -> NotDecidableError:
    """What an approver hears while the bot is read-only: a yes would spend the request for nothing."""
    until = f" until {say_moment(operation.expires_at)}" if operation.expires_at else ""
    return NotDecidableError(
        f"the bot is switched to read-only, so nobody can say yes to {operation.id} now",
        hint=f"Try again when an administrator has switched that off in its configuration: {operation.id} goes on "
        f"waiting{until}. To say no: `/iaas deny {operation.id} REASON`.",
    )


def who_decides(approval: Approval) -> str:
    """In words, ringing nobody: `@vm-approvers or 2 more`."""
    people = [f"{len(approval.users)} more" if approval.groups else "those named"] if approval.users else []
    return " or ".join([*approval.groups, *people])


def votes_for(approval: Approval, plan: Plan | None) -> tuple[Vote, ...]:
    """The votes that count: for this very plan."""
    return tuple(one for one in approval.votes if plan is not None and one.plan_hash == plan.hash)


def has_yes(operation: Operation) -> bool:
    """Whether everybody who was needed has said yes to its plan, whatever came of it afterwards."""
    approval = operation.approval
    if approval is None or approval.decided_by is None:
        return False
    return len(votes_for(approval, operation.plan)) >= approval.votes_needed


def is_met(needed: Approval, operation: Operation) -> bool:
    """Whether the yeses that an operation has are enough for a rule, be it the one that asked for them or another.

    Who decides by a rule stays with the request: another word about it in the file changes nothing for what waits.
    """
    if operation.approval is not None and operation.approval.rule == needed.rule:
        return has_yes(operation)
    given = votes_for(operation.approval, operation.plan) if operation.approval else ()
    return sum(may_decide(needed, one.actor) for one in given) >= needed.votes_needed


def places(approval: Approval, members: Collection[str], asker_id: str) -> tuple[str, ...]:
    """Where cards for approvers go: the channel, and the first of those who may decide."""
    people = [one for one in dict.fromkeys([*approval.users, *members]) if one != asker_id]
    return (*((approval.channel,) if approval.channel else ()), *people[:MOST_ASKED])


def vote(actor: Actor, *, seen: str, now: datetime) -> Weigh:
    """A yes to the plan of the hash `seen`."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        if isinstance(approval, Turn):
            return approval
        if operation.plan is None or operation.plan.hash != seen:
            raise NotDecidableError(
                f"what {operation.id} will do has changed since you looked at it; nothing was decided",
                hint=f"Look at it again: `/iaas pending {operation.id}`.",
            )
        return _voted(operation, approval, actor, now)

    return weigh


def lower(actor: Actor, *, seen: str, plan: Plan, request: Request, now: datetime) -> Weigh:
    """A yes to less than the plan of the hash `seen`: to another plan, for which earlier votes do not count."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        if isinstance(approval, Turn):
            return approval
        old = operation.plan
        if old is None or old.hash != seen:
            raise NotDecidableError(
                f"somebody else has changed {operation.id} at the same moment; nothing was decided",
                hint=f"Look at it again: `/iaas pending {operation.id}`.",
            )
        lowered = replace(approval, lowered_by=actor, asked=approval.asked or _after(old, but=size_of(plan)))
        data = {
            "asked": _after(old),
            "lowered_to": _after(plan),
            "plan": plan.hash,
            "whole_plan": plan_data(plan),
            "before": old.hash,
        }
        news = News(kind="approval.lowered", actor=actor.id, operation_id=operation.id, data=data)
        turn = _voted(replace(operation, plan=plan), lowered, actor, now)
        return replace(turn, plan=plan, request=request, news=(news, *turn.news))

    return weigh


def deny(actor: Actor, *, reason: str, now: datetime) -> Weigh:
    """A no; one is enough."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        if isinstance(approval, Turn):
            return approval
        data = {"reason": reason, "plan": operation.plan.hash if operation.plan else None}
        news = News(kind="approval.denied", actor=actor.id, operation_id=operation.id, data=data)
        return Turn(
            approval=replace(approval, decided_by=actor, decided_at=now),
            news=(news,),
            state=State.REFUSED,
            text=f"Denied: {reason}",
            way_out=_way_out_of_no(operation),
        )

    return weigh


def _way_out_of_no(operation: Operation) -> str:
    less = operation.plan is not None and size_of(operation.plan)
    return f"Ask whoever denied it{', or ask for less' if less else ' what they would agree to'}."


def says_nothing(reason: str) -> bool:
    """Whether there is nothing to see in it: empty, or of blanks and characters that nobody sees alone."""
    return not any(one.isprintable() and not one.isspace() for one in reason)


def void(why: str, *, now: datetime) -> Weigh:
    """The VM is not what was asked about any more."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        return approval if isinstance(approval, Turn) else _expired(approval, why)

    return weigh


def expire(*, now: datetime) -> Weigh:
    """Nobody has decided in time; raises NotDecidableError where there is time left."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        if isinstance(approval, Turn):
            return approval
        raise NotDecidableError(f"{operation.id} has time left")

    return weigh


def remind(where: tuple[str, ...], *, now: datetime) -> Weigh:
    """Half of the time is over: remind the approvers, once; raises NotDecidableError where it is not so."""

    def weigh(operation: Operation) -> Turn:
        approval = _waiting(operation, now)
        if isinstance(approval, Turn):
            return approval
        if approval.reminded or not is_half_over(operation, now):
            raise NotDecidableError(f"there is no need to remind anybody of {operation.id}")
        news = News(kind="approval.reminded", actor="bot", operation_id=operation.id, data={})
        return Turn(approval=replace(approval, reminded=True), news=(news,), remind=where)

    return weigh


def is_half_over(operation: Operation, now: datetime) -> bool:
    """Whether half of the time to decide is over."""
    if operation.expires_at is None:
        return False
    return now >= operation.created_at + (operation.expires_at - operation.created_at) / 2


def drift(operation: Operation, vm: Vm) -> str | None:
    """What has happened to the VM since its approval was asked for, in words; None where nothing has."""
    approval, plan = operation.approval, operation.plan
    if approval is None or plan is None:
        return None
    changed = mismatch(plan, vm)
    if changed is None and approval.change_version not in {None, vm.change_version}:
        changed = f"{vm.name} was changed in vCenter after this was asked for"
    return changed


def drifted(why: str) -> str:
    """The same as the news of an operation that will not be done for it."""
    return f"{why}. Nothing was done."


def ensure_waits(operation: Operation) -> Approval:
    """The approval that an operation waits for.

    Raises:
        NotDecidableError: it does not wait any more, or never did.
    """
    approval = _approval(operation)
    if operation.state is not State.AWAITING_APPROVAL:
        raise NotDecidableError(f"{operation.id} {_fate(operation)}", hint=f"See `/iaas status {operation.id}`.")
    return approval


def _approval(operation: Operation) -> Approval:
    if operation.approval is None:
        raise NotDecidableError(f"{operation.id} needs nobody's yes", hint=f"See `/iaas status {operation.id}`.")
    return operation.approval


def _waiting(operation: Operation, now: datetime) -> Approval | Turn:
    """The approval of an operation that waits for it; or its end, where its time is over.

    Raises:
        NotDecidableError: it does not wait any more.
    """
    approval = ensure_waits(operation)
    if operation.expires_at is not None and now >= operation.expires_at:
        missing = approval.votes_needed - len(votes_for(approval, operation.plan))
        return _expired(approval, f"Nobody decided in time ({missing} of {approval.votes_needed} yes missing)")
    return approval


def _fate(operation: Operation) -> str:
    by = operation.approval.decided_by if operation.approval else None
    told = f" by <@{by.id}>" if by else ""
    match operation.state:
        case State.REFUSED if has_yes(operation):
            return f"has been approved{told} already, and was refused at the last check"
        case State.REFUSED:
            return f"has been denied{told} already"
        case State.CANCELLED:
            return "was cancelled, so there is nothing to decide any more"
        case State.EXPIRED:
            return "has expired, so there is nothing to decide any more"
        case _:
            return f"has been approved{told} already"


def _expired(approval: Approval, why: str) -> Turn:
    return Turn(
        approval=approval,
        news=(),
        state=State.EXPIRED,
        text=drifted(why),
        way_out="Ask again, if it is still wanted.",
    )


def _voted(operation: Operation, approval: Approval, actor: Actor, now: datetime) -> Turn:
    plan = operation.plan
    counted = votes_for(approval, plan)
    if plan is None or any(one.actor.id == actor.id for one in counted):
        raise NotDecidableError(
            f"you have said yes to {operation.id} already; it has {len(counted)} of {approval.votes_needed}",
            hint="Somebody else must say yes too.",
        )
    approval = replace(approval, votes=(*approval.votes, Vote(actor=actor, at=now, plan_hash=plan.hash)))
    data = {"plan": plan.hash, "votes": len(counted) + 1, "of": approval.votes_needed}
    news = News(kind="approval.voted", actor=actor.id, operation_id=operation.id, data=data)
    if len(counted) + 1 < approval.votes_needed:
        return Turn(approval=approval, news=(news,))
    return Turn(approval=replace(approval, decided_by=actor, decided_at=now), news=(news,), state=State.QUEUED)


def _after(plan: Plan, *, but: Mapping[str, int] = MappingProxyType({})) -> str:
    """The figures of a plan, in a few words: `8 vCPU, 16 GB memory`; without those that are the same in `but`."""
    sizes = {name: value for name, value in size_of(plan).items() if but.get(name) != value}
    memory = sizes.get("memory_mib")
    parts = [f"{sizes['cpu_count']} vCPU"] if "cpu_count" in sizes else []
    parts += [f"{amounts.memory(memory)} memory"] if memory is not None else []
    return ", ".join(parts)


def size_of(plan: Plan) -> Mapping[str, int]:
    """The figures that a plan asks for and that may be lowered; empty where it asks for none.

    A snapshot has the size that it has: nobody can go back to less of it.
    """
    for spec in specs_of(plan) if plan.verb != REVERT else ():
        found = {name: spec[name] for name in ("cpu_count", "memory_mib") if isinstance(spec.get(name), int)}
        if found:
            return MappingProxyType(found)
    return MappingProxyType({})
