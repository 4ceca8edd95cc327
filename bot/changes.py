"""The one way from a command to a change: build the request, submit it, and ask where the plan hurts."""

from dataclasses import replace
from datetime import timedelta

from bot.answers import Ask, Reply, Started
from bot.command import Call, Context
from bot.extras import read_extras
from bot.naming import is_clone_name, is_taken, taken
from operations.errors import ConfirmationNeededError, PlanChangedError
from operations.model import NO_ARGUMENTS, Arguments, Request, State
from vsphere.model import Vm

_SAME_WISH = timedelta(seconds=60)
_LATELY = 20


def change(verb: str, vm: Vm, call: Call, context: Context, arguments: Arguments = NO_ARGUMENTS) -> Reply:
    """Ask for a change of a VM."""
    extras = read_extras(call.words, verb)
    request = Request(
        verb=verb,
        actor=call.actor,
        origin=call.origin,
        key=call.key,
        vm=vm.ref,
        vcenter=vm.ref.vcenter,
        arguments=arguments,
        reason=extras.reason,
        not_before=extras.not_before(context.operations.tonight, call.asked_at),
        asked_at=call.asked_at,
    )
    return submit(request, context, ask=extras.ask)


def make(
    verb: str,
    call: Call,
    context: Context,
    *,
    name: str,
    vcenter: str | None = None,
    source: Vm | None = None,
    arguments: Arguments = NO_ARGUMENTS,
    at: int = 0,
) -> Reply:
    """Ask for a new VM, from nothing or from a VM or template.

    Args:
        verb: the command's name.
        call: who asks, where.
        context: where to look and whom to ask.
        name: of the new VM.
        vcenter: where it goes; None for where the source is.
        source: what it is made from.
        arguments: its size.
        at: which of the line's words the new name is.

    Returns:
        What came of it; where the name is taken, the operation that took it for this person a moment ago, or the
        answer that offers a free name.
    """
    where = source.ref.vcenter if source else vcenter or context.sites.default.name
    if is_taken(name, where, context):
        return same_wish(verb, call, context, name=name) or taken(name, where, call, context, at=at)
    extras = read_extras(call.words, verb)
    request = Request(
        verb=verb,
        actor=call.actor,
        origin=call.origin,
        key=call.key,
        vm=source.ref if source else None,
        name=name,
        vcenter=where,
        arguments=arguments,
        reason=extras.reason,
        asked_at=call.asked_at,
    )
    return submit(request, context, ask=extras.ask)


def same_wish(
    verb: str, call: Call, context: Context, *, name: str | None = None, source: Vm | None = None
) -> Started | None:
    """The operation by which this person made the VM of this name a moment ago, or a copy of this source.

    Slack delivers some lines twice, and people press Enter twice: the second finds the first one's VM there.
    A copy counts where its name was made here, since only then the second line would make another.
    """
    since = call.asked_at - _SAME_WISH
    lately = context.operations.recent(
        limit=_LATELY, vm=source.ref if source else None, actor_id=call.actor.id, since=since
    )
    for operation in lately:
        alive = not operation.state.is_final or operation.state is State.SUCCEEDED
        same = operation.vm_name == name if source is None else is_clone_name(operation.vm_name, source)
        if operation.verb == verb and alive and same:
            return Started(operation=operation)
    return None


def submit(request: Request, context: Context, *, ask: bool = False) -> Reply:
    """Hand the request over; a plan that hurts comes back as a question, and with `ask` any plan does.

    So does one that is no longer what the person has said yes to: they are asked about what would happen now.

    Raises:
        OperationsError: the request makes no sense, or can't be recorded.
        VsphereError: vCenter could not be asked about it.
    """
    try:
        return Started(operation=context.operations.submit(request, ask=ask))
    except ConfirmationNeededError as needed:
        return Ask(plan=needed.plan, request=request, tonight=context.operations.tonight)
    except PlanChangedError as changed:
        anew = replace(request, confirmed=None)
        return Ask(plan=changed.plan, request=anew, tonight=context.operations.tonight)
