"""One socket to Slack: the SDK's aiohttp client, and what it lacks. Lives on the event loop of `SocketRunner`.

What it lacks: it retries an invalid token for ever, and it runs into the wall of ten connections without a pause.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
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
        refused: Callable[[str | None], None],
    ) -> None:
        super().__init__(
            app_token=app_token,
            web_client=AsyncWebClient(base_url=api_url, timeout=_CALL_TIMEOUT_S),
            ping_interval=ping_interval_s,
        )
        self._refused = refused
        self._wall_until = 0.0
        self.down_since: float | None = None
        self.registered: int | None = None
        """How many sockets Slack counts for the app, by its last hello."""
        self.message_listeners.append(self._listen)
        self.socket_mode_request_listeners.append(take)  # type: ignore[arg-type]  # the SDK names its base class

    async def hear(self) -> None:
        """Connect, however long it takes; the SDK reconnects from then on."""
        await self.connect()  # type: ignore[no-untyped-call]  # the SDK gives it no types

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
        await super().connect_to_new_endpoint(force)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Note what Slack says when it wants the socket to go."""
        if message.get("type") == "disconnect":
            reason = message.get("reason")
            log.info("slack.socket.asked_to_leave", reason=reason)
            if reason == "too_many_websockets":
                log.error("slack.sockets.too_many", hint="Stop other processes that use this app's token.")
                self._wall_until = asyncio.get_running_loop().time() + _WALL_PAUSE_S
        await super().run_message_listeners(message, raw_message)

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
