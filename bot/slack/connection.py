"""One socket to Slack: the SDK's aiohttp client, and what it lacks. Lives on the event loop of `SocketRunner`.

What it lacks: it retries an invalid token for ever, and it runs into the wall of ten connections without a pause.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from aiohttp import WSMsgType
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)

FATAL: Final = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
"""Answers of apps.connections.open that no waiting cures."""
_WALL_PAUSE_S: Final = 30.0
_RETRY_AFTER_S: Final = 30
_CALL_TIMEOUT_S: Final = 10
_TURN_TIMEOUT_S: Final = 5.0
"""A warning comes some ten seconds before the socket is closed."""
_PART_TIMEOUT_S: Final = 0.5
_PART_LOOK_S: Final = 0.005
_NORMAL_CLOSURE: Final = (1000).to_bytes(2, "big")

Take = Callable[["Connection", SocketModeRequest], Awaitable[None]]


class Connection(SocketModeClient):
    """See the module. `down_since` belongs to the watchdog."""

    def __init__(
        self,
        *,
        app_token: str,
        api_url: str,
        ping_interval_s: float,
        take: Take,
        turn: asyncio.Lock,
        refused: Callable[[str | None], None],
    ) -> None:
        super().__init__(
            app_token=app_token,
            web_client=AsyncWebClient(base_url=api_url, timeout=_CALL_TIMEOUT_S),
            ping_interval=ping_interval_s,
        )
        self._turn = turn
        self._refused = refused
        self._wall_until = 0.0
        self._parting = False
        self.down_since: float | None = None
        self.registered: int | None = None
        """How many sockets Slack counts for the app, by its last hello."""
        self.message_listeners.append(self._listen)
        self.socket_mode_request_listeners.append(take)  # type: ignore[arg-type]  # the SDK names its base class

    async def hear(self) -> None:
        """Connect, however long it takes; the SDK reconnects from then on."""
        await self.connect()

    async def hear_again(self) -> None:
        """Reconnect now where the SDK would first sleep until its next ping; its lock keeps the two apart."""
        try:
            await self.connect_to_new_endpoint()
        except Exception as error:  # noqa: BLE001  the SDK's own monitor tries again
            log.info("slack.socket.reconnect_failed", reason=repr(error))

    async def leave(self, timeout_s: float) -> None:
        """Close the socket; one that can't be closed is as good as closed."""
        try:
            await asyncio.wait_for(self.close(), timeout_s)  # type: ignore[no-untyped-call]  # the SDK gives it no types
        except Exception as error:  # noqa: BLE001  whatever a dying socket raises, it is left behind
            log.warning("slack.socket.close_failed", reason=repr(error))

    async def issue_new_wss_url(self) -> str:
        """Ask for a ticket; a refusal that is final is told to the runner.

        Raises:
            SlackApiError: Slack gave none.
        """
        try:
            response = await self.web_client.apps_connections_open(app_token=self.app_token)
        except SlackApiError as error:
            code = error_code(error)
            self._refused(code if code in FATAL else None)
            if code == "ratelimited":
                await asyncio.sleep(_retry_after(error))
            raise
        self._refused(None)
        return str(response["url"])

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002  the SDK's signature
        """Reconnect, but not into the wall of too many sockets."""
        pause_s = self._wall_until - asyncio.get_running_loop().time()
        if pause_s > 0:
            await asyncio.sleep(pause_s)
        if not force:
            await super().connect_to_new_endpoint()
            return
        # Slack asks all sockets to leave at the same time; in turn, one of them always hears.
        in_turn = False
        with contextlib.suppress(TimeoutError):
            in_turn = await asyncio.wait_for(self._turn.acquire(), _TURN_TIMEOUT_S)
        try:
            await super().connect_to_new_endpoint(force)
        finally:
            if in_turn:
                self._turn.release()

    async def connect(self) -> None:
        """Connect anew, but first take what is still on its way in the old socket."""
        await self._part()
        await super().connect()  # type: ignore[no-untyped-call]  # the SDK gives it no types

    async def send_message(self, message: str) -> None:
        """Send a frame.

        Raises:
            ConnectionError: this socket has said goodbye; another one may carry the frame.
        """
        if self._parting:
            raise ConnectionError("this socket is parting")
        await super().send_message(message)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Note what Slack says when it wants the socket to go."""
        if message.get("type") == "disconnect":
            reason = message.get("reason")
            log.info("slack.socket.asked_to_leave", reason=reason)
            if reason == "too_many_websockets":
                log.error("slack.sockets.too_many", hint="Stop other processes that use this app's token.")
                self._wall_until = asyncio.get_running_loop().time() + _WALL_PAUSE_S
        await super().run_message_listeners(message, raw_message)

    async def _part(self) -> None:
        """Say goodbye, and read on until Slack has too: the SDK's close() throws away what arrives meanwhile."""
        session = self.current_session
        if session is None or session.closed:
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PART_TIMEOUT_S
        # The receiver must not take Slack's goodbye for a lost connection.
        self.auto_reconnect_enabled = False
        self._parting = True
        try:
            await session.send_frame(_NORMAL_CLOSURE, WSMsgType.CLOSE)
            while not session.closed and loop.time() < deadline:
                await asyncio.sleep(_PART_LOOK_S)
        except Exception as error:  # noqa: BLE001  whatever a dying socket raises, it is left behind
            log.info("slack.socket.goodbye_failed", reason=repr(error))
        finally:
            self._parting = False

    async def _listen(self, _client: Any, message: dict[str, Any], _raw: str | None) -> None:  # noqa: ANN401  the SDK's signature
        if message.get("type") == "hello":
            self.registered = int(message.get("num_connections") or 0)


def error_code(error: SlackApiError) -> str:
    """Slack's word for what is wrong; the HTTP status where the answer has none."""
    data = getattr(error.response, "data", error.response)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code or f"http_{getattr(error.response, 'status_code', 0)}")


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    return float(headers.get("Retry-After") or headers.get("retry-after") or _RETRY_AFTER_S)
