"""One live card for each operation: posted where it was asked for, edited in place until the end is shown.

Owns no truth: `operations.cards` keeps where cards are and what they show, so a killed process or a Slack outage
leaves no card behind; `resync` finds those that are.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, Parcel, Urgency
from bot.slack.ports import Cards
from bot.slack.replies import DirectMessages
from bot.views.operation import operation_card
from operations.model import ActorKind, Operation, State
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "iaas_operation"
"""Slack's message metadata says to programs what the card says to people."""
_EDIT_EVERY_S: Final = 1.0
"""A card in its middle is not edited more often; what came between is never missed by anybody."""
_ORPHAN_AFTER: Final = timedelta(seconds=15)
"""A card without address is somebody's who is just posting it, unless it is older than this."""
_MOST_EARLY: Final = 500
_NOT_HERE: Final = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}
)


@dataclass(kw_only=True, slots=True)
class _Card:
    """What this process knows of a card."""

    operation: Operation
    address: Mapping[str, str] | None
    channel: str
    """Empty while the direct messages are being opened."""
    shown: int = 0
    sending: int = 0
    """The version under way; it counts as shown when Slack has taken it."""
    edited_at: float = 0.0
    elsewhere: Callable[[], None] | None = None
    """Tells the asker that the card is in the direct messages."""


class Announcer:
    """Listens to operations, and draws."""

    def __init__(self, *, outbox: Outbox, direct: DirectMessages, cards: Cards, clock: Clock) -> None:
        self._outbox = outbox
        self._direct = direct
        self._store = cards
        self._clock = clock
        self._lock = threading.RLock()
        self._cards: dict[str, _Card] = {}
        self._early: OrderedDict[str, Operation] = OrderedDict()

    def adopt(self, operation: Operation, *, elsewhere: Callable[[], None] | None = None) -> None:
        """Post the card of an operation that was just asked for, at once."""
        with self._lock:
            if operation.id in self._cards:
                return
            early = self._early.pop(operation.id, operation)
            newest = early if early.version > operation.version else operation
            self._cards[operation.id] = _Card(
                operation=newest, address=None, channel=operation.origin.channel, elsewhere=elsewhere
            )
        self._send(operation.id)

    def told_privately(self, operation: Operation) -> None:
        """The asker has seen this state in an answer: no card is needed."""
        self._store.shown(operation.id, operation.version)

    def changed(self, operation: Operation) -> None:
        """Take the news of an operation; from any thread, returns at once. What is unknown here is resync's."""
        with self._lock:
            card = self._cards.get(operation.id)
            if card is None:
                self._keep_early(operation)
                return
            if card.operation.version >= operation.version:
                return
            card.operation = operation
        self._send(operation.id)

    def _keep_early(self, operation: Operation) -> None:
        """Operations begin while their command has not returned yet; `adopt` wants the newest then."""
        self._early[operation.id] = operation
        self._early.move_to_end(operation.id)
        if len(self._early) > _MOST_EARLY:
            self._early.popitem(last=False)

    def resync(self) -> None:
        """Look once for cards that are behind, and bring them up to date."""
        for operation, address, shown in self._store.stale():
            if address is None and not self._is_orphan(operation):
                continue
            if not operation.origin.channel[:1].isupper():
                # Asked for at the terminal or by an alarm: no channel to post to.
                self._store.shown(operation.id, operation.version)
                continue
            if self._take(operation, address, shown):
                self._send(operation.id)

    def _is_orphan(self, operation: Operation) -> bool:
        return self._clock.now() - operation.created_at > _ORPHAN_AFTER

    def _take(self, operation: Operation, address: Mapping[str, str] | None, shown: int) -> bool:
        """Know what the store knows; False where this process knows as much already."""
        with self._lock:
            card = self._cards.get(operation.id)
            if card is None:
                alone = address is None and _is_private(operation)
                channel = "" if alone else operation.origin.channel
                card = _Card(operation=operation, address=address, channel=channel, shown=shown)
                self._cards[operation.id] = card
                if alone:
                    self._move_to_direct_messages(card)
                return True
            if card.address is None and address is not None:
                card.address = address
            newer = operation.version > card.operation.version
            card.operation = operation if newer else card.operation
            return newer or card.shown < card.operation.version

    def _send(self, operation_id: str) -> None:
        with self._lock:
            card = self._cards.get(operation_id)
            if card is None or not card.channel:
                return
            urgency = _urgency(card)
            not_before = card.edited_at + _EDIT_EVERY_S if urgency is Urgency.EDIT else 0.0
        self._outbox.put(
            Parcel(
                key=f"card:{operation_id}",
                where=lambda: _where(card),
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
        message = operation_card(operation, self._clock.now())
        content: dict[str, Any] = {
            "text": message.text,
            "blocks": list(message.blocks),
            "metadata": _metadata(operation),
        }
        method, channel = _where(card)
        where = {"channel": channel} if address is None else dict(address)
        return Call(method=method, arguments=where | content, channel=channel)

    def _sent(self, card: _Card, answer: Mapping[str, Any]) -> None:
        with self._lock:
            operation_id, shown = card.operation.id, card.sending
            card.shown = shown
            card.edited_at = self._clock.monotonic()
            first = card.address is None
            if card.address is None:
                card.address = {"channel": str(answer["channel"]), "ts": str(answer["ts"])}
            address = card.address
            behind = card.operation.version > shown
            if card.operation.state.is_final and not behind:
                del self._cards[operation_id]
        if first:
            self._store.remember(operation_id, address)
        self._store.shown(operation_id, shown)
        if behind:
            self._send(operation_id)

    def _failed(self, card: _Card, code: str) -> None:
        operation = card.operation
        if card.address is None and code in _NOT_HERE and card.channel == operation.origin.channel:
            self._move_to_direct_messages(card)
            return
        log.error("slack.card.lost", operation_id=operation.id, reason=code)
        with self._lock:
            self._cards.pop(operation.id, None)
        # Nobody can be shown it any more; without this it would be tried again for ever.
        self._store.shown(operation.id, operation.version)

    def _move_to_direct_messages(self, card: _Card) -> None:
        def opened(channel: str) -> None:
            with self._lock:
                card.channel = channel
            self._send(card.operation.id)
            if card.elsewhere is not None:
                card.elsewhere()

        card.channel = ""
        self._direct.with_channel(card.operation.actor.id, opened, otherwise=lambda code: self._failed(card, code))


def _is_private(operation: Operation) -> bool:
    """A refusal is told to the asker alone."""
    return operation.state is State.REFUSED and operation.actor.kind is ActorKind.PERSON


def _metadata(operation: Operation) -> dict[str, Any]:
    state = {"id": operation.id, "verb": operation.verb, "state": operation.state.value, "version": operation.version}
    return {"event_type": EVENT_TYPE, "event_payload": state}


def _where(card: _Card) -> tuple[str, str]:
    return ("chat.postMessage" if card.address is None else "chat.update"), card.channel


def _urgency(card: _Card) -> Urgency:
    if card.operation.state.is_final:
        return Urgency.FINAL
    return Urgency.FIRST if card.address is None else Urgency.EDIT
