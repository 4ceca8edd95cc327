"""The one way from a command to a change: build the request, submit it, and ask where the plan hurts."""

from bot.answers import Ask, Reply, Started
from bot.command import Call, Context
from operations.errors import ConfirmationNeededError
from operations.model import NO_ARGUMENTS, Arguments, Request
from vsphere.model import Vm


def change(verb: str, vm: Vm, call: Call, context: Context, arguments: Arguments = NO_ARGUMENTS) -> Reply:
    """Ask for a change of a VM."""
    request = Request(
        verb=verb,
        actor=call.actor,
        origin=call.origin,
        key=call.key,
        vm=vm.ref,
        vcenter=vm.ref.vcenter,
        arguments=arguments,
        asked_at=call.asked_at,
    )
    return submit(request, context)


def make(
    verb: str, call: Call, context: Context, *, name: str, vcenter: str, source: Vm | None = None, arguments: Arguments
) -> Reply:
    """Ask for a new VM, from nothing or from a VM or template."""
    request = Request(
        verb=verb,
        actor=call.actor,
        origin=call.origin,
        key=call.key,
        vm=source.ref if source else None,
        name=name,
        vcenter=vcenter,
        arguments=arguments,
        asked_at=call.asked_at,
    )
    return submit(request, context)


def submit(request: Request, context: Context) -> Reply:
    """Hand the request over; a plan that hurts comes back as a question.

    Raises:
        OperationsError: the request makes no sense, or can't be recorded.
        VsphereError: vCenter could not be asked about it.
    """
    try:
        return Started(operation=context.operations.submit(request))
    except ConfirmationNeededError as needed:
        return Ask(plan=needed.plan, request=request)
