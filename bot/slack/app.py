"""The Slack front as one object: puts the package's parts together, starts them in order and ends them in order."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import structlog

from bot.slack.announcer import Announcer
from bot.slack.bolt import BoltFront
from bot.slack.directory import SlackDirectory
from bot.slack.incidents import IncidentAnnouncer, IncidentDesk
from bot.slack.jobs import Jobs
from bot.slack.listeners import Listeners
from bot.slack.modals import Modals
from bot.slack.notices import NoticePost
from bot.slack.once import Once
from bot.slack.outbox import Outbox
from bot.slack.place import Place
from bot.slack.ports import Dispatcher, Operations
from bot.slack.replies import DirectMessages, Replies
from bot.slack.settings import SlackSettings
from bot.slack.socket import SocketRunner
from bot.slack.web import Web
from bot.slack.work import Work
from bot.views import error
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_JOBS_TIMEOUT_S: Final = 10.0
_OUTBOX_TIMEOUT_S: Final = 5.0
_WARM_EVERY: Final = 2
"""Of the resync passes, each so-many-th warms the directory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackHealth:
    """How the front is."""

    connected: int
    """Sockets that hear."""
    registered: int | None
    """Sockets of the app that Slack counts; more than all replicas have together means dead ones."""
    waiting: int
    """Calls to Slack that have not arrived yet."""


def slack_directory(settings: SlackSettings, clock: Clock) -> SlackDirectory:
    """The directory alone: operations need it before there is a front."""
    web = Web(settings=settings)
    return SlackDirectory(web=web, clock=clock)


class SlackFront:
    """See `bot.service.Front`."""

    def __init__(
        self,
        *,
        settings: SlackSettings,
        dispatcher: Dispatcher,
        operations: Operations,
        directory: SlackDirectory,
        clock: Clock,
        give_up: Callable[[str], None],
        incidents: IncidentDesk | None = None,
    ) -> None:
        """Put the parts together; nothing is opened yet.

        Args:
            settings: where Slack is, and the figures.
            dispatcher: the verbs.
            operations: the record.
            directory: who is who.
            clock: time.
            give_up: called when the process has to be started anew, with the reason.
            incidents: where the cards of incidents are drawn from; None where nobody looks at alarms.
        """
        self._settings = settings
        self._directory = directory
        web = Web(settings=settings)
        self._outbox = Outbox(web=web, clock=clock, threads=settings.sender_threads)
        direct = DirectMessages(outbox=self._outbox)
        self._replies = Replies(outbox=self._outbox, direct=direct)
        self._announcer = Announcer(outbox=self._outbox, direct=direct, cards=operations.cards, clock=clock)
        self._notices = NoticePost(
            outbox=self._outbox,
            direct=direct,
            notices=operations.notices,
            threads=incidents.thread if incidents else lambda _recipient: None,
            clock=clock,
        )
        self._incidents = self._incident_cards(incidents, direct, clock) if incidents else None
        self._jobs = Jobs(threads=settings.job_threads)
        work = Work(
            dispatcher=dispatcher,
            operations=operations,
            directory=directory,
            replies=self._replies,
            announcer=self._announcer,
            modals=Modals(web=web, outbox=self._outbox),
            clock=clock,
            late_after_s=settings.late_after_s,
        )
        listeners = Listeners(
            dispatcher=dispatcher,
            work=work,
            once=Once(clock=clock),
            enqueue=self._enqueue,
            no_longer_wanted=self._incidents.no_longer_wanted if self._incidents else lambda _incident, _line: None,
        )
        self._executor = ThreadPoolExecutor(settings.listener_threads, thread_name_prefix="slack-bolt")
        bolt = BoltFront(settings=settings, listeners=listeners, executor=self._executor)
        self._sockets = SocketRunner(settings=settings, handle=bolt.handle, clock=clock, give_up=give_up)
        self._end = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="slack-keeper", daemon=True)
        operations.subscribe(self._announcer.changed)

    def start(self) -> None:
        """Connect in the background and take commands."""
        self._outbox.start()
        self._keeper.start()
        self._sockets.start()

    def stop_receiving(self) -> None:
        """Take no more commands; what was taken is finished."""
        self._sockets.close()
        self._jobs.close(_JOBS_TIMEOUT_S)

    def close(self) -> None:
        """Deliver what can be delivered within moments, and end."""
        self.stop_receiving()
        self._end.set()
        self._outbox.close(_OUTBOX_TIMEOUT_S)
        self._executor.shutdown(wait=False)
        if self._keeper.ident is not None:
            self._keeper.join(1.0)

    def is_connected(self) -> bool:
        """Whether commands arrive."""
        return self._sockets.is_connected

    def health(self) -> SlackHealth:
        """How the front is."""
        return SlackHealth(
            connected=self._sockets.connected,
            registered=self._sockets.registered,
            waiting=self._outbox.waiting(),
        )

    def _incident_cards(self, desk: IncidentDesk, direct: DirectMessages, clock: Clock) -> IncidentAnnouncer:
        announcer = IncidentAnnouncer(
            desk=desk, outbox=self._outbox, direct=direct, tell=self._notices.run_once, clock=clock
        )
        desk.remediation.subscribe(announcer.changed)
        return announcer

    def _enqueue(self, work: Callable[[], None], place: Place) -> None:
        self._jobs.submit(work, lambda token: self._replies.tell(place, error.unexpected(token)))

    def _keep(self) -> None:
        """Now and again: cards that are behind, notices that are due, and who is in which group."""
        passes = 0
        while True:
            try:
                if passes % _WARM_EVERY == 0:
                    self._directory.warm()
                self._announcer.resync()
                if self._incidents is not None:
                    self._incidents.resync()
                self._notices.run_once()
            except Exception:  # the loop goes on: the next pass may have a database or Slack again
                log.exception("slack.keeper.failed")
            passes += 1
            if self._end.wait(self._settings.resync_every_s):
                return
