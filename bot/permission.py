"""What policy says to a person's reading: verbs, VMs, operations. Changes are judged in `operations`, at its door."""

from bot.answers import Answer, Tone
from bot.command import AnsweredError, Call, Command, Context
from operations.approvals import may_decide
from operations.model import Actor, ActorKind, Operation, Origin, Request
from operations.policy import Decision, Explanation, Question
from operations.verbnames import DECIDING, OPEN
from operations.verbs import VERBS
from vsphere.model import Vm

_OPEN = "help"
"""A verb that every member of the workspace may use."""


def refusal(verb: str, actor: Actor, origin: Origin, context: Context, *, subject: str | None = None) -> Answer | None:
    """The answer to somebody who may not use this verb here at all, with its place on record; None where they may.

    Args:
        verb: what they want to do.
        actor: who.
        origin: where.
        context: policy and the record.
        subject: what they want to do it to, as they wrote it.
    """
    return _refusal(Question(actor=actor, origin=origin, verb=verb), verb, context, subject=subject)


def outsider_refusal(
    verb: str, actor: Actor, origin: Origin, context: Context, *, subject: str | None = None
) -> Answer | None:
    """The answer to a guest or a stranger, whatever they ask for; None for every member. See `refusal`."""
    return _refusal(Question(actor=actor, origin=origin, verb=_OPEN), verb, context, subject=subject)


def ensure_allowed(verb: str, vm: Vm, call: Call, context: Context) -> None:
    """Hold a reading verb against policy for one VM.

    Raises:
        AnsweredError: refused; the answer names the rule and the way out.
    """
    refused = _refusal(_question(verb, vm, call, context), verb, context)
    if refused is not None:
        raise AnsweredError(refused)


def may_see(vm: Vm, call: Call, context: Context, *, verb: str = "show") -> bool:
    """Whether the person may know of the VM: by this reading verb, or by the verb that the line is about."""
    # What every member may do says nothing about a VM.
    verbs = [one for one in dict.fromkeys((verb, call.words.verb)) if one not in OPEN]
    return any(context.policy.judge(_question(one, vm, call, context)).allowed for one in verbs)


def may_follow(operation: Operation, call: Call, context: Context) -> bool:
    """Whether the person may see an operation: their own, what they decide, on a VM they may see; or any."""
    if operation.actor.id == call.actor.id:
        return True
    if operation.approval is not None and may_decide(operation.approval, call.actor):
        return True
    ref = operation.vm or operation.result
    vm = context.sites.of(ref).inventory.vm(ref) if ref else None
    if vm is not None and may_see(vm, call, context):
        return True
    return context.operations.may_cancel(call.actor, operation)


def ensure_may_follow(operation: Operation, call: Call, context: Context) -> None:
    """Hold the look at one operation against policy.

    Raises:
        AnsweredError: refused.
    """
    if may_follow(operation, call, context):
        return
    reason = f"Operation {operation.id} is somebody else's, on a VM that you may not see here."
    raise _no(operation, reason, "Ask whoever started it, or an administrator.", call, context)


def ensure_may_cancel(operation: Operation, call: Call, context: Context) -> None:
    """Hold the end of an operation against policy.

    Raises:
        AnsweredError: refused.
    """
    if not context.operations.may_cancel(call.actor, operation):
        person = operation.actor.kind is ActorKind.PERSON
        reason = f"{operation.id} was asked for by {f'<@{operation.actor.id}>' if person else operation.actor.name}."
        way_out = f"Ask {'them' if person else 'the owner of the VM'}, or an administrator."
        raise _no(operation, reason, way_out, call, context)


def explain(verb: str, vm: Vm, call: Call, context: Context) -> Explanation:
    """What policy says to this verb for one VM, here, and why; nothing is written.

    Raises:
        OperationsError: there is no such verb.
        VsphereError: the inventory has not arrived yet, or the VM has gone.
    """
    if verb in VERBS:
        request = Request(
            verb=verb,
            actor=call.actor,
            origin=call.origin,
            key=call.key,
            vm=vm.ref,
            vcenter=vm.ref.vcenter,
            asked_at=call.asked_at,
        )
        return context.operations.advice.explain(request)
    question = _question(verb, vm, call, context)
    return Explanation(
        question=question, decision=context.policy.judge(question), rules=context.policy.explain(question)
    )


def allowed_commands(call: Call, context: Context) -> list[Command]:
    """The verbs that the person may use here, for some VM at least, in the order of help."""
    # Verbs about approvals are of use to those alone who have something to decide, or to wait for.
    of_no_use = DECIDING - context.operations.approvals.verbs_of(call.actor)
    verbs = context.policy.verbs_for(call.actor, call.origin) - of_no_use
    return [command for command in context.commands.values() if verbs.intersection(command.verbs)]


def matching_rules(call: Call, context: Context) -> list[str]:
    """The names of the rules that speak of this person in this place."""
    return [rule.name for rule in context.policy.rules_for(call.actor, call.origin)]


def _no(operation: Operation, reason: str, way_out: str, call: Call, context: Context) -> AnsweredError:
    """The end of a command about somebody else's operation, on record."""
    decision = Decision(allowed=False, rule=None, reason=reason, way_out=way_out)
    context.operations.refusals.note(
        actor=call.actor, origin=call.origin, verb=call.words.verb, decision=decision, subject=operation.id
    )
    return AnsweredError(_refused(decision))


def _question(verb: str, vm: Vm, call: Call, context: Context) -> Question:
    path = context.operations.bin.home_path(vm)
    return Question(actor=call.actor, origin=call.origin, verb=verb, vm=vm, path=path)


def _refusal(question: Question, verb: str, context: Context, *, subject: str | None = None) -> Answer | None:
    """Judge, and put a no on record as the answer to a verb."""
    decision = context.policy.judge(question)
    if decision.allowed:
        return None
    subject = question.vm.name if question.vm else subject
    context.operations.refusals.note(
        actor=question.actor, origin=question.origin, verb=verb, decision=decision, subject=subject
    )
    return _refused(decision)


def _refused(decision: Decision) -> Answer:
    return Answer(
        title=decision.reason,
        lines=(decision.way_out,) if decision.way_out else (),
        note=f"Rule: {decision.rule}" if decision.rule else None,
        tone=Tone.REFUSED,
    )
