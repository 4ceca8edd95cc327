"""One stage of one operation: look, write the intent down, send once, follow; after a kill or a lost answer look again.

Durability is held here and nowhere else: no stage knows of it, and the engine only says when to run again. What does
the same however often it is sent (`Stage.repeatable`) is sent twice where it was lost once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from operations.admission import Admission
from operations.changes.stage import Stage, Work
from operations.crash import crash_point
from operations.endings import Ending, broken_off, cancelled, failed, left_alone, unknown
from operations.following import Follower
from operations.model import Operation, State
from operations.settings import OperationsSettings
from operations.settling import Settler, Verdict
from vsphere.clock import Clock
from vsphere.errors import (
    ConnectionLostError,
    NotFoundError,
    NotReadyError,
    UnreachableError,
    VsphereError,
)
from vsphere.model import Ref, Task, TaskState

log = structlog.get_logger(__name__)

_RETRY_S = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """The last write of this stage that was about to be sent, as the record has it."""

    at: datetime
    """By vCenter's clock: ours may have been set since then."""
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
        """Write an event of a stage, with columns of the operation that change along; `at` stays in the event."""


class Runner:
    """Runs stages."""

    def __init__(
        self,
        *,
        settings: OperationsSettings,
        clock: Clock,
        ledger: Ledger,
        settler: Settler,
        follower: Follower,
        admission: Admission,
        rest: Callable[[float], None],
    ) -> None:
        """Take what it needs.

        Args:
            settings: the limits.
            clock: ours.
            ledger: the record.
            settler: looks after a lost answer.
            follower: follows what was sent.
            admission: asked right before the first write.
            rest: waits so many seconds, and raises `StoppingError` when the process ends.
        """
        self._settings = settings
        self._clock = clock
        self._ledger = ledger
        self._settler = settler
        self._follower = follower
        self._admission = admission
        self._rest = rest

    def run(self, stage: Stage, work: Work, index: int, *, may_send: bool = True) -> Ending | None:
        """Run a stage to its end; without `may_send` what has been sent is looked for and followed, and no more.

        Returns:
            None when it is done, else how the operation ends.
        """
        intent = self._ledger.intent(work.operation.id, index)
        if intent is None or intent.not_sent:
            return self._start(stage, work, index) if may_send else left_alone(work.operation)
        if intent.task is not None:
            return self._follow(stage, work, index, task=intent.task, since=intent.at)
        if intent.answered:
            return self._await_state(stage, work, index)
        return self._recover(stage, work, index, since=intent.at, may_send=may_send)

    def _start(self, stage: Stage, work: Work, index: int, *, is_second: bool = False) -> Ending | None:
        """Look once more, then send; `is_second` where it was lost a moment ago and is sent once more."""
        operation = work.operation
        if operation.cancel_requested_by is not None:
            return cancelled(operation)
        is_first = not self._ledger.has_sent(operation.id)
        if is_first:
            seen = self._admission.ask(operation, lambda: self._read(stage, work, is_first=True))
        else:
            seen = self._read(stage, work, is_first=False)
        if isinstance(seen, Ending):
            return seen
        work = seen
        if stage.reads_target and work.vm is None:
            return self._gone(stage, work, index)
        if stage.reads_target and stage.reached(work):
            return self._done(work, index, kind="stage.already_so")
        return self._send(stage, work, index, is_first=is_first, is_second=is_second)

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
                    return failed(work.operation, error)
                self._rest(_RETRY_S)
            except VsphereError as error:
                return failed(work.operation, error)

    def _send(self, stage: Stage, work: Work, index: int, *, is_first: bool, is_second: bool = False) -> Ending | None:
        operation_id = work.operation.id
        crash_point(f"stage.{index}.looked")
        since = self._clock.now() + work.gateway.server_time_offset()
        self._ledger.note(operation_id, "stage.sending", index, at=since.isoformat(), stage=stage.title, percent=None)
        crash_point(f"stage.{index}.intended")
        try:
            task = stage.send(work)
        except UnreachableError as error:
            self._ledger.note(operation_id, "stage.not_sent", index)
            return failed(work.operation, error) if is_first else self._later(stage, work, index, is_second=is_second)
        except ConnectionLostError as error:
            log.warning("operation.answer.lost", operation_id=operation_id, stage=stage.title, reason=str(error))
            self._ledger.note(operation_id, "stage.answer_lost", index)
            return self._settle(stage, work, index, since=since, may_repeat=stage.repeatable and not is_second)
        except VsphereError as error:
            self._ledger.note(operation_id, "stage.not_sent", index)
            return self._given_up(work, index) if stage.gives_way else failed(work.operation, error)
        crash_point(f"stage.{index}.sent")
        self._ledger.note(operation_id, "stage.sent", index, task=None if task is None else str(task))
        crash_point(f"stage.{index}.noted")
        if task is None:
            return self._await_state(stage, work, index)
        return self._follow(stage, work, index, task=task, since=since)

    def _later(self, stage: Stage, work: Work, index: int, *, is_second: bool) -> Ending | None:
        """No connection came about in the middle of an operation: it was certainly not sent, so it is sent later."""
        self._rest(_RETRY_S)
        again = self._read(stage, work, is_first=False)
        if isinstance(again, Ending):
            return again
        return self._send(stage, again, index, is_first=False, is_second=is_second)

    def _settle(self, stage: Stage, work: Work, index: int, *, since: datetime, may_repeat: bool) -> Ending | None:
        """The answer was lost just now: look, and send again only what may be repeated and is conclusively absent."""
        finding = self._settler.settle(stage, work, since=since)
        match finding.verdict:
            case Verdict.TASK if finding.task is not None:
                return self._adopt(stage, work, index, task=finding.task, since=since)
            case Verdict.DONE:
                return self._found(stage, work, index, made=finding.made)
            case Verdict.ABSENT:
                self._ledger.note(work.operation.id, "stage.not_sent", index)
                if may_repeat:
                    fresh = replace(work, operation=self._ledger.operation(work.operation.id))
                    return self._start(stage, fresh, index, is_second=True)
                lost = ConnectionLostError("The connection to vCenter was lost while the order was sent")
                return failed(work.operation, lost)
            case _:
                return unknown(work.operation, "the connection to vCenter was lost while the order was sent")

    def _recover(
        self, stage: Stage, work: Work, index: int, *, since: datetime, may_send: bool = True
    ) -> Ending | None:
        """This process or another ended between intent and answer: look, and send only what is conclusively absent."""
        finding = self._settler.settle(stage, work, since=since)
        match finding.verdict:
            case Verdict.TASK if finding.task is not None:
                return self._adopt(stage, work, index, task=finding.task, since=since, may_send=may_send)
            case Verdict.DONE:
                return self._found(stage, work, index, made=finding.made)
            case Verdict.ABSENT:
                self._ledger.note(work.operation.id, "stage.not_sent", index)
                return self._start(stage, work, index) if may_send else left_alone(work.operation)
            case _:
                return unknown(work.operation, "the bot was restarted while the order was sent")

    def _found(self, stage: Stage, work: Work, index: int, *, made: Ref | None) -> Ending | None:
        if stage.waits:
            # That the guest took the order is certain; that it is down is not.
            self._ledger.note(work.operation.id, "stage.sent", index)
            return self._await_state(stage, work, index)
        return self._done(work, index, kind="stage.adopted", made=made)

    def _adopt(
        self, stage: Stage, work: Work, index: int, *, task: Ref, since: datetime, may_send: bool = True
    ) -> Ending | None:
        log.info("operation.task.adopted", operation_id=work.operation.id, task=str(task))
        if not stage.makes:
            self._ledger.note(work.operation.id, "stage.sent", index, task=str(task))
            return self._follow(stage, work, index, task=task, since=since)
        # Whether the VM that it makes is ours is known only at its end; until then it is only watched.
        watched = self._follower.task(work, task)
        if isinstance(watched, Task):
            return self._recover(stage, work, index, since=since, may_send=may_send)
        return watched

    def _follow(self, stage: Stage, work: Work, index: int, *, task: Ref, since: datetime) -> Ending | None:
        """Follow our task to its end."""
        try:
            ended = self._follower.task(work, task)
        except NotFoundError:
            # VCenter was restarted and has forgotten its tasks; the VM itself tells.
            return self._settle_forgotten(stage, work, index, since=since)
        if not isinstance(ended, Task):
            return ended
        if ended.state is TaskState.SUCCESS:
            return self._done(work, index, kind="stage.done", made=ended.result if stage.makes else None)
        return broken_off(self._ledger.operation(work.operation.id), ended)

    def _settle_forgotten(self, stage: Stage, work: Work, index: int, *, since: datetime) -> Ending | None:
        finding = self._settler.settle(stage, work, since=since)
        if finding.verdict is Verdict.DONE:
            return self._done(work, index, kind="stage.adopted", made=finding.made)
        return unknown(work.operation, "vCenter has forgotten the task")

    def _await_state(self, stage: Stage, work: Work, index: int) -> Ending | None:
        """Wait for what has no task; where that takes too long, ask vCenter once itself."""
        seen = self._follower.guest(stage, work) if stage.waits else True
        if isinstance(seen, Ending):
            return seen
        return self._done(work, index, kind="stage.done") if seen else self._overdue(stage, work, index)

    def _overdue(self, stage: Stage, work: Work, index: int) -> Ending | None:
        last = self._read(stage, work, is_first=True)
        if isinstance(last, Ending):
            return last
        if last.vm is not None and stage.reached(last):
            return self._done(work, index, kind="stage.done")
        if stage.gives_way:
            return self._given_up(work, index)
        name, waited_s = work.operation.vm_name, self._settings.guest_stop_timeout_s
        return Ending(
            state=State.FAILED,
            text=f"The guest of {name} took the order to {stage.title}, but had not done so after {waited_s:g} s.",
            way_out=f"Look at its console, or use `/iaas poweroff {name} --hard`.",
        )

    def _given_up(self, work: Work, index: int) -> Ending | None:
        """It could not be had the gentle way; the next stage takes over."""
        log.info("operation.stage.given_up", operation_id=work.operation.id, index=index)
        return self._done(work, index, kind="stage.given_up")

    def _gone(self, stage: Stage, work: Work, index: int) -> Ending | None:
        if stage.gone_is_done:
            return self._done(work, index, kind="stage.already_so")
        name = work.operation.plan.vm_name if work.operation.plan else work.operation.vm_name
        return failed(work.operation, NotFoundError(f"{name} is no longer in vCenter {work.gateway.name}."))

    def _done(self, work: Work, index: int, *, kind: str, made: Ref | None = None) -> Ending | None:
        """Write down that the stage is done. It gives None, which lets the operation go on."""
        changes: dict[str, object] = {"stages_done": index + 1, "percent": None}
        if made is not None:
            changes["result"] = str(made)
        crash_point(f"stage.{index}.ended")
        self._ledger.note(work.operation.id, kind, index, **changes)
        crash_point(f"stage.{index}.done")
        return None
