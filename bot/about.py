"""What an error about an operation is told with: which operation that is, what it would do, and where to see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.answers import Answer, Button, from_error
from bot.command import AnsweredError, Call, Context
from bot.permission import may_follow
from operations.errors import OperationsError
from operations.model import Operation, State
from vsphere.errors import VsphereError


@contextmanager
def about(operation_id: str, call: Call, context: Context) -> Iterator[None]:
    """Tell an error within as one about this operation, to whoever may see that one.

    Raises:
        AnsweredError: in place of any error of operations or of vCenter.
    """
    try:
        yield
    except (OperationsError, VsphereError) as error:
        raise AnsweredError(_with_operation(from_error(error), operation_id, call, context)) from error


def _with_operation(answer: Answer, operation_id: str, call: Call, context: Context) -> Answer:
    try:
        operation = context.operations.get(operation_id)
        seen = may_follow(operation, call, context)
    except (OperationsError, VsphereError):
        # It is the record that can't be read, or there is no such operation: the error itself says so.
        return answer
    if not seen:
        return answer
    told = " · ".join([operation.id, operation.summary, f"asked for by {operation.actor.name}"])
    return replace(answer, note=told, buttons=(_details(operation),))


def _details(operation: Operation) -> Button:
    verb = "pending" if operation.state is State.AWAITING_APPROVAL else "status"
    return Button(label="Details", command=f"{verb} {operation.id}")
