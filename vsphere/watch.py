"""A long poll over one filter set that never ends: it starts over after whatever may happen to the connection.

The sink sees `begin`, then changes, then `complete` once the first set is whole; after a break the same again, so that
it can build its new state aside and swap it in. The old state stays in service meanwhile.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import structlog

from vsphere.api import on, vmodl
from vsphere.clock import Clock
from vsphere.collector import Change, changes
from vsphere.errors import LoginError, VsphereError
from vsphere.faults import translate
from vsphere.session import POLL_MAX_WAIT_S, Session
from vsphere.soap import SoapFault

log = structlog.get_logger(__name__)

_PC = vmodl.query.PropertyCollector
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 15.0
_LOGIN_PAUSE_S = 60.0
_BREATH_S = 0.02
_LONGEST_BREATH_S = 0.12
_BUSY_S = 0.05
_BUSY_ANSWERS = 20
"""Between two answers the watch takes a breath, so that a burst of changes costs few calls. In a large vCenter, where
the next answer always waits already, the breath grows: at most eight calls a second, and a change within 200 ms."""


class Sink(Protocol):
    """Who wants the changes; called by the watch's own thread only."""

    def begin(self) -> None:
        """A full set is about to come."""

    def apply(self, found: Iterator[Change]) -> None:
        """Take one answer's changes."""

    def complete(self) -> None:
        """Everything that vCenter has to say so far has been applied."""


class Watch:
    """Runs the poll in a thread of its own."""

    def __init__(
        self, *, session: Session, name: str, filters: Callable[[Session], list[Any]], sink: Sink, clock: Clock
    ) -> None:
        self._session = session
        self._clock = clock
        self._name = name
        self._filters = filters
        self._sink = sink
        self._leftover: Any = None
        self._failure: VsphereError | None = None
        self._stop = threading.Event()
        self._pause_s = _FIRST_PAUSE_S
        self._quick_answers = 0
        self._thread = threading.Thread(target=self._run, name=f"{session.name}-{name}", daemon=True)

    @property
    def failure(self) -> VsphereError | None:
        """What broke the poll, until it is whole again."""
        return self._failure

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end at its next answer; closing the session's connections brings that about."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread to end."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except (VsphereError, SoapFault) as error:
                self._rest(translate(error, action=f"watch {self._name}"))
            except Exception as error:
                log.exception("vcenter.watch.failed", vcenter=self._session.name, watch=self._name)
                self._rest(translate(error, action=f"watch {self._name}"))

    def _rest(self, error: VsphereError) -> None:
        if self._stop.is_set():
            return
        self._failure = error
        log.warning(
            "vcenter.watch.interrupted",
            vcenter=self._session.name,
            watch=self._name,
            reason=str(error),
            retry_in_s=self._pause_s,
        )
        self._stop.wait(_LOGIN_PAUSE_S if isinstance(error, LoginError) else self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    def _follow(self) -> None:
        """Set up the filters, take the first set, then wait for changes until something breaks."""
        session = self._session
        created = session.content.propertyCollector.CreatePropertyCollector()
        self._discard_leftover()
        self._leftover = on(session.reads, created)
        collector = on(session.polls, created)
        for spec in self._filters(session):
            on(session.reads, collector).CreateFilter(spec, False)  # noqa: FBT003  whole properties only
        self._sink.begin()
        version = ""
        while not self._stop.is_set():
            version = self._poll_once(collector, version)

    def _discard_leftover(self) -> None:
        """Free the collector that a broken connection left behind in a session that lives on."""
        leftover, self._leftover = self._leftover, None
        if leftover is None:
            return
        try:
            leftover.DestroyPropertyCollector()
        except SoapFault as gone:
            log.debug("vcenter.collector.gone", vcenter=self._session.name, reason=gone.name)

    def _poll_once(self, collector: Any, version: str) -> str:  # noqa: ANN401  pyVmomi's collector
        options = _PC.WaitOptions(maxWaitSeconds=POLL_MAX_WAIT_S)
        asked_at = self._clock.monotonic()
        update = collector.WaitForUpdatesEx(version, options)
        if update is None:
            self._sink.complete()
            return version
        self._sink.apply(changes(update))
        if str(update.get("truncated", "false")) != "true":
            self._failure = None
            self._sink.complete()
            self._pause_s = _FIRST_PAUSE_S
            self._breathe(self._clock.monotonic() - asked_at)
        return str(update["version"])

    def _breathe(self, waited_s: float) -> None:
        self._quick_answers = self._quick_answers + 1 if waited_s < _BUSY_S else 0
        self._stop.wait(_LONGEST_BREATH_S if self._quick_answers > _BUSY_ANSWERS else _BREATH_S)
