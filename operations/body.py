"""The workflow's steps over the record: take on, run a stage, finish. They may run twice, and they never raise."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import structlog

from operations.admission import Admission, Gates
from operations.changes.stage import Work
from operations.endings import Ending, unknown
from operations.errors import StoppingError, StorageError, TakenOverError
from operations.following import Follower
from operations.mirroring import Mirroring
from operations.model import Event, Operation, Request, State
from operations.plans import Spec, began, done_words, specs_of
from operations.progress import Progress, Waiting
from operations.record.store import Store
from operations.runner import Intent, Runner
from operations.settings import OperationsSettings
from operations.settling import Settler
from operations.verbs import STAGES
from vsphere.clock import Clock
from vsphere.errors import NotFoundError
from vsphere.model import Ref
from vsphere.sites import Sites

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_STORAGE_PAUSE_S = 1.0
_MOST_RUNS = 25
"""An operation that ends its process each time must not do so for ever: after so many runs in which no stage of it was
done it sends nothing more, and ends with what looking tells. DBOS forgets to count at a takeover."""
_MOST_LOOKS = 100
"""After so many runs it is not even looked at."""


class Body:
    """See `operations.engine.Body`, and `operations.runner.Ledger`."""

    def __init__(
        self,
        *,
        store: Store,
        sites: Sites,
        settings: OperationsSettings,
        clock: Clock,
        gates: Gates,
        runner_id: str,
    ) -> None:
        self._store = store
        self._sites = sites
        self._clock = clock
        self._runner_id = runner_id
        self._stopping = threading.Event()
        self._claimed: dict[str, int] = {}
        self._running: set[str] = set()
        self._idle = threading.Condition()
        self._mirroring = Mirroring(clock=clock, rest=self.rest)
        waiting = Waiting(
            settings=settings, clock=clock, operation=self.operation, progress=self._progress, rest=self.rest
        )
        self._runner = Runner(
            settings=settings,
            clock=clock,
            ledger=self,
            settler=Settler(settings=settings, clock=clock, rest=self.rest, is_foreign=self._is_foreign),
            follower=Follower(waiting),
            admission=Admission(waiting, gates=gates, request=self._request),
            rest=self.rest,
        )

    def begin(self, operation_id: str) -> int:
        """See `operations.engine.Body.begin`."""
        with self._present(operation_id):
            operation = self._claim(operation_id)
            return 0 if operation.state.is_final else len(operation.stages)

    def stage(self, operation_id: str, index: int) -> bool:
        """See `operations.engine.Body.stage`."""
        with self._present(operation_id):
            operation = self._claim(operation_id) if operation_id not in self._claimed else self.operation(operation_id)
            if operation.state.is_final:
                return False
            if operation.stages_done > index:
                return True
            ending = self._run(operation, index, may_send=self._claimed.get(operation_id, 0) <= _MOST_RUNS)
            if ending is not None:
                self._await_mirror(self.operation(operation_id))
                self._end(operation_id, ending)
            return ending is None

    def finish(self, operation_id: str) -> None:
        """See `operations.engine.Body.finish`."""
        with self._present(operation_id):
            operation = self.operation(operation_id)
            self._claimed.pop(operation_id, None)
            if operation.state.is_final or operation.plan is None:
                return
            text = done_words(operation.plan, began(operation))
            if operation.cancel_requested_by is not None:
                text = f"{text} It was too late to cancel it."
            self._await_mirror(operation)
            self._end(operation_id, Ending(state=State.SUCCEEDED, text=text))

    def stop(self) -> None:
        """Let every step end at its next rest, and leave its workflow to be recovered."""
        self._stopping.set()

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no step runs; False when some still do."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._running, timeout_s)

    def rest(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppingError: the process ends.
        """
        if self._stopping.wait(seconds) or self._stopping.is_set():
            raise StoppingError

    def operation(self, operation_id: str) -> Operation:
        """See `Ledger.operation`."""
        return self._insist(lambda: self._store.get(operation_id))

    def intent(self, operation_id: str, index: int) -> Intent | None:
        """See `Ledger.intent`."""
        events = [one for one in self._events(operation_id) if one.data.get("index") == index]
        sending = [at for at, one in enumerate(events) if one.kind == "stage.sending"]
        if not sending:
            return None
        after = events[sending[-1] :]
        kinds = {one.kind for one in after}
        tasks = [one.data["task"] for one in after if one.kind == "stage.sent" and one.data.get("task")]
        return Intent(
            at=datetime.fromisoformat(str(after[0].data["at"])),
            answered="stage.sent" in kinds,
            task=Ref.parse(str(tasks[-1])) if tasks else None,
            not_sent="stage.not_sent" in kinds,
        )

    def has_sent(self, operation_id: str) -> bool:
        """See `Ledger.has_sent`."""
        kinds = [one.kind for one in self._events(operation_id)]
        return kinds.count("stage.sending") > kinds.count("stage.not_sent")

    def note(self, operation_id: str, kind: str, index: int, **changes: object) -> Operation:
        """See `Ledger.note`."""
        told = {name: value for name, value in changes.items() if name in {"at", "stage", "task", "result"}}
        data: dict[str, object] = {"index": index, **told}
        changes.pop("at", None)
        return self._insist(lambda: self._store.note(operation_id, kind, data, runner=self._runner_id, **changes))

    @contextmanager
    def _present(self, operation_id: str) -> Iterator[None]:
        """Mark a step as running, so that the process does not end under it."""
        self.rest(0)
        with self._idle:
            self._running.add(operation_id)
        try:
            yield
        finally:
            with self._idle:
                self._running.discard(operation_id)
                self._idle.notify_all()

    def _run(self, operation: Operation, index: int, *, may_send: bool) -> Ending | None:
        stage = STAGES.get(operation.stages[index])
        if stage is None or operation.plan is None:
            # A newer version of this program has queued it, and an older one runs again.
            text = f"This version of the bot does not know how to {operation.stages[index]}."
            return Ending(state=State.FAILED, text=text, way_out="Ask an administrator to update it.")
        work = self._work(operation, specs_of(operation.plan)[index])
        ending = self._runner.run(stage, work, index, may_send=may_send)
        if ending is None:
            self._claimed[operation.id] = 0
        return ending

    def _await_mirror(self, operation: Operation) -> None:
        """See `Mirroring`; a stage or a vCenter that this bot does not know any more is not waited for."""
        specs = specs_of(operation.plan)[: operation.stages_done] if operation.plan else []
        done = [(STAGES[spec["stage"]], spec) for spec in specs if spec["stage"] in STAGES]
        try:
            self._mirroring.wait([(stage, self._work(operation, spec)) for stage, spec in done])
        except NotFoundError as error:
            log.info("operation.mirror.unknown", operation_id=operation.id, reason=str(error))

    def _work(self, operation: Operation, spec: Spec) -> Work:
        ref = operation.result or operation.vm
        vcenter = ref.vcenter if ref else self._request(operation.id).vcenter
        gateway = self._sites.gateway(vcenter) if vcenter else self._sites.default
        return Work(operation=operation, gateway=gateway, spec=spec)

    def _claim(self, operation_id: str) -> Operation:
        operation, runs = self._insist(lambda: self._store.claim(operation_id, self._runner_id))
        self._claimed[operation_id] = runs
        if not operation.state.is_final and runs > _MOST_LOOKS:
            return self._end(operation_id, unknown(operation, f"the bot has ended {_MOST_LOOKS} times over it"))
        return operation

    def _end(self, operation_id: str, ending: Ending) -> Operation:
        operation = self._insist(
            lambda: self._store.move(operation_id, ending.state, text=ending.text, way_out=ending.way_out)
        )
        log.info(
            "operation.ended",
            operation_id=operation_id,
            verb=operation.verb,
            state=ending.state.value,
            reason=ending.text,
        )
        return operation

    def _request(self, operation_id: str) -> Request:
        return self._insist(lambda: self._store.request(operation_id))

    def _events(self, operation_id: str) -> list[Event]:
        return self._insist(lambda: self._store.events(operation_id))

    def _is_foreign(self, task: Ref, operation_id: str) -> bool:
        return self._insist(lambda: self._store.has_task(task, other_than=operation_id))

    def _progress(self, operation: Operation) -> Progress:
        return Progress(
            self._store,
            operation_id=operation.id,
            clock=self._clock,
            is_stopping=self._stopping.is_set,
            is_cancelled=operation.cancel_requested_by is not None,
        )

    def _insist(self, call: Callable[[], _T]) -> _T:
        """Do it again until the database is back: an error that left a step would end the operation for good."""
        while True:
            try:
                return call()
            except TakenOverError as error:
                log.warning("operation.taken.over", reason=str(error))
                raise StoppingError from error
            except StorageError as error:
                log.warning("operation.storage.waits", reason=str(error))
                self.rest(_STORAGE_PAUSE_S)
