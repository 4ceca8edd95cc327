"""What owners are asked in private because of incidents: a message for each round, edited in place like the cards.

Owns no truth: where a question is, and which version of its incident it shows, is on record beside the cards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.slack.livecard import LiveCard
from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Parcel
from bot.slack.ports import IncidentCards
from bot.slack.replies import DirectMessages
from bot.telling import Story, question
from bot.views.question import owner_question
from operations.record.incident_cards import ShownIncident, question_id
from remediation.model import IncidentState
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "iaas_incident_question"
"""Slack's message metadata says to programs what the message says to people."""


@dataclass(kw_only=True, slots=True)
class _Question(LiveCard):
    """The message to the owner in one round of an incident."""

    id: str
    incident: str
    round: int
    sending: int = 0
    """Which version of the incident is under way."""
    redraw: bool = False
    """Whether it may show less than is on record that it shows."""


class OwnerQuestions:
    """Draws what the story of an incident says of them."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        direct: DirectMessages,
        cards: IncidentCards,
        story: Callable[[str], Story | None],
        name: str,
        clock: Clock,
    ) -> None:
        """Take what it needs.

        Args:
            outbox: the way to Slack.
            direct: opens direct messages.
            cards: where messages are kept.
            story: an incident with all that is told of it, as it is now.
            name: who this replica is, for claims.
            clock: time.
        """
        self._outbox = outbox
        self._direct = direct
        self._store = cards
        self._story = story
        self._name = name
        self._clock = clock

    def draw(self, story: Story) -> None:
        """Ask the owner where they are to be asked, and bring up to date what was asked before; from any thread.

        Before it returns it is on record what is to be asked: so that a killed process leaves no owner unasked.
        """
        incident = story.incident
        rounds = {question_id(incident.id, number): number for number in range(incident.round + 1)}
        known = self._store.all_of(rounds)
        for card_id, number in rounds.items():
            shown = known.get(card_id, ShownIncident())
            if shown.version >= incident.version:
                continue
            card = _Question(
                id=card_id, incident=incident.id, round=number, address=shown.address, sending=incident.version
            )
            if card.address is not None:
                card.channel = card.address["channel"]
                self._put(card, last=incident.state is IncidentState.CLOSED)
            elif story.owner and _stands(story, number):
                if self._store.claim(card_id, self._name):
                    self._open(card, story.owner)
            elif card_id in known:
                # It was over before it could be asked.
                self._store.shown({card_id: incident.version})

    def _open(self, card: _Question, owner: str) -> None:
        def opened(channel: str) -> None:
            card.channel = channel
            self._put(card)

        self._direct.with_channel(owner, opened, otherwise=lambda code: self._failed(card, code))

    def _put(self, card: _Question, *, last: bool = False) -> None:
        urgency = card.urgency(last=last)
        self._outbox.put(
            Parcel(
                key=f"question:{card.id}",
                where=card.where,
                build=lambda: self._build(card),
                sent=lambda answer: self._sent(card, answer),
                failed=lambda code: self._failed(card, code),
                urgency=urgency,
                not_before=card.not_before(urgency),
            )
        )

    def _build(self, card: _Question) -> Call | None:
        """The message as of now; None where it shows that already, or where nothing is asked any more."""
        story = self._story(card.incident)
        if story is None:
            return None
        shown, version = self._store.of(card.id), story.incident.version
        card.address = card.address or shown.address
        card.sending = version
        if card.address is None and not _stands(story, card.round):
            self._store.shown({card.id: version})
            return None
        if card.address is None and not self._store.claim(card.id, self._name):
            # Another replica is posting it; should it fail, resync takes it up again.
            return None
        if card.address is not None and shown.version >= version and not card.redraw:
            return None
        made = owner_question(story, card.round, self._clock.now())
        return card.call(made, event=EVENT_TYPE, payload={"id": card.incident, "version": version})

    def _sent(self, card: _Question, answer: Mapping[str, Any]) -> None:
        if card.arrived(answer, self._clock.monotonic()) and card.address is not None:
            self._store.remember(card.id, card.address)
            log.info("incident.owner.asked", incident=card.incident)
        # Another replica's newer edit may lie under this one.
        card.redraw = self._store.of(card.id).version > card.sending
        self._store.shown({card.id: card.sending})
        if card.redraw:
            self._put(card)

    def _failed(self, card: _Question, code: str) -> None:
        log.error("incident.owner.unreachable", incident=card.incident, reason=code)
        # What can't be shown there is not tried for ever; the next version is tried again.
        self._store.shown({card.id: card.sending})


def _stands(story: Story, round_: int) -> bool:
    return round_ == story.incident.round and question(story) is not None
