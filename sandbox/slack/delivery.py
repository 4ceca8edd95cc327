"""Envelopes on their way to the app: who gets them, what its acknowledgement means, what is sent again.

Slack's rules held here: one socket per envelope, three seconds, late answers ignored, events redelivered at once,
after one and after five minutes, interactive payloads not (or on reconnect, by a switch).
"""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sandbox.slack import wire
from sandbox.slack.clock import Clock
from sandbox.slack.connection import Connection
from sandbox.slack.faults import Faults
from sandbox.slack.journal import Journal
from sandbox.slack.model import Json
from sandbox.slack.options import Options
from sandbox.slack.socketmode import Sockets, parse_ack

MAX_ACK_BYTES: Final = 20_480
RETRY_AFTER_S: Final = (0.0, 60.0, 300.0)

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an envelope."""

    ok: bool
    error: str | None = None
    """dispatch_failed: no socket is open. operation_timeout: no answer within three seconds."""
    payload: Json | None = None
    took_s: float = 0.0
    envelope_id: str = ""


@dataclass(kw_only=True, slots=True)
class Envelope:
    """One payload and the story of its delivery."""

    id: str
    type: EnvelopeType
    payload: Json
    accepts_response: bool
    sent_at: float = 0.0
    reached: bool = False
    """Whether a living socket got it; when not, silence is not the app's fault."""
    sends: int = 0
    acks: int = 0
    expired: bool = False
    answer: "asyncio.Future[Json]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def acked(self) -> bool:
        """Whether the app has answered, in time or not."""
        return self.acks > 0

    @property
    def is_open(self) -> bool:
        """Whether it is something a person did that was sent and never answered."""
        return self.type != "events_api" and self.sends > 0 and not self.acked

    def to_json(self, attempt: int, reason: str) -> Json:
        """Return the envelope as it stands in the frame."""
        frame: Json = {
            "envelope_id": self.id,
            "payload": self.payload,
            "type": self.type,
            "accepts_response_payload": self.accepts_response,
        }
        if self.type == "events_api" or attempt:
            frame |= {"retry_attempt": attempt, "retry_reason": reason}
        return frame


