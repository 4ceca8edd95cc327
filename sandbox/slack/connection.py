"""One socket of the app: writes whole, split, fragmented or oversized frames, or nothing at all."""

import asyncio
import json

from sandbox.slack import wire
from sandbox.slack.clock import Clock
from sandbox.slack.faults import Faults, FrameFault
from sandbox.slack.model import Json


class Connection:
    """The writing half of a WebSocket, on the raw transport."""

    def __init__(self, *, number: int, transport: asyncio.Transport, clock: Clock, faults: Faults) -> None:
        self.number = number
        self.transport = transport
        self.opened_at = clock.now()
        self.black_hole = False
        """True: nothing is read or written any more, while TCP stays open."""
        self._clock = clock
        self._faults = faults
        # A stalled frame must not be torn by another one.
        self._writing = asyncio.Lock()

    async def send_json(self, message: Json) -> None:
        """Send one text message as it should be."""
        await self.send(wire.frame(wire.TEXT, json.dumps(message).encode()))

    async def send_envelope(self, envelope: Json) -> bool:
        """Send an envelope, with the frame fault that waits for it; return whether the app must have got it."""
        fault = self._faults.next_frame()
        if fault is not None:
            await self._send_faulty(envelope, fault)
            return False
        await self.send_json(envelope)
        return not self.black_hole and not self.transport.is_closing()

    async def send(self, data: bytes) -> None:
        """Write bytes after whatever is being written now."""
        async with self._writing:
            self.write(data)

    def write(self, data: bytes) -> None:
        """Write bytes at once, unless the socket is a black hole or gone."""
        if not self.black_hole and not self.transport.is_closing():
            self.transport.write(data)

    async def _send_faulty(self, envelope: Json, fault: FrameFault) -> None:
        if fault.kind == "big":
            envelope = envelope | {"payload": envelope["payload"] | {"padding": "x" * fault.size}}
            await self.send_json(envelope)
            return
        payload = json.dumps(envelope).encode()
        if fault.kind == "fragment":
            await self.send(wire.fragments(payload, fault.pieces))
            return
        data = wire.frame(wire.TEXT, payload)
        async with self._writing:
            self.write(data[: fault.at_byte])
            await self._clock.sleep(fault.stall_s)
            self.write(data[fault.at_byte :])
