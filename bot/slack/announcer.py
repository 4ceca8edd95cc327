"""The live cards of an operation: posted where it was asked for and where approvers are asked, edited in place.

Owns no truth: `operations.cards` keeps where cards are and what they show, so a killed process or a Slack outage
leaves no card behind; `resync` finds those that are. A card for approvers is settled once it tells what was decided.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.slack.livecard import LiveCard
from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Parcel, Urgency
from bot.slack.ports import Cards
from bot.slack.replies import DirectMessages
from bot.views.approval import approver_card
from bot.views.message import Message
from bot.views.operation import operation_card
from operations.model import ActorKind, Operation, State
from operations.record.cards import HERE, SETTLED, Shown
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "iaas_operation"
"""Slack's message metadata says to programs what the card says to people."""
APPROVAL_EVENT_TYPE: Final = "iaas_approval"
"""The same on a card for approvers."""
_ORPHAN_AFTER: Final = timedelta(seconds=15)
"""A card without address is somebody's who is just posting it, unless it is older than this."""
_MOST_EARLY: Final = 500
_PEOPLE: Final = ("U", "W")
_NOT_HERE: Final = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}
)


@dataclass(kw_only=True, slots=True)
class _Card(LiveCard):
    """A card, and which version of which operation it shows; without channel while direct messages are opened."""

    operation: Operation
    place: str
    shown: int = 0
    sending: int = 0
    """The version under way; it counts as shown when Slack has taken it."""
    elsewhere: Callable[[], None] | None = None
    """Tells the asker that the card is in the direct messages."""

    @property
    def is_last(self) -> bool:
        """Whether what it shows now is the last that it will show."""
        state = self.operation.state
        return state.is_final if self.place == HERE else state is not State.AWAITING_APPROVAL


