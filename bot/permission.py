"""What policy says to a person's reading: verbs, VMs, operations. Changes are judged in `operations`, at its door."""

from bot.answers import Answer, Tone
from bot.command import AnsweredError, Call, Command, Context
from operations.model import Actor, Operation, Origin
from operations.policy import Decision, Question
from vsphere.model import Vm


def refusal(verb: str, actor: Actor, origin: Origin, context: Context) -> Answer | None:
    """The answer to somebody who may not use this verb here at all; None where they may."""
    decision = context.policy.judge(Question(actor=actor, origin=origin, verb=verb))
    return None if decision.allowed else _refused(decision)


def ensure_allowed(verb: str, vm: Vm, call: Call, context: Context) -> None:
    """Hold a reading verb against policy for one VM.

    Raises:
        AnsweredError: refused; the answer names the rule and the way out.
    """
    decision = _judge(verb, vm, call, context)
    if not decision.allowed:
        raise AnsweredError(_refused(decision))


def may_see(vm: Vm, call: Call, context: Context, *, verb: str = "show") -> bool:
    """Whether the person may know of the VM: by this reading verb, or by the verb that the line is about."""
    return any(_judge(one, vm, call, context).allowed for one in dict.fromkeys((verb, call.words.verb)))


def may_follow(operation: Operation, call: Call, context: Context) -> bool:
    """Whether the person may see an operation: their own, or on a VM they may see; any, if they may cancel any."""
    if operation.actor.id == call.actor.id:
        return True
    ref = operation.vm or operation.result
    vm = context.sites.of(ref).inventory.vm(ref) if ref else None
    if vm is not None and may_see(vm, call, context):
        return True
    return context.policy.may_cancel(call.actor, operation.actor.id)


def ensure_may_follow(operation: Operation, call: Call, context: Context) -> None:
    """Hold the look at one operation against policy.

    Raises:
        AnsweredError: refused.
    """
    if not may_follow(operation, call, context):
        raise AnsweredError(
            Answer(
                title=f"Operation {operation.id} is somebody else's, on a VM that you may not see here.",
                lines=("Ask whoever started it, or an administrator.",),
                tone=Tone.REFUSED,
            )
        )


def allowed_commands(call: Call, context: Context) -> list[Command]:
    """The verbs that the person may use here, for some VM at least, in the order of help."""
    verbs = context.policy.verbs_for(call.actor, call.origin)
    return [command for command in context.commands.values() if verbs.intersection(command.verbs)]


def matching_rules(call: Call, context: Context) -> list[str]:
    """The names of the rules that speak of this person in this place."""
    return [rule.name for rule in context.policy.rules_for(call.actor, call.origin)]


def _judge(verb: str, vm: Vm, call: Call, context: Context) -> Decision:
    path = context.operations.bin.home_path(vm)
    return context.policy.judge(Question(actor=call.actor, origin=call.origin, verb=verb, vm=vm, path=path))


def _refused(decision: Decision) -> Answer:
    return Answer(
        title=decision.reason,
        lines=(decision.way_out,) if decision.way_out else (),
        note=f"Rule: {decision.rule}" if decision.rule else None,
        tone=Tone.REFUSED,
    )
