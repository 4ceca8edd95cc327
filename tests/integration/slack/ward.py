"""Incidents on a real record, and as many fronts as a test wants, each with a hand of its own on that record."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from bot.slack.app import SlackFront, slack_directory
from bot.slack.incidents import IncidentDesk
from bot.slack.settings import SlackSettings
from operations.errors import UnknownOperationError
from operations.model import Operation, State
from operations.record.database import Database
from operations.record.incident_cards import IncidentCards
from operations.record.incidents import Incidents
from operations.record.notices import Notices
from operations.terms import Window
from remediation.model import Decided, Incident, IncidentState, Mode, Remedy, RemedyState, VerdictKind
from remediation.record import Change, RemediationRecord
from sandbox.slack import SeenMessage, Workspace
from tests.integration.operations.lab import MovedClock
from tests.integration.slack.office import Dispatcher, Operations
from tests.unit.remediation import samples
from tests.unit.views.samples import DONE
from vsphere.clock import SystemClock
from vsphere.model import Ref

ROOM = "#vm-alarms"
SUMMARY = "Add 1 vCPU to web-01 (2 → 3)"
COMMAND = "transform web-01 cpu=3"
CLOCK = SystemClock()
_DRAWN_S = 60.0


class Records(RemediationRecord):
    """See `bot.slack.ports.Remediation`."""

    def remedies_of(self, incident: Incident) -> list[Remedy]:
        """See `Remediation.remedies_of`."""
        return self.remedies(incident_id=incident.id)


class Done:
    """See `bot.slack.ports.Changes`."""

    tonight = Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin"))

    def __init__(self) -> None:
        self.known: dict[str, Operation] = {}

    def get(self, operation_id: str) -> Operation:
        """See `Changes.get`."""
        if operation_id not in self.known:
            raise UnknownOperationError(f"no operation is called {operation_id!r}")
        return self.known[operation_id]


class Replica:
    """One front with its hand on the record."""

    def __init__(
        self,
        workspace: Workspace,
        url: str,
        *,
        channel: str = ROOM,
        owner: str | None = None,
        ahead: timedelta = timedelta(0),
    ) -> None:
        """Reach the database; `ahead` is how much later it is for this replica."""
        self.database = Database(url)
        self.database.migrate()
        self.record = Records(Incidents(self.database, clock=CLOCK), clock=CLOCK, comparisons=2)
        later = MovedClock()
        later.move(ahead)
        self.cards = IncidentCards(self.database, clock=later)
        self.notices = Notices(self.database, clock=CLOCK)
        self.done = Done()
        operations = Operations()
        operations.notices = self.notices  # type: ignore[assignment]  # those of a database instead of those in memory
        self.dispatcher = Dispatcher(operations)
        settings = SlackSettings(
            read_bot_token=lambda: workspace.bot_token,
            read_app_token=lambda: workspace.app_token,
            api_url=workspace.api_url,
            resync_every_s=0.5,
            strict=True,
        )
        directory = slack_directory(settings, CLOCK)
        desk = IncidentDesk(
            remediation=self.record,
            cards=self.cards,
            channel=channel,
            owner_of=lambda _ref: owner,
            is_gone=lambda _ref: False,
            can_answer=directory.can_answer,
            deciders=("@vm-approvers",),
            operations=self.done,
            notices=self.notices,
        )
        self.front = SlackFront(
            settings=settings,
            dispatcher=self.dispatcher,
            operations=operations,
            directory=directory,
            clock=CLOCK,
            give_up=lambda _reason: None,
            incidents=desk,
        )

    def start(self) -> "Replica":
        """Connect."""
        self.front.start()
        return self

    def close(self) -> None:
        """Go away, and leave the record as it is."""
        self.front.close()
        self.database.close()

    def redden(self, number: int = 1, **changes: Any) -> Incident:
        """A VM turns red."""
        at = CLOCK.now() - timedelta(minutes=5)
        entity = Ref("lab", f"vm-{number}")
        values: dict[str, Any] = {
            "id": f"I{next(_NUMBERS):05}",
            "key": f"{entity}/{at.isoformat()}",
            "alarm": samples.alarm(entity=entity, triggered_at=at),
            "entity_name": f"web-{number:02}",
            "opened_at": at,
        } | changes
        (opened,) = self.record.open([samples.incident(**values)])
        return opened

    def change(self, incident: Incident, remedy: Remedy | None = None, **changes: Any) -> Incident:
        """What becomes of it."""
        newest = self.record.incident(incident.id)
        assert newest is not None
        (saved,) = self.record.save([Change(before=newest, after=replace(newest, **changes), remedy=remedy)])
        return saved

    def decide(self, incident: Incident, verdict: VerdictKind, reason: str = "Because.", **more: Any) -> Incident:
        """A look has come to this."""
        about: dict[str, Any] = {"guard": "mode", "summary": SUMMARY, "command": COMMAND}
        about |= {name: more.pop(name) for name in [*about] if name in more}
        decided = Decided(verdict=verdict, reason=reason, at=CLOCK.now(), **about)
        return self.change(incident, decided=decided, **more)

    def act(self, incident: Incident) -> Remedy:
        """A remedy is admitted and begins."""
        remedy = samples.remedy(
            CLOCK.now(),
            key=f"{incident.key}/0",
            incident_id=incident.id,
            operation_id="R7F3K",
            summary=SUMMARY,
            mode=Mode.AUTO,
            state=RemedyState.RUNNING,
            before={"cpu_p95": 96.0, "ready_p95": 1.2},
        )
        decided = Decided(verdict=VerdictKind.ACT, reason=f"{SUMMARY}.", at=CLOCK.now(), summary=SUMMARY)
        self.change(incident, remedy, state=IncidentState.ACTING, round=1, operation_id="R7F3K", decided=decided)
        return remedy

    def plan(self, incident: Incident) -> Remedy:
        """The owner has chosen tonight."""
        planned = replace(DONE, state=State.QUEUED, finished_at=None, not_before=CLOCK.now() + timedelta(hours=8))
        self.done.known[planned.id] = planned
        remedy = samples.remedy(
            CLOCK.now(),
            key=f"{incident.key}/{planned.id}",
            incident_id=incident.id,
            operation_id=planned.id,
            summary=SUMMARY,
            mode=Mode.RECOMMEND,
            state=RemedyState.ASKED,
            approved_by=(planned.actor.id,),
            ended_at=None,
        )
        self.change(incident, remedy, round=1, operation_id=planned.id)
        return remedy

    def end(self, incident: Incident, remedy: Remedy) -> Remedy:
        """It is done."""
        done = replace(remedy, state=RemedyState.SUCCEEDED, ended_at=CLOCK.now())
        self.change(incident, done, state=IncidentState.OPEN)
        return done

    def clear(self, incident: Incident) -> Incident:
        """The alarm is green."""
        return self.change(incident, state=IncidentState.CLOSED, closed_at=CLOCK.now(), look_at=None)


_NUMBERS = count(1)


def cards(workspace: Workspace) -> list[SeenMessage]:
    """The cards in the room, oldest first, without what is in their threads."""
    return [one for one in _all(workspace) if one.thread_ts in {None, one.ts}]


def thread(workspace: Workspace, card: SeenMessage) -> list[SeenMessage]:
    """What is in the thread of a card, oldest first."""
    return [one for one in _all(workspace) if one.thread_ts == card.ts and one.ts != card.ts]


def heads(workspace: Workspace) -> list[str]:
    """The first line of each card."""
    return [one.text.split("\n")[0] for one in cards(workspace)]


def until(condition: Callable[[], object], timeout_s: float = _DRAWN_S) -> None:
    """Wait for something to come true."""
    deadline = monotonic() + timeout_s
    while not condition():
        assert monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.05)


def _all(workspace: Workspace) -> list[SeenMessage]:
    return sorted(workspace.as_user("ann").messages(ROOM), key=lambda one: float(one.ts))


def now() -> datetime:
    """By the clock of all replicas."""
    return CLOCK.now()
