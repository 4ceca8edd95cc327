"""The cards of incidents: one each in the remediation channel, edited in place; a storm's alarms share one.

Owns no truth: what is shown, and what has been told in threads and to owners, is on record, and everything is drawn
from the record. So a killed process or a Slack outage leaves no card behind; `resync` finds those that are.
"""

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from bot.slack.livecard import LiveCard
from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Parcel
from bot.slack.ports import Changes, IncidentCards, NoticeBook, Remediation
from bot.slack.questions import OwnerQuestions
from bot.slack.replies import DirectMessages
from bot.telling import DECIDED, THREAD, Story, details, is_quiet, is_rolled_up, still_planned
from bot.views.incident import incident_card, rolled_up_card
from bot.views.message import Message
from bot.views.question import no_longer_wanted
from bot.views.storm import storm_card
from operations.errors import UnknownOperationError
from operations.model import Operation
from remediation.model import Incident, IncidentState
from vsphere.clock import Clock
from vsphere.model import Ref

log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "iaas_incident"
"""Slack's message metadata says to programs what the card says to people."""
_MOST: Final = 500
"""So many cards are remembered; what is forgotten is read from the record again."""
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,20}")


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentDesk:
    """What cards of incidents are drawn from, and where they go."""

    remediation: Remediation
    cards: IncidentCards
    channel: str
    """`#name` or id; empty shows none, and then owners alone are asked."""
    owner_of: Callable[[Ref], str | None]
    """The owner of a VM as vCenter has it, from memory; None where nobody is known."""
    is_gone: Callable[[Ref], bool]
    """Whether a VM or datastore is no longer in vCenter, from memory; False while that is not known."""
    can_answer: Callable[[str], bool]
    """Whether a Slack id is of somebody whose clicks count; asks Slack now and then."""
    deciders: tuple[str, ...] = ()
    """Groups and Slack ids of those who are asked instead of an owner who can't be."""
    operations: Changes
    notices: NoticeBook

    def thread(self, recipient: str) -> Mapping[str, str] | None:
        """Channel and time stamp of the card whose thread a notice is for; None while it is not posted."""
        return self.cards.of(recipient.removeprefix(THREAD)).address


@dataclass(kw_only=True, slots=True)
class _Card(LiveCard):
    """The card of an incident, or of a storm."""

    id: str
    storm: bool = False
    sending: dict[str, int] = field(default_factory=dict)
    """Which version of which incident is under way."""
    redraw: bool = False
    """Whether another replica's newer edit may lie under this one's."""


