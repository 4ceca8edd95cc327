"""How an operation begins: its id, its first row and its first event, from the request and what was decided."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from operations.errors import ConfirmationNeededError, PlanChangedError
from operations.model import ActorKind, Approval, Operation, Plan, Request, State
from operations.plans import specs_of
from operations.policy import Decision
from operations.record.journal import News
from operations.record.rows import approval_data, plan_data
from operations.remedies import ensure_harmless
from vsphere.model import Ref

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No character that is taken for another when it is read aloud or typed again."""
_ID_LENGTH = 5


def ask_where_it_hurts(plan: Plan, request: Request, *, ask: bool) -> None:
    """Let nothing through that interrupts people, or all where `ask` is set, before the person has said yes to it.

    A yes counts for the plan that was seen, whether it would have been asked for or not; what is so already by now
    does nothing, so nobody is asked about it again.

    Raises:
        ConfirmationNeededError: they have not been asked.
        PlanChangedError: they have said yes to another plan.
        SilentRestartError: remediation asks, and there is nobody to say yes.
    """
    ensure_harmless(plan, request)
    # What the bot does by itself has been announced; there is nobody to say yes.
    if request.actor.kind is ActorKind.SYSTEM or plan.unchanged is not None or request.confirmed == plan.hash:
        return
    if request.confirmed is not None:
        raise PlanChangedError(plan)
    if plan.needs_confirmation or ask:
        raise ConfirmationNeededError(plan)


def refused(request: Request, decision: Decision, *, vm_name: str, now: datetime) -> Operation:
    """An operation that policy does not allow: on record like any other."""
    return _operation(
        request, State.REFUSED, decision, vm=request.vm, vm_name=vm_name, summary=f"{request.verb} {vm_name}", now=now
    )


def planned(
    request: Request,
    decision: Decision,
    plan: Plan,
    *,
    now: datetime,
    approval: Approval | None = None,
    ttl: timedelta = timedelta(0),
) -> Operation:
    """An operation that waits to be run, or for somebody's yes as long as `ttl`, or that has nothing to do."""
    state = State.QUEUED if plan.unchanged is None else State.SUCCEEDED
    operation = _operation(
        request, state, decision, vm=plan.vm, vm_name=plan.vm_name, summary=plan.summary, now=now, plan=plan
    )
    if approval is None or plan.unchanged is not None:
        return operation
    return replace(operation, state=State.AWAITING_APPROVAL, approval=approval, expires_at=now + ttl)


def first_event(operation: Operation, request: Request, decision: Decision, *, subject: str) -> News:
    """Who, where, what, why, and what was decided."""
    kind = {State.REFUSED: "operation.refused", State.SUCCEEDED: "operation.already_so"}
    return News(
        kind=kind.get(operation.state, "operation.requested"),
        actor=request.actor.id,
        operation_id=operation.id,
        data={
            "verb": request.verb,
            "subject": subject,
            "arguments": dict(request.arguments),
            "reason": request.reason,
            "channel": request.origin.channel,
            "rule": decision.rule,
            "decision": decision.reason,
            "confirmed": request.confirmed,
            "plan": None if operation.plan is None else plan_data(operation.plan),
            "approval": None if operation.approval is None else approval_data(operation.approval),
        },
    )


def _operation(
    request: Request,
    state: State,
    decision: Decision,
    *,
    vm: Ref | None,
    vm_name: str,
    summary: str,
    now: datetime,
    plan: Plan | None = None,
) -> Operation:
    said = plan.unchanged if plan and plan.unchanged else ""
    return Operation(
        id="".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH)),
        version=1,
        verb=request.verb,
        state=state,
        actor=request.actor,
        origin=request.origin,
        vm=vm,
        vm_name=vm_name,
        summary=summary,
        plan=plan,
        stage=None,
        stages=tuple(str(one["stage"]) for one in specs_of(plan)) if plan else (),
        stages_done=0,
        percent=None,
        text=said if decision.allowed else decision.reason,
        way_out=None if decision.allowed else decision.way_out,
        rule=decision.rule,
        task=None,
        result=None,
        cancel_requested_by=None,
        not_before=request.not_before,
        undoes=request.undoes,
        created_at=now,
        started_at=None,
        finished_at=now if state.is_final else None,
    )
