"""All tasks of one vCenter through one long poll: no call per task, no thread per task, no polling loop.

vCenter lists running and recently ended tasks in `TaskManager.recentTask`; a filter that traverses that list brings
each new task and each percent. A followed task that does not show up there is read directly, so that none is ever lost.
"""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import structlog

from vsphere.clock import Clock
from vsphere.collector import Change, filter_spec, object_spec, property_spec, read, retrieve
from vsphere.errors import ConnectionLostError
from vsphere.faults import NameOf, translate_tree, translated
from vsphere.model import Ref, Task, TaskState
from vsphere.properties import Refs, number, text, time_or_none
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree

log = structlog.get_logger(__name__)

_PATHS = (
    "info.cancelled",
    "info.descriptionId",
    "info.entity",
    "info.entityName",
    "info.error",
    "info.progress",
    "info.queueTime",
    "info.result",
    "info.state",
)
_FINAL = frozenset({TaskState.SUCCESS, TaskState.ERROR})
_DIRECT_READ_S = 2.0
"""How long the long poll may owe a followed task before it is read directly."""
_STOP_CHECK_S = 0.25
_KEPT = 1000
"""Ended tasks that are remembered; vCenter itself lists about 200."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CREATE = "Folder.createVm"
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def task_filters(session: Session) -> list[Any]:
    """Every task that the TaskManager lists, by its leaf properties."""
    return [
        filter_spec(
            [object_spec(session.content.taskManager, via="recentTask")],
            [property_spec("Task", _PATHS)],
        )
    ]


class TaskWatcher:
    """Knows every recent task. It is a `vsphere.watch.Sink`."""

    def __init__(self, session: Session, *, clock: Clock, name_of: NameOf) -> None:
        self._session = session
        self._clock = clock
        self._name_of = name_of
        self._refs = Refs(session.name)
        self._news = threading.Condition()
        self._values: dict[Ref, dict[str, Tree]] = {}
        self._tasks: dict[Ref, Task] = {}
        self._round = 0
        self._seen_in: dict[Ref, int] = {}

    def follow(
        self,
        task: Ref,
        *,
        on_progress: Callable[[int | None], None],
        should_stop: Callable[[], bool],
        timeout_s: float,
    ) -> Task:
        """Block until the task has ended, across any loss of connection.

        Args:
            task: what a write returned.
            on_progress: called with vCenter's percent when it changes, from the calling thread.
            should_stop: asked several times a second; when true the task is returned as last seen, still running.
            timeout_s: how long to wait in all.

        Raises:
            ConnectionLostError: the time is up and the end of the task is not known.
            NotFoundError: vCenter no longer knows the task, as after its restart.
        """
        deadline = self._clock.monotonic() + timeout_s
        read_after = self._clock.monotonic() + _DIRECT_READ_S
        percent: int | None = None
        while True:
            current = self._current(task)
            stop = should_stop()
            now = self._clock.monotonic()
            if current is None and (stop or now >= read_after):
                current = self._read_directly(task)
                read_after = now + _DIRECT_READ_S
            if current is not None and current.percent != percent:
                percent = current.percent
                on_progress(percent)
            if current is not None and (stop or current.state in _FINAL):
                return current
            if now >= deadline:
                raise ConnectionLostError(f"The task {task.moref} was not seen to end within {timeout_s:g} s")
            with self._news:
                self._news.wait(min(_STOP_CHECK_S, deadline - now))

    def recent(
        self, *, entity: Ref | None = None, description_id: str | None = None, since: datetime | None = None
    ) -> list[Task]:
        """Running and recently ended tasks, oldest first, for whoever has lost the answer to a write.

        They are read now, in one call: whether a write arrived must not hang on a long poll that may be broken unseen.

        Args:
            entity: what the task works on: the source VM of a clone, the folder of a create.
            description_id: such as `VirtualMachine.clone`; case does not count, since products differ in it.
            since: by our clock; the difference to vCenter's is taken into account.

        Raises:
            ConnectionLostError: vCenter can't be asked now.
        """
        self._read_all()
        earliest = since + self._session.time_offset if since else _EPOCH
        found = [
            task
            for task in tuple(self._tasks.values())
            if task.queued_at >= earliest
            and entity in {None, task.entity}
            and (description_id is None or task.description_id.casefold() == description_id.casefold())
        ]
        return sorted(found, key=lambda task: task.queued_at)

    def begin(self) -> None:
        """See `vsphere.watch.Sink`: what is known stays known, but must be seen again to count as current."""
        self._round += 1

    def apply(self, found: Iterator[Change]) -> None:
        """See `vsphere.watch.Sink`."""
        with self._news:
            for change in found:
                if change.kind != "leave":
                    ref = self._refs.get(change.obj.moref)
                    self._learn(ref, change.values)
                    self._seen_in[ref] = self._round
            self._prune()
            self._news.notify_all()

    def complete(self) -> None:
        """See `vsphere.watch.Sink`."""

    def _current(self, ref: Ref) -> Task | None:
        """The task as the present connection has shown it; an ended one stays ended."""
        task = self._tasks.get(ref)
        if task is None or task.state in _FINAL or self._seen_in.get(ref) == self._round:
            return task
        return None

    def _read_all(self) -> None:
        with translated("list the recent tasks", name_of=self._name_of):
            found = [one for spec in task_filters(self._session) for one in retrieve(self._session, spec)]
        with self._news:
            for change in found:
                self._learn(self._refs.get(change.obj.moref), change.values)
            self._prune()

    def _read_directly(self, ref: Ref) -> Task | None:
        log.debug("vcenter.task.read_directly", vcenter=self._session.name, task=ref.moref)
        try:
            values = read(self._session, Moref("Task", ref.moref), _PATHS)
        except ConnectionLostError as error:
            # The follower has its own deadline; until then a lost connection is waited out.
            log.debug("vcenter.task.read_failed", vcenter=self._session.name, task=ref.moref, reason=str(error))
            return None
        with self._news:
            self._learn(ref, values)
            return self._tasks[ref]

    def _learn(self, ref: Ref, values: Any) -> None:  # noqa: ANN401  a mapping of trees
        """Take what was heard; what the long poll brings late of a task that was read to have ended is old news."""
        known = self._tasks.get(ref)
        if known is not None and known.state in _FINAL:
            return
        merged = self._values.setdefault(ref, {})
        merged.update(values)
        self._tasks[ref] = self._task(ref, merged)

    def _task(self, ref: Ref, values: dict[str, Tree]) -> Task:
        entity = self._refs.of(values.get("info.entity"))
        entity_name = self._entity_name(entity, text(values.get("info.entityName")))
        description_id = text(values.get("info.descriptionId"))
        error = values.get("info.error")
        progress = values.get("info.progress")
        return Task(
            ref=ref,
            description_id=description_id,
            entity=entity,
            entity_name=entity_name,
            state=_state(values.get("info.state")),
            percent=None if progress is None else number(progress),
            queued_at=time_or_none(values.get("info.queueTime")) or _EPOCH,
            result=self._refs.of(values.get("info.result")),
            error=translate_tree(error, action=_words(description_id, entity_name), name_of=self._name_of)
            if error
            else None,
            cancelled=values.get("info.cancelled") is True,
        )

    def _entity_name(self, entity: Ref | None, told: str) -> str:
        """The mirror's name where it has one: vCenter's is the one at the start of the task."""
        known = self._name_of(entity.moref) if entity else ""
        return known if entity and known != entity.moref else told

    def _prune(self) -> None:
        surplus = len(self._tasks) - _KEPT
        if surplus <= 0:
            return
        ended = sorted((task for task in self._tasks.values() if task.state in _FINAL), key=lambda one: one.queued_at)
        for task in ended[:surplus]:
            for known in (self._tasks, self._values, self._seen_in):
                known.pop(task.ref, None)


def _state(value: Tree) -> TaskState:
    known = {state.value: state for state in TaskState}
    return known.get(text(value), TaskState.QUEUED)


def _words(description_id: str, entity_name: str) -> str:
    """`VirtualMachine.powerOn` of web-01 becomes "power on web-01"; a folder's task is about what is made in it."""
    if description_id == _CREATE:
        return f"create the VM in the folder {entity_name}"
    verb = description_id.rpartition(".")[2]
    return f"{_HUMP.sub(' ', verb).lower()} {entity_name}".strip()
