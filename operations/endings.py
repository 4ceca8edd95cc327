"""How an operation ends before its last stage: the state, and the words for a person. Pure."""

from dataclasses import dataclass

from operations.changes.binning import MARK
from operations.changes.power import POWER_OFF
from operations.model import Operation, State
from operations.remedies import state_of_overtaken
from vsphere.errors import (
    BusyError,
    ChangedMeanwhileError,
    ConnectionLostError,
    NotFoundError,
    NotReadyError,
    TaskCancelledError,
    VsphereError,
)
from vsphere.model import Task

_NOT_DONE_WAY_OUT = "It did not happen. Ask for it again once vCenter answers."
_OVERTAKEN = (BusyError, ChangedMeanwhileError, ConnectionLostError, NotFoundError, NotReadyError)
"""What says nothing of what was to be done: somebody else was first, or vCenter could not be reached to send it."""
_UNKNOWN_WAY_OUT = "Look at {name} in vCenter, task list included, and run the command again only if it was not done."


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an operation ends early."""

    state: State
    text: str
    way_out: str | None = None


def cancelled(operation: Operation, more: str = "") -> Ending:
    """A person stopped it; `more` says what may still happen."""
    who = f" by <@{operation.cancel_requested_by}>" if operation.cancel_requested_by else ""
    text = f"Cancelled{who}. {more or _before(operation)}"
    return Ending(state=State.CANCELLED, text=text, way_out=_from_here(operation))


def failed(operation: Operation, error: VsphereError) -> Ending:
    """VCenter said no, or could not be asked."""
    text = f"{_sentence(str(error))} {_before(operation)}"
    # The bot connects again by itself, but nobody does again what has failed.
    way_out = _NOT_DONE_WAY_OUT if isinstance(error, ConnectionLostError) else error.way_out
    here = _from_here(operation)
    is_overtaken = isinstance(error, _OVERTAKEN) and not _done(operation)
    state = state_of_overtaken(operation.actor) if is_overtaken else State.FAILED
    return Ending(state=state, text=text, way_out=f"{way_out} {here}" if here else way_out)


def broken_off(operation: Operation, task: Task) -> Ending:
    """Our task ended in an error, or somebody cancelled it; `operation` is read after that, so that it tells who."""
    error = task.error if isinstance(task.error, VsphereError) else VsphereError("the task failed in vCenter")
    if not (task.cancelled or isinstance(error, TaskCancelledError)):
        return failed(operation, error)
    if operation.cancel_requested_by is not None:
        return cancelled(operation)
    text = f"The task was cancelled in vCenter. {_before(operation)}"
    return Ending(state=State.FAILED, text=text, way_out=error.way_out)


def left_alone(operation: Operation) -> Ending:
    """The bot has ended again and again while it ran this, so nothing more of it is sent."""
    here = _from_here(operation)
    way_out = "Tell an administrator to read the bot's log, then ask for it again."
    return Ending(
        state=State.FAILED,
        text=f"The bot was ended too often while it worked at this, so it goes no further. {_before(operation)}",
        way_out=f"{way_out} {here}" if here else way_out,
    )


def unknown(operation: Operation, why: str) -> Ending:
    """It was sent, and nobody can tell what became of it."""
    return Ending(
        state=State.UNKNOWN,
        text=f"Whether vCenter did it can't be told: {_sentence(why)}",
        way_out=_UNKNOWN_WAY_OUT.format(name=operation.vm_name),
    )


def _before(operation: Operation) -> str:
    """What has been done already."""
    done = _done(operation)
    return f"Done before that: {', '.join(done)}." if done else "Nothing was changed."


def _from_here(operation: Operation) -> str | None:
    """Both ways out of a way to the bin that ended early, and how the VM stands there; None for all else."""
    done = _done(operation)
    if operation.verb != "nuke" or not done:
        return None
    name = operation.vm_name
    off = f"{name} is off now. " if POWER_OFF in done or MARK in done else ""
    back = "restore" if MARK in done else "poweron"
    act = "takes it back" if MARK in done else "switches it on again"
    return f"{off}`/iaas nuke {name}` goes on with it, `/iaas {back} {name}` {act}."


def _done(operation: Operation) -> tuple[str, ...]:
    return operation.stages[: operation.stages_done]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