class Deliveries:
    """Sends envelopes and takes acknowledgements."""

    def __init__(self, *, options: Options, clock: Clock, journal: Journal, faults: Faults, sockets: Sockets) -> None:
        self._options = options
        self._clock = clock
        self._journal = journal
        self._faults = faults
        self._sockets = sockets
        self._envelopes: dict[str, Envelope] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.redeliver_on_reconnect = options.redeliver_on_reconnect
        self.oversized_ack = options.oversized_ack

    async def ask(self, kind: EnvelopeType, payload: Json, *, accepts_response: bool) -> Outcome:
        """Deliver something a person did and wait up to three seconds for the acknowledgement."""
        envelope = self._new(kind, payload, accepts_response=accepts_response)
        if not self._send(envelope):
            return Outcome(ok=False, error="dispatch_failed", envelope_id=envelope.id)
        in_time = await self._clock.done_within(envelope.answer, self._options.ack_deadline_s)
        took_s = self._clock.now() - envelope.sent_at
        if not in_time:
            self._expire(envelope)
            return Outcome(ok=False, error="operation_timeout", took_s=took_s, envelope_id=envelope.id)
        return Outcome(ok=True, payload=envelope.answer.result(), took_s=took_s, envelope_id=envelope.id)

    def event(self, payload: Json) -> str:
        """Deliver an event in the background, again and again until it is acknowledged; return its envelope id."""
        envelope = self._new("events_api", payload, accepts_response=False)
        self._run(self._event(envelope))
        return envelope.id

    def received(self, connection: Connection, text: str) -> None:
        """Take a message from the app; everything but an acknowledgement is a violation."""
        size = len(text.encode())
        if size >= MAX_ACK_BYTES:
            self._journal.violation("oversized_ack", f"an acknowledgement of {size} bytes was not read")
            if self.oversized_ack == "close":
                connection.write(wire.close_frame(1009, f"Max frame length of {MAX_ACK_BYTES} has been exceeded."))
            return
        ack = parse_ack(text)
        if ack is None:
            self._journal.violation("bad_ack", "a message from the app is no acknowledgement", text=text[:200])
        elif ack["envelope_id"] not in self._envelopes:
            self._journal.violation("unknown_envelope", f"no envelope is called {ack['envelope_id']}")
        else:
            self._acknowledge(self._envelopes[ack["envelope_id"]], ack, connection)

    def reconnected(self, connection: Connection) -> None:
        """Send what was left unanswered again, when that switch is on."""
        if not self.redeliver_on_reconnect:
            return
        for envelope in self._envelopes.values():
            # Not before its time is over: until then Slack waits, and the person has seen no error.
            if envelope.is_open and envelope.expired:
                self._run(self._send_to(envelope, connection, 1, "timeout"))

    def stop(self) -> None:
        """End the redeliveries."""
        for task in tuple(self._tasks):
            task.cancel()

    def _new(self, kind: EnvelopeType, payload: Json, *, accepts_response: bool) -> Envelope:
        envelope = Envelope(id=str(uuid.uuid4()), type=kind, payload=payload, accepts_response=accepts_response)
        self._envelopes[envelope.id] = envelope
        return envelope

    def _run(self, work: Any) -> None:  # noqa: ANN401  any coroutine
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _event(self, envelope: Envelope) -> None:
        for attempt, wait_s in enumerate((0.0, *RETRY_AFTER_S)):
            await self._clock.sleep(wait_s)
            if envelope.acked:
                return
            reached = self._send(envelope, attempt, "timeout" if attempt else "")
            if reached and await self._clock.done_within(envelope.answer, self._options.ack_deadline_s):
                return
            if reached:
                self._expire(envelope)

    def _send(self, envelope: Envelope, attempt: int = 0, reason: str = "") -> bool:
        envelope.sent_at = self._clock.now()
        try:
            connection = self._sockets.choose()
        except LookupError:
            self._note(envelope, attempt, None, "no socket")
            return False
        if connection is None:
            self._note(envelope, attempt, None, "swallowed by a ghost")
            return True
        # The frame may stall for seconds; the three seconds run meanwhile.
        self._run(self._send_to(envelope, connection, attempt, reason))
        return True

    async def _send_to(self, envelope: Envelope, connection: Connection, attempt: int, reason: str) -> None:
        envelope.sent_at = self._clock.now()
        if connection not in self._sockets.open and self._sockets.open:
            # It has said goodbye since it was drawn: Slack sends nothing more to it.
            connection = self._sockets.open[0]
        self._note(envelope, attempt, connection.number, "sent")
        frame = envelope.to_json(attempt, reason)
        twice = self._faults.next_is_duplicated()
        envelope.sends += 1
        envelope.reached = await connection.send_envelope(frame) or envelope.reached
        if twice:
            envelope.sends += 1
            await connection.send_json(frame)

    def _note(self, envelope: Envelope, attempt: int, socket: int | None, what: str) -> None:
        self._journal.add(
            "envelope",
            envelope_id=envelope.id,
            type=envelope.type,
            what=what,
            socket=socket,
            attempt=attempt,
            payload=envelope.payload,
        )

    def _expire(self, envelope: Envelope) -> None:
        envelope.expired = True
        if envelope.reached:
            self._journal.violation("no_ack", f"{envelope.type} got no answer in time", envelope_id=envelope.id)
        else:
            self._journal.add("lost", envelope_id=envelope.id, type=envelope.type)
        # The app may have reconnected before the three seconds were over.
        newer = next((one for one in self._sockets.open if one.opened_at > envelope.sent_at), None)
        if newer is not None and self.redeliver_on_reconnect and envelope.is_open:
            self._run(self._send_to(envelope, newer, 1, "timeout"))

    def _acknowledge(self, envelope: Envelope, ack: Json, connection: Connection) -> None:
        delay_s = self._clock.now() - envelope.sent_at
        payload = ack.get("payload")
        self._journal.add("ack", envelope_id=envelope.id, delay_s=delay_s, payload=payload, socket=connection.number)
        envelope.acks += 1
        if envelope.acks > 1:
            if envelope.acks > envelope.sends:
                self._journal.violation("second_ack", "an envelope was acknowledged twice", envelope_id=envelope.id)
            return
        if payload and not envelope.accepts_response:
            self._journal.violation("unwanted_payload", f"{envelope.type} takes no payload", envelope_id=envelope.id)
            payload = None
        if delay_s > self._options.ack_deadline_s:
            self._journal.violation("late_ack", f"answered after {delay_s:.1f} s", envelope_id=envelope.id)
        if not envelope.answer.done():
            envelope.answer.set_result(payload if isinstance(payload, dict) else {})
