"""One stage of one operation: look, write the intent down, send once, follow; after a kill or a lost answer look again.

Durability is held here and nowhere else: no stage knows of it, and the engine only says when to run again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from operations.changes.stage import Stage, Work
from operations.crash import crash_point
from operations.model import Operation, State
from operations.progress import Progress
from operations.settings import OperationsSettings
from operations.settling import Settler, Verdict
from vsphere.clock import Clock
from vsphere.errors import (
    ConnectionLostError,
    InvalidStateError,
    NotFoundError,
    NotReadyError,
    NotSupportedError,
    TaskCancelledError,
    UnreachableError,
    VsphereError,
)
from vsphere.model import Ref, Task, TaskState

log = structlog.get_logger(__name__)

_RETRY_S = 0.5
_WAIT_S = 0.25
_UNKNOWN_WAY_OUT = "Look at {name} in vCenter, task list included, and run the command again only if it was not done."


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an operation ends early."""

    state: State
    text: str
    way_out: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """The last write of this stage that was about to be sent, as the record has it."""

    at: datetime
    answered: bool
    """Whether vCenter's answer is on record."""
    task: Ref | None
    """The task of that answer; None where vSphere has none for it."""
    not_sent: bool
    """Whether it is known not to have arrived, so that it may be sent again."""


class Ledger(Protocol):
    """What a stage run reads and writes down, with all the patience that it takes."""

    def operation(self, operation_id: str) -> Operation:
        """The operation as of now."""

    def intent(self, operation_id: str, index: int) -> Intent | None:
        """The last intent of a stage; None where there was none."""

    def has_sent(self, operation_id: str) -> bool:
        """Whether any stage has sent something, or may have."""

    def note(self, operation_id: str, kind: str, index: int, **changes: object) -> Operation:
        """Write an event of a stage, with columns of the operation that change along."""


