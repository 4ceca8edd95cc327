"""Whether a write arrived whose answer nobody has: found, absent, or not to be told. It looks, and never sends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog

from operations.changes.stage import Stage, Work
from operations.settings import OperationsSettings
from vsphere.clock import Clock
from vsphere.errors import ConnectionLostError, LoginError, NotFoundError, NotReadyError
from vsphere.model import Ref, Task, TaskState, Vm

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 0.3
_MARGIN = timedelta(seconds=1)
"""By how much the measured difference of the clocks may be wrong."""
_REMEMBERED = timedelta(minutes=8)
"""VCenter lists a task for about ten minutes after its end; of an older write that leaves no state nothing is left."""


class Verdict(Enum):
    """What looking has told."""

    TASK = "task"
    """Our task is there; how it ended or will end, it tells."""
    DONE = "done"
    """What was wanted is there."""
    ABSENT = "absent"
    """It never arrived."""
    UNDECIDED = "undecided"
    """It can't be told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The verdict with what belongs to it."""

    verdict: Verdict
    task: Ref | None = None
    made: Ref | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    finding: Finding | None = None
    busy: bool = False
    """A task runs that may be ours, so nothing is conclusive yet."""


class Settler:
    """Looks at what a write did, for as long as it takes to be sure."""

    def __init__(
        self,
        *,
        settings: OperationsSettings,
        clock: Clock,
        rest: Callable[[float], None],
        is_foreign: Callable[[Ref, str], bool],
    ) -> None:
        """Take what it needs.

        Args:
            settings: grace and limit.
            clock: ours.
            rest: waits so many seconds, and raises when the process ends.
            is_foreign: whether a task is known to belong to another operation than the one with this id.
        """
        self._settings = settings
        self._clock = clock
        self._rest = rest
        self._is_foreign = is_foreign

    def settle(self, stage: Stage, work: Work, *, since: datetime, limit_s: float | None = None) -> Finding:
        """Look until it is clear whether what was sent at `since` (by vCenter's clock) arrived.

        Nothing found counts only after a grace in which vCenter was reachable all the time, and, when it had been away,
        only once its mirror has heard from it again.
        """
        deadline = self._clock.monotonic() + (limit_s or self._settings.settle_timeout_s)
        quiet_since: float | None = None
        lost_at: float | None = None
        while self._clock.monotonic() < deadline:
            try:
                look = self._look(stage, work, since=since)
            except (ConnectionLostError, NotReadyError, LoginError) as error:
                log.info("operation.settle.waits", operation_id=work.operation.id, reason=str(error))
                quiet_since, lost_at = None, self._clock.monotonic()
                self._rest(_LOOK_EVERY_S)
                continue
            if look.finding is not None:
                return look.finding
            quiet_since = self._quiet_since(work, quiet_since, busy=look.busy, lost_at=lost_at)
            if quiet_since is not None and self._clock.monotonic() - quiet_since >= self._settings.settle_grace_s:
                return self._nothing(stage, work, since)
            self._rest(_LOOK_EVERY_S)
        return Finding(verdict=Verdict.UNDECIDED)

    def _quiet_since(self, work: Work, before: float | None, *, busy: bool, lost_at: float | None) -> float | None:
        """Since when nothing has been found although it would have been."""
        if busy or not self._hears(work, lost_at):
            return None
        return before if before is not None else self._clock.monotonic()

    def _hears(self, work: Work, lost_at: float | None) -> bool:
        age_s = work.gateway.inventory.age_s()
        if age_s is None or not work.gateway.health().connected:
            return False
        # A poll that went on through all this has heard nothing new; one that broke must have begun anew.
        return lost_at is None or self._clock.monotonic() - age_s > lost_at

    def _nothing(self, stage: Stage, work: Work, since: datetime) -> Finding:
        if stage.lasts:
            return Finding(verdict=Verdict.ABSENT)
        # A task is listed before the call is answered; an entry of the event log may come late, or never in a burst.
        forgotten = self._clock.now() - _by_our_clock(work, since) > _REMEMBERED
        return Finding(verdict=Verdict.UNDECIDED if forgotten or stage.task is None else Verdict.ABSENT)

    def _look(self, stage: Stage, work: Work, *, since: datetime) -> _Look:
        if not work.gateway.inventory.ready:
            raise NotReadyError(f"the inventory of {work.gateway.name} has not arrived yet")
        if stage.makes:
            return self._look_for_made(stage, work, since=since)
        vm = self._read(work)
        if vm is None:
            # Whatever else was wanted of it, a VM that is gone can't show it; the caller reads it again and says so.
            return _Look(finding=Finding(verdict=Verdict.DONE if stage.gone_is_done else Verdict.ABSENT))
        seen = Work(operation=work.operation, gateway=work.gateway, spec=work.spec, vm=vm)
        if stage.reached(seen):
            return _Look(finding=Finding(verdict=Verdict.DONE))
        tasks = self._tasks(stage, work, since=since)
        if stage.is_crowded:
            # Anybody's task, so it proves nothing; ours may be among them while one runs.
            return _Look(busy=any(task.state in {TaskState.QUEUED, TaskState.RUNNING} for task in tasks))
        if tasks:
            return _Look(finding=Finding(verdict=Verdict.TASK, task=tasks[-1].ref))
        return _Look(finding=Finding(verdict=Verdict.DONE) if self._is_proven(stage, work, vm, since=since) else None)

    def _is_proven(self, stage: Stage, work: Work, vm: Vm, *, since: datetime) -> bool:
        """Whether a boot or the event log tells of what leaves no state behind."""
        if stage.boots and vm.booted_at is not None and vm.booted_at >= since:
            return True
        earliest = _by_our_clock(work, since) - _MARGIN
        return bool(stage.events and work.gateway.events_since(work.target, earliest, stage.events))

    def _look_for_made(self, stage: Stage, work: Work, *, since: datetime) -> _Look:
        """A new VM is ours only by the id it carries: others may clone the same source at the same time."""
        made = stage.find_made(work)
        tasks = self._tasks(stage, work, since=since)
        running = [task for task in tasks if task.state in {TaskState.QUEUED, TaskState.RUNNING}]
        if made is not None and not running:
            return _Look(finding=Finding(verdict=Verdict.DONE, made=made))
        if len(running) == 1:
            return _Look(finding=Finding(verdict=Verdict.TASK, task=running[0].ref))
        for task in tasks:
            if task.result is not None and work.gateway.read_operation_id(task.result) == work.operation.id:
                return _Look(finding=Finding(verdict=Verdict.DONE, made=task.result))
        if not work.gateway.health().connected:
            raise ConnectionLostError(f"{work.gateway.name} is not connected")
        return _Look(busy=bool(running))

    def _tasks(self, stage: Stage, work: Work, *, since: datetime) -> list[Task]:
        if stage.task is None:
            return []
        earliest = _by_our_clock(work, since) - _MARGIN
        found = work.gateway.tasks.recent(entity=stage.entity(work), description_id=stage.task, since=earliest)
        return [task for task in found if not self._is_foreign(task.ref, work.operation.id)]

    def _read(self, work: Work) -> Vm | None:
        try:
            return work.gateway.read_vm(work.target)
        except NotFoundError:
            return None


def _by_our_clock(work: Work, moment: datetime) -> datetime:
    """What our clock would have shown then, as it goes now."""
    return moment - work.gateway.server_time_offset()
