"""What the Slack front needs of its neighbours, as narrow protocols; `bot.wiring` passes what implements them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.answers import Reply
from operations.model import Actor, Operation, Origin, Request
from operations.ports import Listener
from operations.record.cards import HERE, Shown
from operations.record.incident_cards import ShownIncident
from operations.record.notices import Notice
from operations.terms import Window
from remediation.model import Incident, Remedy


class Verb(Protocol):
    """What is asked of a command before it runs."""

    @property
    def changes(self) -> bool:
        """Whether it changes the estate."""


class Dispatcher(Protocol):
    """The verbs as one function of a line."""

    def understand(self, text: str) -> tuple[Verb, Any]:
        """The verb of a line. No I/O.

        Raises:
            UsageError: it is no command.
        """

    def acknowledge(self, text: str) -> str:
        """The sentence that is sent at once; never raises, no I/O."""

    def run(self, line: str, *, actor: Actor, origin: Origin, key: str, asked_at: datetime) -> Reply:
        """Do what a line says."""

    def note_unknown(self, user: str, origin: Origin) -> None:
        """Put on record that somebody was refused of whom Slack does not say who they are."""

    def confirm(self, request: Request, plan_hash: str, *, tonight: bool = False) -> Reply:
        """Ask again, now that the person said yes to the plan of this hash, for now or for tonight.

        Returns:
            What came of it; an `Ask` where the plan is another by now, so that nothing was done.
        """

    def look(self, request: Request) -> Reply:
        """Plan a request anew, and ask about the plan whether it hurts or not."""


class Cards(Protocol):
    """Which card shows which operation, and how far it is behind."""

    def claim(self, operation_id: str, place: str, by: str) -> bool:
        """Take on to post a card; False where another replica has, or where it is posted."""

    def remember(self, operation_id: str, address: Mapping[str, str], place: str = HERE) -> None:
        """Keep where the card is."""

    def shown(self, operation_id: str, version: int, place: str = HERE) -> None:
        """Keep which version the card shows."""

    def of(self, operation_id: str) -> Sequence[Shown]:
        """The cards of one operation that show less than there is."""

    def stale(self) -> Sequence[Shown]:
        """Every card that shows less than there is."""


class Notices(Protocol):
    """What is to be told to somebody once."""

    def unsent(self) -> Sequence[Notice]:
        """What has not been told yet, oldest first."""

    def claim(self, key: str) -> bool:
        """Take it on; False where another replica has."""

    def sent(self, key: str) -> None:
        """It has arrived, or never will."""


class NoticeBook(Protocol):
    """Where what is to be told once is kept."""

    def add(self, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]) -> bool:
        """Keep something to be told; without a recipient it counts as told. Whether it is new."""


class IncidentCards(Protocol):
    """Which card shows which incident or storm."""

    def claim(self, incident_id: str, by: str) -> bool:
        """Take on to post a card; False where another replica has, or where it is posted."""

    def remember(self, incident_id: str, address: Mapping[str, str]) -> None:
        """Keep where the card is."""

    def shown(self, versions: Mapping[str, int]) -> None:
        """Keep which version of each can be seen."""

    def of(self, incident_id: str) -> ShownIncident:
        """How far a card is."""

    def all_of(self, incident_ids: Iterable[str]) -> Mapping[str, ShownIncident]:
        """The cards of these that anything is known of."""

    def stale(self) -> Sequence[str]:
        """The incidents of which less is shown than there is, oldest first."""


class Remediation(Protocol):
    """The record of incidents."""

    def subscribe(self, listener: Callable[[Incident], None]) -> None:
        """Have the listener told of every new version; from any thread, it returns at once and never raises."""

    def incident(self, incident_id: str) -> Incident | None:
        """One, open or closed; None where there is none."""

    def remedies_of(self, incident: Incident) -> Sequence[Remedy]:
        """What was done, or asked for, about an incident; oldest first."""

    def of_storm(self, storm: str) -> Sequence[Incident]:
        """Those that were rolled up into a storm, open or closed."""


class Changes(Protocol):
    """What cards of incidents want to know of operations."""

    @property
    def tonight(self) -> Window:
        """The hours for what interrupts somebody."""

    def get(self, operation_id: str) -> Operation:
        """One of them.

        Raises:
            UnknownOperationError: there is none of this id.
        """


class Operations(Protocol):
    """The record of operations."""

    @property
    def cards(self) -> Cards:
        """Where cards are kept."""

    @property
    def notices(self) -> Notices:
        """Where notices are kept."""

    def subscribe(self, listener: Listener) -> None:
        """Have the listener told of every new version."""

    def recent(self, limit: int, *, actor_id: str | None = None) -> Sequence[Operation]:
        """The newest operations of a person, newest first."""