class Announcer:
    """Listens to operations, and draws."""

    def __init__(self, *, outbox: Outbox, direct: DirectMessages, cards: Cards, clock: Clock) -> None:
        self._outbox = outbox
        self._direct = direct
        self._store = cards
        self._clock = clock
        self._name = secrets.token_hex(6)
        self._lock = threading.RLock()
        self._cards: dict[str, dict[str, _Card]] = {}
        """By operation and place."""
        self._early: OrderedDict[str, Operation] = OrderedDict()

    def adopt(self, operation: Operation, *, elsewhere: Callable[[], None] | None = None) -> None:
        """Post the card of an operation that was just asked for, at once, and those for its approvers."""
        with self._lock:
            if HERE in self._cards.get(operation.id, {}):
                return
            early = self._early.pop(operation.id, operation)
            newest = early if early.version > operation.version else operation
            card = _Card(operation=newest, place=HERE, channel=operation.origin.channel, elsewhere=elsewhere)
            self._keep(card)
        self._send(card)
        if operation.state is State.AWAITING_APPROVAL:
            self._catch_up(operation.id)

    def told_privately(self, operation: Operation) -> None:
        """The asker has seen this state in an answer: no card is needed."""
        self._store.shown(operation.id, operation.version)

    def changed(self, operation: Operation) -> None:
        """Take the news of an operation; from any thread, returns at once. What is unknown here is resync's."""
        with self._lock:
            known = self._cards.get(operation.id, {})
            behind = [card for card in known.values() if card.operation.version < operation.version]
            if HERE not in known:
                self._keep_early(operation)
            for card in behind:
                card.operation = operation
        for card in behind:
            self._send(card)
        if operation.approval is not None and not known and operation.started_at is None:
            self._catch_up_soon(operation.id)

    def resync(self) -> None:
        """Look once for cards that are behind, and bring them up to date."""
        for behind in self._store.stale():
            operation = behind.operation
            if behind.address is None and not self._is_orphan(operation):
                continue
            if behind.place == HERE and not operation.origin.channel[:1].isupper():
                # Asked for at the terminal or by an alarm: no channel to post to.
                self._store.shown(operation.id, operation.version)
                continue
            self._take(behind)

    def _keep(self, card: _Card) -> None:
        self._cards.setdefault(card.operation.id, {})[card.place] = card

    def _drop(self, card: _Card) -> None:
        places = self._cards.get(card.operation.id, {})
        places.pop(card.place, None)
        if not places:
            self._cards.pop(card.operation.id, None)

    def _keep_early(self, operation: Operation) -> None:
        """Operations begin while their command has not returned yet; `adopt` wants the newest then."""
        self._early[operation.id] = operation
        self._early.move_to_end(operation.id)
        if len(self._early) > _MOST_EARLY:
            self._early.popitem(last=False)

    def _catch_up(self, operation_id: str) -> None:
        """Take up the cards that this process does not know yet; one that was never posted is its asker's replica's."""
        for behind in self._store.of(operation_id):
            if behind.place != HERE or behind.address is not None:
                self._take(behind)

    def _catch_up_soon(self, operation_id: str) -> None:
        """The same from a thread that may wait for the database, as this one may not."""

        def build() -> None:
            self._catch_up(operation_id)

        self._outbox.put(
            Parcel(
                key=f"catch-up:{operation_id}",
                where=lambda: ("response_url", None),
                build=build,
                sent=lambda _answer: None,
                failed=lambda _code: None,
                urgency=Urgency.FINAL,
            )
        )

    def _is_orphan(self, operation: Operation) -> bool:
        return self._clock.now() - operation.created_at > _ORPHAN_AFTER

    def _take(self, behind: Shown) -> None:
        """Know what the store knows, and send what is missing there."""
        operation = behind.operation
        with self._lock:
            card = self._cards.get(operation.id, {}).get(behind.place)
            if card is None:
                card = _Card(operation=operation, place=behind.place, address=behind.address, shown=behind.version)
                self._keep(card)
            elif card.address is None and behind.address is not None:
                card.address = behind.address
            if operation.version > card.operation.version:
                card.operation = operation
            wanted = card.shown < card.operation.version
        if wanted:
            self._reach(card)

    def _reach(self, card: _Card) -> None:
        """Find the card's channel, and send it there."""
        if card.address is not None:
            card.channel = card.address["channel"]
        elif card.place.startswith(_PEOPLE):
            self._move_to_direct_messages(card, card.place)
            return
        elif card.place != HERE:
            card.channel = card.place
        elif _is_private(card.operation):
            self._move_to_direct_messages(card, card.operation.actor.id)
            return
        else:
            card.channel = card.channel or card.operation.origin.channel
        self._send(card)

    def _send(self, card: _Card) -> None:
        with self._lock:
            if not card.channel:
                return
            urgency = card.urgency(last=card.is_last)
            not_before = card.not_before(urgency)
        self._outbox.put(
            Parcel(
                key=f"card:{card.operation.id}:{card.place}",
                where=card.where,
                build=lambda: self._build(card),
                sent=lambda answer: self._sent(card, answer),
                failed=lambda code: self._failed(card, code),
                urgency=urgency,
                not_before=not_before,
            )
        )

    def _build(self, card: _Card) -> Call | None:
        with self._lock:
            operation, address = card.operation, card.address
            if card.shown >= operation.version:
                return None
            card.sending = operation.version
        if address is None and not self._store.claim(operation.id, card.place, self._name):
            # Another replica is posting it; should it fail, resync takes it up again.
            with self._lock:
                self._drop(card)
            return None
        event = EVENT_TYPE if card.place == HERE else APPROVAL_EVENT_TYPE
        return card.call(_message(card, operation, self._clock), event=event, payload=_payload(operation))

    def _sent(self, card: _Card, answer: Mapping[str, Any]) -> None:
        with self._lock:
            operation_id, shown = card.operation.id, card.sending
            card.shown = shown
            first = card.arrived(answer, self._clock.monotonic())
            address = card.address
            behind = card.operation.version > shown
            last = card.is_last and not behind
            if last:
                self._drop(card)
        if first and address is not None:
            self._store.remember(operation_id, address, card.place)
        self._store.shown(operation_id, SETTLED if last and card.place != HERE else shown, card.place)
        if behind:
            self._send(card)

    def _failed(self, card: _Card, code: str) -> None:
        operation = card.operation
        mine = card.place == HERE and card.channel == operation.origin.channel
        if card.address is None and code in _NOT_HERE and mine:
            self._move_to_direct_messages(card, operation.actor.id)
            return
        if card.place == HERE:
            log.error("slack.card.lost", operation_id=operation.id, reason=code)
        else:
            hint = "Invite the bot there; approvers are asked in direct messages as well."
            log.error(
                "slack.approvers.unreachable", operation_id=operation.id, place=card.place, reason=code, hint=hint
            )
        with self._lock:
            self._drop(card)
        # Nobody can be shown it any more; without this it would be tried again for ever.
        self._store.shown(operation.id, operation.version if card.place == HERE else SETTLED, card.place)

    def _move_to_direct_messages(self, card: _Card, user: str) -> None:
        def opened(channel: str) -> None:
            with self._lock:
                card.channel = channel
            self._send(card)
            if card.elsewhere is not None:
                card.elsewhere()

        card.channel = ""
        self._direct.with_channel(user, opened, otherwise=lambda code: self._failed(card, code))


def _is_private(operation: Operation) -> bool:
    """A refusal by policy is told to the asker alone."""
    refused = operation.state is State.REFUSED and operation.approval is None
    return refused and operation.actor.kind is ActorKind.PERSON


def _message(card: _Card, operation: Operation, clock: Clock) -> Message:
    return operation_card(operation, clock.now()) if card.place == HERE else approver_card(operation)


def _payload(operation: Operation) -> dict[str, Any]:
    return {"id": operation.id, "verb": operation.verb, "state": operation.state.value, "version": operation.version}
