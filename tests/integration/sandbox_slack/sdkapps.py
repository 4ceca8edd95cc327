"""slack_sdk's four Socket Mode clients behind one face: start, acknowledge everything, stop."""

import asyncio
import logging
import threading
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.socket_mode.aiohttp import SocketModeClient as AiohttpClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.builtin import SocketModeClient as BuiltinClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websocket_client import SocketModeClient as WebsocketClientClient
from slack_sdk.socket_mode.websockets import SocketModeClient as WebsocketsClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Workspace

KINDS = ("builtin", "websocket_client", "websockets", "aiohttp")
PING_S = 1.0


class SdkApp(Protocol):
    """An app that acknowledges all it gets, with its text in capitals for commands."""

    seen: list[dict[str, Any]]

    def stop(self) -> None:
        """Disconnect and end."""


def start(kind: str, ws: Workspace) -> SdkApp:
    """Start the client of this kind and wait for its socket."""
    app: SdkApp = ThreadedApp(kind, ws) if kind in {"builtin", "websocket_client"} else AsyncApp(kind, ws)
    ws.wait_for_sockets()
    return app


def _answer(request: SocketModeRequest) -> SocketModeResponse:
    payload = {"text": str(request.payload["text"]).upper()} if request.type == "slash_commands" else None
    return SocketModeResponse(envelope_id=request.envelope_id, payload=payload)


def _quiet() -> logging.Logger:
    logger = logging.Logger("quiet", logging.CRITICAL)  # noqa: LOG001  a private one: reconnecting is loud
    logger.addHandler(logging.NullHandler())
    return logger


class ThreadedApp:
    """The built-in client or the one on websocket-client."""

    def __init__(self, kind: str, ws: Workspace) -> None:
        self.seen: list[dict[str, Any]] = []
        web = WebClient(base_url=ws.api_url, logger=_quiet())
        make: Any = BuiltinClient if kind == "builtin" else WebsocketClientClient
        self._client: BaseSocketModeClient = make(
            app_token=ws.app_token, web_client=web, ping_interval=PING_S, logger=_quiet()
        )
        self._client.socket_mode_request_listeners.append(self._listen)  # type: ignore[arg-type]  a plain function is what the docs append
        self._client.connect()

    def stop(self) -> None:
        """See `SdkApp.stop`."""
        self._client.close()

    def _listen(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.seen.append(request.payload)
        client.send_socket_mode_response(_answer(request))


class AsyncApp:
    """The client on websockets or on aiohttp, in a loop of its own."""

    def __init__(self, kind: str, ws: Workspace) -> None:
        self.seen: list[dict[str, Any]] = []
        self._kind = kind
        self._ws = ws
        self._end: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """See `SdkApp.stop`."""
        if self._loop is not None and self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(15)

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        web = AsyncWebClient(base_url=self._ws.api_url, logger=_quiet())
        make: Any = AiohttpClient if self._kind == "aiohttp" else WebsocketsClient
        client: AsyncBaseSocketModeClient = make(
            app_token=self._ws.app_token, web_client=web, ping_interval=PING_S, logger=_quiet()
        )
        client.socket_mode_request_listeners.append(self._listen)  # type: ignore[arg-type]  a plain coroutine function is what the docs append
        await client.connect()
        await self._end.wait()
        await client.close()

    async def _listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.seen.append(request.payload)
        await client.send_socket_mode_response(_answer(request))