class IncidentAnnouncer:
    """Listens to incidents, and draws."""

    def __init__(
        self,
        *,
        desk: IncidentDesk,
        outbox: Outbox,
        direct: DirectMessages,
        tell: Callable[[], None],
        clock: Clock,
    ) -> None:
        """Take what it needs.

        Args:
            desk: where incidents are, and where their cards go.
            outbox: the way to Slack.
            direct: opens direct messages.
            tell: sends the notices that wait.
            clock: time.
        """
        self._desk = desk
        self._outbox = outbox
        self._store = desk.cards
        self._tell = tell
        self._clock = clock
        self._name = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._cards: OrderedDict[str, _Card] = OrderedDict()
        self._questions = OwnerQuestions(
            outbox=outbox, direct=direct, cards=desk.cards, story=self._story, name=self._name, clock=clock
        )

    def changed(self, incident: Incident) -> None:
        """Take the news of an incident; from any thread, returns at once."""
        self._put(self._card(incident.id), last=incident.state is IncidentState.CLOSED)

    def resync(self) -> None:
        """Look once for cards that are behind, and bring them up to date.

        Raises:
            StorageError: the record can't be read.
        """
        for incident_id in self._store.stale():
            self._put(self._card(incident_id))

    def no_longer_wanted(self, incident_id: str, line: str) -> Message | None:
        """What to say of a line that an incident has offered and wants no more; None while it does, or is unknown.

        Raises:
            StorageError: the record can't be read.
        """
        incident = self._desk.remediation.incident(incident_id)
        return None if incident is None else no_longer_wanted(self._told_of(incident), line)

    def _card(self, card_id: str, *, storm: bool = False) -> _Card:
        with self._lock:
            card = self._cards.setdefault(card_id, _Card(id=card_id, channel=self._desk.channel, storm=storm))
            self._cards.move_to_end(card_id)
            if len(self._cards) > _MOST:
                self._cards.popitem(last=False)
            return card

    def _put(self, card: _Card, *, last: bool = False) -> None:
        with self._lock:
            urgency = card.urgency(last=last)
            not_before = card.not_before(urgency)
        self._outbox.put(
            Parcel(
                key=f"incident:{card.id}",
                where=card.where,
                build=lambda: self._build_storm(card) if card.storm else self._build(card),
                sent=lambda answer: self._sent(card, answer),
                failed=lambda code: self._failed(card, code),
                urgency=urgency,
                not_before=not_before,
            )
        )

    def _build(self, card: _Card) -> Call | None:
        """The card of an incident as of now; None where it needs none, or shows it already."""
        story = self._story(card.id)
        shown = self._store.of(card.id)
        if story is None:
            return None
        incident = story.incident
        with self._lock:
            card.address = card.address or shown.address
            card.sending = {incident.id: incident.version}
            is_shown = shown.version >= incident.version and not card.redraw
        self._questions.draw(story)
        if is_shown:
            return None
        self._tell_people(story)
        rolled_up = is_rolled_up(incident)
        if incident.storm is not None and self._desk.channel:
            # Also where it has left the storm, so that it stands there no more.
            self._put(self._card(incident.storm, storm=True))
        if card.address is None and (rolled_up or is_quiet(incident) or not self._desk.channel):
            if not rolled_up or not self._desk.channel:
                self._store.shown(card.sending)
            return None
        if card.address is None and not self._store.claim(card.id, self._name):
            # Another replica is posting it; should it fail, resync takes it up again.
            return None
        message = rolled_up_card(incident) if rolled_up else incident_card(story, self._clock.now())
        return card.call(message, event=EVENT_TYPE, payload=_payload(incident))

    def _build_storm(self, card: _Card) -> Call | None:
        incidents = self._desk.remediation.of_storm(card.id)
        with self._lock:
            card.address = card.address or self._store.of(card.id).address
            # What has a card of its own is shown there.
            card.sending = {one.id: one.version for one in incidents if is_rolled_up(one)}
        if card.address is None and not (card.sending and self._store.claim(card.id, self._name)):
            return None
        message = storm_card(card.id, incidents, self._clock.now())
        return card.call(message, event=EVENT_TYPE, payload={"id": card.id, "incidents": len(incidents)})

    def _sent(self, card: _Card, answer: Mapping[str, Any]) -> None:
        with self._lock:
            first = card.arrived(answer, self._clock.monotonic())
            address, sending = dict(card.address or {}), dict(card.sending)
            card.redraw = False
        if first:
            self._store.remember(card.id, address)
        is_news = not card.storm and self._fill_thread(card.id, quietly=first)
        overtaken = any(self._store.of(one).version > version for one, version in sending.items())
        self._store.shown(sending)
        if overtaken:
            with self._lock:
                card.redraw = True
            self._put(card)
        if is_news:
            self._tell()

    def _failed(self, card: _Card, code: str) -> None:
        hint = "Invite the bot to remediation.channel, or name another channel there."
        log.error("slack.incident.lost", incident=card.id, channel=card.channel, reason=code, hint=hint)
        # Nobody can be shown it; the next version is tried again.
        self._store.shown(card.sending)

    def _story(self, incident_id: str) -> Story | None:
        incident = self._desk.remediation.incident(incident_id)
        if incident is None:
            return None
        owner = self._desk.owner_of(incident.alarm.entity)
        is_there = owner is not None and bool(_PERSON.fullmatch(owner)) and self._desk.can_answer(owner)
        return replace(
            self._told_of(incident), owner=owner if is_there else None, out_of_reach=None if is_there else owner
        )

    def _told_of(self, incident: Incident) -> Story:
        """All but whose VM it is, for which Slack may have to be asked."""
        remedies = tuple(self._desk.remediation.remedies_of(incident))
        return Story(
            incident=incident,
            remedies=remedies,
            operations=self._operations({one.operation_id for one in remedies if one.operation_id}),
            is_gone=self._desk.is_gone(incident.alarm.entity),
            deciders=self._desk.deciders,
            tonight=self._desk.operations.tonight,
        )

    def _operations(self, ids: Iterable[str]) -> dict[str, Operation]:
        found = {}
        for one in ids:
            with suppress(UnknownOperationError):
                found[one] = self._desk.operations.get(one)
        return found

    def _tell_people(self, story: Story) -> None:
        for person, one in still_planned(story):
            self._desk.notices.add(key=one.key, recipient=person, kind=one.kind, data=one.data)

    def _fill_thread(self, incident_id: str, *, quietly: bool) -> bool:
        """Keep what belongs into the thread; whether there is news. Of a new card the decision stands on the card."""
        story = self._story(incident_id)
        is_news = False
        for one in details(story) if story else ():
            recipient = None if quietly and one.kind == DECIDED else f"{THREAD}{incident_id}"
            is_news |= self._desk.notices.add(key=one.key, recipient=recipient, kind=one.kind, data=one.data)
        return is_news


def _payload(incident: Incident) -> dict[str, Any]:
    decided = incident.decided
    return {
        "id": incident.id,
        "state": incident.state.value,
        "version": incident.version,
        "verdict": decided.verdict.value if decided else "",
        "guard": (decided.guard or "") if decided else "",
    }
