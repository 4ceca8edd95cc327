"""Hears Slack over Socket Mode and answers each envelope; survives what sockets and networks do. Knows no command.

The sync side runs in threads of its own, so that a stalled socket never waits for a listener and the other way
round. What it survives, with figures: `tests/integration/slack/test_socket_faults.py`.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.slack.connection import Connection
from bot.slack.envelope import Envelope, Handle
from bot.slack.settings import SlackSettings
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_LOOK_EVERY_S: Final = 0.2
_CLOSE_TIMEOUT_S: Final = 5.0
_ANSWER_TIMEOUT_S: Final = 3.0
_SEND_AGAIN_S: Final = 0.05
_REFUSALS: Final = 3
"""So many refusals of the token in a row are believed: Slack has been seen to refuse one by mistake."""


class SocketRunner:
    """The sockets of one process on one event-loop thread."""

    def __init__(
        self, *, settings: SlackSettings, handle: Handle, clock: Clock, give_up: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._handle = handle
        self._clock = clock
        self._give_up = give_up
        self._pool = ThreadPoolExecutor(settings.listener_threads, thread_name_prefix="slack-listener")
        self._thread = threading.Thread(target=self._run, name="slack-sockets", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._turn = asyncio.Lock()
        self._connections: list[Connection] = []
        self._answering: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_at = 0.0
        self._up = 0
        self._refusals = 0
        self._gave_up = False

    def start(self) -> None:
        """Connect in the background and keep connected."""
        self._thread.start()

    def close(self) -> None:
        """Answer what has arrived, then leave; new envelopes go to other processes, or wait at Slack."""
        if self._loop is not None and self._end is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        if self._thread.ident is not None:
            self._thread.join(_ANSWER_TIMEOUT_S + 2 * _CLOSE_TIMEOUT_S)
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def is_connected(self) -> bool:
        """Whether at least one socket hears."""
        return self._up > 0

    @property
    def connected(self) -> int:
        """How many sockets hear."""
        return self._up

    @property
    def registered(self) -> int | None:
        """How many sockets of the app Slack counts, other processes' and dead ones included; None before the first."""
        counts = [one.registered for one in self._connections if one.registered is not None]
        return max(counts, default=None)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._heard_at = self._clock.monotonic()
        self._connections = [self._new() for _ in range(self._settings.connections)]
        for connection in self._connections:
            self._background(connection.hear())
        while not self._end.is_set():
            await self._watch()
            try:
                await asyncio.wait_for(self._end.wait(), _LOOK_EVERY_S)
            except TimeoutError:
                continue
        await self._leave()

    def _new(self) -> Connection:
        connection = Connection(
            app_token=self._settings.read_app_token(),
            api_url=self._settings.api_url,
            ping_interval_s=self._settings.ping_interval_s,
            take=self._take,
            turn=self._turn,
            refused=self._refused,
        )
        connection.down_since = self._clock.monotonic()
        return connection

    async def _take(self, connection: Connection, request: SocketModeRequest) -> None:
        envelope = Envelope(
            id=request.envelope_id,
            kind=request.type,
            body=request.payload,
            received_at=self._clock.monotonic(),
            retry=request.retry_attempt or 0,
        )
        self._background(self._answer(connection, envelope), self._answering)

    def _background(self, work: Coroutine[None, None, None], among: "set[asyncio.Task[None]] | None" = None) -> None:
        """Run it beside the rest; asyncio keeps no reference, so a set does."""
        tasks = self._tasks if among is None else among
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _answer(self, connection: Connection, envelope: Envelope) -> None:
        payload = await asyncio.get_running_loop().run_in_executor(self._pool, self._handle, envelope)
        frame = json.dumps(SocketModeResponse(envelope_id=envelope.id, payload=dict(payload) or None).to_dict())
        deadline = envelope.received_at + _ANSWER_TIMEOUT_S
        while not await self._send(frame, connection, envelope) and self._clock.monotonic() < deadline:
            # All sockets may be refreshed at the same time.
            await asyncio.sleep(_SEND_AGAIN_S)

    async def _send(self, frame: str, first: Connection, envelope: Envelope) -> bool:
        for one in (first, *(other for other in self._connections if other is not first)):
            try:
                await one.send_message(frame)
            except Exception as error:  # noqa: BLE001  whatever a dying socket raises, the next one may carry the ack
                log.info("slack.ack.failed", envelope_id=envelope.id, reason=repr(error))
            else:
                return True
        return False

    def _refused(self, code: str | None) -> None:
        """Count refusals of the app token; give up when they are no accident."""
        self._refusals = self._refusals + 1 if code is not None else 0
        if self._refusals >= _REFUSALS:
            self._end_for_good(f"Slack refuses the app token: {code}. Check slack.app_token and its connections:write.")

    async def _watch(self) -> None:
        """One look at every socket: reset a ticket, rebuild a client, or ask for a restart."""
        now = self._clock.monotonic()
        for index, connection in enumerate(self._connections):
            if await connection.is_connected():
                connection.down_since = None
                continue
            if connection.down_since is None:
                connection.down_since = now
                self._background(connection.hear_again())
            down_s = now - connection.down_since
            if down_s > self._settings.rebuild_after_s:
                self._rebuild(index)
            elif down_s > self._settings.forget_ticket_after_s:
                # The SDK retries for ever with the ticket it has, and an expired one never works again.
                connection.wss_uri = None
        self._tell(sum(connection.down_since is None for connection in self._connections))

    def _tell(self, up: int) -> None:
        if up != self._up:
            log.info("slack.sockets.changed", connected=up, registered=self.registered)
        if up > self._up and (self.registered or 0) > len(self._connections):
            log.warning(
                "slack.sockets.others", registered=self.registered, own=up, hint="Other replicas, or dead ones."
            )
        self._up = up
        now = self._clock.monotonic()
        self._heard_at = now if up else self._heard_at
        if now - self._heard_at > self._settings.give_up_after_s:
            self._end_for_good(f"no connection to Slack for {now - self._heard_at:.0f} s")

    def _rebuild(self, index: int) -> None:
        log.warning("slack.socket.rebuilt", socket=index)
        old = self._connections[index]
        self._connections[index] = fresh = self._new()
        self._background(old.leave(_CLOSE_TIMEOUT_S))
        self._background(fresh.hear())

    def _end_for_good(self, reason: str) -> None:
        if self._gave_up:
            return
        self._gave_up = True
        log.error("slack.sockets.given_up", reason=reason)
        if self._end is not None:
            self._end.set()
        self._give_up(reason)

    async def _leave(self) -> None:
        if self._answering:
            await asyncio.wait(self._answering, timeout=_ANSWER_TIMEOUT_S)
        await asyncio.gather(*(one.leave(_CLOSE_TIMEOUT_S) for one in self._connections))
        self._up = 0
