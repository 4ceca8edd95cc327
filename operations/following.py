"""Follow what vCenter has taken on: a task by its updates, a guest by the mirror. Sends only a wish to cancel."""

from dataclasses import replace

import structlog

from operations.changes.stage import Stage, Work
from operations.endings import Ending, cancelled, unknown
from operations.progress import Waiting
from vsphere.errors import NotFoundError, VsphereError
from vsphere.model import Ref, Task, TaskState

log = structlog.get_logger(__name__)

_WAIT_S = 0.25


class Follower:
    """Follows one stage's write to its end."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def task(self, work: Work, task: Ref) -> Task | Ending:
        """Wait for the end of a task; a person's wish to cancel is handed on once.

        Raises:
            NotFoundError: vCenter does not know the task any more.
        """
        progress = self._waiting.progress(work.operation)
        while True:
            try:
                seen = work.gateway.tasks.follow(
                    task,
                    on_progress=progress.on_progress,
                    should_stop=progress.should_stop,
                    timeout_s=self._waiting.settings.task_timeout_s,
                )
            except NotFoundError:
                raise
            except VsphereError as error:
                return unknown(work.operation, str(error))
            if seen.state in {TaskState.SUCCESS, TaskState.ERROR}:
                return seen
            self._waiting.rest(0)
            if progress.cancel_requested and not progress.cancel_sent:
                progress.cancel_sent = True
                _cancel(work, task)

    def guest(self, stage: Stage, work: Work) -> Ending | bool:
        """Wait in the mirror, at no cost, for what has no task; False where it is overdue."""
        progress = self._waiting.progress(work.operation)
        deadline = self._waiting.clock.monotonic() + self._waiting.settings.guest_stop_timeout_s
        while self._waiting.clock.monotonic() < deadline:
            if stage.reached(replace(work, vm=work.gateway.inventory.vm(work.target))):
                return True
            if progress.should_stop():
                self._waiting.rest(0)
                operation = self._waiting.operation(work.operation.id)
                return cancelled(operation, f"{operation.vm_name} was asked to {stage.title} and may still do so.")
            self._waiting.rest(_WAIT_S)
        return False


def _cancel(work: Work, task: Ref) -> None:
    try:
        work.gateway.cancel_task(task)
    except VsphereError as error:
        log.info("operation.cancel.impossible", operation_id=work.operation.id, task=str(task), reason=str(error))