class Runner:
    """Runs stages."""

    def __init__(
        self,
        *,
        settings: OperationsSettings,
        clock: Clock,
        ledger: Ledger,
        settler: Settler,
        admit: Callable[[Operation, Work], Ending | None],
        progress: Callable[[Operation], Progress],
        rest: Callable[[float], None],
    ) -> None:
        """Take what it needs.

        Args:
            settings: the limits.
            clock: ours.
            ledger: the record.
            settler: looks after a lost answer.
            admit: the last question before the first write: still allowed, still the same? None is yes.
            progress: makes the follower of an operation.
            rest: waits so many seconds, and raises `StoppingError` when the process ends.
        """
        self._settings = settings
        self._clock = clock
        self._ledger = ledger
        self._settler = settler
        self._admit = admit
        self._progress = progress
        self._rest = rest

    def run(self, stage: Stage, work: Work, index: int) -> Ending | None:
        """Run a stage to its end.

        Returns:
            None when it is done, else how the operation ends.
        """
        intent = self._ledger.intent(work.operation.id, index)
        if intent is None or intent.not_sent:
            return self._start(stage, work, index)
        if intent.task is not None:
            return self._follow(stage, work, index, task=intent.task, since=intent.at)
        if intent.answered:
            return self._await_state(stage, work, index)
        return self._recover(stage, work, index, since=intent.at)

    def _start(self, stage: Stage, work: Work, index: int) -> Ending | None:
        """Look once more, then send."""
        operation = work.operation
        if operation.cancel_requested_by is not None:
            return _cancelled(operation)
        is_first = not self._ledger.has_sent(operation.id)
        work_or_ending = self._read(stage, work, is_first=is_first)
        if isinstance(work_or_ending, Ending):
            return work_or_ending
        work = work_or_ending
        refusal = self._admit(operation, work) if is_first else None
        if refusal is not None:
            return refusal
        if stage.reads_target and work.vm is None:
            return self._gone(stage, work, index)
        if stage.reads_target and stage.reached(work):
            return self._done(work, index, kind="stage.already_so")
        return self._send(stage, work, index, is_first=is_first)

    def _read(self, stage: Stage, work: Work, *, is_first: bool) -> Work | Ending:
        """The target as it is now. Nothing is under way yet, so vCenter's absence is waited out."""
        if not stage.reads_target:
            return work
        patience_s = self._settings.first_read_timeout_s if is_first else self._settings.settle_timeout_s
        deadline = self._clock.monotonic() + patience_s
        while True:
            try:
                return replace(work, vm=work.gateway.read_vm(work.target))
            except NotFoundError:
                return replace(work, vm=None)
            except (ConnectionLostError, NotReadyError) as error:
                if self._clock.monotonic() >= deadline:
                    return self._failed(work, error)
                self._rest(_RETRY_S)
            except VsphereError as error:
                return self._failed(work, error)

    def _send(self, stage: Stage, work: Work, index: int, *, is_first: bool) -> Ending | None:
        operation_id = work.operation.id
        crash_point(f"stage.{index}.looked")
        since = self._clock.now()
        self._ledger.note(operation_id, "stage.sending", index, stage=stage.title, percent=None)
        crash_point(f"stage.{index}.intended")
        try:
            task = stage.send(work)
        except UnreachableError as error:
            self._ledger.note(operation_id, "stage.not_sent", index)
            return self._unreachable(stage, work, index, error=error, is_first=is_first)
        except ConnectionLostError as error:
            log.warning("operation.answer.lost", operation_id=operation_id, stage=stage.title, reason=str(error))
            self._ledger.note(operation_id, "stage.answer_lost", index)
            return self._settle(stage, work, index, since=since)
        except VsphereError as error:
            self._ledger.note(operation_id, "stage.not_sent", index)
            return self._failed(work, error)
        crash_point(f"stage.{index}.sent")
        self._ledger.note(operation_id, "stage.sent", index, task=None if task is None else str(task))
        crash_point(f"stage.{index}.noted")
        if task is None:
            return self._await_state(stage, work, index)
        return self._follow(stage, work, index, task=task, since=since)

    def _unreachable(
        self, stage: Stage, work: Work, index: int, *, error: VsphereError, is_first: bool
    ) -> Ending | None:
        """No connection came about: it was certainly not sent. In the middle of an operation it is sent later."""
        if is_first:
            return self._failed(work, error)
        self._rest(_RETRY_S)
        again = self._read(stage, work, is_first=False)
        if isinstance(again, Ending):
            return again
        return self._send(stage, again, index, is_first=False)

    def _settle(self, stage: Stage, work: Work, index: int, *, since: datetime) -> Ending | None:
        """The answer was lost just now: look, and never send again."""
        finding = self._settler.settle(stage, work, since=since)
        match finding.verdict:
            case Verdict.TASK if finding.task is not None:
                return self._adopt(stage, work, index, task=finding.task, since=since)
            case Verdict.DONE:
                return self._found(stage, work, index, made=finding.made)
            case Verdict.ABSENT:
                self._ledger.note(work.operation.id, "stage.not_sent", index)
                lost = ConnectionLostError("The connection to vCenter was lost while the order was sent")
                return self._failed(work, lost)
            case _:
                return self._unknown(work, "the connection to vCenter was lost while the order was sent")

    def _recover(self, stage: Stage, work: Work, index: int, *, since: datetime) -> Ending | None:
        """This process or another ended between intent and answer: look, and send only what is conclusively absent."""
        finding = self._settler.settle(stage, work, since=since)
        match finding.verdict:
            case Verdict.TASK if finding.task is not None:
                return self._adopt(stage, work, index, task=finding.task, since=since)
            case Verdict.DONE:
                return self._found(stage, work, index, made=finding.made)
            case Verdict.ABSENT:
                self._ledger.note(work.operation.id, "stage.not_sent", index)
                return self._start(stage, work, index)
            case _:
                return self._unknown(work, "the bot was restarted while the order was sent")

    def _found(self, stage: Stage, work: Work, index: int, *, made: Ref | None) -> Ending | None:
        if stage.waits:
            # That the guest took the order is certain; that it is down is not.
            self._ledger.note(work.operation.id, "stage.sent", index)
            return self._await_state(stage, work, index)
        return self._done(work, index, kind="stage.adopted", made=made)

    def _adopt(self, stage: Stage, work: Work, index: int, *, task: Ref, since: datetime) -> Ending | None:
        log.info("operation.task.adopted", operation_id=work.operation.id, task=str(task))
        if not stage.makes:
            self._ledger.note(work.operation.id, "stage.sent", index, task=str(task))
            return self._follow(stage, work, index, task=task, since=since)
        # Whether the VM that it makes is ours is known only at its end; until then it is only watched.
        watched = self._watch(work, task)
        if isinstance(watched, Task):
            return self._recover(stage, work, index, since=since)
        return watched

    def _follow(self, stage: Stage, work: Work, index: int, *, task: Ref, since: datetime) -> Ending | None:
        """Follow our task to its end."""
        try:
            ended = self._watch(work, task)
        except NotFoundError:
            # VCenter was restarted and has forgotten its tasks; the VM itself tells.
            return self._settle_forgotten(stage, work, index, since=since)
        if not isinstance(ended, Task):
            return ended
        if ended.state is TaskState.SUCCESS:
            return self._done(work, index, kind="stage.done", made=ended.result if stage.makes else None)
        return self._broken_off(work, ended)

    def _settle_forgotten(self, stage: Stage, work: Work, index: int, *, since: datetime) -> Ending | None:
        finding = self._settler.settle(stage, work, since=since)
        if finding.verdict is Verdict.DONE:
            return self._done(work, index, kind="stage.adopted", made=finding.made)
        return self._unknown(work, "vCenter has forgotten the task")

    def _watch(self, work: Work, task: Ref) -> Task | Ending:
        """Wait for the end of a task; a person's wish to cancel is handed on once.

        Raises:
            NotFoundError: vCenter does not know the task any more.
        """
        progress = self._progress(work.operation)
        while True:
            try:
                seen = work.gateway.tasks.follow(
                    task,
                    on_progress=progress.on_progress,
                    should_stop=progress.should_stop,
                    timeout_s=self._settings.task_timeout_s,
                )
            except NotFoundError:
                raise
            except VsphereError as error:
                return self._unknown(work, str(error))
            if seen.state in {TaskState.SUCCESS, TaskState.ERROR}:
                return seen
            self._rest(0)
            if progress.cancel_requested and not progress.cancel_sent:
                progress.cancel_sent = True
                self._cancel(work, task)

    def _cancel(self, work: Work, task: Ref) -> None:
        try:
            work.gateway.cancel_task(task)
        except (InvalidStateError, NotSupportedError, VsphereError) as error:
            log.info("operation.cancel.impossible", operation_id=work.operation.id, task=str(task), reason=str(error))

    def _await_state(self, stage: Stage, work: Work, index: int) -> Ending | None:
        """Wait in the mirror, at no cost, for what has no task; then ask vCenter once itself."""
        if not stage.waits:
            return self._done(work, index, kind="stage.done")
        progress = self._progress(work.operation)
        deadline = self._clock.monotonic() + self._settings.guest_stop_timeout_s
        while self._clock.monotonic() < deadline:
            seen = replace(work, vm=work.gateway.inventory.vm(work.target))
            if stage.reached(seen):
                return self._done(work, index, kind="stage.done")
            if progress.should_stop():
                self._rest(0)
                operation = self._ledger.operation(work.operation.id)
                return _cancelled(operation, f"{operation.vm_name} was asked to {stage.title} and may still do so.")
            self._rest(_WAIT_S)
        return self._overdue(stage, work, index)

    def _overdue(self, stage: Stage, work: Work, index: int) -> Ending | None:
        last = self._read(stage, work, is_first=True)
        if isinstance(last, Ending):
            return last
        if last.vm is not None and stage.reached(last):
            return self._done(work, index, kind="stage.done")
        name, waited_s = work.operation.vm_name, self._settings.guest_stop_timeout_s
        return Ending(
            state=State.FAILED,
            text=f"The guest of {name} took the order to {stage.title}, but had not done so after {waited_s:g} s.",
            way_out=f"Look at its console, or use `/iaas poweroff {name} --hard`.",
        )

    def _gone(self, stage: Stage, work: Work, index: int) -> Ending | None:
        if stage.gone_is_done:
            return self._done(work, index, kind="stage.already_so")
        name = work.operation.plan.vm_name if work.operation.plan else work.operation.vm_name
        return self._failed(work, NotFoundError(f"{name} is no longer in vCenter {work.gateway.name}."))

    def _done(self, work: Work, index: int, *, kind: str, made: Ref | None = None) -> Ending | None:
        """Write down that the stage is done. It gives None, which lets the operation go on."""
        changes: dict[str, object] = {"stages_done": index + 1, "percent": None}
        if made is not None:
            changes["result"] = str(made)
        crash_point(f"stage.{index}.ended")
        self._ledger.note(work.operation.id, kind, index, **changes)
        crash_point(f"stage.{index}.done")
        return None

    def _broken_off(self, work: Work, task: Task) -> Ending:
        error = task.error if isinstance(task.error, VsphereError) else VsphereError("the task failed in vCenter")
        if not (task.cancelled or isinstance(error, TaskCancelledError)):
            return self._failed(work, error)
        operation = self._ledger.operation(work.operation.id)
        if operation.cancel_requested_by is not None:
            return _cancelled(operation)
        text = f"The task was cancelled in vCenter. {_before(work.operation)}"
        return Ending(state=State.FAILED, text=text, way_out=error.way_out)

    def _failed(self, work: Work, error: VsphereError) -> Ending:
        return Ending(
            state=State.FAILED, text=f"{_sentence(str(error))} {_before(work.operation)}", way_out=error.way_out
        )

    def _unknown(self, work: Work, why: str) -> Ending:
        name = work.operation.vm_name
        return Ending(
            state=State.UNKNOWN,
            text=f"Whether vCenter did it can't be told: {_sentence(why)}",
            way_out=_UNKNOWN_WAY_OUT.format(name=name),
        )


def _cancelled(operation: Operation, more: str = "") -> Ending:
    who = f" by <@{operation.cancel_requested_by}>" if operation.cancel_requested_by else ""
    return Ending(state=State.CANCELLED, text=f"Cancelled{who}. {more or _before(operation)}")


def _before(operation: Operation) -> str:
    """What has been done already, for an operation that ends before its last stage."""
    done = operation.stages[: operation.stages_done]
    return f"Done before that: {', '.join(done)}." if done else "Nothing was changed."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
