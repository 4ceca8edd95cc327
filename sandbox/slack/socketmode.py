"""The Socket Mode endpoint: tickets, handshakes, hello, pings, refreshes and the sockets themselves.

Which socket gets an envelope, and what an acknowledgement means, is `delivery`'s business.
"""

import asyncio
import contextlib
import json
import random
import secrets
from collections.abc import Callable
from typing import Final

from aiohttp import WSMsgType, web

from sandbox.slack import wire
from sandbox.slack.changes import Changes
from sandbox.slack.clock import Clock
from sandbox.slack.connection import Connection
from sandbox.slack.faults import Faults
from sandbox.slack.journal import Journal
from sandbox.slack.model import Json
from sandbox.slack.options import Options

_CLOSE_PATIENCE_S: Final = 2.0


class Sockets:
    """The app's open sockets and those that Slack still believes to be open (ghosts)."""

    def __init__(self, *, options: Options, clock: Clock, journal: Journal, faults: Faults, changes: Changes) -> None:
        self._options = options
        self._clock = clock
        self._journal = journal
        self._faults = faults
        self._changes = changes
        self._tickets: dict[str, float] = {}
        self._random = random.Random(options.seed)  # noqa: S311  repeatable choice, nothing secret
        self._count = 0
        self.open: list[Connection] = []
        """The sockets that can get an envelope."""
        self._living: set[Connection] = set()
        self.ghosts = 0
        self.on_text: Callable[[Connection, str], None] = _ignore_text
        self.on_hello: Callable[[Connection], None] = _ignore_hello

    def new_ticket(self) -> str:
        """Return a ticket for one handshake within the next seconds."""
        ticket = secrets.token_hex(12)
        self._tickets[ticket] = self._clock.now() + self._options.ticket_lives_s
        return ticket

    def expire_tickets(self) -> None:
        """Make every ticket handed out so far worthless."""
        self._tickets.clear()

    def registered(self) -> int:
        """Return how many sockets Slack counts, dead ones included."""
        return len(self.open) + self.ghosts

    def choose(self) -> Connection | None:
        """Return the socket for the next envelope; None when a ghost has swallowed it.

        Raises:
            LookupError: no socket is registered.
        """
        if not self.registered():
            raise LookupError("no socket is open")
        number = self._random.randrange(self.registered())
        return self.open[number] if number < len(self.open) else None

    def pick(self, number: int | None) -> list[Connection]:
        """Return one open socket by its number, or all of them."""
        return [connection for connection in self.open if number in {None, connection.number}]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket from its handshake to its end."""
        refusal = self._refusal(request.query.get("ticket", ""))
        if refusal is not None:
            return refusal
        socket = web.WebSocketResponse(autoping=False, autoclose=False, compress=False, max_msg_size=0, timeout=0.2)
        await socket.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return socket
        self._count += 1
        connection = Connection(number=self._count, transport=transport, clock=self._clock, faults=self._faults)
        if len(self.open) >= self._options.max_connections:
            await self._turn_away(connection, socket)
            return socket
        self._living.add(connection)
        helpers = [asyncio.ensure_future(self._pings(connection)), asyncio.ensure_future(self._refresh(connection))]
        try:
            await self._serve(connection, socket)
        finally:
            for helper in helpers:
                helper.cancel()
            self.forget(connection)
            self._living.discard(connection)
            transport.close()
        return socket

    async def refresh(self, connection: Connection, *, warn: bool, grace_s: float, reason: str) -> None:
        """Ask the app to reconnect as Slack does, then close the socket."""
        if warn:
            await connection.send_json(_disconnect("warning"))
            await self._clock.sleep(grace_s)
        await connection.send_json(_disconnect(reason))
        # The socket leaves the draw at once: Slack sends nothing more to it.
        self.forget(connection)
        await self._clock.sleep(_CLOSE_PATIENCE_S)
        connection.write(wire.close_frame(1000, "refresh"))

    def forget(self, connection: Connection) -> None:
        """Take a socket out of the draw; it gets no further envelope."""
        if connection in self.open:
            self.open.remove(connection)
            self._journal.add("connection", what="closed", number=connection.number, registered=self.registered())
            self._changes.notify()

    def cut_all(self) -> None:
        """End every socket without a word."""
        for connection in tuple(self._living):
            connection.transport.abort()

    def _refusal(self, ticket: str) -> web.Response | None:
        if self._faults.refuses_handshakes():
            self._journal.add("fault", what="handshake refused", status=self._faults.refuse_status)
            return web.Response(status=self._faults.refuse_status, text="refused")
        expires = self._tickets.pop(ticket, None)
        if expires is None or expires <= self._clock.now():
            self._journal.add("connection", what="refused", why="unknown, used or expired ticket")
            return web.Response(status=403, text="invalid ticket")
        return None

    async def _turn_away(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        self._journal.violation("too_many_websockets", f"socket {connection.number} is one too many")
        await connection.send_json(_disconnect("too_many_websockets"))
        connection.write(wire.close_frame(1000, "too_many_websockets"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_PATIENCE_S):
                await socket.receive()

    async def _serve(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        self.open.append(connection)
        self._journal.add("connection", what="open", number=connection.number, registered=self.registered())
        self._changes.notify()
        await connection.send_json(self._hello())
        self.on_hello(connection)
        while True:
            message = await socket.receive()
            if message.type in {WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR}:
                return
            if connection.black_hole:
                continue
            if message.type is WSMsgType.CLOSE:
                connection.write(wire.close_frame(1000, ""))
                return
            if message.type is WSMsgType.PING and self._faults.answer_pings:
                await connection.send(wire.frame(wire.PONG, bytes(message.data)))
            elif message.type is WSMsgType.TEXT:
                self.on_text(connection, str(message.data))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.registered(),
            "debug_info": {
                "host": "sandbox-applink-1",
                "build_number": 1,
                "approximate_connection_time": int(self._options.refresh_every_s),
            },
            "connection_info": {"app_id": self._options.app_id},
        }

    async def _pings(self, connection: Connection) -> None:
        # Real seconds: a test that moves the clock an hour does not mean 360 pings.
        while True:
            await asyncio.sleep(self._options.ping_every_s)
            if self._faults.send_pings:
                await connection.send(wire.frame(wire.PING, f"Ping from applink-{connection.number}".encode()))

    async def _refresh(self, connection: Connection) -> None:
        await self._clock.sleep(self._options.refresh_every_s)
        await self.refresh(connection, warn=True, grace_s=10.0, reason="refresh_requested")


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox-applink-1"}}


def _ignore_text(_connection: Connection, _text: str) -> None:
    """Stand in until `delivery` is connected."""


def _ignore_hello(_connection: Connection) -> None:
    """Stand in until `delivery` is connected."""


def parse_ack(text: str) -> Json | None:
    """Return what the app sent, or None when it is no JSON object with an envelope id."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) and isinstance(parsed.get("envelope_id"), str) else None
